//! An answer as OpenAI's chunks: one for each piece, one for the end, `[DONE]`; a failure in the
//! middle as an `error` event, after which nothing follows.

use bytes::{Bytes, BytesMut};
use saga_domain::Failure;
use saga_protocol::error::ErrorBody;
use saga_protocol::openai::{
    ChatChunkChoice, ChatCompletionChunk, ChatDelta, Completion, CompletionChoice, StreamOptions,
    TokenUsage,
};
use serde::Serialize;

use crate::domain::ports::Piece;
use crate::inbound::question;
use crate::inbound::sse::{EventWriter, write_event, write_json};

/// Stands where the text will be when a chunk is cut in two.
const MARK: &str = "\u{1}";
const MARK_AS_JSON: &str = "\"\\u0001\"";

/// What every chunk of one stream repeats.
pub(crate) struct Head {
    pub(crate) id: String,
    pub(crate) created: u64,
    pub(crate) model: String,
    pub(crate) include_usage: bool,
}

impl Head {
    /// For an answer of this model; the id begins with `prefix`.
    pub(crate) fn new(prefix: &str, model: &str, options: Option<StreamOptions>) -> Self {
        Self {
            id: question::id(prefix),
            created: question::created(),
            model: model.to_owned(),
            include_usage: options.is_some_and(|options| options.include_usage),
        }
    }
}

/// Which of the two calls is answered.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Shape {
    Completion,
    Chat,
}

/// Writes the chunks. All of a chunk but its text is the same each time, so it is serialised once.
pub(crate) struct OpenAiEvents {
    head: Head,
    shape: Shape,
    before_text: Bytes,
    after_text: Bytes,
    begun: bool,
}

impl OpenAiEvents {
    pub(crate) fn new(head: Head, shape: Shape) -> Self {
        let mut chunk = BytesMut::new();
        write_chunk(&head, shape, Some(MARK), None, None, &mut chunk);
        let mark = MARK_AS_JSON.as_bytes();
        let at = chunk.windows(mark.len()).rposition(|window| window == mark).unwrap_or(0);
        let mut after = chunk.split_off(at);
        let after_text = after.split_off(mark.len().min(after.len())).freeze();
        Self { head, shape, before_text: chunk.freeze(), after_text, begun: false }
    }

    fn begin(&mut self, out: &mut BytesMut) {
        if !std::mem::replace(&mut self.begun, true) && self.shape == Shape::Chat {
            let delta = ChatDelta { role: Some("assistant".to_owned()), ..ChatDelta::default() };
            write_event(out, None, None, &chat_chunk(&self.head, Some(delta), None, None));
        }
    }

    fn end(&self, finish_reason: String, usage: Option<TokenUsage>, out: &mut BytesMut) {
        write_chunk(&self.head, self.shape, None, Some(finish_reason), None, out);
        if let Some(usage) = usage.filter(|_| self.head.include_usage) {
            write_chunk(&self.head, self.shape, None, None, Some(usage), out);
        }
        out.extend_from_slice(b"data: [DONE]\n\n");
    }
}

impl EventWriter for OpenAiEvents {
    type Item = Result<Piece, Failure>;

    fn write(&mut self, item: Self::Item, out: &mut BytesMut) {
        match item {
            Ok(Piece::Queued { place }) => {
                write_event(out, Some("queued"), None, &serde_json::json!({ "place": place }));
            }
            Ok(Piece::Text(text)) => {
                self.begin(out);
                out.extend_from_slice(&self.before_text);
                write_json(out, &text);
                out.extend_from_slice(&self.after_text);
            }
            Ok(Piece::ToolCall(call)) => {
                self.begin(out);
                let delta = ChatDelta { tool_calls: vec![call], ..ChatDelta::default() };
                write(&chat_chunk(&self.head, Some(delta), None, None), out);
            }
            Ok(Piece::Done { finish_reason, usage }) => {
                self.begin(out);
                self.end(finish_reason, usage, out);
            }
            Err(failure) => write_event(out, Some("error"), None, &ErrorBody::new(&failure)),
        }
    }
}

/// A chunk with text, the last one with the reason, or the one with only the usage.
fn write_chunk(
    head: &Head,
    shape: Shape,
    text: Option<&str>,
    finish_reason: Option<String>,
    usage: Option<TokenUsage>,
    out: &mut BytesMut,
) {
    match shape {
        Shape::Completion => write(&completion_chunk(head, text, finish_reason, usage), out),
        Shape::Chat => {
            let delta = usage
                .is_none()
                .then(|| ChatDelta { content: text.map(str::to_owned), ..ChatDelta::default() });
            write(&chat_chunk(head, delta, finish_reason, usage), out);
        }
    }
}

fn write(chunk: &impl Serialize, out: &mut BytesMut) {
    write_event(out, None, None, chunk);
}

