//! Messages of a conversation, the tools a model may call, and its calls of them, as OpenAI
//! documents them for `/v1/chat/completions`.

use serde::{Deserialize, Serialize};

use crate::lenient::{Content, null_is_default};
use crate::raw_json::RawJson;

/// One message of a conversation.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(try_from = "Received")]
pub struct ChatMessage {
    /// `system`, `developer`, `user`, `assistant` or `tool`.
    pub role: String,
    /// The text; of several text parts, a line each.
    pub content: String,
    /// What the assistant called.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tool_calls: Vec<ToolCall>,
    /// The call that a `tool` message answers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tool_call_id: Option<String>,
}

impl ChatMessage {
    /// A message that is text alone.
    #[must_use]
    pub fn new(role: impl Into<String>, content: impl Into<String>) -> Self {
        Self { role: role.into(), content: content.into(), ..Self::default() }
    }
}

/// A message as clients write it.
#[derive(Deserialize)]
struct Received {
    role: String,
    #[serde(default)]
    content: Option<Content>,
    #[serde(default, deserialize_with = "null_is_default")]
    tool_calls: Vec<ToolCall>,
    #[serde(default)]
    tool_call_id: Option<String>,
}

impl TryFrom<Received> for ChatMessage {
    type Error = &'static str;

    fn try_from(received: Received) -> Result<Self, Self::Error> {
        let Received { role, content, tool_calls, tool_call_id } = received;
        // Only who calls a tool may have nothing to say.
        if content.is_none() && tool_calls.is_empty() {
            return Err("missing field `content`");
        }
        let content = content.unwrap_or_default().0;
        Ok(Self { role, content, tool_calls, tool_call_id })
    }
}

/// A call of a tool.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ToolCall {
    /// What the tool's answer names.
    pub id: String,
    /// `function`.
    #[serde(rename = "type", default = "function")]
    pub kind: String,
    /// Which one, and with what.
    pub function: FunctionCall,
}

/// Which function is called, and with what.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FunctionCall {
    /// The function's name.
    pub name: String,
    /// A JSON object as text.
    pub arguments: String,
}

/// More of a call, in a stream: pieces with the same index belong together.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ToolCallDelta {
    /// Which call of the message.
    #[serde(default)]
    pub index: u32,
    /// In a call's first piece.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// `function`, in a call's first piece.
    #[serde(rename = "type", default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// More of its name and arguments.
    #[serde(default)]
    pub function: FunctionDelta,
}

/// More of a call's name and arguments.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FunctionDelta {
    /// In a call's first piece.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// More of the JSON text.
    #[serde(
        default,
        skip_serializing_if = "String::is_empty",
        deserialize_with = "null_is_default"
    )]
    pub arguments: String,
}

impl ToolCallDelta {
    /// Adds this piece to the calls it belongs to. A piece of a call whose beginning never came,
    /// or beyond `calls_max`, is dropped.
    pub fn add_to(self, calls: &mut Vec<ToolCall>, calls_max: usize) {
        let at = self.index as usize;
        if at == calls.len() && at < calls_max {
            calls.push(ToolCall {
                id: String::new(),
                kind: function(),
                function: FunctionCall::default(),
            });
        }
        let Some(call) = calls.get_mut(at) else { return };
        if let Some(id) = self.id {
            call.id = id;
        }
        if let Some(name) = self.function.name {
            call.function.name.push_str(&name);
        }
        call.function.arguments.push_str(&self.function.arguments);
    }
}

/// A tool that the model may call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Tool {
    /// `function`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The function.
    pub function: FunctionTool,
}

/// A function that the model may call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FunctionTool {
    /// Its name.
    pub name: String,
    /// What it does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// A JSON schema of its arguments.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parameters: Option<RawJson>,
    /// Whether the arguments must fit the schema.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub strict: Option<bool>,
}

/// Whether the model must call a tool.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(untagged)]
pub enum ToolChoice {
    /// `auto`, `none` or `required`.
    Mode(String),
    /// This one.
    One {
        /// `function`.
        #[serde(rename = "type")]
        kind: String,
        /// The function to call.
        function: ChosenFunction,
    },
}

/// The function a model must call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ChosenFunction {
    /// Its name.
    pub name: String,
}

/// What form an answer must have.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ResponseFormat {
    /// `text`, `json_object` or `json_schema`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The schema, for `json_schema`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub json_schema: Option<JsonSchema>,
}

/// A schema that an answer must fit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct JsonSchema {
    /// The client's name for it.
    #[serde(default)]
    pub name: String,
    /// What it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The schema.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schema: Option<RawJson>,
    /// Whether the answer must fit exactly.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub strict: Option<bool>,
}

fn function() -> String {
    "function".to_owned()
}
