//! `GET /v1/status` and `GET /v1/admin/state`: how the server stands.

use std::collections::HashMap;

use axum::Json;
use axum::extract::State;
use saga_protocol::instances::Instance;
use saga_protocol::ready::Readiness;
use saga_protocol::state::{Acceptance, Lane, LastMinute, ServerState, UserState, View};

use crate::domain::activity::{self, UserActivity, WINDOW_SECONDS, Window};
use crate::inbound::AppState;
use crate::inbound::auth::Admin;
use crate::inbound::viewer::Viewer;
use crate::inbound::{health, instances};

/// Users that one answer tells of.
const USERS_TOLD_MAX: usize = 200;

/// As much of it as the caller may see.
pub(crate) async fn status(State(state): State<AppState>, viewer: Viewer) -> Json<ServerState> {
    Json(of(&state, &viewer).await)
}

/// All of it.
pub(crate) async fn all(State(state): State<AppState>, Admin(caller): Admin) -> Json<ServerState> {
    Json(of(&state, &Viewer::Admin(caller)).await)
}

/// The state as this viewer sees it.
pub(crate) async fn of(state: &AppState, viewer: &Viewer) -> ServerState {
    let Readiness { status, model, for_seconds, error, memory, .. } = health::readiness(state);
    let (view, caller) = match viewer {
        Viewer::Stranger => (View::Totals, None),
        Viewer::Holder(caller) => (View::Instances, Some(caller)),
        Viewer::Admin(caller) => (View::Users, Some(caller)),
    };
    let instances = match caller {
        Some(caller) => Some(instances::all(state, caller).await),
        None => None,
    };
    let users = || state.activity.users().into_iter().take(USERS_TOLD_MAX).map(user).collect();
    ServerState {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        uptime_seconds: state.activity.age().as_secs(),
        view,
        status,
        for_seconds,
        model,
        error,
        memory,
        queue: state.activity.lanes().into_iter().map(lane).collect(),
        last_minute: last_minute(&state.activity.window(), state.activity.age().as_secs_f64()),
        acceptance: instances.as_deref().and_then(acceptance),
        instances,
        users: (view == View::Users).then(users),
    }
}

fn lane(lane: activity::Lane) -> Lane {
    Lane {
        task: lane.task.name().to_owned(),
        class: lane.class.name().to_owned(),
        waiting: number(lane.waiting),
        in_flight: number(lane.in_flight),
    }
}

fn user(user: UserActivity) -> UserState {
    UserState {
        tenant: user.caller.tenant,
        user: user.caller.user,
        waiting: number(user.waiting),
        in_flight: number(user.in_flight),
        answers: user.answers,
        tokens: user.tokens,
        idle_seconds: user.idle.as_secs(),
    }
}

/// `age_seconds`: a server that is younger than a minute has had less time.
fn last_minute(window: &Window, age_seconds: f64) -> LastMinute {
    let seconds = age_seconds.clamp(1.0, WINDOW_SECONDS as f64);
    LastMinute {
        done: window.done,
        failed: window.failed,
        cancelled: window.cancelled,
        tokens_per_second: window.tokens as f64 / seconds,
        first_text_ms: (window.begun > 0)
            .then(|| window.first_text_ms as f64 / window.begun as f64),
    }
}

/// Each model counts once, however many servers have it.
fn acceptance(instances: &[Instance]) -> Option<Acceptance> {
    let by_model: HashMap<&str, &Instance> =
        instances.iter().map(|instance| (instance.model_name.as_str(), instance)).collect();
    let (mut shown, mut accepted) = (None, 0.0);
    for metrics in by_model.values().map(|instance| &instance.performance_metrics) {
        if let Some(count) = metrics.usage_count {
            *shown.get_or_insert(0) += count;
            accepted += metrics.accuracy.unwrap_or(0.0) * count as f64;
        }
    }
    let shown: u64 = shown?;
    Some(Acceptance { shown, share: (shown > 0).then(|| accepted / shown as f64) })
}

fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}
