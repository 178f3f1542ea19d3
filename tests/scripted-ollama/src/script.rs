//! What a test can say: which request is meant, what it gets, and how that goes wrong.
//!
//! Plain data, so that a Rust test builds it and a Node test sends it as JSON.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// One instruction. The first one that matches a request, and is not used up, decides its answer.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Rule {
    /// The path it is about, `load` for the calls that only load a model, or `proof` for those that
    /// ask for one token to see whether there is one. Absent: every other call that asks for an
    /// answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub endpoint: Option<String>,
    /// Text that the prompt or any message must hold.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contains: Option<String>,
    /// Requests it answers before it is used up. Absent: all of them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub times: Option<u32>,
    /// The answer, a token or so each. `num_predict` and stop texts shorten it, as they would a
    /// real one. Absent: the demonstration answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pieces: Option<Vec<String>>,
    /// Calls of tools after the pieces, in a conversation.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tool_calls: Vec<ToolCall>,
    /// Milliseconds before the response begins: the prompt being evaluated.
    pub first_delay_ms: u64,
    /// Milliseconds between pieces.
    pub between_ms: u64,
    /// Prompt tokens evaluated in a second: what no slot's cache holds delays the response.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prompt_tokens_per_second: Option<f64>,
    /// Pieces in a second, instead of `between_ms`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tokens_per_second: Option<f64>,
    /// Pieces after which the answer waits for [`crate::ScriptedOllama::release`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hold_after: Option<usize>,
    /// All pieces in one write.
    pub burst: bool,
    /// Cuts the byte stream into writes of this many bytes, wherever characters begin.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub split_bytes: Option<usize>,
    /// How the answer ends.
    pub end: End,
    /// Refuses with this status instead of answering; see `body`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// The body of a refusal: a string is sent as plain text, anything else as JSON.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body: Option<Value>,
    /// Overrides `stop` or `length`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub done_reason: Option<String>,
    /// Overrides the count of prompt tokens.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prompt_tokens: Option<u32>,
}

/// A call of a tool.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ToolCall {
    /// The tool's name.
    pub name: String,
    /// An object.
    pub arguments: Value,
}

/// How an answer ends.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum End {
    /// With the last line, as it should.
    #[default]
    Done,
    /// Half of the last line, then the TCP connection closes.
    Cut,
    /// The body ends properly, without the last line.
    Silent,
    /// Nothing more comes and the connection stays open. Without pieces: no response at all.
    Hang,
    /// A line that is not JSON, with bytes that are not UTF-8; then the proper end.
    Garbled,
    /// The line that a crashed model leaves, with this text.
    ErrorLine(String),
}

impl End {
    /// What both recorded versions said when their model process was killed.
    #[must_use]
    pub fn runner_killed() -> Self {
        Self::ErrorLine(
            "an error was encountered while running the model: unexpected EOF".to_owned(),
        )
    }
}

impl Rule {
    /// For every call that asks for an answer.
    #[must_use]
    pub fn any() -> Self {
        Self::default()
    }

    /// For one path, for `load`, or for `proof`.
    #[must_use]
    pub fn on(endpoint: &str) -> Self {
        Self { endpoint: Some(endpoint.to_owned()), ..Self::default() }
    }

    /// What a full queue said: status 503.
    #[must_use]
    pub fn busy() -> Self {
        let text = "server busy, please try again.  maximum pending requests exceeded";
        Self::any().refusing(503, serde_json::json!({ "error": text }))
    }

    /// Only for prompts that hold this text.
    #[must_use]
    pub fn containing(mut self, text: &str) -> Self {
        self.contains = Some(text.to_owned());
        self
    }

    /// Only for so many requests.
    #[must_use]
    pub fn times(mut self, times: u32) -> Self {
        self.times = Some(times);
        self
    }

