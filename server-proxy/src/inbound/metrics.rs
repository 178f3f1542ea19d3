//! `GET /metrics`: for Prometheus, and for who runs the server.

use axum::extract::State;
use futures_util::future::join;
use http::header::CONTENT_TYPE;
use http::{HeaderName, HeaderValue};
use saga_domain::{Failure, FailureCode};

use crate::domain::saga::messages::WORKERS;
use crate::inbound::AppState;
use crate::inbound::auth::Admin;
use crate::inbound::error::ApiError;
use crate::inbound::server_state;
use crate::inbound::viewer::Viewer;
use crate::ops::metrics::{self, Gauges, JobGauges, LOOKED_AT_MAX};

pub(crate) async fn metrics(
    State(state): State<AppState>,
    Admin(caller): Admin,
) -> Result<([(HeaderName, HeaderValue); 1], String), ApiError> {
    let seen = server_state::of(&state, &Viewer::Holder(caller)).await;
    let (store, bus) = (&state.jobs.store, &state.jobs.bus);
    let (jobs, standing) = join(store.standing(LOOKED_AT_MAX), bus.standing(WORKERS)).await;
    let jobs = JobGauges { jobs: jobs.ok(), carrier: bus.carrier(), bus: standing.ok() };
    let text = state
        .metrics
        .text(&Gauges::new(seen, state.answers.tally(), jobs, state.records.dropped()))
        .map_err(|_| Failure::new(FailureCode::Internal, "the metrics could not be written"))?;
    let kind = HeaderValue::from_static(metrics::CONTENT_TYPE);
    Ok(([(CONTENT_TYPE, kind)], text))
}
