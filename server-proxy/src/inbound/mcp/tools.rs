//! What the tools are called, what they take and what they give. One table makes the schemas and
//! checks what comes, so that the two cannot differ.

use std::sync::Arc;

use rmcp::model::{JsonObject, Tool as Described, ToolAnnotations};
use saga_domain::FailureCode;
use saga_protocol::chat::QUERY_BYTES_MAX;
use saga_protocol::error::ErrorDetail;
use serde_json::{Map, Value, json};

use crate::inbound::error::ApiError;
use crate::inbound::mcp::calls::detail;
use crate::inbound::talk::{ID_EXPECTED, is_id};

/// Characters of what is asked.
const INSTRUCTION_CHARS_MAX: usize = 16 << 10;
/// Characters of the code that it is about.
const CODE_CHARS_MAX: usize = 256 << 10;
const LANGUAGE_CHARS_MAX: usize = 64;
/// Conversations that one search shows.
pub(super) const FOUND_MAX: u64 = 20;
/// The same when the search does not say.
pub(super) const FOUND_DEFAULT: u64 = 5;

#[derive(Clone, Copy)]
pub(super) enum Kind {
    Generate,
    Chat,
    SearchContext,
}

pub(super) struct Tool {
    pub(super) kind: Kind,
    name: &'static str,
    title: &'static str,
    about: &'static str,
    takes: &'static [Argument],
    gives: fn() -> Value,
}

struct Argument {
    name: &'static str,
    about: &'static str,
    needed: bool,
    form: Form,
}

enum Form {
    Text { chars_max: usize },
    Id,
    Number { max: u64, default: u64 },
}

static TOOLS: &[Tool] = &[
    Tool {
        kind: Kind::Generate,
        name: "generate",
        title: "Write or change code",
        about: "Has the team's own model write code, or change the code it is given, and answers \
                with the code in one fenced block. Remembers nothing. Code and instruction stay on \
                the team's server.",
        takes: &[
            Argument {
                name: "instruction",
                about: "What to do, in any language.",
                needed: true,
                form: Form::Text { chars_max: INSTRUCTION_CHARS_MAX },
            },
            Argument {
                name: "code",
                about: "The code it is about, if there is any.",
                needed: false,
                form: Form::Text { chars_max: CODE_CHARS_MAX },
            },
            Argument {
                name: "language",
                about: "The code's language as editors name it, such as typescript or python.",
                needed: false,
                form: Form::Text { chars_max: LANGUAGE_CHARS_MAX },
            },
        ],
        gives: || {
            json!({
                "answer": text("What the model wrote."),
                "request_id": text("The name of the request's record."),
                "model": text("The model that wrote it."),
            })
        },
    },
    Tool {
        kind: Kind::Chat,
        name: "chat",
        title: "Ask the team's model",
        about: "Says something in a conversation with the team's own model. The server remembers \
                the conversation under its session id; pass it again to go on with it.",
        takes: &[
            Argument {
                name: "message",
                about: "What is said, in any language.",
                needed: true,
                form: Form::Text { chars_max: INSTRUCTION_CHARS_MAX },
            },
            Argument {
                name: "session",
                about: "The session id of a conversation to go on with; a new one when absent.",
                needed: false,
                form: Form::Id,
            },
        ],
        gives: || {
            json!({
                "answer": text("What the model says."),
                "session": text("The conversation's session id."),
                "request_id": text("The name of this turn of the conversation."),
                "remembered": { "type": "boolean", "description": "Whether the turn is kept." },
            })
        },
    },
    Tool {
        kind: Kind::SearchContext,
        name: "search_context",
        title: "Search earlier conversations",
        about: "Searches the caller's own conversations with the team's model, questions, answers \
                and the code beside them, for words. A conversation is found when every word stands \
                somewhere in it.",
        takes: &[
            Argument {
                name: "query",
                about: "The words, 256 bytes at most.",
                needed: true,
                form: Form::Text { chars_max: QUERY_BYTES_MAX },
            },
            Argument {
                name: "limit",
                about: "Conversations at most, the newest first.",
                needed: false,
                form: Form::Number { max: FOUND_MAX, default: FOUND_DEFAULT },
            },
        ],
        gives: || {
            json!({
                "conversations": {
                    "type": "array",
                    "items": object(&json!({
                        "session": text("Its session id, for the tool chat."),
                        "title": text("Its name, or the beginning of its first message."),
                        "updated_at": time("its last turn"),
                        "places": { "type": "array", "items": object(&json!({
                            "turn": text("The name of the turn."),
                            "at": time("the turn"),
                            "in": text("question, answer, or the path of the code beside it."),
                            "excerpt": text("What stands there, on one line."),
                        })) },
                    })),
                },
                "complete": {
                    "type": "boolean",
                    "description": "Whether no further conversation holds the words.",
                },
            })
        },
    },
];

