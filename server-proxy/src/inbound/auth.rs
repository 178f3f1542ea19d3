//! The caller of a request, from its `Authorization` header alone.

use axum::extract::FromRequestParts;
use http::header::AUTHORIZATION;
use http::request::Parts;

use crate::domain::ports::Caller;
use crate::inbound::AppState;
use crate::inbound::error::ApiError;

/// Asking for a `Caller` is what makes a handler ask for a key.
impl FromRequestParts<AppState> for Caller {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, ApiError> {
        let token =
            parts.headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok()).and_then(
                |value| {
                    let (scheme, token) = value.split_once(' ')?;
                    scheme.eq_ignore_ascii_case("bearer").then_some(token.trim())
                },
            );
        Ok(state.access.caller(token)?)
    }
}
