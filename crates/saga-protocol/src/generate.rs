//! `POST /v1/generate`: one independent answer with a recorded life; the records of a caller's own
//! requests, and of what the models were asked for them.

use serde::{Deserialize, Serialize};

use crate::openai::{Sampling, TokenUsage};

/// `POST /v1/generate`. Answered as JSON ([`GenerateRecord`]), or as server-sent events
/// (`text`, then `done` or `error`) when the client accepts `text/event-stream`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
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
    /// The path of its file, for the record.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file_path: Option<String>,
    /// The model; the server's default when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// The sampling options.
    #[serde(flatten)]
    pub sampling: Sampling,
}

/// What kind of work a request is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum RequestType {
    /// Continue code.
    Completion,
    /// Rewrite code.
    Refactor,
    /// Mend code.
    ErrorFix,
}

/// What kind of work a record is about: that of a request, or a message of a conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum RecordType {
    /// Continue code.
    Completion,
    /// Rewrite code.
    Refactor,
    /// Mend code.
    ErrorFix,
    /// A message of a conversation.
    Chat,
}

/// Where a request stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
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

/// The record of a request (`CodesagaRequest`). Texts are in it only when the caller's team keeps
/// them; the answer is part of the reply to the request itself in any case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct GenerateRecord {
    /// The record's id.
    pub id: String,
    /// Whose request it was.
    #[serde(default)]
    pub user_id: String,
    /// What kind of work it was.
    pub request_type: RecordType,
    /// The editor's language id; empty for a message of a conversation.
    pub language: String,
    /// The code before, and once it is known the answer to it.
    #[serde(default)]
    pub code_context: Vec<CodeContext>,
    /// Where it stands.
    pub status: RequestStatus,
    /// The model asked.
    pub model: String,
    /// Name and version of the system prompt it was asked with.
    #[serde(default)]
    pub prompt: String,
    /// The answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub response: Option<String>,
    /// Token counts, once known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub usage: Option<TokenUsage>,
    /// What failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<crate::error::ErrorDetail>,
    /// What the user did with the answer or said of it, last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verdict: Option<crate::feedback::Verdict>,
    /// Why, in the user's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Milliseconds from start to end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub processing_time_ms: Option<u64>,
    /// Unix milliseconds.
    pub created_at: u64,
    /// Unix milliseconds.
    pub updated_at: u64,
}

/// Code of a request, before it or after it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CodeContext {
    /// Its own id.
    pub id: String,
    /// The request it belongs to.
    pub request_id: String,
    /// The path of its file, where texts are kept and the request named it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file_path: Option<String>,
    /// The code itself, where texts are kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code_content: Option<String>,
    /// The editor's language id.
    pub language: String,
    /// Which of the two it is.
    pub context_type: ContextType,
    /// What is known of the code in any case.
    pub metadata: ContentFacts,
}

/// Before an answer, or after it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum ContextType {
    /// As it was sent.
    Before,
    /// As it was answered.
    After,
}

/// What is known of a text without the text.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ContentFacts {
    /// Its size.
    pub bytes: u64,
    /// Its lines.
    pub lines: u64,
    /// The first 32 digits of its BLAKE3 hash.
    pub hash: String,
}

impl From<RequestType> for RecordType {
    fn from(request: RequestType) -> Self {
        match request {
            RequestType::Completion => Self::Completion,
            RequestType::Refactor => Self::Refactor,
            RequestType::ErrorFix => Self::ErrorFix,
        }
    }
}

impl RecordType {
    /// The name on the wire.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Completion => "completion",
            Self::Refactor => "refactor",
            Self::ErrorFix => "error_fix",
            Self::Chat => "chat",
        }
    }
}

impl RequestStatus {
    /// The name on the wire.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Processing => "processing",
            Self::Completed => "completed",
            Self::Failed => "failed",
        }
    }
}
