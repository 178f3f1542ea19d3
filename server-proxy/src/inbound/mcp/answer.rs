//! A model's answer read to its end, its progress told on the way.

use eventsource_stream::Event;
use futures_util::StreamExt;
use futures_util::stream::BoxStream;
use saga_domain::FailureCode;
use saga_protocol::error::{ErrorBody, ErrorDetail};
use serde_json::Value;

use crate::inbound::mcp::calls::detail;
use crate::inbound::mcp::progress::Progress;

/// Bytes of an answer, whatever the server says: many times what its longest has.
const ANSWER_BYTES_MAX: usize = 1 << 20;

/// A complete answer.
pub(super) struct Answer {
    pub(super) text: String,
    /// The conversation it belongs to, if any.
    pub(super) session: Option<String>,
    /// What its last event says.
    pub(super) done: Value,
}

/// Reads the events of `/v1/generate` or `/v1/chat`.
pub(super) async fn read(
    mut events: BoxStream<'static, Event>,
    progress: &mut Progress,
) -> Result<Answer, ErrorDetail> {
    let mut answer = Answer { text: String::new(), session: None, done: Value::Null };
    while let Some(event) = events.next().await {
        let data: Value = serde_json::from_str(&event.data).unwrap_or_default();
        match event.event.as_str() {
            "session" => answer.session = data["session"].as_str().map(str::to_owned),
            "queued" => progress.waits(&data["place"]).await,
            "text" => {
                answer.text.push_str(data["text"].as_str().unwrap_or_default());
                if answer.text.len() > ANSWER_BYTES_MAX {
                    return Err(detail(FailureCode::BadResponse, "the answer has no end"));
                }
                progress.writes(&answer.text).await;
            }
            "done" => return Ok(Answer { done: data, ..answer }),
            "error" => {
                let body: Option<ErrorBody> = serde_json::from_value(data).ok();
                return Err(body.map_or_else(incomplete, |body| body.error));
            }
            _ => {}
        }
    }
    Err(incomplete())
}

fn incomplete() -> ErrorDetail {
    detail(FailureCode::UpstreamIncomplete, "the answer ended before it was complete")
}