    /// The answer.
    #[must_use]
    pub fn pieces<P: Into<String>>(mut self, pieces: impl IntoIterator<Item = P>) -> Self {
        self.pieces = Some(pieces.into_iter().map(Into::into).collect());
        self
    }

    /// A call of a tool after the pieces.
    #[must_use]
    pub fn calling(mut self, name: &str, arguments: Value) -> Self {
        self.tool_calls.push(ToolCall { name: name.to_owned(), arguments });
        self
    }

    /// Time before the response begins, in whole milliseconds.
    #[must_use]
    pub fn first_delay(mut self, delay: Duration) -> Self {
        self.first_delay_ms = u64::try_from(delay.as_millis()).unwrap_or(u64::MAX);
        self
    }

    /// Time between pieces, in whole milliseconds.
    #[must_use]
    pub fn between(mut self, delay: Duration) -> Self {
        self.between_ms = u64::try_from(delay.as_millis()).unwrap_or(u64::MAX);
        self
    }

    /// A model of this speed: prompt tokens and pieces in a second.
    #[must_use]
    pub fn speed(mut self, prompt_tokens: f64, pieces: f64) -> Self {
        self.prompt_tokens_per_second = Some(prompt_tokens);
        self.tokens_per_second = Some(pieces);
        self
    }

    /// Waits after so many pieces until the test releases it.
    #[must_use]
    pub fn hold_after(mut self, pieces: usize) -> Self {
        self.hold_after = Some(pieces);
        self
    }

    /// All pieces in one write.
    #[must_use]
    pub fn burst(mut self) -> Self {
        self.burst = true;
        self
    }

    /// Writes of so many bytes.
    #[must_use]
    pub fn split(mut self, bytes: usize) -> Self {
        self.split_bytes = Some(bytes);
        self
    }

    /// How it ends.
    #[must_use]
    pub fn end(mut self, end: End) -> Self {
        self.end = end;
        self
    }

    /// Refuses with a status and a body.
    #[must_use]
    pub fn refusing(mut self, status: u16, body: Value) -> Self {
        self.status = Some(status);
        self.body = Some(body);
        self
    }

    /// The time before the response begins, when so many tokens must be evaluated first.
    pub(crate) fn first_delay_time(&self, evaluated_tokens: usize) -> Duration {
        let prefill = self.prompt_tokens_per_second.map(|speed| evaluated_tokens as f64 / speed);
        Duration::from_millis(self.first_delay_ms) + seconds(prefill)
    }

    /// The time between two pieces.
    pub(crate) fn between_time(&self) -> Duration {
        match self.tokens_per_second {
            Some(speed) => seconds(Some(1.0 / speed)),
            None => Duration::from_millis(self.between_ms),
        }
    }

    pub(crate) fn matches(&self, path: &str, call: &Asked<'_>) -> bool {
        let endpoint = match (self.endpoint.as_deref(), call) {
            (None, Asked::Answer(_)) | (Some("load"), Asked::Load) => true,
            (Some("proof"), Asked::Proof) => true,
            (None, _) | (_, Asked::Load | Asked::Proof) => false,
            (Some(endpoint), Asked::Answer(_) | Asked::Fact) => endpoint == path,
        };
        let text = match (self.contains.as_deref(), call) {
            (None, _) => true,
            (Some(text), Asked::Answer(asked)) => asked.contains(text),
            (Some(_), _) => false,
        };
        endpoint && text
    }
}

/// What a call asks for, as far as rules tell calls apart.
pub(crate) enum Asked<'a> {
    /// An answer to this text.
    Answer(&'a str),
    /// One token, to see whether the server generates at all.
    Proof,
    /// That the model is brought into memory.
    Load,
    /// Something about the server.
    Fact,
}

/// Nothing for what is not a time, such as a speed of zero.
fn seconds(seconds: Option<f64>) -> Duration {
    seconds.and_then(|time| Duration::try_from_secs_f64(time).ok()).unwrap_or_default()
}
