//! `GET /v1/requests` and `GET /v1/requests/{id}`: how the caller's own requests stand.

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use saga_domain::{Failure, FailureCode};
use saga_protocol::records::{Record, RecordKind, RecordPage};
use serde::Deserialize;

use crate::domain::ports::{Caller, MemoryError};
use crate::domain::records::RecordQuery;
use crate::inbound::AppState;
use crate::inbound::error::ApiError;

/// Records of a page when the request does not say.
const PAGE_DEFAULT: usize = 50;
/// Records of a page at most.
const PAGE_MAX: usize = 200;
/// Bytes of a filter or a cursor.
const WORD_BYTES_MAX: usize = 64;

#[derive(Debug, Deserialize)]
pub(crate) struct Wanted {
    #[serde(default)]
    pub(crate) record: RecordKind,
    pub(crate) r#type: Option<String>,
    pub(crate) status: Option<String>,
    pub(crate) cursor: Option<String>,
    pub(crate) limit: Option<usize>,
}

pub(crate) async fn list(
    State(state): State<AppState>,
    caller: Caller,
    wanted: Result<Query<Wanted>, QueryRejection>,
) -> Result<Json<RecordPage>, ApiError> {
    let Ok(Query(wanted)) = wanted else {
        let what = "expected `record` (codesaga or llama), `type`, `status`, `cursor` and `limit`";
        return Err(ApiError::wrong_field("query", what));
    };
    Ok(Json(page(&state, &caller, wanted).await?))
}

/// Some of the caller's records, newest first.
///
/// # Errors
/// Names the field that is wrong, or says that nothing can be read now.
pub(crate) async fn page(
    state: &AppState,
    caller: &Caller,
    wanted: Wanted,
) -> Result<RecordPage, ApiError> {
    let count = wanted.limit.unwrap_or(PAGE_DEFAULT);
    if !(1..=PAGE_MAX).contains(&count) {
        let what = format!("expected a number from 1 to {PAGE_MAX}");
        return Err(ApiError::wrong_field("limit", what));
    }
    let words = [("type", &wanted.r#type), ("status", &wanted.status), ("cursor", &wanted.cursor)];
    for (name, word) in words {
        if word.as_ref().is_some_and(|word| word.len() > WORD_BYTES_MAX) {
            let what = format!("expected {WORD_BYTES_MAX} bytes at most");
            return Err(ApiError::wrong_field(name, what));
        }
    }
    let query = RecordQuery {
        kind: wanted.record,
        request_type: wanted.r#type,
        status: wanted.status,
        after: wanted.cursor,
        count,
    };
    let (requests, next) = state.records.list(caller, &query).await.map_err(unavailable)?;
    Ok(RecordPage { requests, next })
}

pub(crate) async fn one(
    State(state): State<AppState>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<Record>, ApiError> {
    Ok(Json(find(&state, &caller, &id).await?))
}

/// One of the caller's records.
///
/// # Errors
/// `not_found`, or says that nothing can be read now.
pub(crate) async fn find(state: &AppState, caller: &Caller, id: &str) -> Result<Record, ApiError> {
    let missing = || Failure::new(FailureCode::NotFound, "there is no such request").into();
    if id.len() > WORD_BYTES_MAX {
        return Err(missing());
    }
    let record = state.records.get(caller, id).await.map_err(unavailable)?;
    record.ok_or_else(missing)
}

fn unavailable(_: MemoryError) -> ApiError {
    ApiError::no_store("records cannot be read now")
}
