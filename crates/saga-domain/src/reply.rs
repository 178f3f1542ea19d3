//! What comes back while a request is answered.

use crate::text::{Span, TextEdit};

/// Why a completion is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trigger {
    /// The user is typing; the engine may wait, and may show nothing.
    Automatic,
    /// The user asked by hand; the engine asks at once.
    Invoke,
}

/// What an answer cost.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// Tokens of the prompt, as the server counted them.
    pub prompt_tokens: u32,
    /// Tokens of the answer, as the server counted them.
    pub completion_tokens: u32,
    /// Milliseconds from the request to the first piece of text.
    pub first_token_ms: u32,
    /// Milliseconds from the request to its end.
    pub total_ms: u32,
    /// Whether the answer came from the local cache, with no request sent.
    pub from_cache: bool,
    /// The conversation the answer belongs to, for chat.
    pub session: Option<String>,
    /// The request that made the turn, for chat.
    pub request: Option<String>,
}

/// One event of a reply. After `Done` or `Failed` nothing follows; a cancelled reply just ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReplyEvent {
    /// The completion so far for `span` of the document as it was asked.
    Completion {
        /// What it replaces; empty for a plain insertion.
        span: Span,
        /// The text so far.
        text: String,
        /// Whether this is the last one.
        last: bool,
    },
    /// A piece of prose.
    Text(String),
    /// The whole proposed edit; a later one replaces it.
    Edit {
        /// Version of the document the spans refer to.
        version: i64,
        /// Edits against that version, none overlapping.
        edits: Vec<TextEdit>,
    },
    /// The request waits in the server's queue.
    Queued {
        /// Place in the queue; 1 is next.
        place: u32,
    },
    /// Something the user should know that does not end the answer.
    Warning {
        /// To branch on.
        code: WarningCode,
        /// To show.
        message: String,
    },
    /// The answer is complete.
    Done(Usage),
    /// The answer failed.
    Failed(Failure),
}

/// Stable codes of warnings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum WarningCode {
    /// The answer ended because its length limit was reached.
    Truncated,
    /// The server could not use its session memory; the conversation may be forgotten.
    MemoryDegraded,
    /// So many older turns of the conversation were left out of what the model saw.
    TurnsLeftOut(u32),
    /// So many older turns of the conversation were shown to the model in few words.
    TurnsDigested(u32),
    /// So many secrets were replaced in what was sent.
    SecretsHidden(u32),
    /// The connection broke; the answer goes on as soon as the server is reached again.
    Reconnecting,
    /// The proposed edit brings syntax errors that the document does not have.
    NewSyntaxErrors,
    /// The model changed code where only comments were wanted; only its comments were taken.
    CodeKept,
    /// The text was too long for the model, which saw only parts of it.
    Shortened,
}

impl WarningCode {
    /// The code as TypeScript and HTTP see it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Truncated => "truncated",
            Self::MemoryDegraded => "memory_degraded",
            Self::TurnsLeftOut(_) => "turns_left_out",
            Self::TurnsDigested(_) => "turns_digested",
            Self::SecretsHidden(_) => "secrets_hidden",
            Self::Reconnecting => "reconnecting",
            Self::NewSyntaxErrors => "new_syntax_errors",
            Self::CodeKept => "code_kept",
            Self::Shortened => "shortened",
        }
    }

    /// How many it is about, where it counts something.
    #[must_use]
    pub fn count(self) -> Option<u32> {
        match self {
            Self::TurnsLeftOut(count) | Self::TurnsDigested(count) | Self::SecretsHidden(count) => {
                Some(count)
            }
            Self::Truncated
            | Self::MemoryDegraded
            | Self::Reconnecting
            | Self::NewSyntaxErrors
            | Self::CodeKept
            | Self::Shortened => None,
        }
    }
}

/// Why an answer failed: a code to branch on, words to show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// To branch on.
    pub code: FailureCode,
    /// For people, in English; the extension translates by code.
    pub message: String,
    /// When it makes sense to come back.
    pub retry_after_ms: Option<u64>,
}

impl Failure {
    /// A failure with nothing said about coming back.
    #[must_use]
    pub fn new(code: FailureCode, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), retry_after_ms: None }
    }
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Failure {}

macro_rules! failure_codes {
    ($($(#[$doc:meta])* $variant:ident = $name:literal,)*) => {
        /// Stable codes of failures, the same in TypeScript, in Rust and on the wire.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum FailureCode { $($(#[$doc])* $variant,)* }

        impl FailureCode {
            /// Every code, for tables and tests.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The code as TypeScript and HTTP see it.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// The code with that name; `Internal` for one this version does not know.
            #[must_use]
            pub fn from_name(name: &str) -> Self {
                match name { $($name => Self::$variant,)* _ => Self::Internal }
            }
        }
    };
}

failure_codes! {
    /// A field of the request is wrong; the message names it.
    InvalidRequest = "invalid_request",
    /// A setting is wrong; the message names it.
    InvalidSetting = "invalid_setting",
    /// The document is not open in the engine: open it with its whole text.
    UnknownDocument = "unknown_document",
    /// An edit or a request does not fit the document's version: open it again with its whole text.
    StaleDocument = "stale_document",
    /// An offset lies outside the document or inside a character.
    OffsetOutOfRange = "offset_out_of_range",
    /// The document or the request is larger than the limit.
    TooLarge = "too_large",
    /// The prompt has more tokens than the model's context.
    ContextOverflow = "context_overflow",
    /// The answer held nothing that could be used as code.
    NoCode = "no_code",
    /// The server does not answer.
    Unreachable = "unreachable",
    /// The server answered with something that is not its protocol.
    BadResponse = "bad_response",
    /// The token is missing or refused.
    Unauthorized = "unauthorized",
    /// The token may not do this.
    Forbidden = "forbidden",
    /// The file is private: nothing of it is read for a model or sent to one.
    PrivateFile = "private_file",
    /// The conversation or record does not exist for this caller.
    NotFound = "not_found",
    /// The server does not know this model.
    UnknownModel = "unknown_model",
    /// The model cannot do what was asked.
    Unsupported = "unsupported",
    /// Another message of the same conversation is still being answered.
    SessionBusy = "session_busy",
    /// A limit of requests or tokens is reached.
    RateLimited = "rate_limited",
    /// The queue is full.
    QueueFull = "queue_full",
    /// A newer completion of the same document took its place in the queue.
    Superseded = "superseded",
    /// It waited longer than its answer is worth, or surely would have to.
    Expired = "expired",
    /// Background work had to wait too long for a moment without other requests.
    Preempted = "preempted",
    /// The model server is busy.
    UpstreamBusy = "upstream_busy",
    /// The model server does not answer.
    UpstreamUnreachable = "upstream_unreachable",
    /// The model server failed; the message says how.
    UpstreamFailed = "upstream_failed",
    /// The model server's answer ended before it was complete.
    UpstreamIncomplete = "upstream_incomplete",
    /// No answer within the time limit.
    Timeout = "timeout",
    /// The server is shutting down.
    ShuttingDown = "shutting_down",
    /// A fault of ours.
    Internal = "internal",
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_code_has_a_name_of_its_own_that_leads_back_to_it() {
        let names: HashSet<&str> = FailureCode::ALL.iter().map(|code| code.name()).collect();
        assert_eq!(names.len(), FailureCode::ALL.len());
        for code in FailureCode::ALL {
            assert_eq!(FailureCode::from_name(code.name()), *code);
        }
    }

    #[test]
    fn a_code_of_a_newer_server_is_a_fault() {
        assert_eq!(FailureCode::from_name("something_new"), FailureCode::Internal);
    }
}
