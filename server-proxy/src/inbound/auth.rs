//! The caller of a request, from its `Authorization` header alone, and what the caller's key opens.
//!
//! Without keys everyone on this machine is one user, and a page in this machine's browser must not
//! be: it can be made to call a loopback address, and with a name that is turned to one (DNS
//! rebinding) even to read the answer. Such requests carry the page's `Origin` or that name as
//! `Host`, and are refused.

use std::time::Instant;

use axum::extract::{FromRequestParts, MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::Method;
use http::header::{AUTHORIZATION, HOST, HeaderName, ORIGIN};
use http::request::Parts;
use http::uri::Authority;
use saga_domain::{Failure, FailureCode};

use crate::domain::access::{Access, Identity};
use crate::domain::guesses::Guesser;
use crate::domain::ports::Caller;
use crate::domain::scope::Scope;
use crate::inbound::AppState;
use crate::inbound::client_address::client_address;
use crate::inbound::error::ApiError;
use crate::inbound::metered::metered;

/// What must be in a key's scopes for a call, one of several. Calls that are not here take any key: what they show
/// is the caller's own or says nothing of anybody. A socket's frames come through here as the
/// requests they stand for.
const NEEDS: &[(&str, &[Scope])] = &[
    ("/v1/completions", &[Scope::Complete]),
    ("/v1/fim/completions", &[Scope::Complete]),
    ("/v1/generate", &[Scope::Complete]),
    ("/v1/generate/{id}", &[Scope::Complete]),
    ("/v1/embeddings", &[Scope::Complete]),
    // Whoever gets answers may say what became of them.
    ("/v1/feedback", &[Scope::Complete, Scope::Chat]),
    ("/v1/chat", &[Scope::Chat]),
    ("/v1/chat/{request_id}", &[Scope::Chat]),
    ("/v1/chat/completions", &[Scope::Chat]),
    ("/v1/sessions", &[Scope::Chat]),
    ("/v1/sessions/{id}", &[Scope::Chat]),
    ("/v1/sessions/{id}/fork", &[Scope::Chat]),
    ("/v1/sessions/{id}/turns/{request_id}", &[Scope::Chat]),
    // What a tool does needs what the call needs that it stands for.
    ("/mcp", &[Scope::Complete, Scope::Chat]),
    ("/codesaga.v1.CodeSaga/Generate", &[Scope::Complete]),
    ("/codesaga.v1.CodeSaga/Feedback", &[Scope::Complete, Scope::Chat]),
    ("/codesaga.v1.CodeSaga/Chat", &[Scope::Chat]),
];

/// Calls that a model works for: only these count against a caller's limits.
const METERED: &[&str] = &[
    "/v1/completions",
    "/v1/fim/completions",
    "/v1/generate",
    "/v1/embeddings",
    "/v1/chat",
    "/v1/chat/completions",
    // Each message of a chat over gRPC is counted by itself.
    "/codesaga.v1.CodeSaga/Generate",
];

/// Lets nobody through without a key that opens the call, before anything of the body is read.
pub(crate) async fn let_in(
    State(state): State<AppState>,
    request: Request,
    next: Next,
) -> Response {
    let (mut parts, body) = request.into_parts();
    let identity = match identify(&parts, &state) {
        Ok(identity) => identity,
        Err(refusal) => return refusal.into_response(),
    };
    let path = parts.extensions.get::<MatchedPath>().map_or("", MatchedPath::as_str);
    let needed = NEEDS.iter().find(|(needs, _)| *needs == path);
    if let Some((_, scopes)) = needed
        && let Err(failure) = identity.may_one_of(scopes)
    {
        return ApiError::from(failure).into_response();
    }
    let is_metered = METERED.contains(&path) && parts.method == Method::POST;
    parts.extensions.insert(identity.clone());
    let request = Request::from_parts(parts, body);
    if is_metered {
        return metered(&state.allowance, &identity, request, next).await;
    }
    next.run(request).await
}

/// Asking for an `Identity` or a `Caller` is what makes a handler ask for a key.
impl FromRequestParts<AppState> for Identity {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, ApiError> {
        match parts.extensions.get::<Self>() {
            Some(identity) => Ok(identity.clone()),
            None => identify(parts, state),
        }
    }
}

impl FromRequestParts<AppState> for Caller {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, ApiError> {
        Ok(Identity::from_request_parts(parts, state).await?.caller)
    }
}

/// A caller whose key opens the operator's views; without keys whoever is on this machine.
#[derive(Clone, Debug)]
pub struct Admin(pub Caller);

impl FromRequestParts<AppState> for Admin {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, ApiError> {
        let identity = Identity::from_request_parts(parts, state).await?;
        identity.may(Scope::Admin)?;
        Ok(Self(identity.caller))
    }
}

fn identify(parts: &Parts, state: &AppState) -> Result<Identity, ApiError> {
    if matches!(*state.access, Access::Local) {
        only_this_machine(parts)?;
    }
    let token = text(parts, &AUTHORIZATION).and_then(|value| {
        let (scheme, token) = value.split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then_some(token.trim())
    });
    let guesser = token.map(|token| {
        let address = client_address(parts, &state.trusted_proxies);
        Guesser::new(address, state.access.claimed(token))
    });
    let now = Instant::now();
    if let Some(guesser) = &guesser {
        state.guesses.may_try(guesser, now)?;
    }
    let found = state.access.identify(token);
    if found.is_err()
        && let Some(guesser) = guesser
    {
        state.guesses.wrong(guesser, now);
    }
    Ok(found?)
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

pub(in crate::inbound) fn is_loopback(authority: &str) -> bool {
    let Ok(authority) = authority.parse::<Authority>() else { return false };
    let host = authority.host().trim_start_matches('[').trim_end_matches(']');
    host.eq_ignore_ascii_case("localhost")
        || host.parse().is_ok_and(|address: std::net::IpAddr| address.is_loopback())
}

fn text<'a>(parts: &'a Parts, name: &HeaderName) -> Option<&'a str> {
    parts.headers.get(name)?.to_str().ok()
}
