//! `POST /v1/chat/completions`: a conversation that the model server renders; nothing is remembered.

use axum::extract::State;
use axum::response::Response;
use http::HeaderMap;
use saga_protocol::openai::ChatCompletionRequest;

use crate::domain::ports::{Caller, ModelInput, Wishes};
use crate::domain::priority::Task;
use crate::inbound::AppState;
use crate::inbound::body::JsonBody;
use crate::inbound::error::ApiError;
use crate::inbound::openai_events::{Head, Shape};
use crate::inbound::{openai_reply, priority, question, wishes};

pub(crate) async fn chat_completions(
    State(state): State<AppState>,
    caller: Caller,
    headers: HeaderMap,
    JsonBody(mut request): JsonBody<ChatCompletionRequest>,
) -> Result<Response, ApiError> {
    let messages = wishes::messages(std::mem::take(&mut request.messages), &state.limits)?;
    let stated = priority::stated(&headers, caller, Task::Chat)?;
    let model = state.models.resolve(Some(stated.priority.task), request.model.as_deref()).await?;
    let wishes = wishes::take(&mut request, &model, &state.limits)?;
    let input = ModelInput::Chat(messages);
    let mut call = question::call(&model, input, &request.sampling, &state.limits)?;
    call.wishes = Wishes {
        format: wishes.format,
        tools: wishes.tools,
        tool_choice: wishes.tool_choice,
        ..call.wishes
    };
    let streams = request.stream;
    let head = Head::new("chatcmpl", &model.name, request.stream_options);
    let answer = question::begin(&state, model, call, stated, streams).await?;
    openai_reply::reply(&state, answer, head, Shape::Chat, streams).await
}
