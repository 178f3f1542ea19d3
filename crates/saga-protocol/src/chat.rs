//! `POST /v1/chat`: a conversation the server remembers, answered as server-sent events; and
//! `/v1/sessions…`: those conversations listed, searched, read, renamed, forked and forgotten.
//!
//! A session id is chosen by the client (1 to 64 of `A-Z a-z 0-9 - _`) or, when absent, by the
//! server. It means something only together with the caller's key: two users may use the same id
//! and never meet.

use serde::{Deserialize, Serialize};

use crate::openai::TokenUsage;

/// Characters of a conversation's name.
pub const TITLE_CHARS_MAX: usize = 120;
/// Bytes of what is searched for.
pub const QUERY_BYTES_MAX: usize = 256;

/// `POST /v1/chat`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ChatRequest {
    /// The conversation; a new one when absent or not known yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session: Option<String>,
    /// What the user says.
    pub text: String,
    /// Code that belongs to the message.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub context: Vec<ChatContext>,
    /// The model; the server's default when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// The same id sent again stores the turn once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
    /// Whether the answer goes on for a while when its connection breaks. The same request sent
    /// again with `Last-Event-ID` then gives what was missed and the rest. Needs a `request_id`,
    /// and `DELETE /v1/chat/{request_id}` to call it off.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub resumable: bool,
}

/// A piece of code beside a message.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ChatContext {
    /// Path as shown to the model.
    pub path: String,
    /// The editor's language id.
    #[serde(default)]
    pub language: String,
    /// First line, counted from 1; absent for a whole file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start_line: Option<u32>,
    /// Last line, counted from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end_line: Option<u32>,
    /// The text.
    pub text: String,
}

/// One event of the answer. The SSE `event` field is the tag, `data` the rest as JSON, `id` counts
/// from 1. The last event is `done` or `error`, always.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum ChatEvent {
    /// First: which conversation this is.
    Session {
        /// Its id.
        session: String,
    },
    /// The request waits.
    Queued {
        /// Place in the queue; 1 is next.
        place: u32,
    },
    /// A piece of the answer.
    Text {
        /// More text.
        text: String,
    },
    /// The answer is complete and remembered.
    Done(ChatDone),
    /// The answer failed; nothing of this turn is remembered.
    Error(crate::error::ErrorBody),
}

/// How an answer ended.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ChatDone {
    /// The request that made the turn: what feedback on it, a fork after it and its deletion name.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub request_id: String,
    /// `stop` or `length`.
    pub finish_reason: String,
    /// Token counts; absent when the model server did not tell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub usage: Option<TokenUsage>,
    /// Turns of the conversation that did not fit and were not shown to the model.
    pub turns_left_out: u32,
    /// Turns that were shown to the model as a digest.
    #[serde(default)]
    pub turns_digested: u32,
    /// Name and version of the system prompt.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub prompt: String,
    /// `ok`, or `degraded` when the turn could not be remembered.
    pub memory: String,
}

/// A conversation in `GET /v1/sessions`, newest first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SessionSummary {
    /// Its id.
    pub id: String,
    /// The name it was given, else the beginning of the first message; empty before there is one.
    pub title: String,
    /// Turns held; a turn is one message and its answer.
    pub turns: u32,
    /// Unix milliseconds of the first turn.
    pub created_at: u64,
    /// Unix milliseconds of the last turn.
    pub updated_at: u64,
    /// Where its first turns come from; absent for one that began by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fork_of: Option<ForkOf>,
    /// Words around what was searched for; only in the answer to a search.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub excerpt: Option<String>,
}

/// The conversation that another one was forked from.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ForkOf {
    /// Its id. It may be gone by now.
    pub session: String,
    /// The request of the last turn that was taken over; absent when none was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
}

/// `PATCH /v1/sessions/{id}`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SessionChange {
    /// Its name from now on, [`TITLE_CHARS_MAX`] characters at most; empty for the beginning of its
    /// first message again.
    pub title: String,
}

/// `POST /v1/sessions/{id}/fork`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ForkRequest {
    /// The request of the last turn to take over; none is taken over when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
    /// The new conversation's id; the server makes one up when absent. The same fork asked again
    /// gives the same conversation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
}

/// `GET /v1/sessions`, and with `q` a search in their names and texts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SessionList {
    /// The caller's conversations, newest first.
    pub sessions: Vec<SessionSummary>,
    /// How many of the newest a search looked through when it stopped before it had seen all of
    /// them; absent when it saw all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stopped_after: Option<u32>,
}

/// `GET /v1/sessions/{id}`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Session {
    /// What the list says of it.
    #[serde(flatten)]
    pub summary: SessionSummary,
    /// What was said, oldest first.
    pub log: Vec<Turn>,
    /// What the model is shown in place of the oldest turns; absent while they all fit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digest: Option<Digest>,
}

/// The oldest turns of a conversation in few words, written by the model.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Digest {
    /// Counts digests of this conversation, from 1; each one holds what the one before held.
    pub epoch: u64,
    /// The words.
    pub text: String,
    /// The request of the last turn it stands for.
    pub until: String,
}

/// One message and its answer; never one without the other.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Turn {
    /// The request that made it.
    pub request_id: String,
    /// What the user said.
    pub user: String,
    /// The code beside it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub context: Vec<ChatContext>,
    /// What the model answered.
    pub assistant: String,
    /// Unix milliseconds.
    pub at: u64,
}
