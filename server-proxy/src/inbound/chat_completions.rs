//! `POST /v1/chat/completions`: a conversation that the model server renders; nothing is remembered.

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::HeaderMap;
use saga_protocol::openai::{AnswerMessage, ChatChoice, ChatCompletion, ChatCompletionRequest};

use crate::domain::ports::{Caller, ModelInput, Wishes};
use crate::domain::priority::Task;
use crate::inbound::AppState;
use crate::inbound::body::JsonBody;
use crate::inbound::error::ApiError;
use crate::inbound::openai_events::{Head, OpenAiEvents, Shape};
use crate::inbound::{priority, question, sse, wishes};

pub(crate) async fn chat_completions(
    State(state): State<AppState>,
    caller: Caller,
    headers: HeaderMap,
    JsonBody(mut request): JsonBody<ChatCompletionRequest>,
) -> Result<Response, ApiError> {
    let messages = wishes::messages(std::mem::take(&mut request.messages), &state.limits)?;
    let stated = priority::stated(&headers, caller, Task::Chat)?;
    let model = state.models.resolve_for(stated.priority.task, request.model.as_deref()).await?;
    let wishes = wishes::take(&mut request, &model, &state.limits)?;
    let input = ModelInput::Chat(messages);
    let mut call = question::call(&model, input, &request.sampling, &state.limits)?;
    call.wishes = Wishes {
        format: wishes.format,
        tools: wishes.tools,
        tool_choice: wishes.tool_choice,
        ..call.wishes
    };
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
    let whole = state.drain.until_cut(question::whole(answer, &state.limits)).await?;
    let says_nothing = whole.text.is_empty() && !whole.tool_calls.is_empty();
    let message = AnswerMessage {
        role: "assistant".to_owned(),
        content: (!says_nothing).then_some(whole.text),
        tool_calls: whole.tool_calls,
    };
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
