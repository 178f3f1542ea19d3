//! Who looks at the server's state, and how much of it they see.

use axum::extract::FromRequestParts;
use http::header::AUTHORIZATION;
use http::request::Parts;

use crate::domain::access::{Access, Identity};
use crate::domain::ports::Caller;
use crate::domain::scope::Scope;
use crate::inbound::AppState;
use crate::inbound::error::ApiError;

/// Whoever looks.
#[derive(Clone, Debug)]
pub(crate) enum Viewer {
    /// Nobody knows; sees totals.
    Stranger,
    /// A user; sees instances and what the own team accepts.
    Holder(Caller),
    /// Who runs the server, or, without keys, this machine; sees everything.
    Admin(Caller),
}

impl FromRequestParts<AppState> for Viewer {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, ApiError> {
        let is_local = matches!(*state.access, Access::Local);
        if !is_local && !parts.headers.contains_key(AUTHORIZATION) {
            return Ok(Self::Stranger);
        }
        // A key that is wrong is refused rather than taken for none.
        let identity = Identity::from_request_parts(parts, state).await?;
        Ok(match identity.may(Scope::Admin) {
            Ok(()) => Self::Admin(identity.caller),
            Err(_) => Self::Holder(identity.caller),
        })
    }
}
