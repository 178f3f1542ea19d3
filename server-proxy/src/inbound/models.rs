//! `GET /v1/models` and `GET /v1/models/{id}`: the models, and what a prompt builder must know of
//! each.

use axum::Json;
use axum::extract::{Path, State};
use saga_protocol::models::{Model, ModelDetails, ModelList};

use crate::domain::models::ListedModel;
use crate::domain::ports::Caller;
use crate::inbound::AppState;
use crate::inbound::error::ApiError;

pub(crate) async fn list(
    State(state): State<AppState>,
    _caller: Caller,
) -> Result<Json<ModelList>, ApiError> {
    let data = state.models.listed().await?.into_iter().map(described).collect();
    Ok(Json(ModelList { object: "list".to_owned(), data }))
}

pub(crate) async fn one(
    State(state): State<AppState>,
    _caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<Model>, ApiError> {
    Ok(Json(described(state.models.listed_as(&id).await?)))
}

fn described(listed: ListedModel) -> Model {
    let ListedModel { id, model, stands_for, is_default } = listed;
    let details = ModelDetails {
        template: model.template.name().to_owned(),
        fim: model.fim,
        tools: model.abilities.tools,
        embeddings: model.abilities.embeds,
        completion: model.abilities.writes,
        fim_family: model.fim_family.map(|family| family.name().to_owned()),
        context_length: model.context_tokens,
        default: is_default,
        stands_for,
    };
    Model {
        id,
        object: "model".to_owned(),
        created: 0,
        owned_by: model.served_by.to_owned(),
        codesaga: Some(details),
    }
}
