//! The shape of every error: OpenAI's, with a stable `code` of ours.

use saga_domain::{Failure, FailureCode};
use serde::{Deserialize, Serialize};

/// `{ "error": { … } }`: the body of an HTTP error, and the data of an `error` event in a stream.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ErrorBody {
    /// The error itself.
    pub error: ErrorDetail,
}

/// What went wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ErrorDetail {
    /// Stable; see [`FailureCode`].
    pub code: String,
    /// For people, in English.
    pub message: String,
    /// OpenAI's coarse class: `invalid_request_error`, `authentication_error`, `permission_error`,
    /// `not_found_error`, `rate_limit_error`, `server_error`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The field that is wrong, where one is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub param: Option<String>,
    /// Milliseconds after which it makes sense to come back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after_ms: Option<u64>,
}

impl ErrorBody {
    /// The body for a failure.
    #[must_use]
    pub fn new(failure: &Failure) -> Self {
        Self {
            error: ErrorDetail {
                code: failure.code.name().to_owned(),
                message: failure.message.clone(),
                kind: kind(failure.code).to_owned(),
                param: None,
                retry_after_ms: failure.retry_after_ms,
            },
        }
    }
}

impl From<ErrorDetail> for Failure {
    fn from(detail: ErrorDetail) -> Self {
        Self {
            code: FailureCode::from_name(&detail.code),
            message: detail.message,
            retry_after_ms: detail.retry_after_ms,
        }
    }
}

fn kind(code: FailureCode) -> &'static str {
    use FailureCode as C;
    match code {
        C::Unauthorized => "authentication_error",
        C::Forbidden | C::PrivateFile => "permission_error",
        C::NotFound | C::UnknownModel => "not_found_error",
        C::RateLimited
        | C::QueueFull
        | C::SessionBusy
        | C::Superseded
        | C::Expired
        | C::Preempted => "rate_limit_error",
        C::InvalidRequest
        | C::InvalidSetting
        | C::UnknownDocument
        | C::StaleDocument
        | C::OffsetOutOfRange
        | C::TooLarge
        | C::ContextOverflow
        | C::Unsupported => "invalid_request_error",
        C::NoCode
        | C::Unreachable
        | C::BadResponse
        | C::UpstreamBusy
        | C::UpstreamUnreachable
        | C::UpstreamFailed
        | C::UpstreamIncomplete
        | C::Timeout
        | C::ShuttingDown
        | C::Internal => "server_error",
    }
}
