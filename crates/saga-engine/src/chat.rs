//! A conversation that the server remembers.

use std::sync::Arc;

use saga_client::{Conversation, Heard};
use saga_domain::{Failure, FailureCode, ReplyEvent, Usage, WarningCode};
use saga_prompt::estimate_tokens;
use saga_protocol::chat::{ChatContext, ChatDone, ChatEvent, ChatRequest};
use tokio_util::sync::CancellationToken;

use crate::guard;
use crate::reply::{Giver, Reply};
use crate::request::Errand;
use crate::runner::Runner;
use crate::shared::Shared;
use crate::stats::Watch;

/// Bytes of a message and the code beside it.
const MESSAGE_BYTES_MAX: usize = 512 << 10;

/// A message of a conversation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ChatAsk {
    /// The conversation; the server makes up an id when absent.
    pub session: Option<String>,
    /// What the user says.
    pub text: String,
    /// Code that belongs to the message.
    pub context: Vec<ChatContext>,
    /// The id it is asked under: 1 to 64 of `A-Z a-z 0-9 - _`; made up when absent. The same
    /// question under the same id is the same answer, from its beginning.
    pub request: Option<String>,
}

pub(crate) fn chat(shared: &Arc<Shared>, runner: &Runner, ask: ChatAsk) -> Result<Reply, Failure> {
    if ask.text.trim().is_empty() {
        return Err(Failure::new(FailureCode::InvalidRequest, "`text` is empty."));
    }
    let bytes = ask.text.len() + ask.context.iter().map(|piece| piece.text.len()).sum::<usize>();
    if bytes > MESSAGE_BYTES_MAX {
        return Err(Failure::new(
            FailureCode::TooLarge,
            format!(
                "The message and its context have {bytes} bytes; at most {MESSAGE_BYTES_MAX} are \
                 sent."
            ),
        ));
    }
    for piece in &ask.context {
        guard::refuse_private_path(shared, &piece.path)?;
    }
    shared.background.give_way();
    let (giver, reply) = shared.reply();
    let shared = Arc::clone(shared);
    runner.answer(giver, |giver| async move {
        let outcome = converse(&shared, ask, &giver).await;
        if outcome.is_err() {
            shared.forget_models();
        }
        outcome
    });
    Ok(reply)
}

async fn converse(shared: &Shared, ask: ChatAsk, giver: &Giver) -> Result<(), Failure> {
    let mut session = ask.session.clone();
    let request_id = ask.request.unwrap_or_else(|| uuid::Uuid::new_v4().to_string());
    let (text, mut hidden) = guard::hide_secrets(ask.text);
    let mut context = ask.context;
    for piece in &mut context {
        let (text, more) = guard::hide_secrets(std::mem::take(&mut piece.text));
        piece.text = text;
        hidden += more;
    }
    if hidden > 0 {
        giver.give(secrets_hidden(hidden));
    }
    let request = ChatRequest {
        session: ask.session,
        text,
        context,
        model: shared.chat_model().map(str::to_owned),
        request_id: Some(request_id.clone()),
        resumable: true,
    };
    let mut watch = Watch::start(&shared.stats, Errand::Other);
    let conversation =
        shared.client.chat(&request).await.inspect_err(|failure| watch.failed(failure))?;
    let mut heard = Heeded { conversation, closing: shared.closing() };
    let mut tokens = 0;
    while let Some(event) = heard.conversation.next().await {
        let event = match event.inspect_err(|failure| watch.failed(failure))? {
            Heard::Event(event) => event,
            Heard::Reconnecting => {
                giver.give(reconnecting());
                continue;
            }
        };
        match event {
            ChatEvent::Session { session: named } => session = Some(named),
            ChatEvent::Queued { place } => giver.give(ReplyEvent::Queued { place }),
            ChatEvent::Text { text } => {
                watch.text();
                tokens += estimate_tokens(&text);
                giver.give(ReplyEvent::Text(text));
            }
            ChatEvent::Done(done) => {
                let usage = done.usage.unwrap_or_default();
                watch.complete(tokens.max(usage.completion_tokens));
                warn(giver, &done);
                giver.give(ReplyEvent::Done(Usage {
                    prompt_tokens: usage.prompt_tokens,
                    completion_tokens: usage.completion_tokens,
                    first_token_ms: watch.first_token_ms(),
                    total_ms: watch.total_ms(),
                    from_cache: false,
                    session: session.take(),
                    request: Some(request_id.clone()),
                }));
            }
            ChatEvent::Error(body) => {
                let failure = Failure::from(body.error);
                watch.failed(&failure);
                return Err(failure);
            }
        }
    }
    Ok(())
}

/// An answer that is called off when it is let go, unless the engine closes under it: a window that
/// is loaded again asks for it again.
struct Heeded {
    conversation: Conversation,
    closing: CancellationToken,
}

impl Drop for Heeded {
    fn drop(&mut self) {
        if self.closing.is_cancelled() {
            self.conversation.let_run();
        }
    }
}

fn secrets_hidden(count: usize) -> ReplyEvent {
    let count = u32::try_from(count).unwrap_or(u32::MAX);
    ReplyEvent::Warning {
        code: WarningCode::SecretsHidden(count),
        message: format!("Secrets replaced by placeholders before anything was sent: {count}."),
    }
}

fn reconnecting() -> ReplyEvent {
    ReplyEvent::Warning {
        code: WarningCode::Reconnecting,
        message: "The connection broke; the answer goes on when the server is reached.".to_owned(),
    }
}

fn warn(giver: &Giver, done: &ChatDone) {
    let warn = |code, message: String| giver.give(ReplyEvent::Warning { code, message });
    if done.finish_reason == "length" {
        warn(
            WarningCode::Truncated,
            "The answer reached its length limit; its end is missing.".to_owned(),
        );
    }
    if done.turns_left_out > 0 {
        warn(
            WarningCode::TurnsLeftOut(done.turns_left_out),
            format!("Older turns the model did not see: {}.", done.turns_left_out),
        );
    }
    if done.turns_digested > 0 {
        warn(
            WarningCode::TurnsDigested(done.turns_digested),
            format!("Oldest turns the model saw in few words: {}.", done.turns_digested),
        );
    }
    if done.memory == "degraded" {
        warn(
            WarningCode::MemoryDegraded,
            "The server could not keep this turn; it may forget the conversation.".to_owned(),
        );
    }
}
