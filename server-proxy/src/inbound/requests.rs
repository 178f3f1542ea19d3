//! `GET /v1/requests/{id}`: where a request of the caller's own stands.

use axum::Json;
use axum::extract::{Path, State};
use saga_domain::{Failure, FailureCode};
use saga_protocol::generate::GenerateRecord;

use crate::domain::ports::Caller;
use crate::inbound::AppState;
use crate::inbound::error::ApiError;

pub(crate) async fn one(
    State(state): State<AppState>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<GenerateRecord>, ApiError> {
    let record = state.records.get(&caller, &id);
    let missing = || Failure::new(FailureCode::NotFound, "there is no such request").into();
    record.map(Json).ok_or_else(missing)
}