/// The tool of that name.
pub(super) fn named(name: &str) -> Option<&'static Tool> {
    TOOLS.iter().find(|tool| tool.name == name)
}

/// All of them, as clients are told.
pub(super) fn described() -> Vec<Described> {
    TOOLS.iter().map(Tool::described).collect()
}

impl Tool {
    pub(super) fn described(&self) -> Described {
        let takes = self.takes.iter().map(|one| (one.name.to_owned(), one.schema())).collect();
        let needed: Vec<&str> =
            self.takes.iter().filter(|one| one.needed).map(|one| one.name).collect();
        let takes = json!({
            "type": "object",
            "properties": Value::Object(takes),
            "required": needed,
            "additionalProperties": false,
        });
        let keeps = matches!(self.kind, Kind::Chat);
        Described::new(self.name, self.about, map(takes))
            .with_title(self.title)
            .with_raw_output_schema(map(object(&(self.gives)())))
            .with_annotations(
                ToolAnnotations::with_title(self.title)
                    .read_only(!keeps)
                    .destructive(false)
                    .open_world(false),
            )
    }

    /// Names the argument that is wrong.
    pub(super) fn check(&self, arguments: &JsonObject) -> Result<(), ErrorDetail> {
        let known = |name: &String| self.takes.iter().any(|argument| argument.name == name);
        if let Some(unknown) = arguments.keys().find(|name| !known(name)) {
            let shown: String = unknown.chars().take(64).collect();
            return Err(wrong(&shown, "is no argument of this tool"));
        }
        self.takes.iter().try_for_each(|argument| argument.check(arguments.get(argument.name)))
    }
}

impl Argument {
    fn schema(&self) -> Value {
        let mut schema = match self.form {
            Form::Text { chars_max } => {
                json!({ "type": "string", "minLength": u8::from(self.needed), "maxLength": chars_max })
            }
            Form::Id => json!({ "type": "string", "pattern": "^[A-Za-z0-9_-]{1,64}$" }),
            Form::Number { max, default } => {
                json!({ "type": "integer", "minimum": 1, "maximum": max, "default": default })
            }
        };
        schema["description"] = self.about.into();
        schema
    }

    fn check(&self, value: Option<&Value>) -> Result<(), ErrorDetail> {
        let Some(value) = value.filter(|value| !value.is_null()) else {
            let is_missed = self.needed;
            return if is_missed { Err(wrong(self.name, "is needed")) } else { Ok(()) };
        };
        match self.form {
            Form::Text { chars_max } => match value.as_str() {
                None => Err(wrong(self.name, "expected a text")),
                Some(text) if self.needed && text.trim().is_empty() => {
                    Err(wrong(self.name, "expected at least one word"))
                }
                Some(text) if text.chars().count() > chars_max => {
                    let message =
                        format!("`{}`: expected {chars_max} characters at most", self.name);
                    Err(detail(FailureCode::TooLarge, &message))
                }
                Some(_) => Ok(()),
            },
            Form::Id if value.as_str().is_some_and(is_id) => Ok(()),
            Form::Id => Err(wrong(self.name, ID_EXPECTED)),
            Form::Number { max, .. } => match value.as_u64() {
                Some(number) if (1..=max).contains(&number) => Ok(()),
                _ => Err(wrong(self.name, &format!("expected a number from 1 to {max}"))),
            },
        }
    }
}

fn wrong(name: &str, what: &str) -> ErrorDetail {
    ApiError::wrong_field(name, what).into_body().error
}

fn object(properties: &Value) -> Value {
    let names: Vec<&String> =
        properties.as_object().map(|fields| fields.keys().collect()).unwrap_or_default();
    json!({ "type": "object", "properties": properties, "required": names })
}

fn text(about: &str) -> Value {
    json!({ "type": "string", "description": about })
}

fn time(of: &str) -> Value {
    json!({ "type": "integer", "description": format!("Unix milliseconds of {of}.") })
}

fn map(schema: Value) -> Arc<Map<String, Value>> {
    match schema {
        Value::Object(map) => Arc::new(map),
        _ => Arc::default(),
    }
}
