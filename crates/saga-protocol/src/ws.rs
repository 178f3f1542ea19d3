//! `GET /v1/ws`: completions and chat side by side on one WebSocket, a JSON object in each text
//! message.
//!
//! A client opens a stream with an `id` of its own making (1 to 64 of `A-Z a-z 0-9 - _`); every
//! answer to it bears that id and a `seq` that counts from 1. A stream ends with exactly one of
//! `done`, `error` and `cancelled`; its id may then be used again.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::chat::ChatDone;
use crate::error::ErrorDetail;
use crate::openai::TokenUsage;

/// What a client says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ClientFrame {
    /// Opens a stream: a completion.
    Complete {
        /// The stream's id.
        id: String,
        /// The body of `POST /v1/completions`; it is always streamed, with its usage.
        body: Map<String, Value>,
        /// What that call's headers say, by their names without `x-codesaga-`: `class`,
        /// `document`, and so on.
        #[serde(default, skip_serializing_if = "Map::is_empty")]
        headers: Map<String, Value>,
        /// A name, unique for the caller, by which the answer can be resumed; without one it ends
        /// with its socket.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        answer: Option<String>,
    },
    /// Opens a stream: a message of a conversation. With `resumable` in its body the answer can be
    /// resumed by its `request_id`.
    Chat {
        /// The stream's id.
        id: String,
        /// The body of `POST /v1/chat`.
        body: Map<String, Value>,
    },
    /// Opens a stream: the rest of an answer that was begun on another connection.
    Resume {
        /// The stream's id.
        id: String,
        /// The answer's name.
        answer: String,
        /// The last `seq` that is known; 0 for the whole answer.
        #[serde(default)]
        after: u64,
    },
    /// Calls off the stream with this id, or the answer with this name.
    Cancel {
        /// The stream's id.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        id: Option<String>,
        /// The answer's name.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        answer: Option<String>,
    },
}

/// What the server says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ServerFrame {
    /// The stream it belongs to; absent when a frame could not be taken that opens no stream.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Its number in the answer; absent when the answer did not say it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seq: Option<u64>,
    /// What is said.
    #[serde(flatten)]
    pub event: ServerEvent,
}

/// A part of an answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ServerEvent {
    /// Which conversation this is; only for `chat`.
    Session {
        /// Its id.
        session: String,
    },
    /// The request waits.
    Queued {
        /// Place in the queue; 1 is next.
        place: u32,
    },
    /// More text.
    Text {
        /// The text.
        text: String,
    },
    /// The end of an answer.
    Done(Done),
    /// The end of a stream, or a frame that could not be taken.
    Error {
        /// What went wrong.
        error: ErrorDetail,
    },
    /// The end of a stream that was called off.
    Cancelled {},
}

/// How an answer ended.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Done {
    /// Of a conversation.
    Turn(ChatDone),
    /// Of a completion.
    Completion {
        /// `stop` or `length`.
        finish_reason: String,
        /// Token counts; absent when the model server did not tell.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        usage: Option<TokenUsage>,
    },
}
