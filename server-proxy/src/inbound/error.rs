//! Failures as HTTP answers. Status codes appear here and nowhere else.

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::header::{RETRY_AFTER, WWW_AUTHENTICATE};
use http::{HeaderValue, StatusCode};
use saga_domain::{Failure, FailureCode};
use saga_protocol::error::ErrorBody;

use crate::domain::caller_limits::LimitKind;

/// A failure on its way to a client.
#[derive(Clone, Debug)]
pub struct ApiError {
    failure: Failure,
    param: Option<String>,
    status: StatusCode,
}

impl ApiError {
    /// A field of the request is wrong.
    #[must_use]
    pub fn wrong_field(field: impl Into<String>, what: impl std::fmt::Display) -> Self {
        let field = field.into();
        let message = format!("`{field}`: {what}");
        let failure = Failure::new(FailureCode::InvalidRequest, message);
        Self { param: Some(field), ..Self::from(failure) }
    }

    /// A field asks for something that is not answered here.
    #[must_use]
    pub fn unsupported_field(field: impl Into<String>, what: impl std::fmt::Display) -> Self {
        let field = field.into();
        let failure = Failure::new(FailureCode::Unsupported, format!("`{field}`: {what}"));
        Self { param: Some(field), ..Self::from(failure) }
    }

    /// The path is known, the method is not.
    #[must_use]
    pub fn wrong_method() -> Self {
        let message = "this path does not take this method";
        let failure = Failure::new(FailureCode::InvalidRequest, message);
        Self { status: StatusCode::METHOD_NOT_ALLOWED, ..Self::from(failure) }
    }

    /// The request did not come in time.
    #[must_use]
    pub fn too_slow() -> Self {
        let failure = Failure::new(FailureCode::Timeout, "the request's body did not come in time");
        Self { status: StatusCode::REQUEST_TIMEOUT, ..Self::from(failure) }
    }

    /// A caller has used what it may; the limit is named to programs as well.
    #[must_use]
    pub fn limit_reached(failure: Failure, limit: LimitKind) -> Self {
        Self { param: Some(limit.name().to_owned()), ..Self::from(failure) }
    }

    /// What is kept outside this process cannot be reached; `so` says what follows.
    #[must_use]
    pub fn no_store(so: &str) -> Self {
        Self::from(Failure {
            code: FailureCode::Timeout,
            message: format!("the session store does not answer; {so}"),
            retry_after_ms: Some(1000),
        })
    }

    /// What is said of it.
    #[must_use]
    pub fn into_body(self) -> ErrorBody {
        let mut body = ErrorBody::new(&self.failure);
        body.error.param = self.param;
        body
    }

    /// What went wrong, for where there is no status to say it with.
    #[must_use]
    pub fn into_failure(self) -> Failure {
        self.failure
    }

    /// What went wrong.
    #[must_use]
    pub fn failure(&self) -> &Failure {
        &self.failure
    }

    /// The status it is answered with.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.status
    }
}

impl From<Failure> for ApiError {
    fn from(failure: Failure) -> Self {
        Self { status: status(failure.code), failure, param: None }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let status = self.status;
        let failure = self.failure.clone();
        let (code, retry_after_ms) = (failure.code, failure.retry_after_ms);
        let mut response = (status, Json(self.into_body())).into_response();
        if let Some(ms) = retry_after_ms {
            let seconds = HeaderValue::from(ms.div_ceil(1000).max(1));
            response.headers_mut().insert(RETRY_AFTER, seconds);
        }
        if status == StatusCode::UNAUTHORIZED {
            response.headers_mut().insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response.extensions_mut().insert(code);
        // For where failures are not told as HTTP tells them.
        response.extensions_mut().insert(failure);
        response
    }
}

fn status(code: FailureCode) -> StatusCode {
    use FailureCode as C;
    match code {
        C::InvalidRequest
        | C::InvalidSetting
        | C::UnknownDocument
        | C::StaleDocument
        | C::OffsetOutOfRange
        | C::ContextOverflow
        | C::NoCode
        | C::Unsupported => StatusCode::BAD_REQUEST,
        C::Unauthorized => StatusCode::UNAUTHORIZED,
        C::Forbidden | C::PrivateFile => StatusCode::FORBIDDEN,
        C::NotFound | C::UnknownModel => StatusCode::NOT_FOUND,
        C::SessionBusy | C::Superseded => StatusCode::CONFLICT,
        C::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        C::RateLimited | C::QueueFull => StatusCode::TOO_MANY_REQUESTS,
        C::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        C::Unreachable
        | C::BadResponse
        | C::UpstreamUnreachable
        | C::UpstreamFailed
        | C::UpstreamIncomplete => StatusCode::BAD_GATEWAY,
        C::UpstreamBusy | C::Expired | C::Preempted | C::ShuttingDown => {
            StatusCode::SERVICE_UNAVAILABLE
        }
        C::Timeout => StatusCode::GATEWAY_TIMEOUT,
    }
}
