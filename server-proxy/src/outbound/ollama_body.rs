//! The bodies of Ollama's native calls.

use std::collections::HashMap;

use saga_domain::{Failure, FailureCode};
use saga_protocol::openai::{ChatMessage, RawJson, Tool, ToolCall, ToolChoice};
use serde::Serialize;

use crate::domain::ports::{AnswerFormat, Wishes};

/// The body of `/api/generate` and of `/api/chat`.
#[derive(Serialize)]
pub(crate) struct Body<'a> {
    pub(crate) model: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) prompt: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) suffix: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) raw: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) messages: Option<Vec<Message<'a>>>,
    #[serde(skip_serializing_if = "<[Tool]>::is_empty")]
    pub(crate) tools: &'a [Tool],
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) format: Option<Format<'a>>,
    pub(crate) stream: bool,
    pub(crate) truncate: bool,
    pub(crate) keep_alive: i64,
    pub(crate) options: Options<'a>,
}

/// What steers the answer. Nothing here but `num_ctx` concerns how the model is loaded.
#[derive(Default, Serialize)]
pub(crate) struct Options<'a> {
    pub(crate) num_ctx: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) num_predict: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) temperature: Option<f32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) top_p: Option<f32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) seed: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) presence_penalty: Option<f32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) frequency_penalty: Option<f32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) repeat_penalty: Option<f32>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) stop: Vec<&'a str>,
}

/// The body of `/api/embed`.
#[derive(Serialize)]
pub(crate) struct EmbedBody<'a> {
    pub(crate) model: &'a str,
    pub(crate) input: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) dimensions: Option<u32>,
    pub(crate) truncate: bool,
    pub(crate) keep_alive: i64,
    pub(crate) options: Options<'a>,
}

/// `"json"`, or a schema.
#[derive(Serialize)]
#[serde(untagged)]
pub(crate) enum Format<'a> {
    Name(&'static str),
    Schema(&'a RawJson),
}

/// A message as Ollama takes it.
#[derive(Serialize)]
pub(crate) struct Message<'a> {
    role: &'a str,
    content: &'a str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tool_calls: Vec<Call<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tool_call_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tool_name: Option<&'a str>,
}

#[derive(Serialize)]
struct Call<'a> {
    id: &'a str,
    function: CalledFunction<'a>,
}

#[derive(Serialize)]
struct CalledFunction<'a> {
    name: &'a str,
    /// An object, where OpenAI has its text.
    arguments: RawJson,
}

impl<'a> Body<'a> {
    /// Puts in what few requests ask for.
    ///
    /// # Errors
    /// `unsupported` for what Ollama cannot be made to do.
    pub(crate) fn wish(&mut self, wishes: &'a Wishes) -> Result<(), Failure> {
        self.options.presence_penalty = wishes.presence_penalty;
        self.options.frequency_penalty = wishes.frequency_penalty;
        self.format = match &wishes.format {
            None => None,
            Some(AnswerFormat::Json) => Some(Format::Name("json")),
            Some(AnswerFormat::Schema(wanted)) => match &wanted.schema {
                Some(schema) => Some(Format::Schema(schema)),
                None => Some(Format::Name("json")),
            },
        };
        self.tools = match &wishes.tool_choice {
            Some(ToolChoice::Mode(mode)) if mode == "none" => &[],
            Some(ToolChoice::Mode(mode)) if mode == "auto" => &wishes.tools,
            None => &wishes.tools,
            Some(ToolChoice::Mode(_) | ToolChoice::One { .. }) => {
                return Err(Failure::new(
                    FailureCode::Unsupported,
                    "`tool_choice`: Ollama cannot be made to call a tool, only `auto` and `none` \
                     are taken",
                ));
            }
        };
        Ok(())
    }
}

/// A conversation as Ollama takes it. A tool's answer names the call by its id, and Ollama's
/// templates want the tool's name.
pub(crate) fn messages(messages: &[ChatMessage]) -> Vec<Message<'_>> {
    let mut names: HashMap<&str, &str> = HashMap::new();
    let mut taken = Vec::with_capacity(messages.len());
    for message in messages {
        for call in &message.tool_calls {
            names.insert(&call.id, &call.function.name);
        }
        let tool_call_id = message.tool_call_id.as_deref();
        taken.push(Message {
            role: &message.role,
            content: &message.content,
            tool_calls: calls(message),
            tool_call_id,
            tool_name: tool_call_id.and_then(|id| names.get(id).copied()),
        });
    }
    taken
}

/// Their arguments were checked when the request came; one that is no object is left out.
fn calls(message: &ChatMessage) -> Vec<Call<'_>> {
    let call = |called: &'_ ToolCall| {
        let arguments = RawJson::new(called.function.arguments.clone());
        arguments.filter(RawJson::is_object)
    };
    let calls = message.tool_calls.iter().filter_map(|called| {
        let function = CalledFunction { name: &called.function.name, arguments: call(called)? };
        Some(Call { id: &called.id, function })
    });
    calls.collect()
}
