//! An answer in OpenAI's protocol, event by event, of either call.

use std::collections::VecDeque;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_util::{Stream, StreamExt};
use saga_domain::{Failure, FailureCode};
use saga_protocol::openai::{TokenUsage, ToolCallDelta};
use serde::Deserialize;
use serde_json::Value;

use crate::domain::ports::Piece;
use crate::outbound::chunk_template::ChunkTemplate;
use crate::outbound::lines::BodyLines;
use crate::outbound::refusal;

/// One chunk of an answer, of either call.
#[derive(Deserialize)]
struct Chunk {
    #[serde(default)]
    choices: Vec<Choice>,
    #[serde(default)]
    usage: Option<TokenUsage>,
    #[serde(default)]
    error: Option<Value>,
}

#[derive(Deserialize)]
struct Choice {
    #[serde(default)]
    text: Option<String>,
    #[serde(default)]
    delta: Option<Delta>,
    #[serde(default)]
    finish_reason: Option<String>,
}

#[derive(Deserialize)]
struct Delta {
    #[serde(default)]
    content: Option<String>,
    #[serde(default)]
    tool_calls: Option<Vec<ToolCallDelta>>,
}

/// Reads an answer to its end, which is `[DONE]`: the token counts come after the reason.
pub(crate) struct Reader {
    /// Gone once the answer has ended.
    lines: Option<BodyLines>,
    template: ChunkTemplate,
    end: End,
    /// What a line held beside its first piece.
    ready: VecDeque<Piece>,
}

#[derive(Default)]
struct End {
    finish_reason: Option<String>,
    usage: Option<TokenUsage>,
}

impl Stream for Reader {
    type Item = Result<Piece, Failure>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.get_mut();
        loop {
            if let Some(piece) = this.ready.pop_front() {
                return Poll::Ready(Some(Ok(piece)));
            }
            let Some(lines) = &mut this.lines else { return Poll::Ready(None) };
            let Some(line) = ready!(lines.poll_next_unpin(cx)) else {
                // Some servers end without `[DONE]`; a reason for the end is end enough.
                this.lines = None;
                return Poll::Ready(this.end.done().map(Ok));
            };
            match line.and_then(|line| this.read(&line)) {
                Ok(None) => {}
                Ok(Some(piece)) => return Poll::Ready(Some(Ok(piece))),
                Err(failure) => {
                    this.lines = None;
                    return Poll::Ready(Some(Err(failure)));
                }
            }
        }
    }
}

impl Reader {
    pub(crate) fn new(lines: BodyLines) -> Self {
        let (template, end) = (ChunkTemplate::default(), End::default());
        Self { lines: Some(lines), template, end, ready: VecDeque::new() }
    }

    fn read(&mut self, line: &[u8]) -> Result<Option<Piece>, Failure> {
        let data = if let Some(data) = line.strip_prefix(b"data:") {
            data.trim_ascii()
        } else if let Some(error) = line.strip_prefix(b"error:") {
            let error = serde_json::from_slice(error).unwrap_or(Value::Null);
            return Err(refusal::in_the_answer(&error, None));
        } else {
            // Comments, and the names and ids of events.
            return Ok(None);
        };
        if let Some(text) = self.template.text(data) {
            return Ok((!text.is_empty()).then_some(Piece::Text(text)));
        }
        if data == b"[DONE]" {
            if let Some(lines) = self.lines.take() {
                lines.ended();
            }
            self.end.finish_reason.get_or_insert_with(|| "stop".to_owned());
            return Ok(self.end.done());
        }
        let chunk: Chunk = serde_json::from_slice(data).map_err(|_| not_understood())?;
        if let Some(error) = chunk.error {
            return Err(refusal::in_the_answer(&error, None));
        }
        let says_more = chunk.usage.is_some();
        self.end.usage = chunk.usage.or(self.end.usage);
        let Some(choice) = chunk.choices.into_iter().next() else { return Ok(None) };
        let says_more = says_more || choice.finish_reason.is_some();
        if let Some(reason) = choice.finish_reason {
            let reason = match reason.as_str() {
                "length" => "length",
                "tool_calls" => "tool_calls",
                _ => "stop",
            };
            self.end.finish_reason = Some(reason.to_owned());
        }
        let (said, calls) =
            choice.delta.map(|delta| (delta.content, delta.tool_calls)).unwrap_or_default();
        let says_more = says_more || calls.is_some();
        self.ready.extend(calls.into_iter().flatten().map(Piece::ToolCall));
        let text = choice.text.or(said).filter(|text| !text.is_empty());
        if text.is_some() && !says_more {
            self.template.learn(data);
        }
        Ok(text.map(Piece::Text).or_else(|| self.ready.pop_front()))
    }
}

impl End {
    fn done(&mut self) -> Option<Piece> {
        let finish_reason = self.finish_reason.take()?;
        Some(Piece::Done { finish_reason, usage: self.usage })
    }
}

/// What came is no answer of this protocol.
pub(crate) fn not_understood() -> Failure {
    let message = "the model server sent something that is not OpenAI's protocol";
    Failure::new(FailureCode::UpstreamFailed, message)
}
