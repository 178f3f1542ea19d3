//! Questions and pieces of answers as they are told over the hop.

use std::time::Duration;

use saga_protocol::class::{RequestClass, Task};
use saga_protocol::openai::{
    ChatMessage, ChosenFunction, FunctionCall, FunctionDelta, FunctionTool, JsonSchema, RawJson,
    TokenUsage, Tool, ToolCall, ToolCallDelta, ToolChoice,
};
use tokio::sync::watch;

use crate::domain::ports::{AnswerFormat, Caller, EmbedCall, ModelCall, ModelInput, Piece, Wishes};
use crate::domain::priority::Priority;
use crate::rpc::v1::{answer_part, answer_request as asked, tool_choice};
use crate::rpc::{Misunderstood, v1};

/// A question for the other process.
pub(crate) fn answer_request(call: ModelCall, priority: &Priority) -> v1::AnswerRequest {
    let wishes = call.wishes;
    v1::AnswerRequest {
        priority: Some(said(priority)),
        model: call.model,
        input: Some(match call.input {
            ModelInput::Raw(prompt) => asked::Input::Raw(prompt),
            ModelInput::Fim { prompt, suffix } => asked::Input::Hole(v1::Hole { prompt, suffix }),
            ModelInput::Chat(messages) => {
                let messages = messages.into_iter().map(message).collect();
                asked::Input::Conversation(v1::Conversation { messages })
            }
        }),
        max_tokens: call.max_tokens,
        temperature: call.temperature,
        top_p: call.top_p,
        seed: call.seed,
        stop: call.stop,
        presence_penalty: wishes.presence_penalty,
        frequency_penalty: wishes.frequency_penalty,
        format: wishes.format.map(|format| v1::AnswerFormat {
            schema: match format {
                AnswerFormat::Json => None,
                AnswerFormat::Schema(schema) => Some(v1::JsonSchema {
                    name: schema.name,
                    description: schema.description,
                    schema: schema.schema.map(|schema| schema.get().to_owned()),
                    strict: schema.strict,
                }),
            },
        }),
        tools: wishes.tools.into_iter().map(tool).collect(),
        tool_choice: wishes.tool_choice.map(|choice| v1::ToolChoice {
            choice: Some(match choice {
                ToolChoice::Mode(mode) => tool_choice::Choice::Mode(mode),
                ToolChoice::One { kind, function } => {
                    tool_choice::Choice::Tool(v1::ChosenTool { kind, name: function.name })
                }
            }),
        }),
    }
}

/// Texts for the other process.
pub(crate) fn embed_request(call: EmbedCall, priority: &Priority) -> v1::EmbedRequest {
    let EmbedCall { model, inputs, dimensions } = call;
    v1::EmbedRequest { priority: Some(said(priority)), model, inputs, dimensions }
}

/// Texts of the other process.
pub(crate) fn embed_call(
    request: v1::EmbedRequest,
) -> Result<(EmbedCall, Priority), Misunderstood> {
    let v1::EmbedRequest { priority: said, model, inputs, dimensions } = request;
    let (priority, _places) = priority(said)?;
    Ok((EmbedCall { model, inputs, dimensions }, priority))
}

fn said(priority: &Priority) -> v1::Priority {
    let millis = |time: Duration| u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
    v1::Priority {
        tenant: priority.caller.tenant.clone(),
        user: priority.caller.user.clone(),
        task: priority.task.name().to_owned(),
        class: priority.class.name().to_owned(),
        document: priority.document.clone(),
        session: priority.session.clone(),
        worth_ms: priority.worth_left().map(millis),
    }
}

/// Whose question it is, and its places in the queue as they change.
pub(crate) fn priority(
    said: Option<v1::Priority>,
) -> Result<(Priority, watch::Receiver<u32>), Misunderstood> {
    let said = said.ok_or(Misunderstood("priority"))?;
    let caller = Caller { tenant: said.tenant, user: said.user };
    let task = Task::from_name(&said.task).ok_or(Misunderstood("task"))?;
    let class = RequestClass::from_name(&said.class).ok_or(Misunderstood("class"))?;
    let (mut priority, places) = Priority::new(caller, task, class, said.document);
    priority.session = said.session;
    if let Some(ms) = said.worth_ms {
        priority = priority.worth(Duration::from_millis(ms));
    }
    Ok((priority, places))
}

