//! `DELETE /v1/me`: what was kept of the caller and is no more.

use serde::{Deserialize, Serialize};

/// How much was forgotten. What was being answered has ended too.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Erased {
    /// Conversations.
    pub sessions: u64,
    /// Records of requests and of what models were asked.
    pub records: u64,
}
