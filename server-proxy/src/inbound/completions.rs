//! `POST /v1/completions`: the prompt goes to the model raw, or as a hole to fill with `suffix`.

use axum::extract::State;
use axum::response::Response;
use http::HeaderMap;
use saga_domain::{Failure, FailureCode};
use saga_protocol::openai::CompletionRequest;

use crate::domain::ports::{Caller, ModelInput, ServedModel};
use crate::domain::priority::Task;
use crate::inbound::AppState;
use crate::inbound::body::JsonBody;
use crate::inbound::error::ApiError;
use crate::inbound::openai_events::{Head, Shape};
use crate::inbound::{openai_reply, priority, question};

pub(crate) async fn completions(
    State(state): State<AppState>,
    caller: Caller,
    headers: HeaderMap,
    JsonBody(request): JsonBody<CompletionRequest>,
) -> Result<Response, ApiError> {
    answer(state, caller, &headers, request, Shape::Completion).await
}

/// `POST /v1/fim/completions`: the same question as Mistral's API has it, which Continue speaks. It
/// is answered in chat's shape.
pub(crate) async fn fim_completions(
    State(state): State<AppState>,
    caller: Caller,
    headers: HeaderMap,
    JsonBody(request): JsonBody<CompletionRequest>,
) -> Result<Response, ApiError> {
    answer(state, caller, &headers, request, Shape::Chat).await
}

async fn answer(
    state: AppState,
    caller: Caller,
    headers: &HeaderMap,
    request: CompletionRequest,
    shape: Shape,
) -> Result<Response, ApiError> {
    refuse(&request)?;
    let stated = priority::stated(headers, caller, Task::Completion)?;
    let model = state.models.resolve(Some(Task::Completion), request.model.as_deref()).await?;
    let input = input(request.prompt, request.suffix, &model)?;
    let call = question::call(&model, input, &request.sampling, &state.limits)?;
    let streams = request.stream;
    let head = Head::new("cmpl", &model.name, request.stream_options);
    let answer = question::begin(&state, model, call, stated, streams).await?;
    openai_reply::reply(&state, answer, head, shape, streams).await
}

/// Refuses what OpenAI's API has and is not answered here.
fn refuse(request: &CompletionRequest) -> Result<(), ApiError> {
    question::only_one("best_of", request.best_of)?;
    if request.logprobs.is_some_and(|count| count > 0) {
        let what = "probabilities are not answered here";
        return Err(ApiError::unsupported_field("logprobs", what));
    }
    if request.echo {
        return Err(ApiError::unsupported_field("echo", "the prompt is not repeated"));
    }
    Ok(())
}

fn input(
    prompt: String,
    suffix: Option<String>,
    model: &ServedModel,
) -> Result<ModelInput, ApiError> {
    match suffix.filter(|suffix| !suffix.is_empty()) {
        Some(_) if !model.fim => Err(Failure::new(
            FailureCode::Unsupported,
            format!("the model '{}' does not fill holes, so `suffix` cannot be used", model.name),
        )
        .into()),
        Some(suffix) => Ok(ModelInput::Fim { prompt, suffix }),
        // A model server takes an empty prompt as an order to load the model.
        None if prompt.is_empty() => {
            Err(ApiError::wrong_field("prompt", "expected at least one character"))
        }
        None => Ok(ModelInput::Raw(prompt)),
    }
}