fn completion_chunk(
    head: &Head,
    text: Option<&str>,
    finish_reason: Option<String>,
    usage: Option<TokenUsage>,
) -> Completion {
    let choice = usage.is_none().then(|| CompletionChoice {
        index: 0,
        text: text.unwrap_or_default().to_owned(),
        finish_reason,
    });
    Completion {
        id: head.id.clone(),
        object: "text_completion".to_owned(),
        created: head.created,
        model: head.model.clone(),
        choices: choice.into_iter().collect(),
        usage,
    }
}

fn chat_chunk(
    head: &Head,
    delta: Option<ChatDelta>,
    finish_reason: Option<String>,
    usage: Option<TokenUsage>,
) -> ChatCompletionChunk {
    let choice = delta.map(|delta| ChatChunkChoice { index: 0, delta, finish_reason });
    ChatCompletionChunk {
        id: head.id.clone(),
        object: "chat.completion.chunk".to_owned(),
        created: head.created,
        model: head.model.clone(),
        choices: choice.into_iter().collect(),
        usage,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::{Expect, expect};
    use saga_domain::FailureCode;

    fn check(shape: Shape, items: Vec<Result<Piece, Failure>>, expected: Expect) {
        let head =
            Head { id: "id".to_owned(), created: 7, model: "m".to_owned(), include_usage: true };
        let mut events = OpenAiEvents::new(head, shape);
        let mut out = BytesMut::new();
        for item in items {
            events.write(item, &mut out);
        }
        expected.assert_eq(std::str::from_utf8(&out).expect("events are text"));
    }

    fn text(text: &str) -> Result<Piece, Failure> {
        Ok(Piece::Text(text.to_owned()))
    }

    fn done() -> Result<Piece, Failure> {
        let usage = TokenUsage { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 };
        Ok(Piece::Done { finish_reason: "stop".to_owned(), usage: Some(usage) })
    }

    #[test]
    fn a_completion() {
        check(
            Shape::Completion,
            vec![text("가\n\"🙂"), text("b"), done()],
            expect![[r#"
            data: {"id":"id","object":"text_completion","created":7,"model":"m","choices":[{"index":0,"text":"가\n\"🙂","finish_reason":null}]}

            data: {"id":"id","object":"text_completion","created":7,"model":"m","choices":[{"index":0,"text":"b","finish_reason":null}]}

            data: {"id":"id","object":"text_completion","created":7,"model":"m","choices":[{"index":0,"text":"","finish_reason":"stop"}]}

            data: {"id":"id","object":"text_completion","created":7,"model":"m","choices":[],"usage":{"prompt_tokens":3,"completion_tokens":2,"total_tokens":5}}

            data: [DONE]

        "#]],
        );
    }

    #[test]
    fn a_chat_completion() {
        check(
            Shape::Chat,
            vec![text("a"), done()],
            expect![[r#"
            data: {"id":"id","object":"chat.completion.chunk","created":7,"model":"m","choices":[{"index":0,"delta":{"role":"assistant"},"finish_reason":null}]}

            data: {"id":"id","object":"chat.completion.chunk","created":7,"model":"m","choices":[{"index":0,"delta":{"content":"a"},"finish_reason":null}]}

            data: {"id":"id","object":"chat.completion.chunk","created":7,"model":"m","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}

            data: {"id":"id","object":"chat.completion.chunk","created":7,"model":"m","choices":[],"usage":{"prompt_tokens":3,"completion_tokens":2,"total_tokens":5}}

            data: [DONE]

        "#]],
        );
    }

    #[test]
    fn places_come_before_the_text_and_counts_only_when_there_are_any() {
        let end = Piece::Done { finish_reason: "stop".to_owned(), usage: None };
        let queued = |place| Ok(Piece::Queued { place });
        check(
            Shape::Completion,
            vec![queued(2), queued(1), text("a"), Ok(end)],
            expect![[r#"
            event: queued
            data: {"place":2}

            event: queued
            data: {"place":1}

            data: {"id":"id","object":"text_completion","created":7,"model":"m","choices":[{"index":0,"text":"a","finish_reason":null}]}

            data: {"id":"id","object":"text_completion","created":7,"model":"m","choices":[{"index":0,"text":"","finish_reason":"stop"}]}

            data: [DONE]

        "#]],
        );
    }

    #[test]
    fn a_failure_in_the_middle() {
        let failure = Failure::new(FailureCode::UpstreamIncomplete, "cut");
        check(
            Shape::Completion,
            vec![text("a"), Err(failure)],
            expect![[r#"
            data: {"id":"id","object":"text_completion","created":7,"model":"m","choices":[{"index":0,"text":"a","finish_reason":null}]}

            event: error
            data: {"error":{"code":"upstream_incomplete","message":"cut","type":"server_error"}}

        "#]],
        );
    }
}
