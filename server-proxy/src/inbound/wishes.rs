//! What only some chat completions ask for: tools, a form of the answer, messages about both.

use saga_domain::{Failure, FailureCode};
use saga_protocol::openai::{
    ChatCompletionRequest, ChatMessage, RawJson, ResponseFormat, Tool, ToolChoice,
};

use crate::domain::limits::Limits;
use crate::domain::ports::{AnswerFormat, ServedModel, Wishes};
use crate::inbound::error::ApiError;

/// Characters of a tool's name.
const TOOL_NAME_CHARS_MAX: usize = 64;

/// Checks the messages, and gives them the roles that model servers know.
///
/// # Errors
/// Names the field that is wrong.
pub(crate) fn messages(
    mut messages: Vec<ChatMessage>,
    limits: &Limits,
) -> Result<Vec<ChatMessage>, ApiError> {
    if messages.is_empty() || messages.len() > limits.messages_max {
        let what = format!("expected 1 to {} messages", limits.messages_max);
        return Err(ApiError::wrong_field("messages", what));
    }
    for (at, message) in messages.iter_mut().enumerate() {
        let wrong = |field: &str, what: &str| {
            Err(ApiError::wrong_field(format!("messages[{at}].{field}"), what))
        };
        // Ollama renders any role there is a word for, so a typing mistake would go unseen.
        match message.role.as_str() {
            "system" | "user" | "assistant" => {}
            // OpenAI's newer name; templates know the older one.
            "developer" => "system".clone_into(&mut message.role),
            "tool" if message.tool_call_id.is_some() => {}
            "tool" => return wrong("tool_call_id", "expected the id of the call it answers"),
            _ => {
                return wrong("role", "expected system, developer, user, assistant or tool");
            }
        }
        if message.role != "assistant" && !message.tool_calls.is_empty() {
            return wrong("tool_calls", "only the assistant calls tools");
        }
        for (number, call) in message.tool_calls.iter().enumerate() {
            let arguments = RawJson::new(call.function.arguments.clone());
            if !arguments.is_some_and(|arguments| arguments.is_object()) {
                let field = format!("tool_calls[{number}].function.arguments");
                return wrong(&field, "expected the text of a JSON object");
            }
        }
    }
    Ok(messages)
}

/// What a request wishes beside its options, taken out of it.
///
/// # Errors
/// Names the field that is wrong, or that the model cannot follow.
pub(crate) fn take(
    request: &mut ChatCompletionRequest,
    model: &ServedModel,
    limits: &Limits,
) -> Result<Wishes, ApiError> {
    if request.logprobs || request.top_logprobs.is_some_and(|count| count > 0) {
        let field = if request.logprobs { "logprobs" } else { "top_logprobs" };
        return Err(ApiError::unsupported_field(field, "probabilities are not answered here"));
    }
    let tools = std::mem::take(&mut request.tools);
    check_tools(&tools, limits)?;
    let tool_choice = request.tool_choice.take();
    check_choice(tool_choice.as_ref(), &tools)?;
    let may_call = !matches!(&tool_choice, Some(ToolChoice::Mode(mode)) if mode == "none");
    if may_call && !tools.is_empty() && !model.abilities.tools {
        return Err(Failure::new(
            FailureCode::Unsupported,
            format!("the model '{}' calls no tools, so `tools` cannot be used", model.name),
        )
        .into());
    }
    Ok(Wishes {
        format: format(request.response_format.take())?,
        tool_choice: tool_choice.filter(|_| !tools.is_empty()),
        tools,
        ..Wishes::default()
    })
}

fn check_tools(tools: &[Tool], limits: &Limits) -> Result<(), ApiError> {
    if tools.len() > limits.tools_max {
        let what = format!("at most {} are taken", limits.tools_max);
        return Err(ApiError::wrong_field("tools", what));
    }
    for (at, tool) in tools.iter().enumerate() {
        if tool.kind != "function" {
            return Err(ApiError::wrong_field(format!("tools[{at}].type"), "expected function"));
        }
        let name = &tool.function.name;
        let allowed = |c: char| c.is_ascii_alphanumeric() || "_-.".contains(c);
        if !(1..=TOOL_NAME_CHARS_MAX).contains(&name.len()) || !name.chars().all(allowed) {
            let what = format!("expected 1 to {TOOL_NAME_CHARS_MAX} of A-Z a-z 0-9 _ - .");
            return Err(ApiError::wrong_field(format!("tools[{at}].function.name"), what));
        }
    }
    Ok(())
}

fn check_choice(choice: Option<&ToolChoice>, tools: &[Tool]) -> Result<(), ApiError> {
    let is_known = match choice {
        None => true,
        Some(ToolChoice::Mode(mode)) => match mode.as_str() {
            "none" | "auto" => true,
            "required" => !tools.is_empty(),
            _ => false,
        },
        Some(ToolChoice::One { kind, function }) => {
            kind == "function" && tools.iter().any(|tool| tool.function.name == function.name)
        }
    };
    if is_known {
        return Ok(());
    }
    Err(ApiError::wrong_field("tool_choice", "expected none, auto, required or one of `tools`"))
}

fn format(wanted: Option<ResponseFormat>) -> Result<Option<AnswerFormat>, ApiError> {
    let Some(ResponseFormat { kind, json_schema }) = wanted else { return Ok(None) };
    match kind.as_str() {
        "text" => Ok(None),
        "json_object" => Ok(Some(AnswerFormat::Json)),
        "json_schema" => {
            let has_schema = |wanted: &saga_protocol::openai::JsonSchema| {
                wanted.schema.as_ref().is_some_and(RawJson::is_object)
            };
            match json_schema.filter(has_schema) {
                Some(schema) => Ok(Some(AnswerFormat::Schema(schema))),
                None => Err(ApiError::wrong_field(
                    "response_format.json_schema.schema",
                    "expected a JSON schema",
                )),
            }
        }
        _ => Err(ApiError::wrong_field(
            "response_format.type",
            "expected text, json_object or json_schema",
        )),
    }
}
