//! `GET /v1/status` and `GET /v1/admin/state`: how the server stands, for those who run it and for
//! the page at `/`. Numbers and names, never a word of what was asked.

use serde::{Deserialize, Serialize};

use crate::error::ErrorDetail;
use crate::instances::Instance;
use crate::ready::ReadyStatus;

/// How the server stands. What the caller may not see is absent: who has no key sees totals, who
/// has one sees instances and acceptance too, and an administrator (or, on a server without keys,
/// this machine) the users.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ServerState {
    /// The program's version.
    pub version: String,
    /// Seconds since it serves.
    pub uptime_seconds: u64,
    /// How much of it the caller sees.
    pub view: View,
    /// What can be expected of a request sent now.
    pub status: ReadyStatus,
    /// Seconds for which that has lasted.
    pub for_seconds: u64,
    /// The default model, when known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// Why it is not ready.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<ErrorDetail>,
    /// `ok`, `degraded` (the session store does not answer) or `in_process`.
    pub memory: String,
    /// Requests under way, by kind and urgency, the most urgent first.
    pub queue: Vec<Lane>,
    /// What ended in the last minute.
    pub last_minute: LastMinute,
    /// What became of suggestions that users of the caller's tenant were shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acceptance: Option<Acceptance>,
    /// Every model on every server, as in `GET /v1/instances`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instances: Option<Vec<Instance>>,
    /// Who uses it, the busiest first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub users: Option<Vec<UserState>>,
}

/// How much of the server's state a caller sees.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum View {
    /// Totals alone: no key was given.
    Totals,
    /// Instances and acceptance too.
    Instances,
    /// Everything.
    Users,
}

/// Requests of one kind and urgency.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Lane {
    /// `completion`, `chat` or `edit`.
    pub task: String,
    /// `invoke`, `automatic` or `background`.
    pub class: String,
    /// How many stand in a queue.
    pub waiting: u32,
    /// How many are with a model server.
    pub in_flight: u32,
}

/// What ended in the last minute.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LastMinute {
    /// Answers that are complete.
    pub done: u64,
    /// Answers that failed.
    pub failed: u64,
    /// Answers that nobody waited for any more, such as a completion after the next key.
    pub cancelled: u64,
    /// Tokens of their texts a second, estimated where the model server told none.
    pub tokens_per_second: f64,
    /// Milliseconds to the first text, on average; absent when there was none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_text_ms: Option<f64>,
}

/// What became of suggestions.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Acceptance {
    /// Suggestions shown.
    pub shown: u64,
    /// The share accepted whole, from 0 to 1; absent before one was shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub share: Option<f64>,
}

/// What one user does.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UserState {
    /// The user's team.
    pub tenant: String,
    /// The user's name.
    pub user: String,
    /// Requests that stand in a queue.
    pub waiting: u32,
    /// Requests that are with a model server.
    pub in_flight: u32,
    /// Answers since the server started, however they ended.
    pub answers: u64,
    /// Tokens of their texts, estimated where the model server told none.
    pub tokens: u64,
    /// Seconds since the last one began or ended.
    pub idle_seconds: u64,
}
