//! `GET /v1/instances`: the models as they stand on their servers, and how well they do.

use serde::{Deserialize, Serialize};

/// `GET /v1/instances`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct InstanceList {
    /// One entry for each model on each server, the preferred server first.
    pub instances: Vec<Instance>,
}

/// A model on one model server.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Instance {
    /// The same as long as the server's settings are; says nothing about its address.
    pub id: String,
    /// What kind of server has it.
    pub model_type: ModelType,
    /// The name to ask for.
    pub model_name: String,
    /// What the server says identifies the model's file, such as Ollama's digest; empty when it
    /// says nothing.
    pub version: String,
    /// Whether it answers.
    pub status: InstanceStatus,
    /// How its server stands: `loading`, `healthy`, `busy`, `wedged` or `down`.
    #[serde(default)]
    pub health: String,
    /// Unix milliseconds of the last answer; absent when there was none since the proxy started.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_used_at: Option<u64>,
    /// How well it does.
    pub performance_metrics: PerformanceMetrics,
}

/// What kind of server has a model.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum ModelType {
    /// Ollama.
    Ollama,
    /// Any other: OpenAI-compatible.
    Custom,
}

/// Whether an instance answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum InstanceStatus {
    /// Its server answers.
    Active,
    /// Its server does not answer.
    Inactive,
    /// The model is being loaded.
    Updating,
}

impl InstanceStatus {
    /// The name on the wire.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Inactive => "inactive",
            Self::Updating => "updating",
        }
    }
}

/// How well an instance does. `accuracy` and `usage_count` are the model's, wherever it is served.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PerformanceMetrics {
    /// Milliseconds from a request at the model server to its first piece, smoothed over the last
    /// answers; absent before the first one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub response_time: Option<f64>,
    /// Tokens that it generates in a second once it has begun, smoothed over the last answers whose
    /// server counted them; absent before the first one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tokens_per_second: Option<f64>,
    /// The share of its completions that users of the caller's tenant accepted whole, from 0 to 1;
    /// absent before one was shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accuracy: Option<f64>,
    /// Completions that were shown to users of the caller's tenant; absent while the store of
    /// feedback does not answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub usage_count: Option<u64>,
    /// The same of edits; absent before one was shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub edits: Option<KindMetrics>,
    /// The same of answers in conversations.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub chat: Option<KindMetrics>,
}

/// How users of the caller's tenant liked what was shown of one kind.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct KindMetrics {
    /// The share that was accepted whole, from 0 to 1.
    pub accuracy: f64,
    /// How many were shown.
    pub usage_count: u64,
}
