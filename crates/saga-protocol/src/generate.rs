//! `POST /v1/generate`: one independent answer with a recorded life, and its record.

use serde::{Deserialize, Serialize};

use crate::openai::{Sampling, TokenUsage};

/// `POST /v1/generate`. Answered as JSON ([`GenerateRecord`]), or as server-sent events
/// (`text`, then `done` or `error`) when the client accepts `text/event-stream`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct GenerateRequest {
    /// What kind of work it is.
    pub request_type: RequestType,
    /// The instruction.
    pub input: String,
    /// The editor's language id.
    #[serde(default)]
    pub language: String,
    /// The code it is about.
    #[serde(default)]
    pub code_context: String,
    /// The model; the server's default when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// The sampling options.
    #[serde(flatten)]
    pub sampling: Sampling,
}

/// What kind of work a request is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RequestType {
    /// Continue code.
    Completion,
    /// Rewrite code.
    Refactor,
    /// Mend code.
    ErrorFix,
}

/// Where a request stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RequestStatus {
    /// Accepted, not started.
    Waiting,
    /// The model is answering.
    Processing,
    /// Answered.
    Completed,
    /// Ended without an answer.
    Failed,
}

/// The record of a request: numbers and its state. The answer is part of the reply to the request
/// itself and is not kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GenerateRecord {
    /// The record's id.
    pub id: String,
    /// What kind of work it was.
    pub request_type: RequestType,
    /// The editor's language id.
    pub language: String,
    /// Where it stands.
    pub status: RequestStatus,
    /// The model asked.
    pub model: String,
    /// The answer; only in the reply to the request itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub response: Option<String>,
    /// Token counts, once known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub usage: Option<TokenUsage>,
    /// What failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<crate::error::ErrorDetail>,
    /// Milliseconds from start to end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub processing_time_ms: Option<u64>,
    /// Unix milliseconds.
    pub created_at: u64,
    /// Unix milliseconds.
    pub updated_at: u64,
}
