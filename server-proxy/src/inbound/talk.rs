//! One message of a conversation being answered: what came before is read, the model is asked, and
//! the turn is remembered together with its answer. Shared by `POST /v1/chat` and the WebSocket.
//!
//! A turn is remembered when its answer is complete, and only then. Without memory the answer comes
//! all the same and says so. One that can be resumed goes on when its client is gone.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use futures_util::stream::BoxStream;
use futures_util::{StreamExt, stream};
use saga_domain::{Failure, FailureCode};
use saga_protocol::chat::{ChatContext, ChatDone, ChatRequest, Session, Turn};
use saga_protocol::openai::TokenUsage;
use tokio_util::sync::WaitForCancellationFutureOwned;

use crate::clock::unix_millis;
use crate::domain::conversation::{self, Room};
use crate::domain::model_service::ModelService;
use crate::domain::ports::{Answer, Caller, ModelCall, ModelInput, SessionLimits, Wishes};
use crate::domain::priority::{Priority, Task};
use crate::domain::prompts::Prompt;
use crate::domain::said::{Numbered, Said};
use crate::domain::tokens::TokenCounts;
use crate::domain::writers::{Writer, revoked};
use crate::drain::shutting_down;
use crate::inbound::error::ApiError;
use crate::inbound::generate_life::Life;
use crate::inbound::telling::{Telling, Told};
use crate::inbound::{AppState, priority, waiting};

/// Characters of an id chosen by a client.
const ID_CHARS_MAX: usize = 64;
/// What such an id must be.
pub(crate) const ID_EXPECTED: &str = "expected 1 to 64 of A-Z a-z 0-9 - _";
/// Times a conversation is shortened because the model server counts more tokens than we do.
const SHORTENINGS_MAX: usize = 3;

/// Begins the answer to a message, or goes on with it `after` so many of its events.
///
/// # Errors
/// What failed before anything was said.
pub(crate) async fn open(
    state: &AppState,
    caller: Caller,
    request: ChatRequest,
    after: Option<u64>,
) -> Result<BoxStream<'static, Numbered>, ApiError> {
    check(&request)?;
    if !request.resumable {
        if after.is_some() {
            let what = "only an answer asked for with `resumable` can be resumed";
            return Err(ApiError::wrong_field("last-event-id", what));
        }
        let answer = begin(state.clone(), caller, request).await?;
        return Ok(numbered(answer));
    }
    let Some(name) = request.request_id.clone() else {
        return Err(ApiError::wrong_field("request_id", "an answer to resume is found by it"));
    };
    let about = about(&request)?;
    if let Some(after) = after {
        return Ok(state.running.resume(&caller, &name, Some(about), after)?.stream());
    }
    // The connection that asks may be gone long before the answer is.
    let work = state.drain.begin()?;
    let asking = {
        let (state, caller) = (state.clone(), caller.clone());
        async move {
            let answer = begin(state, caller, request).await.map_err(ApiError::into_failure)?;
            Ok(answer.inspect(move |_| {
                let _until_it_ends = &work;
            }))
        }
    };
    let reader = state.running.start(&caller, &name, about, asking)?;
    Ok(reader.begun().await?)
}

/// Numbers what is said from 1.
pub(crate) fn numbered(answer: BoxStream<'static, Said>) -> BoxStream<'static, Numbered> {
    let numbers = stream::iter(1..);
    numbers.zip(answer).map(|(seq, said)| Numbered { seq, said }).boxed()
}

/// A valid id, as a client may choose one.
pub(crate) fn is_id(text: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    (1..=ID_CHARS_MAX).contains(&text.len()) && text.bytes().all(allowed)
}

pub(crate) fn new_id() -> String {
    uuid::Uuid::new_v4().to_string()
}

/// Tells one question from another, whole.
fn about(request: &ChatRequest) -> Result<blake3::Hash, Failure> {
    let bytes = serde_json::to_vec(request)
        .map_err(|error| Failure::new(FailureCode::Internal, error.to_string()))?;
    Ok(blake3::hash(&bytes))
}

fn check(request: &ChatRequest) -> Result<(), ApiError> {
    let ids = [("session", &request.session), ("request_id", &request.request_id)];
    for (field, id) in ids {
        if id.as_deref().is_some_and(|id| !is_id(id)) {
            return Err(ApiError::wrong_field(field, ID_EXPECTED));
        }
    }
    if request.text.trim().is_empty() {
        return Err(ApiError::wrong_field("text", "expected at least one word"));
    }
    let code = request
        .context
        .iter()
        .map(|block| block.text.len() + block.path.len() + block.language.len());
    let bytes = request.text.len() + code.sum::<usize>();
    let bytes_max = SessionLimits::STANDARD.message_bytes_max();
    if bytes > bytes_max {
        let message =
            format!("the message has {bytes} bytes with its code, and {bytes_max} are taken");
        return Err(Failure::new(FailureCode::TooLarge, message).into());
    }
    Ok(())
}

/// The turn that this request made, when it is sent again.
fn answered_before<'a>(
    turns: &'a [Turn],
    request: &ChatRequest,
) -> Result<Option<&'a Turn>, ApiError> {
    let Some(id) = request.request_id.as_deref() else {
        return Ok(None);
    };
    match turns.iter().find(|turn| turn.request_id == id) {
        Some(turn) if turn.user == request.text => Ok(Some(turn)),
        Some(_) => {
            Err(ApiError::wrong_field("request_id", "another message was sent with this id"))
        }
        None => Ok(None),
    }
}

