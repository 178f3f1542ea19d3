//! `POST /v1/generate` with `Prefer: respond-async`, and `/v1/generate/{id}`: a job that was accepted
//! ends, whatever dies in between.

use serde::{Deserialize, Serialize};

use crate::error::ErrorDetail;
use crate::generate::RecordType;
use crate::openai::TokenUsage;

/// Where a job stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum JobStage {
    /// It has its id; its code is not stored yet.
    Waiting,
    /// Its code is stored: it is accepted.
    ContextStored,
    /// A worker has it, and a model is asked.
    Generating,
    /// The answer is stored.
    Generated,
    /// The answer is recorded; from here on it cannot be called off.
    Stored,
    /// It is charged, and everybody was told.
    Completed,
    /// What was done is being undone.
    Compensating,
    /// It ended without an answer.
    Failed,
    /// Its owner called it off.
    Cancelled,
}

/// `GET /v1/generate/{id}`, the answer to `POST` and `DELETE`, and the data of the last event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Job {
    /// Its id, which is that of its record too.
    pub id: String,
    /// What kind of work it is.
    pub request_type: RecordType,
    /// Where it stands.
    pub stage: JobStage,
    /// Times that a model was asked.
    pub tries: u32,
    /// Where it stood before, and since when it stands where it does.
    pub steps: Vec<JobStep>,
    /// The model that answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// The answer, once it is complete and as long as it is kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub response: Option<String>,
    /// Token counts of the answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub usage: Option<TokenUsage>,
    /// Why it failed, or why it is tried again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<ErrorDetail>,
    /// Unix milliseconds.
    pub created_at: u64,
}

/// A step of a job; as an event its id is its place among them, from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct JobStep {
    /// Where it stands from then on.
    pub stage: JobStage,
    /// Unix milliseconds.
    pub at: u64,
}

impl JobStage {
    /// Every stage, in the order in which they are usually reached.
    pub const ALL: [Self; 9] = [
        Self::Waiting,
        Self::ContextStored,
        Self::Generating,
        Self::Generated,
        Self::Stored,
        Self::Completed,
        Self::Compensating,
        Self::Failed,
        Self::Cancelled,
    ];

    /// Whether nothing follows by itself.
    #[must_use]
    pub fn is_end(self) -> bool {
        matches!(self, Self::Completed | Self::Failed | Self::Cancelled)
    }

    /// The name on the wire.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::ContextStored => "context_stored",
            Self::Generating => "generating",
            Self::Generated => "generated",
            Self::Stored => "stored",
            Self::Completed => "completed",
            Self::Compensating => "compensating",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }
}
