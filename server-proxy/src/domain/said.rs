//! What is said of an answer to whoever reads it, one thing after the other.

use saga_domain::Failure;
use saga_protocol::chat::ChatDone;
use saga_protocol::openai::TokenUsage;

/// A part of what is said. After one that [ends](Said::is_end) nothing follows.
#[derive(Clone, Debug, PartialEq)]
pub enum Said {
    /// Which conversation this is.
    Session(String),
    /// The request waits at this place; 1 is next.
    Queued(u32),
    /// More text.
    Text(String),
    /// The end of an answer that belongs to no conversation.
    Done {
        /// `stop` or `length`.
        finish_reason: String,
        /// Token counts; absent when the model server did not tell.
        usage: Option<TokenUsage>,
    },
    /// The end of an answer that belongs to one.
    TurnDone(ChatDone),
    /// It failed.
    Failed(Failure),
    /// It was called off, by another request of the same caller.
    Cancelled,
}

impl Said {
    /// Whether nothing follows.
    #[must_use]
    pub fn is_end(&self) -> bool {
        matches!(self, Self::Done { .. } | Self::TurnDone(_) | Self::Failed(_) | Self::Cancelled)
    }
}

/// A part of what is said, with its number.
#[derive(Clone, Debug, PartialEq)]
pub struct Numbered {
    /// Counts from 1 without a gap.
    pub seq: u64,
    /// What is said.
    pub said: Said,
}