/// A question of the other process.
pub(crate) fn model_call(request: v1::AnswerRequest) -> Result<ModelCall, Misunderstood> {
    Ok(ModelCall {
        model: request.model,
        input: match request.input.ok_or(Misunderstood("input"))? {
            asked::Input::Raw(prompt) => ModelInput::Raw(prompt),
            asked::Input::Hole(v1::Hole { prompt, suffix }) => ModelInput::Fim { prompt, suffix },
            asked::Input::Conversation(v1::Conversation { messages }) => {
                ModelInput::Chat(messages.into_iter().map(chat_message).collect())
            }
        },
        max_tokens: request.max_tokens,
        temperature: request.temperature,
        top_p: request.top_p,
        seed: request.seed,
        stop: request.stop,
        wishes: Wishes {
            presence_penalty: request.presence_penalty,
            frequency_penalty: request.frequency_penalty,
            format: request.format.map(answer_format).transpose()?,
            tools: request.tools.into_iter().map(offered).collect::<Result<_, _>>()?,
            tool_choice: request.tool_choice.map(chosen).transpose()?,
        },
    })
}

fn message(message: ChatMessage) -> v1::Message {
    let call = |call: ToolCall| v1::ToolCall {
        id: call.id,
        kind: call.kind,
        name: call.function.name,
        arguments: call.function.arguments,
    };
    v1::Message {
        role: message.role,
        content: message.content,
        tool_calls: message.tool_calls.into_iter().map(call).collect(),
        tool_call_id: message.tool_call_id,
    }
}

fn chat_message(message: v1::Message) -> ChatMessage {
    let call = |call: v1::ToolCall| ToolCall {
        id: call.id,
        kind: call.kind,
        function: FunctionCall { name: call.name, arguments: call.arguments },
    };
    ChatMessage {
        role: message.role,
        content: message.content,
        tool_calls: message.tool_calls.into_iter().map(call).collect(),
        tool_call_id: message.tool_call_id,
    }
}

fn tool(Tool { kind, function }: Tool) -> v1::Tool {
    v1::Tool {
        kind,
        name: function.name,
        description: function.description,
        parameters: function.parameters.map(|schema| schema.get().to_owned()),
        strict: function.strict,
    }
}

fn offered(tool: v1::Tool) -> Result<Tool, Misunderstood> {
    Ok(Tool {
        kind: tool.kind,
        function: FunctionTool {
            name: tool.name,
            description: tool.description,
            parameters: tool.parameters.map(json).transpose()?,
            strict: tool.strict,
        },
    })
}

fn chosen(choice: v1::ToolChoice) -> Result<ToolChoice, Misunderstood> {
    Ok(match choice.choice.ok_or(Misunderstood("tool_choice"))? {
        tool_choice::Choice::Mode(mode) => ToolChoice::Mode(mode),
        tool_choice::Choice::Tool(v1::ChosenTool { kind, name }) => {
            ToolChoice::One { kind, function: ChosenFunction { name } }
        }
    })
}

fn answer_format(format: v1::AnswerFormat) -> Result<AnswerFormat, Misunderstood> {
    let Some(schema) = format.schema else { return Ok(AnswerFormat::Json) };
    Ok(AnswerFormat::Schema(JsonSchema {
        name: schema.name,
        description: schema.description,
        schema: schema.schema.map(json).transpose()?,
        strict: schema.strict,
    }))
}

fn json(text: String) -> Result<RawJson, Misunderstood> {
    RawJson::new(text).ok_or(Misunderstood("a JSON schema"))
}

/// A piece of an answer for the other process.
pub(crate) fn part(piece: Piece) -> v1::AnswerPart {
    let part = match piece {
        Piece::Queued { place } => answer_part::Part::Queued(place),
        Piece::Text(text) => answer_part::Part::Text(text),
        Piece::ToolCall(call) => answer_part::Part::ToolCall(v1::ToolCallDelta {
            index: call.index,
            id: call.id,
            kind: call.kind,
            name: call.function.name,
            arguments: call.function.arguments,
        }),
        Piece::Done { finish_reason, usage } => answer_part::Part::Done(v1::AnswerDone {
            finish_reason,
            usage: usage.map(|usage| v1::TokenCounts {
                prompt_tokens: usage.prompt_tokens,
                completion_tokens: usage.completion_tokens,
                total_tokens: usage.total_tokens,
            }),
        }),
    };
    v1::AnswerPart { part: Some(part) }
}

