//! `/v1/sessions…`: the caller's own conversations. What is another's does not exist.

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use http::header::LOCATION;
use http::{HeaderMap, HeaderValue, StatusCode};
use saga_domain::{Failure, FailureCode};
use saga_protocol::chat::{
    ForkRequest, QUERY_BYTES_MAX, Session, SessionChange, SessionList, SessionSummary,
};
use serde::Deserialize;

use crate::clock::unix_millis;
use crate::domain::ports::{Caller, MemoryError, VersionedSession};
use crate::domain::revision;
use crate::domain::session_search::{self, Query as Searched};
use crate::domain::writers::session_busy;
use crate::inbound::AppState;
use crate::inbound::body::JsonBody;
use crate::inbound::error::ApiError;
use crate::inbound::talk::{ID_EXPECTED, is_id, new_id};

#[derive(Debug, Deserialize)]
pub(crate) struct Wanted {
    q: Option<String>,
}

pub(crate) async fn list(
    State(state): State<AppState>,
    caller: Caller,
    wanted: Result<Query<Wanted>, QueryRejection>,
) -> Result<Json<SessionList>, ApiError> {
    let Ok(Query(Wanted { q })) = wanted else {
        return Err(ApiError::wrong_field("query", "expected `q`, once"));
    };
    let q = q.unwrap_or_default();
    if q.len() > QUERY_BYTES_MAX {
        let what = format!("expected {QUERY_BYTES_MAX} bytes at most");
        return Err(ApiError::wrong_field("q", what));
    }
    let list = match Searched::of(&q) {
        Some(query) => session_search::search(state.memory.as_ref(), &caller, &query).await,
        None => {
            let sessions = state.memory.list(&caller).await;
            sessions.map(|sessions| SessionList { sessions, stopped_after: None })
        }
    };
    list.map(Json).map_err(unavailable)
}

pub(crate) async fn one(
    State(state): State<AppState>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<Session>, ApiError> {
    Ok(Json(known(&state, &caller, &id).await?.session))
}

/// `PATCH`: gives it a name, or takes it away.
pub(crate) async fn change(
    State(state): State<AppState>,
    caller: Caller,
    Path(id): Path<String>,
    JsonBody(change): JsonBody<SessionChange>,
) -> Result<Json<SessionSummary>, ApiError> {
    let name = revision::name(&change.title).map_err(|chars_max| {
        ApiError::wrong_field("title", format!("expected {chars_max} characters at most"))
    })?;
    if !is_id(&id) {
        return Err(not_found());
    }
    let renamed = state.memory.rename(&caller, &id, name.as_deref()).await;
    if !renamed.map_err(unavailable)? {
        return Err(not_found());
    }
    Ok(Json(known(&state, &caller, &id).await?.session.summary))
}

pub(crate) async fn delete(
    State(state): State<AppState>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<StatusCode, ApiError> {
    if !is_id(&id) {
        return Err(not_found());
    }
    let running = state.writers.revoke(&caller, Some(&id));
    let deleted = state.memory.delete(&caller, &id).await.map_err(unavailable)?;
    if deleted || running > 0 { Ok(StatusCode::NO_CONTENT) } else { Err(not_found()) }
}

/// `POST …/fork`: a new conversation with the first turns of this one. The same fork asked again
/// under its id gives the same conversation.
pub(crate) async fn fork(
    State(state): State<AppState>,
    caller: Caller,
    Path(id): Path<String>,
    JsonBody(request): JsonBody<ForkRequest>,
) -> Result<(StatusCode, HeaderMap, Json<Session>), ApiError> {
    let new = request.id.unwrap_or_else(new_id);
    if !is_id(&new) {
        return Err(ApiError::wrong_field("id", ID_EXPECTED));
    }
    // Taken before anything is read, so that what is deleted meanwhile is not brought back.
    let mut writer = state.writers.begin(&caller, &new).await?;
    let from = known(&state, &caller, &id).await?;
    let fork = revision::fork(&from, request.after.as_deref()).ok_or_else(no_such_turn)?;
    let begun = writer.begin(&fork, unix_millis()).await;
    drop(writer);
    let forked = match begun {
        Ok(()) => known(&state, &caller, &new).await?,
        Err(MemoryError::Unavailable) => return Err(unavailable(MemoryError::Unavailable)),
        Err(MemoryError::VersionConflict) => {
            let there = known(&state, &caller, &new).await?;
            if there.session.summary.fork_of.as_ref() != Some(&fork.of) {
                let what = "there is another conversation with this id";
                return Err(ApiError::wrong_field("id", what));
            }
            there
        }
    };
    let mut headers = HeaderMap::new();
    if let Ok(location) = HeaderValue::from_str(&format!("/v1/sessions/{new}")) {
        headers.insert(LOCATION, location);
    }
    Ok((StatusCode::CREATED, headers, Json(forked.session)))
}

/// `DELETE …/turns/{request_id}`: forgets a message with its answer.
pub(crate) async fn delete_turn(
    State(state): State<AppState>,
    caller: Caller,
    Path((id, request_id)): Path<(String, String)>,
) -> Result<StatusCode, ApiError> {
    if !is_id(&id) {
        return Err(not_found());
    }
    let mut writer = state.writers.begin(&caller, &id).await?;
    let known = known(&state, &caller, &id).await?;
    let cut = revision::cut(&known, &request_id).ok_or_else(no_such_turn)?;
    match writer.cut(known.version, &cut).await {
        Ok(()) => Ok(StatusCode::NO_CONTENT),
        Err(MemoryError::VersionConflict) => Err(session_busy().into()),
        Err(MemoryError::Unavailable) => Err(unavailable(MemoryError::Unavailable)),
    }
}

async fn known(state: &AppState, caller: &Caller, id: &str) -> Result<VersionedSession, ApiError> {
    if !is_id(id) {
        return Err(not_found());
    }
    state.memory.read(caller, id).await.map_err(unavailable)?.ok_or_else(not_found)
}

fn not_found() -> ApiError {
    Failure::new(FailureCode::NotFound, "there is no such conversation").into()
}

fn no_such_turn() -> ApiError {
    Failure::new(FailureCode::NotFound, "the conversation has no such turn").into()
}

fn unavailable(_: MemoryError) -> ApiError {
    ApiError::no_store("conversations cannot be read now")
}