async fn begin(
    state: AppState,
    caller: Caller,
    request: ChatRequest,
) -> Result<BoxStream<'static, Said>, ApiError> {
    let session = request.session.clone().unwrap_or_else(new_id);
    let writer = state.writers.begin(&caller, &session).await?;
    let model = state.models.resolve(Some(Task::Chat), request.model.as_deref()).await?;
    let (version, history) = match state.memory.read(&caller, &session).await {
        Ok(Some(known)) => (Some(known.version), known.session),
        Ok(None) => (Some(0), Session::default()),
        Err(_) => (None, Session::default()),
    };
    let prompt = state.prompts.chat.clone();
    if let Some(answered) = answered_before(&history.log, &request)? {
        let text = Said::Text(answered.assistant.clone());
        let end = repeated(answered.request_id.clone(), prompt.label);
        return Ok(stream::iter([Said::Session(session), text, end]).boxed());
    }
    let left_out = LeftOut::default();
    let (mut priority, places) = priority::invoked(caller.clone(), Task::Chat);
    priority.session = Some(session.clone());
    let counted = state.counts.of(&model.name);
    let asking = Asking {
        models: state.models.clone(),
        counts: state.counts.clone(),
        room: Room::of(&model, state.limits.answer_tokens_default, counted),
        model: model.name.clone(),
        priority,
        prompt: prompt.clone(),
        history,
        text: request.text.clone(),
        context: request.context.clone(),
        left_out: left_out.clone(),
    };
    let request_id = request.request_id.unwrap_or_else(new_id);
    let mut life = Life::of_turn(&state, &caller, &request_id, model.name.clone());
    let answer = waiting::begin(asking.answer(), places, true, &state.drain).await;
    let answer = answer.inspect_err(|failure| life.failed(failure))?;
    let turn = Turn {
        request_id,
        user: request.text,
        context: request.context,
        assistant: String::new(),
        at: unix_millis(),
    };
    let (digester, begins) = (state.digester.clone(), Said::Session(session.clone()));
    let talk = Talk {
        begins: Some(begins),
        telling: Telling::new(answer),
        turn,
        life,
        left_out,
        prompt: prompt.label,
        digest: Some(Box::new(move || digester.consider(&caller, &session, &model.name))),
        version,
        revoked: Box::pin(writer.revoked()),
        writer: Some(writer),
        cut: Box::pin(state.drain.cut()),
    };
    Ok(talk.said())
}

fn repeated(request_id: String, prompt: String) -> Said {
    Said::TurnDone(ChatDone {
        request_id,
        finish_reason: "stop".to_owned(),
        usage: None,
        turns_left_out: 0,
        turns_digested: 0,
        prompt,
        memory: "ok".to_owned(),
    })
}

/// What is asked, and of whom.
struct Asking {
    models: Arc<dyn ModelService>,
    counts: TokenCounts,
    model: String,
    room: Room,
    priority: Priority,
    prompt: Prompt,
    history: Session,
    text: String,
    context: Vec<ChatContext>,
    /// Told once the answer begins.
    left_out: LeftOut,
}

/// Turns that the model is not shown as they were said.
#[derive(Clone, Default)]
struct LeftOut {
    whole: Arc<AtomicUsize>,
    digested: Arc<AtomicUsize>,
}

