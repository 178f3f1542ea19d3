//! The caller of a request, from its `Authorization` header alone.
//!
//! Without keys everyone on this machine is one user, and a page in this machine's browser must not
//! be: it can be made to call a loopback address, and with a name that is turned to one (DNS
//! rebinding) even to read the answer. Such requests carry the page's `Origin` or that name as
//! `Host`, and are refused.

use axum::extract::FromRequestParts;
use http::header::{AUTHORIZATION, HOST, HeaderName, ORIGIN};
use http::request::Parts;
use http::uri::Authority;
use saga_domain::{Failure, FailureCode};

use crate::domain::access::Access;
use crate::domain::ports::Caller;
use crate::inbound::AppState;
use crate::inbound::error::ApiError;

/// Asking for a `Caller` is what makes a handler ask for a key.
impl FromRequestParts<AppState> for Caller {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, ApiError> {
        if matches!(*state.access, Access::Local) {
            only_this_machine(parts)?;
        }
        let token = text(parts, &AUTHORIZATION).and_then(|value| {
            let (scheme, token) = value.split_once(' ')?;
            scheme.eq_ignore_ascii_case("bearer").then_some(token.trim())
        });
        Ok(state.access.caller(token)?)
    }
}

fn only_this_machine(parts: &Parts) -> Result<(), Failure> {
    // HTTP/2 names the host in the address alone.
    let address = parts.uri.authority().map(Authority::as_str);
    let host = text(parts, &HOST);
    let origin = text(parts, &ORIGIN);
    let origin_host =
        origin.map(|origin| origin.split_once("://").map_or(origin, |(_, host)| host));
    if host.into_iter().chain(address).chain(origin_host).all(is_loopback) {
        return Ok(());
    }
    Err(Failure::new(
        FailureCode::Forbidden,
        "without CODESAGA_KEYS_FILE only programs on this machine are served, by a loopback address",
    ))
}

fn is_loopback(authority: &str) -> bool {
    let Ok(authority) = authority.parse::<Authority>() else { return false };
    let host = authority.host().trim_start_matches('[').trim_end_matches(']');
    host.eq_ignore_ascii_case("localhost")
        || host.parse().is_ok_and(|address: std::net::IpAddr| address.is_loopback())
}

fn text<'a>(parts: &'a Parts, name: &HeaderName) -> Option<&'a str> {
    parts.headers.get(name)?.to_str().ok()
}
