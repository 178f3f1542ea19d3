//! `GET /metrics`: for Prometheus, and for who runs the server.

use axum::extract::State;
use http::header::CONTENT_TYPE;
use http::{HeaderName, HeaderValue};
use saga_domain::{Failure, FailureCode};

use crate::inbound::AppState;
use crate::inbound::auth::Admin;
use crate::inbound::error::ApiError;
use crate::inbound::server_state;
use crate::inbound::viewer::Viewer;
use crate::ops::metrics::{self, Gauges};

pub(crate) async fn metrics(
    State(state): State<AppState>,
    Admin(caller): Admin,
) -> Result<([(HeaderName, HeaderValue); 1], String), ApiError> {
    let seen = server_state::of(&state, &Viewer::Holder(caller)).await;
    let text = state
        .metrics
        .text(&Gauges::new(seen, state.answers.tally(), state.records.dropped()))
        .map_err(|_| Failure::new(FailureCode::Internal, "the metrics could not be written"))?;
    let kind = HeaderValue::from_static(metrics::CONTENT_TYPE);
    Ok(([(CONTENT_TYPE, kind)], text))
}
