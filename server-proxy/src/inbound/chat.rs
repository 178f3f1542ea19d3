//! `POST /v1/chat`: a message of a conversation that the server remembers, answered as events.
//!
//! The first event names the conversation, the last is `done` or `error`. A turn is remembered when
//! its answer is complete, and only then. Without memory the answer comes all the same and says so.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::extract::State;
use axum::response::Response;
use bytes::BytesMut;
use futures_util::{Stream, stream};
use saga_domain::{Failure, FailureCode};
use saga_protocol::chat::{ChatContext, ChatDone, ChatEvent, ChatRequest, Turn};
use saga_protocol::error::ErrorBody;
use saga_protocol::openai::TokenUsage;
use tokio_util::sync::WaitForCancellationFutureOwned;

use crate::clock::unix_millis;
use crate::domain::conversation::{self, Room};
use crate::domain::models::ModelDirectory;
use crate::domain::ports::{Answer, Caller, ModelCall, ModelInput, SessionLimits};
use crate::domain::priority::{Priority, Task};
use crate::domain::writers::{Writer, revoked};
use crate::inbound::body::JsonBody;
use crate::inbound::error::ApiError;
use crate::inbound::sse::{self, EventWriter, write_event};
use crate::inbound::telling::{Telling, Told};
use crate::inbound::{AppState, priority, waiting};

/// Characters of an id chosen by a client.
const ID_CHARS_MAX: usize = 64;
/// Times a conversation is shortened because the model server counts more tokens than we do.
const SHORTENINGS_MAX: usize = 3;

pub(crate) async fn chat(
    State(state): State<AppState>,
    caller: Caller,
    JsonBody(request): JsonBody<ChatRequest>,
) -> Result<Response, ApiError> {
    check(&request)?;
    let session = request.session.clone().unwrap_or_else(new_id);
    let writer = state.writers.begin(&caller, &session).await?;
    let model = state.models.resolve(request.model.as_deref()).await?;
    let (version, turns) = match state.memory.read(&caller, &session).await {
        Ok(Some(known)) => (Some(known.version), known.session.log),
        Ok(None) => (Some(0), Vec::new()),
        Err(_) => (None, Vec::new()),
    };
    if let Some(answered) = answered_before(&turns, &request)? {
        let text = ChatEvent::Text { text: answered.assistant.clone() };
        let events = stream::iter([ChatEvent::Session { session }, text, repeated()]);
        return Ok(sse::response(events, ChatEvents::default(), &state.drain, &state.limits));
    }
    let left_out = Arc::new(AtomicUsize::new(0));
    let (priority, places) = priority::invoked(caller.clone(), Task::Chat);
    let asking = Asking {
        models: state.models.clone(),
        room: Room::of(&model, state.limits.answer_tokens_default),
        model: model.name,
        priority,
        turns,
        text: request.text.clone(),
        context: request.context.clone(),
        left_out: Arc::clone(&left_out),
    };
    let answer = waiting::begin(asking.answer(), places, true, &state.drain).await?;
    let turn = Turn {
        request_id: request.request_id.unwrap_or_else(new_id),
        user: request.text,
        context: request.context,
        assistant: String::new(),
        at: unix_millis(),
    };
    let talk = Talk {
        begins: Some(ChatEvent::Session { session: session.clone() }),
        telling: Telling::new(answer),
        turn,
        left_out,
        version,
        revoked: Box::pin(writer.revoked()),
        writer: Some(writer),
    };
    Ok(sse::response(talk.events(), ChatEvents::default(), &state.drain, &state.limits))
}

/// A valid id, as a client may choose one.
pub(crate) fn is_id(text: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    (1..=ID_CHARS_MAX).contains(&text.len()) && text.bytes().all(allowed)
}

fn new_id() -> String {
    uuid::Uuid::new_v4().to_string()
}

