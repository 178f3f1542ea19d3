//! `POST /v1/chat`: a message of a conversation that the server remembers, answered as events; and
//! `DELETE /v1/chat/{request_id}`, which calls an answer off.
//!
//! The first event names the conversation, the last is `done`, `error` or `cancelled`. An answer
//! asked for with `resumable` goes on when its connection breaks: the same request sent again with
//! `Last-Event-ID` gives what was missed and then the rest.

use axum::extract::{Path, State};
use axum::response::Response;
use bytes::BytesMut;
use http::{HeaderMap, HeaderName, StatusCode};
use saga_domain::{Failure, FailureCode};
use saga_protocol::chat::ChatRequest;
use saga_protocol::error::ErrorBody;
use serde_json::json;

use crate::domain::ports::Caller;
use crate::domain::said::{Numbered, Said};
use crate::inbound::body::JsonBody;
use crate::inbound::error::ApiError;
use crate::inbound::sse::{self, EventWriter, write_event};
use crate::inbound::{AppState, talk};

const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");

pub(crate) async fn chat(
    State(state): State<AppState>,
    caller: Caller,
    headers: HeaderMap,
    JsonBody(request): JsonBody<ChatRequest>,
) -> Result<Response, ApiError> {
    let after = last_event_id(&headers)?;
    let answer = talk::open(&state, caller, request, after).await?;
    let writer = ChatEvents { last: after.unwrap_or(0) };
    Ok(sse::response(answer, writer, &state.drain, &state.limits))
}

/// `DELETE /v1/chat/{request_id}`: with answers that outlive their connection, leaving is not
/// enough to call one off.
pub(crate) async fn cancel(
    State(state): State<AppState>,
    caller: Caller,
    Path(request_id): Path<String>,
) -> Result<StatusCode, ApiError> {
    if state.running.cancel(&caller, &request_id) {
        return Ok(StatusCode::NO_CONTENT);
    }
    Err(Failure::new(FailureCode::NotFound, "no answer with this id is running").into())
}

pub(crate) fn last_event_id(headers: &HeaderMap) -> Result<Option<u64>, ApiError> {
    let Some(value) = headers.get(&LAST_EVENT_ID) else { return Ok(None) };
    let number = value.to_str().ok().and_then(|text| text.parse().ok());
    let wrong = || ApiError::wrong_field(LAST_EVENT_ID.as_str(), "expected an event's number");
    number.map(Some).ok_or_else(wrong)
}

/// Writes the events with their numbers.
struct ChatEvents {
    last: u64,
}

impl EventWriter for ChatEvents {
    type Item = Numbered;

    fn write(&mut self, Numbered { seq, said }: Numbered, out: &mut BytesMut) {
        self.last = seq;
        let mut event =
            |name, data: &serde_json::Value| write_event(out, Some(name), Some(seq), data);
        match said {
            Said::Session(session) => event("session", &json!({ "session": session })),
            Said::Queued(place) => event("queued", &json!({ "place": place })),
            Said::Text(text) => event("text", &json!({ "text": text })),
            Said::Done { finish_reason, usage } => {
                event("done", &json!({ "finish_reason": finish_reason, "usage": usage }));
            }
            Said::TurnDone(done) => write_event(out, Some("done"), Some(seq), &done),
            Said::Failed(failure) => {
                write_event(out, Some("error"), Some(seq), &ErrorBody::new(&failure));
            }
            Said::Cancelled => event("cancelled", &json!({})),
        }
    }

    fn cut(&mut self, failure: &Failure, out: &mut BytesMut) {
        write_event(out, Some("error"), Some(self.last + 1), &ErrorBody::new(failure));
    }
}
