//! Frames as text: what a client says, with its mistakes named, and what it is answered.

use axum::extract::ws::Message;
use saga_domain::{Failure, FailureCode};
use saga_protocol::error::{ErrorBody, ErrorDetail};
use saga_protocol::ws::{ClientFrame, Done, ServerEvent, ServerFrame};
use serde_json::Value;

use crate::domain::said::{Numbered, Said};
use crate::inbound::error::ApiError;
use crate::inbound::talk::is_id;
use crate::inbound::ws::calls::{detail, detail_of};

/// Reads a client's frame.
///
/// # Errors
/// Says what is wrong with it.
pub(super) fn read(text: &str) -> Result<ClientFrame, ErrorDetail> {
    let value: Value = serde_json::from_str(text)
        .map_err(|error| wrong(&format!("the frame is not JSON: {error}")))?;
    let kind = value.get("type").and_then(Value::as_str);
    if !kind.is_some_and(|kind| ["complete", "chat", "resume", "cancel"].contains(&kind)) {
        let what = "expected complete, chat, resume or cancel";
        return Err(detail_of(ApiError::wrong_field("type", what)));
    }
    let frame: ClientFrame = serde_json::from_value(value)
        .map_err(|error| wrong(&format!("the frame cannot be read: {}", shortened(&error))))?;
    let names = match &frame {
        ClientFrame::Complete { id, answer, .. } => [("id", Some(id)), ("answer", answer.as_ref())],
        ClientFrame::Chat { id, .. } => [("id", Some(id)), ("answer", None)],
        ClientFrame::Resume { id, answer, .. } => [("id", Some(id)), ("answer", Some(answer))],
        ClientFrame::Cancel { id, answer } => [("id", id.as_ref()), ("answer", answer.as_ref())],
    };
    for (field, name) in names {
        if name.is_some_and(|name| !is_id(name)) {
            let what = "expected 1 to 64 of A-Z a-z 0-9 - _";
            return Err(detail_of(ApiError::wrong_field(field, what)));
        }
    }
    Ok(frame)
}

/// What an answer says, on the stream with that id.
pub(super) fn said(id: &str, Numbered { seq, said }: Numbered) -> Message {
    let event = match said {
        Said::Session(session) => ServerEvent::Session { session },
        Said::Queued(place) => ServerEvent::Queued { place },
        Said::Text(text) => ServerEvent::Text { text },
        Said::Done { finish_reason, usage } => {
            ServerEvent::Done(Done::Completion { finish_reason, usage })
        }
        Said::TurnDone(done) => ServerEvent::Done(Done::Turn(done)),
        Said::Failed(failure) => ServerEvent::Error { error: detail(failure) },
        Said::Cancelled => ServerEvent::Cancelled {},
    };
    message(&ServerFrame { id: Some(id.to_owned()), seq: Some(seq), event })
}

/// The end of a stream by an error that its answer did not say.
pub(super) fn refused(id: &str, error: ErrorDetail) -> Message {
    message(&ServerFrame {
        id: Some(id.to_owned()),
        seq: None,
        event: ServerEvent::Error { error },
    })
}

/// The end of a stream that was called off.
pub(super) fn cancelled(id: &str) -> Message {
    message(&ServerFrame { id: Some(id.to_owned()), seq: None, event: ServerEvent::Cancelled {} })
}

/// A frame could not be taken; no stream begins or ends by it.
pub(super) fn complaint(error: ErrorDetail) -> Message {
    message(&ServerFrame { id: None, seq: None, event: ServerEvent::Error { error } })
}

pub(super) fn wrong(what: &str) -> ErrorDetail {
    ErrorBody::new(&Failure::new(FailureCode::InvalidRequest, what)).error
}

fn message(frame: &ServerFrame) -> Message {
    // Texts, numbers and names always can be written.
    Message::from(serde_json::to_string(frame).unwrap_or_default())
}

/// serde repeats the value it did not like, which may be a whole prompt.
fn shortened(error: &serde_json::Error) -> String {
    error.to_string().chars().take(200).collect()
}