fn check(request: &ChatRequest) -> Result<(), ApiError> {
    let ids = [("session", &request.session), ("request_id", &request.request_id)];
    for (field, id) in ids {
        if id.as_deref().is_some_and(|id| !is_id(id)) {
            let what = format!("expected 1 to {ID_CHARS_MAX} of A-Z a-z 0-9 - _");
            return Err(ApiError::wrong_field(field, what));
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

fn repeated() -> ChatEvent {
    ChatEvent::Done(ChatDone {
        finish_reason: "stop".to_owned(),
        usage: None,
        turns_left_out: 0,
        turns_digested: 0,
        memory: "ok".to_owned(),
    })
}

/// What is asked, and of whom.
struct Asking {
    models: Arc<ModelDirectory>,
    model: String,
    room: Room,
    priority: Priority,
    turns: Vec<Turn>,
    text: String,
    context: Vec<ChatContext>,
    /// Told once the answer begins.
    left_out: Arc<AtomicUsize>,
}

impl Asking {
    /// Begins the answer; with fewer turns when the model server says that it is too much.
    async fn answer(self) -> Result<Answer, Failure> {
        let mut leave_out = 0;
        for shortened in 0..=SHORTENINGS_MAX {
            let shown =
                conversation::shown(&self.turns, &self.text, &self.context, self.room, leave_out)?;
            let call = ModelCall {
                model: self.model.clone(),
                input: ModelInput::Chat(shown.messages),
                max_tokens: u32::try_from(self.room.answer_tokens).unwrap_or(u32::MAX),
                temperature: Some(conversation::TEMPERATURE),
                top_p: None,
                seed: None,
                stop: Vec::new(),
            };
            match self.models.answer(call, &self.priority).await {
                Ok(answer) => {
                    self.left_out.store(shown.turns_left_out, Ordering::Relaxed);
                    return Ok(answer);
                }
                Err(failure)
                    if failure.code == FailureCode::ContextOverflow
                        && shown.turns_left_out < self.turns.len()
                        && shortened < SHORTENINGS_MAX =>
                {
                    let left = self.turns.len() - shown.turns_left_out;
                    // The last try is without any of them.
                    let fewer = if shortened + 1 == SHORTENINGS_MAX { 0 } else { left / 2 };
                    leave_out = self.turns.len() - fewer;
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
    begins: Option<ChatEvent>,
    telling: Telling,
    turn: Turn,
    left_out: Arc<AtomicUsize>,
    /// Of the conversation; `None` when it could not be read.
    version: Option<u64>,
    /// The conversation was deleted.
    revoked: Pin<Box<WaitForCancellationFutureOwned>>,
    writer: Option<Writer>,
}

impl Talk {
    fn events(self) -> impl Stream<Item = ChatEvent> + Send {
        stream::unfold(self, |mut talk| async move {
            let event = talk.next().await?;
            Some((event, talk))
        })
    }

    async fn next(&mut self) -> Option<ChatEvent> {
        if self.begins.is_some() {
            return self.begins.take();
        }
        let told = tokio::select! {
            biased;
            () = &mut self.revoked, if self.writer.is_some() => Some(self.telling.give_up(revoked())),
            told = self.telling.next() => told,
        };
        Some(match told? {
            Told::Queued { place } => ChatEvent::Queued { place },
            Told::Text(text) => {
                self.turn.assistant.push_str(&text);
                ChatEvent::Text { text }
            }
            Told::Done { finish_reason, usage } => self.end(finish_reason, usage).await,
            Told::Failed(failure) => {
                self.writer = None;
                ChatEvent::Error(ErrorBody::new(&failure))
            }
        })
    }

    async fn end(&mut self, finish_reason: String, usage: Option<TokenUsage>) -> ChatEvent {
        let turn = std::mem::take(&mut self.turn);
        let memory = if self.remember(turn).await { "ok" } else { "degraded" };
        // Given back before the client hears of the end, so that its next message is taken.
        self.writer = None;
        let left_out = self.left_out.load(Ordering::Relaxed);
        ChatEvent::Done(ChatDone {
            finish_reason,
            usage,
            turns_left_out: u32::try_from(left_out).unwrap_or(u32::MAX),
            turns_digested: 0,
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

/// Writes the events with ids from 1.
#[derive(Default)]
struct ChatEvents {
    id: u64,
}

impl ChatEvents {
    fn next_id(&mut self) -> Option<u64> {
        self.id += 1;
        Some(self.id)
    }
}

impl EventWriter for ChatEvents {
    type Item = ChatEvent;

    fn write(&mut self, event: ChatEvent, out: &mut BytesMut) {
        let id = self.next_id();
        match event {
            ChatEvent::Session { session } => {
                write_event(out, Some("session"), id, &serde_json::json!({ "session": session }));
            }
            ChatEvent::Queued { place } => {
                write_event(out, Some("queued"), id, &serde_json::json!({ "place": place }));
            }
            ChatEvent::Text { text } => {
                write_event(out, Some("text"), id, &serde_json::json!({ "text": text }));
            }
            ChatEvent::Done(done) => write_event(out, Some("done"), id, &done),
            ChatEvent::Error(error) => write_event(out, Some("error"), id, &error),
        }
    }

    fn cut(&mut self, failure: &Failure, out: &mut BytesMut) {
        let id = self.next_id();
        write_event(out, Some("error"), id, &ErrorBody::new(failure));
    }
}
