//! An answer of Ollama, line by line: one JSON object a line, of either call.

use std::collections::VecDeque;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_util::{Stream, StreamExt};
use saga_domain::{Failure, FailureCode};
use saga_protocol::openai::{FunctionDelta, RawJson, TokenUsage, ToolCallDelta};
use serde::Deserialize;
use serde_json::Value;

use crate::domain::ports::{Answer, Piece};
use crate::outbound::lines::BodyLines;
use crate::outbound::{ollama_line, refusal};

/// One line of an answer, of either call.
#[derive(Deserialize)]
struct Line {
    #[serde(default)]
    response: Option<String>,
    #[serde(default)]
    message: Option<LineMessage>,
    #[serde(default)]
    done: bool,
    #[serde(default)]
    done_reason: Option<String>,
    #[serde(default)]
    prompt_eval_count: Option<u32>,
    #[serde(default)]
    eval_count: Option<u32>,
    #[serde(default)]
    error: Option<Value>,
}

#[derive(Deserialize)]
struct LineMessage {
    #[serde(default)]
    content: String,
    /// Whole calls; old versions give no id.
    #[serde(default)]
    tool_calls: Vec<LineCall>,
}

#[derive(Deserialize)]
struct LineCall {
    #[serde(default)]
    id: Option<String>,
    function: LineFunction,
}

#[derive(Deserialize)]
struct LineFunction {
    name: String,
    #[serde(default)]
    arguments: Option<RawJson>,
}

/// The pieces that the lines hold, up to the end or the first failure. A silent end yields nothing:
/// whoever reads knows that an end is missing.
pub(crate) fn pieces(lines: BodyLines, context_tokens: u32) -> Answer {
    Pieces { lines: Some(lines), context_tokens, calls: 0, ready: VecDeque::new() }.boxed()
}

struct Pieces {
    /// Gone once the answer has ended.
    lines: Option<BodyLines>,
    context_tokens: u32,
    /// Calls of tools so far.
    calls: u32,
    /// What a line held beside its first piece.
    ready: VecDeque<Piece>,
}

impl Stream for Pieces {
    type Item = Result<Piece, Failure>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.get_mut();
        if let Some(piece) = this.ready.pop_front() {
            return Poll::Ready(Some(Ok(piece)));
        }
        loop {
            let Some(lines) = &mut this.lines else { return Poll::Ready(None) };
            let line = ready!(lines.poll_next_unpin(cx));
            let read = line.map(|line| line.and_then(|line| this.read(&line)));
            match read {
                Some(Ok(None)) => {}
                Some(Ok(Some(piece))) => return Poll::Ready(Some(Ok(piece))),
                Some(Err(failure)) => {
                    this.lines = None;
                    return Poll::Ready(Some(Err(failure)));
                }
                None => this.lines = None,
            }
        }
    }
}

impl Pieces {
    /// The first piece that a line holds; what else it holds is ready after it.
    fn read(&mut self, line: &[u8]) -> Result<Option<Piece>, Failure> {
        if let Some(text) = ollama_line::text(line) {
            return Ok((!text.is_empty()).then_some(Piece::Text(text)));
        }
        let line: Line = serde_json::from_slice(line).map_err(|_| not_understood())?;
        if let Some(error) = line.error {
            return Err(refusal::in_the_answer(&error, Some(self.context_tokens)));
        }
        let (said, calls) =
            line.message.map(|message| (message.content, message.tool_calls)).unzip();
        let text = line.response.or(said).filter(|text| !text.is_empty()).map(Piece::Text);
        for call in calls.unwrap_or_default() {
            let called = call.called(self.calls);
            self.calls += 1;
            self.ready.push_back(called);
        }
        if line.done {
            if let Some(lines) = self.lines.take() {
                lines.ended();
            }
            let finish_reason = match line.done_reason.as_deref() {
                Some("length") => "length",
                _ if self.calls > 0 => "tool_calls",
                _ => "stop",
            };
            self.ready.push_back(Piece::Done {
                finish_reason: finish_reason.to_owned(),
                // Old versions leave the first out when all of the prompt was cached.
                usage: line.prompt_eval_count.zip(line.eval_count).map(|(prompt, answer)| {
                    TokenUsage {
                        prompt_tokens: prompt,
                        completion_tokens: answer,
                        total_tokens: prompt.saturating_add(answer),
                    }
                }),
            });
        }
        Ok(text.or_else(|| self.ready.pop_front()))
    }
}

impl LineCall {
    fn called(self, index: u32) -> Piece {
        let id = self.id.filter(|id| !id.is_empty());
        let arguments = self.function.arguments.map(|arguments| arguments.get().to_owned());
        Piece::ToolCall(ToolCallDelta {
            index,
            id: Some(id.unwrap_or_else(|| format!("call_{}", uuid::Uuid::new_v4().simple()))),
            kind: Some("function".to_owned()),
            function: FunctionDelta {
                name: Some(self.function.name),
                arguments: arguments.unwrap_or_else(|| "{}".to_owned()),
            },
        })
    }
}

/// What came is no answer of Ollama's.
pub(crate) fn not_understood() -> Failure {
    Failure::new(
        FailureCode::UpstreamFailed,
        "the model server sent something that is not Ollama's",
    )
}
