//! `GET /healthz`: the process answers. `GET /readyz`: whether a model would, and if not, why.

use axum::Json;
use axum::extract::State;
use http::StatusCode;
use saga_protocol::error::ErrorBody;
use saga_protocol::ready::{Readiness, ReadyStatus, ServerReadiness};
use serde_json::{Value, json};

use crate::domain::models::ServerState;
use crate::inbound::AppState;

pub(crate) async fn healthz() -> Json<Value> {
    Json(json!({ "status": "ok" }))
}

pub(crate) async fn readyz(State(state): State<AppState>) -> (StatusCode, Json<Readiness>) {
    let body = readiness(&state);
    let code = match body.status {
        ReadyStatus::Ready => StatusCode::OK,
        ReadyStatus::Loading | ReadyStatus::Unavailable | ReadyStatus::Draining => {
            StatusCode::SERVICE_UNAVAILABLE
        }
    };
    (code, Json(body))
}

/// What can be expected of a request sent now.
pub(crate) fn readiness(state: &AppState) -> Readiness {
    let now = state.models.readiness();
    Readiness {
        status: if state.drain.is_draining() { ReadyStatus::Draining } else { now.status },
        model: now.model.map(|model| model.name),
        for_seconds: now.lasted.as_secs(),
        error: now.failure.map(|failure| ErrorBody::new(&failure).error),
        servers: state.models.servers().into_iter().map(server).collect(),
        memory: state.memory.state().name().to_owned(),
        keys: state.access.state().name().to_owned(),
    }
}

fn server(state: ServerState) -> ServerReadiness {
    ServerReadiness {
        number: state.number,
        health: state.health.name().to_owned(),
        for_seconds: state.lasted.as_secs(),
        code: state.health.failure().map(|failure| failure.code.name().to_owned()),
    }
}
