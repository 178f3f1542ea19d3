//! `GET /v1/instances`: the models as they stand on their servers. Says nothing of addresses.

use axum::Json;
use axum::extract::State;
use saga_protocol::feedback::FeedbackKind;
use saga_protocol::instances::{
    Instance, InstanceList, InstanceStatus, KindMetrics, ModelType, PerformanceMetrics,
};

use crate::clock::unix_millis;
use crate::domain::feedback::Totals;
use crate::domain::ports::Caller;
use crate::domain::records::instance_id;
use crate::domain::upstream::{Placed, Standing};
use crate::inbound::AppState;

pub(crate) async fn list(State(state): State<AppState>, caller: Caller) -> Json<InstanceList> {
    Json(InstanceList { instances: all(&state, &caller).await })
}

/// All of them, with how users of the caller's tenant like what they say.
pub(crate) async fn all(state: &AppState, caller: &Caller) -> Vec<Instance> {
    let placed = state.models.placed();
    let names: Vec<String> = placed.iter().map(|(_, placed)| placed.model.name.clone()).collect();
    let totals = match state.feedback.totals(&caller.tenant, &names).await {
        Ok(totals) => totals.into_iter().map(Some).collect(),
        // Without its store everything else can be told all the same.
        Err(_) => vec![None; names.len()],
    };
    let described = placed.into_iter().zip(totals);
    described.map(|((server, placed), totals)| described_as(server, placed, totals)).collect()
}

fn described_as(server: usize, placed: Placed, totals: Option<Totals>) -> Instance {
    let Placed { model, standing, health, used } = placed;
    Instance {
        id: instance_id(server, &model.name),
        model_type: if model.served_by == "ollama" { ModelType::Ollama } else { ModelType::Custom },
        model_name: model.name,
        version: model.version,
        status: match standing {
            Standing::Answers => InstanceStatus::Active,
            Standing::Silent => InstanceStatus::Inactive,
            Standing::Loads => InstanceStatus::Updating,
        },
        health: health.name().to_owned(),
        last_used_at: used.map(|used| {
            let ago = u64::try_from(used.last.elapsed().as_millis()).unwrap_or(u64::MAX);
            unix_millis().saturating_sub(ago)
        }),
        performance_metrics: PerformanceMetrics {
            response_time: used.map(|used| used.first_piece_ms),
            tokens_per_second: used.and_then(|used| used.tokens_per_second),
            accuracy: totals.and_then(|totals| totals.accuracy(FeedbackKind::Completion)),
            usage_count: totals.map(|totals| totals.shown(FeedbackKind::Completion)),
            edits: totals.and_then(|totals| acceptance(&totals, FeedbackKind::Edit)),
            chat: totals.and_then(|totals| acceptance(&totals, FeedbackKind::Chat)),
        },
    }
}

/// What was shown of one kind, once something was.
fn acceptance(totals: &Totals, kind: FeedbackKind) -> Option<KindMetrics> {
    let usage_count = totals.shown(kind);
    totals.accuracy(kind).map(|accuracy| KindMetrics { accuracy, usage_count })
}
