//! `GET /v1/sessions`, `GET` and `DELETE /v1/sessions/{id}`: the caller's own conversations. What
//! is another's does not exist.

use axum::Json;
use axum::extract::{Path, State};
use http::StatusCode;
use saga_domain::{Failure, FailureCode};
use saga_protocol::chat::{Session, SessionList};

use crate::domain::ports::{Caller, MemoryError};
use crate::inbound::AppState;
use crate::inbound::error::ApiError;
use crate::inbound::talk::is_id;

pub(crate) async fn list(
    State(state): State<AppState>,
    caller: Caller,
) -> Result<Json<SessionList>, ApiError> {
    let sessions = state.memory.list(&caller).await.map_err(unavailable)?;
    Ok(Json(SessionList { sessions }))
}

pub(crate) async fn one(
    State(state): State<AppState>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<Session>, ApiError> {
    if !is_id(&id) {
        return Err(not_found());
    }
    let known = state.memory.read(&caller, &id).await.map_err(unavailable)?;
    known.map(|known| Json(known.session)).ok_or_else(not_found)
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

fn not_found() -> ApiError {
    Failure::new(FailureCode::NotFound, "there is no such conversation").into()
}

fn unavailable(_: MemoryError) -> ApiError {
    ApiError::no_store("conversations cannot be read now")
}