impl Asking {
    /// Begins the answer; with fewer turns when the model server says that it is too much.
    async fn answer(self) -> Result<Answer, Failure> {
        let mut leave_out = 0;
        for shortened in 0..=SHORTENINGS_MAX {
            let Self { prompt, history, text, context, room, .. } = &self;
            let shown = conversation::shown(prompt, history, text, context, *room, leave_out)?;
            let turns = history.log.len() - shown.turns_digested;
            let asked = shown.messages.clone();
            let call = ModelCall {
                model: self.model.clone(),
                input: ModelInput::Chat(shown.messages),
                max_tokens: u32::try_from(self.room.answer_tokens).unwrap_or(u32::MAX),
                temperature: Some(conversation::TEMPERATURE),
                top_p: None,
                seed: None,
                stop: Vec::new(),
                wishes: Wishes::default(),
            };
            match self.models.answer(call, &self.priority).await {
                Ok(answer) => {
                    self.left_out.whole.store(shown.turns_left_out, Ordering::Relaxed);
                    self.left_out.digested.store(shown.turns_digested, Ordering::Relaxed);
                    return Ok(self.counts.learning(&self.model, &asked, answer));
                }
                Err(failure)
                    if failure.code == FailureCode::ContextOverflow
                        && shown.turns_left_out < turns
                        && shortened < SHORTENINGS_MAX =>
                {
                    let left = turns - shown.turns_left_out;
                    // The last try is without any of them.
                    let fewer = if shortened + 1 == SHORTENINGS_MAX { 0 } else { left / 2 };
                    leave_out = turns - fewer;
                }
                Err(failure) => return Err(failure),
            }
        }
        Err(Failure::new(FailureCode::ContextOverflow, "the conversation does not fit"))
    }
}

/// One message being answered. Dropped before its end, it leaves nothing behind.
struct Talk {
    /// Said first.
    begins: Option<Said>,
    telling: Telling,
    turn: Turn,
    /// Its record.
    life: Life,
    left_out: LeftOut,
    /// Name and version of the system prompt.
    prompt: String,
    /// To be called once the turn is stored.
    digest: Option<Box<dyn FnOnce() + Send>>,
    /// Of the conversation; `None` when it could not be read.
    version: Option<u64>,
    /// The conversation was deleted.
    revoked: Pin<Box<WaitForCancellationFutureOwned>>,
    writer: Option<Writer>,
    /// The server must stop now.
    cut: Pin<Box<WaitForCancellationFutureOwned>>,
}

impl Talk {
    fn said(self) -> BoxStream<'static, Said> {
        let next = |mut talk: Self| async move { Some((talk.next().await?, talk)) };
        stream::unfold(self, next).boxed()
    }

    async fn next(&mut self) -> Option<Said> {
        if self.begins.is_some() {
            return self.begins.take();
        }
        let told = tokio::select! {
            biased;
            () = &mut self.revoked, if self.writer.is_some() => Some(self.telling.give_up(revoked())),
            told = self.telling.next() => told,
            () = &mut self.cut, if self.writer.is_some() => {
                Some(self.telling.give_up(shutting_down()))
            }
        };
        Some(match told? {
            Told::Queued { place } => Said::Queued(place),
            Told::Text(text) => {
                self.turn.assistant.push_str(&text);
                self.life.answered(&text);
                Said::Text(text)
            }
            Told::Done { finish_reason, usage } => self.end(finish_reason, usage).await,
            Told::Failed(failure) => {
                self.life.failed(&failure);
                self.writer = None;
                Said::Failed(failure)
            }
        })
    }

    async fn end(&mut self, finish_reason: String, usage: Option<TokenUsage>) -> Said {
        let turn = std::mem::take(&mut self.turn);
        self.life.completed(usage);
        let request_id = turn.request_id.clone();
        let memory = if self.remember(turn).await { "ok" } else { "degraded" };
        // Given back before the client hears of the end, so that its next message is taken.
        self.writer = None;
        if let Some(digest) = self.digest.take().filter(|_| memory == "ok") {
            digest();
        }
        let count =
            |of: &AtomicUsize| u32::try_from(of.load(Ordering::Relaxed)).unwrap_or(u32::MAX);
        Said::TurnDone(ChatDone {
            request_id,
            finish_reason,
            usage,
            turns_left_out: count(&self.left_out.whole),
            turns_digested: count(&self.left_out.digested),
            prompt: std::mem::take(&mut self.prompt),
            memory: memory.to_owned(),
        })
    }

    async fn remember(&mut self, turn: Turn) -> bool {
        match (&mut self.writer, self.version) {
            (Some(writer), Some(version)) => writer.append(version, turn).await.is_ok(),
            _ => false,
        }
    }
}
