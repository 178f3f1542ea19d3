//! `GET /readyz`: whether the server can answer now, and if not, why. 200 when ready, 503 when not;
//! the body is the same shape in both.

use serde::{Deserialize, Serialize};

/// The body of `/readyz`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Readiness {
    /// What can be expected of a request sent now.
    pub status: ReadyStatus,
    /// The default model, when known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// Seconds for which this status has lasted.
    pub for_seconds: u64,
    /// Why it is not ready.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<crate::error::ErrorDetail>,
    /// How each model server stands, in the order of preference.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub servers: Vec<ServerReadiness>,
    /// `ok`, `degraded` (the session store does not answer) or `in_process`.
    pub memory: String,
    /// `ok`, `stale` (the keys file changed and cannot be used; the keys known before are in force) or
    /// `none` (only this machine is served).
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub keys: String,
}

/// One model server; says nothing about its address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ServerReadiness {
    /// Tells it from the others; the first ones count from 0 in the order of the settings.
    pub number: usize,
    /// `loading`, `healthy`, `busy`, `wedged` or `down`.
    pub health: String,
    /// Seconds for which it has been so.
    pub for_seconds: u64,
    /// The code of what is wrong.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
}

/// What can be expected of a request sent now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum ReadyStatus {
    /// It will be answered.
    Ready,
    /// It will be answered once the model is loaded.
    Loading,
    /// No model server answers.
    Unavailable,
    /// The server is shutting down.
    Draining,
}

impl ReadyStatus {
    /// The name on the wire.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Ready => "ready",
            Self::Loading => "loading",
            Self::Unavailable => "unavailable",
            Self::Draining => "draining",
        }
    }
}
