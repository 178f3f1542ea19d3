//! `POST /v1/feedback`: what became of suggestions, in numbers. Answered with 204.
//!
//! Counts are what happened since the last report, not totals. Unlike other requests this one
//! refuses unknown fields: a field that is dropped in silence is a number lost, and a text must
//! not come along unseen.

use serde::{Deserialize, Serialize};

/// Entries of one report.
pub const COUNTS_MAX: usize = 256;
/// Bytes of a model's name.
pub const MODEL_BYTES_MAX: usize = 200;
/// Bytes of a language's id.
pub const LANGUAGE_BYTES_MAX: usize = 64;
/// Characters of the reason of a verdict.
pub const REASON_CHARS_MAX: usize = 1000;
/// Verdicts of one report.
pub const VERDICTS_MAX: usize = 64;
/// The largest number an entry may hold.
pub const COUNT_MAX: u64 = 1_000_000;

/// `POST /v1/feedback`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Feedback {
    /// One entry for each model, language and kind, [`COUNTS_MAX`] at most.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub counts: Vec<FeedbackCounts>,
    /// On single answers of `/v1/generate` and `/v1/chat`, [`VERDICTS_MAX`] at most.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub verdicts: Vec<FeedbackVerdict>,
}

/// What became of one answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct FeedbackVerdict {
    /// The request's record.
    pub request_id: String,
    /// The verdict.
    pub verdict: Verdict,
    /// Why, in the user's words, [`REASON_CHARS_MAX`] characters at most; kept with the record.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// What somebody did with an answer, or said of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Taken as it was.
    Accepted,
    /// Sent away.
    Rejected,
    /// Taken, then changed.
    Edited,
    /// Good.
    ThumbsUp,
    /// Bad.
    ThumbsDown,
}

/// What it was that somebody accepted or sent away.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum FeedbackKind {
    /// A completion while somebody types.
    #[default]
    Completion,
    /// An edit that somebody asked for.
    Edit,
    /// An answer in a conversation.
    Chat,
}

impl FeedbackKind {
    /// Every kind.
    pub const ALL: [Self; 3] = [Self::Completion, Self::Edit, Self::Chat];

    fn is_completion(&self) -> bool {
        *self == Self::Completion
    }
}

/// What became of the suggestions of one kind, of one model in one language.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct FeedbackCounts {
    /// The model that answered, as `/v1/models` names it.
    pub model: String,
    /// The editor's language id.
    pub language: String,
    /// What was suggested; completions when absent.
    #[serde(default, skip_serializing_if = "FeedbackKind::is_completion")]
    pub kind: FeedbackKind,
    /// Suggestions shown.
    #[serde(default)]
    pub shown: u64,
    /// Suggestions accepted whole.
    #[serde(default)]
    pub accepted: u64,
    /// Suggestions of which a word or a line was accepted.
    #[serde(default)]
    pub partially_accepted: u64,
    /// Suggestions sent away.
    #[serde(default)]
    pub dismissed: u64,
    /// Accepted texts that still stood after 30 seconds.
    #[serde(default)]
    pub survived: u64,
    /// Accepted texts that were changed by then.
    #[serde(default)]
    pub changed: u64,
    /// Characters of what was shown.
    #[serde(default)]
    pub characters_shown: u64,
    /// Characters of what was accepted, in whole or in part.
    #[serde(default)]
    pub characters_accepted: u64,
}
