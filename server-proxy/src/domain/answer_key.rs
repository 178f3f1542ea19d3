//! What makes two requests the same question.

use saga_protocol::openai::{ChatMessage, JsonSchema, Tool, ToolChoice};
use serde::Serialize;

use crate::domain::ports::{AnswerFormat, ModelCall, ModelInput, ServedModel, Wishes};

/// Everything that an answer depends on. Written as JSON into a hash, so no two of them meet.
#[derive(Serialize)]
struct Identity<'a> {
    tenant: &'a str,
    model: &'a str,
    version: &'a str,
    served_by: &'a str,
    context_tokens: u32,
    input: Input<'a>,
    max_tokens: u32,
    temperature: Option<f32>,
    top_p: Option<f32>,
    seed: Option<i64>,
    stop: &'a [String],
    presence_penalty: Option<f32>,
    frequency_penalty: Option<f32>,
    is_json: bool,
    schema: Option<&'a JsonSchema>,
    tools: &'a [Tool],
    tool_choice: Option<&'a ToolChoice>,
}

#[derive(Serialize)]
enum Input<'a> {
    Raw(&'a str),
    Fim(&'a str, &'a str),
    Chat(&'a [ChatMessage]),
}

/// The name of a question: the same for the same tenant, model, prompt and options, and for no
/// others. `None` when it cannot be written.
pub(crate) fn answer_key(
    tenant: &str,
    model: &ServedModel,
    call: &ModelCall,
) -> Option<blake3::Hash> {
    // Taken apart without `..`, so that whatever is added to a call must be thought of here.
    let ModelCall { model: _, input, max_tokens, temperature, top_p, seed, stop, wishes } = call;
    let Wishes { presence_penalty, frequency_penalty, format, tools, tool_choice } = wishes;
    let identity = Identity {
        tenant,
        model: &model.name,
        version: &model.version,
        served_by: model.served_by,
        context_tokens: model.context_tokens,
        input: match input {
            ModelInput::Raw(prompt) => Input::Raw(prompt),
            ModelInput::Fim { prompt, suffix } => Input::Fim(prompt, suffix),
            ModelInput::Chat(messages) => Input::Chat(messages),
        },
        max_tokens: *max_tokens,
        temperature: *temperature,
        top_p: *top_p,
        seed: *seed,
        stop,
        presence_penalty: *presence_penalty,
        frequency_penalty: *frequency_penalty,
        is_json: format.is_some(),
        schema: match format {
            Some(AnswerFormat::Schema(schema)) => Some(schema),
            Some(AnswerFormat::Json) | None => None,
        },
        tools,
        tool_choice: tool_choice.as_ref(),
    };
    let mut hasher = blake3::Hasher::new();
    serde_json::to_writer(&mut hasher, &identity).ok()?;
    Some(hasher.finalize())
}

/// Whether the same question gets the same answer: greedy, or with a seed.
pub(crate) fn is_deterministic(call: &ModelCall) -> bool {
    call.temperature == Some(0.0) || call.seed.is_some()
}
