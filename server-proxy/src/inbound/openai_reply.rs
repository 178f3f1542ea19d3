//! What the OpenAI calls share on the way out: an answer as chunks, or as one object.

use axum::Json;
use axum::response::{IntoResponse, Response};
use futures_util::StreamExt;
use saga_domain::{Failure, FailureCode};
use saga_protocol::openai::{
    AnswerMessage, ChatChoice, ChatCompletion, Completion, CompletionChoice, TokenUsage, ToolCall,
};

use crate::domain::limits::Limits;
use crate::domain::ports::{Answer, Piece};
use crate::inbound::AppState;
use crate::inbound::error::ApiError;
use crate::inbound::openai_events::{Head, OpenAiEvents, Shape};
use crate::inbound::sse;

/// A complete answer.
struct Whole {
    text: String,
    tool_calls: Vec<ToolCall>,
    finish_reason: String,
    usage: Option<TokenUsage>,
}

/// Answers a request with what a model says.
///
/// # Errors
/// The failure that ended an answer that is not streamed.
pub(crate) async fn reply(
    state: &AppState,
    answer: Answer,
    head: Head,
    shape: Shape,
    streams: bool,
) -> Result<Response, ApiError> {
    if streams {
        let events = OpenAiEvents::new(head, shape);
        return Ok(sse::response(answer, events, &state.drain, &state.limits));
    }
    let whole = state.drain.until_cut(whole(answer, &state.limits)).await?;
    Ok(match shape {
        Shape::Completion => Json(completion(head, whole)).into_response(),
        Shape::Chat => Json(chat_completion(head, whole)).into_response(),
    })
}

/// Collects an answer to its end.
async fn whole(mut answer: Answer, limits: &Limits) -> Result<Whole, Failure> {
    let mut text = String::new();
    let mut tool_calls = Vec::new();
    while let Some(piece) = answer.next().await {
        match piece? {
            Piece::Queued { .. } => {}
            Piece::Text(more) => text.push_str(&more),
            Piece::ToolCall(more) => more.add_to(&mut tool_calls, limits.tools_max),
            Piece::Done { finish_reason, usage } => {
                return Ok(Whole { text, tool_calls, finish_reason, usage });
            }
        }
    }
    Err(Failure::new(FailureCode::Internal, "the answer had no end"))
}

fn completion(head: Head, whole: Whole) -> Completion {
    let finish_reason = Some(whole.finish_reason);
    Completion {
        id: head.id,
        object: "text_completion".to_owned(),
        created: head.created,
        model: head.model,
        choices: vec![CompletionChoice { index: 0, text: whole.text, finish_reason }],
        usage: whole.usage,
    }
}

fn chat_completion(head: Head, whole: Whole) -> ChatCompletion {
    let says_nothing = whole.text.is_empty() && !whole.tool_calls.is_empty();
    let message = AnswerMessage {
        role: "assistant".to_owned(),
        content: (!says_nothing).then_some(whole.text),
        tool_calls: whole.tool_calls,
    };
    let finish_reason = Some(whole.finish_reason);
    ChatCompletion {
        id: head.id,
        object: "chat.completion".to_owned(),
        created: head.created,
        model: head.model,
        choices: vec![ChatChoice { index: 0, message, finish_reason }],
        usage: whole.usage,
    }
}
