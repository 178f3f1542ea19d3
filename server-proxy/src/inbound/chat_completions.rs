//! `POST /v1/chat/completions`: a conversation that the model server renders; nothing is remembered.

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::HeaderMap;
use saga_protocol::openai::{ChatChoice, ChatCompletion, ChatCompletionRequest, ChatMessage};

use crate::domain::limits::Limits;
use crate::domain::ports::{Caller, ModelInput};
use crate::domain::priority::Task;
use crate::inbound::AppState;
use crate::inbound::body::JsonBody;
use crate::inbound::error::ApiError;
use crate::inbound::openai_events::{Head, OpenAiEvents, Shape};
use crate::inbound::{priority, question, sse};

pub(crate) async fn chat_completions(
    State(state): State<AppState>,
    caller: Caller,
    headers: HeaderMap,
    JsonBody(request): JsonBody<ChatCompletionRequest>,
) -> Result<Response, ApiError> {
    check(&request.messages, &state.limits)?;
    let stated = priority::stated(&headers, caller, Task::Chat)?;
    let model = state.models.resolve(request.model.as_deref()).await?;
    let input = ModelInput::Chat(request.messages);
    let call = question::call(&model, input, &request.sampling, &state.limits)?;
    let answer = question::begin(&state, call, stated, request.stream).await?;
    let head = Head {
        id: question::id("chatcmpl"),
        created: question::created(),
        model: model.name,
        include_usage: request.stream_options.is_some_and(|options| options.include_usage),
    };
    if request.stream {
        let events = OpenAiEvents::new(head, Shape::Chat);
        return Ok(sse::response(answer, events, &state.drain, &state.limits));
    }
    let whole = state.drain.until_cut(question::whole(answer)).await?;
    let message = ChatMessage { role: "assistant".to_owned(), content: whole.text };
    let choice = ChatChoice { index: 0, message, finish_reason: Some(whole.finish_reason) };
    Ok(Json(ChatCompletion {
        id: head.id,
        object: "chat.completion".to_owned(),
        created: head.created,
        model: head.model,
        choices: vec![choice],
        usage: whole.usage,
    })
    .into_response())
}

fn check(messages: &[ChatMessage], limits: &Limits) -> Result<(), ApiError> {
    if messages.is_empty() || messages.len() > limits.messages_max {
        let what = format!("expected 1 to {} messages", limits.messages_max);
        return Err(ApiError::wrong_field("messages", what));
    }
    // Ollama renders any role there is a word for, so a typing mistake would go unseen.
    let is_known = |role: &str| matches!(role, "system" | "user" | "assistant");
    match messages.iter().position(|message| !is_known(&message.role)) {
        Some(at) => Err(ApiError::wrong_field(
            format!("messages[{at}].role"),
            "expected system, user or assistant",
        )),
        None => Ok(()),
    }
}
