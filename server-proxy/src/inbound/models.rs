//! `GET /v1/models` and `GET /v1/models/{id}`: the models, and what a prompt builder must know of
//! each.

use axum::Json;
use axum::extract::{Path, State};
use saga_protocol::models::{Model, ModelDetails, ModelList};

use crate::domain::ports::{Caller, ServedModel};
use crate::inbound::AppState;
use crate::inbound::error::ApiError;

pub(crate) async fn list(
    State(state): State<AppState>,
    _caller: Caller,
) -> Result<Json<ModelList>, ApiError> {
    let models = state.models.ask().await?;
    let default = state.models.default();
    let data = models.into_iter().map(|model| described(model, default.as_ref())).collect();
    Ok(Json(ModelList { object: "list".to_owned(), data }))
}

pub(crate) async fn one(
    State(state): State<AppState>,
    _caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<Model>, ApiError> {
    let model = state.models.resolve(Some(&id)).await?;
    let default = state.models.default();
    Ok(Json(described(model, default.as_ref())))
}

fn described(model: ServedModel, default: Option<&ServedModel>) -> Model {
    let details = ModelDetails {
        template: model.template.name().to_owned(),
        fim: model.fim,
        tools: model.abilities.tools,
        embeddings: model.abilities.embeds,
        completion: model.abilities.writes,
        fim_family: model.fim_family.map(|family| family.name().to_owned()),
        context_length: model.context_tokens,
        default: default.is_some_and(|default| default.name == model.name),
    };
    Model {
        id: model.name,
        object: "model".to_owned(),
        created: 0,
        owned_by: model.served_by.to_owned(),
        codesaga: Some(details),
    }
}
