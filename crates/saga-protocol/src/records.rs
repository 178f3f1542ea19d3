//! `GET /v1/requests…`: what is recorded of a caller's requests, and of what models were asked.

use serde::{Deserialize, Serialize};

use crate::generate::GenerateRecord;

/// What a model was asked (`LlamaRequest`): one row for each answer, whichever call it was for.
/// Numbers alone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LlamaRequest {
    /// The row's id.
    pub id: String,
    /// Which model on which server; absent when none was reached.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instance_id: Option<String>,
    /// Who asked.
    pub user_id: String,
    /// `completion`, `chat` or `edit`.
    pub request_type: String,
    /// The model's name.
    pub model: String,
    /// Tokens of what was asked; absent when the model server did not tell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub input_tokens: Option<u32>,
    /// Tokens of the answer; absent when the model server did not tell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub output_tokens: Option<u32>,
    /// Bytes of the answer's text.
    pub output_bytes: u64,
    /// Milliseconds until a model server let it in; absent when none did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waited_ms: Option<u64>,
    /// Milliseconds to the first text; absent when none came.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_text_ms: Option<u64>,
    /// Milliseconds from the question to the end.
    pub processing_time: u64,
    /// Why no model was asked for it; absent when one was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub origin: Option<AnswerOrigin>,
    /// How it ended.
    pub status: LlamaStatus,
    /// What failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error_code: Option<String>,
    /// Unix milliseconds of the question.
    pub created_at: u64,
}

/// Where an answer came from that no model was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum AnswerOrigin {
    /// It was read along with the same question of somebody else in the team.
    Shared,
    /// It was finished a short while ago, and kept; no tokens were used.
    Kept,
}

/// How an answer of a model ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum LlamaStatus {
    /// It is complete.
    Completed,
    /// It failed.
    Failed,
    /// Nobody waited for it any more.
    Cancelled,
}

/// A record of either kind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(untagged)]
pub enum Record {
    /// A request's life.
    Codesaga(Box<GenerateRecord>),
    /// An answer of a model.
    Llama(Box<LlamaRequest>),
}

/// Which records.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum RecordKind {
    /// Those of requests to `/v1/generate` and of messages of conversations.
    #[default]
    Codesaga,
    /// Those of what models were asked.
    Llama,
}

/// `GET /v1/requests`: newest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RecordPage {
    /// Records of the one kind that was asked for.
    pub requests: Vec<Record>,
    /// Asked for as `cursor`, what follows; absent at the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

impl RecordKind {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Codesaga, Self::Llama];

    /// The name on the wire.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Codesaga => "codesaga",
            Self::Llama => "llama",
        }
    }
}

impl Record {
    /// Which kind it is.
    #[must_use]
    pub fn kind(&self) -> RecordKind {
        match self {
            Self::Codesaga(_) => RecordKind::Codesaga,
            Self::Llama(_) => RecordKind::Llama,
        }
    }

    /// Its id.
    #[must_use]
    pub fn id(&self) -> &str {
        match self {
            Self::Codesaga(record) => &record.id,
            Self::Llama(record) => &record.id,
        }
    }

    /// Unix milliseconds of its beginning.
    #[must_use]
    pub fn created_at(&self) -> u64 {
        match self {
            Self::Codesaga(record) => record.created_at,
            Self::Llama(record) => record.created_at,
        }
    }

    /// Its type's name on the wire.
    #[must_use]
    pub fn request_type(&self) -> &str {
        match self {
            Self::Codesaga(record) => record.request_type.name(),
            Self::Llama(record) => &record.request_type,
        }
    }

    /// Its status's name on the wire.
    #[must_use]
    pub fn status(&self) -> &'static str {
        match self {
            Self::Codesaga(record) => record.status.name(),
            Self::Llama(record) => record.status.name(),
        }
    }
}

impl LlamaStatus {
    /// The name on the wire.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Completed => "completed",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }
}