/// A piece of the other process's answer; `None` for what this version does not know.
pub(crate) fn piece(part: answer_part::Part) -> Option<Piece> {
    Some(match part {
        answer_part::Part::Queued(place) => Piece::Queued { place },
        answer_part::Part::Begun(_) => return None,
        answer_part::Part::Text(text) => Piece::Text(text),
        answer_part::Part::ToolCall(call) => Piece::ToolCall(ToolCallDelta {
            index: call.index,
            id: call.id,
            kind: call.kind,
            function: FunctionDelta { name: call.name, arguments: call.arguments },
        }),
        answer_part::Part::Done(v1::AnswerDone { finish_reason, usage }) => Piece::Done {
            finish_reason,
            usage: usage.map(|usage| TokenUsage {
                prompt_tokens: usage.prompt_tokens,
                completion_tokens: usage.completion_tokens,
                total_tokens: usage.total_tokens,
            }),
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn raw_json(text: &str) -> RawJson {
        RawJson::new(text.to_owned()).expect("JSON")
    }

    /// A question with everything that a question may have.
    fn full(input: ModelInput, format: AnswerFormat, tool_choice: ToolChoice) -> ModelCall {
        let function = FunctionTool {
            name: "look".to_owned(),
            description: Some("찾기".to_owned()),
            parameters: Some(raw_json(r#"{"z":1,"a":{"type":"string"}}"#)),
            strict: Some(true),
        };
        ModelCall {
            model: "m".to_owned(),
            input,
            max_tokens: 7,
            temperature: Some(0.2),
            top_p: Some(0.9),
            seed: Some(-3),
            stop: vec!["\n\n".to_owned(), "끝".to_owned()],
            wishes: Wishes {
                presence_penalty: Some(-1.5),
                frequency_penalty: Some(1.5),
                format: Some(format),
                tools: vec![Tool { kind: "function".to_owned(), function }],
                tool_choice: Some(tool_choice),
            },
        }
    }

    #[test]
    fn a_question_comes_over_as_it_was() {
        let call = ToolCall {
            id: "c1".to_owned(),
            kind: "function".to_owned(),
            function: FunctionCall { name: "look".to_owned(), arguments: "{}".to_owned() },
        };
        let messages = vec![
            ChatMessage::new("user", "안녕 👋"),
            ChatMessage { tool_calls: vec![call], ..ChatMessage::new("assistant", "") },
            ChatMessage { tool_call_id: Some("c1".to_owned()), ..ChatMessage::new("tool", "1") },
        ];
        let schema = JsonSchema {
            name: "answer".to_owned(),
            description: None,
            schema: Some(raw_json(r#"{"b":1,"a":2}"#)),
            strict: Some(false),
        };
        let hole = ModelInput::Fim { prompt: "a".to_owned(), suffix: "b".to_owned() };
        let mode = || ToolChoice::Mode("auto".to_owned());
        let one = ToolChoice::One {
            kind: "function".to_owned(),
            function: ChosenFunction { name: "look".to_owned() },
        };
        let caller = Caller { tenant: "team".to_owned(), user: "민지".to_owned() };
        let document = Some("doc".to_owned());
        let (mut asks, _) =
            Priority::new(caller.clone(), Task::Edit, RequestClass::Automatic, document.clone());
        asks.session = Some("s".to_owned());
        for call in [
            full(ModelInput::Raw("<s>한</s>".to_owned()), AnswerFormat::Json, mode()),
            full(hole, AnswerFormat::Schema(schema), one),
            full(ModelInput::Chat(messages), AnswerFormat::Json, mode()),
        ] {
            let mut sent = answer_request(call.clone(), &asks);
            let (came, _places) = priority(sent.priority.take()).expect("a priority");
            let understood = model_call(sent).expect("a question");
            assert_eq!(format!("{understood:?}"), format!("{call:?}"));
            assert_eq!(
                (came.caller, came.task, came.class, came.document, came.session),
                (
                    caller.clone(),
                    Task::Edit,
                    RequestClass::Automatic,
                    document.clone(),
                    Some("s".to_owned())
                )
            );
        }
    }

    #[test]
    fn every_piece_comes_over_as_it_was() {
        let usage = TokenUsage { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3 };
        let delta = ToolCallDelta {
            index: 1,
            id: Some("c".to_owned()),
            kind: Some("function".to_owned()),
            function: FunctionDelta { name: Some("f".to_owned()), arguments: "{\"a".to_owned() },
        };
        let done = |usage| Piece::Done { finish_reason: "stop".to_owned(), usage };
        for said in [
            Piece::Queued { place: 3 },
            Piece::Text("가\u{1f600}".to_owned()),
            Piece::ToolCall(delta),
            done(None),
            done(Some(usage)),
        ] {
            let told = part(said.clone()).part.and_then(piece);
            assert_eq!(told, Some(said));
        }
    }
}
