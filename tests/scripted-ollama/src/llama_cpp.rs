//! The server of llama.cpp: one model, OpenAI's calls, and what it says of its model.

use serde_json::{Value, json};

use crate::answer::{Answer, Said};
use crate::fault::Dialect;
use crate::handle::Shape;
use crate::native::{messages, text};
use crate::script::ToolCall;
use crate::transcripts::Exchange;
use crate::v1::usage;
use crate::wire::unix_seconds;

const BUILD: &str = "b9999-scripted";

/// `GET /v1/models`.
pub(crate) fn models(shape: Shape) -> Exchange {
    let name = shape.name();
    ok(&json!({
        "object": "list",
        "data": [{
            "id": name, "object": "model", "created": unix_seconds(), "owned_by": "llamacpp",
            "meta": {
                "vocab_type": 2, "n_vocab": 49152, "n_ctx_train": 8192, "n_embd": 576,
                "n_params": 134_515_008, "size": 98_362_998,
            },
        }],
    }))
}

/// `GET /props`.
pub(crate) fn props(shape: Shape) -> Exchange {
    ok(&json!({
        "default_generation_settings": { "n_ctx": 8192 },
        "total_slots": 2,
        "model_path": format!("models/{}.gguf", shape.name()),
        "chat_template": chat_template(shape),
        "build_info": BUILD,
    }))
}

/// `POST /apply-template`.
pub(crate) fn apply_template(shape: Shape, body: &Value) -> Exchange {
    let mut prompt: String =
        messages(body).iter().map(|Said { role, content }| turn(shape, role, content)).collect();
    prompt += match shape {
        Shape::Bllossom => "<|start_header_id|>assistant<|end_header_id|>\n\n",
        Shape::SmolLm2 => "<|im_start|>assistant\n",
        Shape::Fim => "",
    };
    ok(&json!({ "prompt": prompt }))
}

/// `POST /tokenize`: a token each for the control tokens the model knows, and one a byte for the
/// rest.
pub(crate) fn tokenize(shape: Shape, body: &Value) -> Exchange {
    let content = text(body, "content");
    let known: &[&str] = match shape {
        Shape::Bllossom => &["<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>"],
        Shape::SmolLm2 => &["<|im_start|>", "<|im_end|>"],
        Shape::Fim => &["<|fim_prefix|>", "<|fim_suffix|>", "<|fim_middle|>", "<|file_sep|>"],
    };
    let parsed = body["parse_special"].as_bool().unwrap_or(true);
    let tokens = match known.iter().position(|token| *token == content) {
        Some(place) if parsed => vec![49_000 + place],
        _ => content.bytes().map(usize::from).collect(),
    };
    ok(&json!({ "tokens": tokens }))
}

/// `GET /health`.
pub(crate) fn health() -> Exchange {
    ok(&json!({ "status": "ok" }))
}

/// A path or a body it does not know.
pub(crate) fn refused(code: u16, kind: &str, message: &str) -> Exchange {
    let body = json!({ "error": { "code": code, "message": message, "type": kind } });
    Exchange { status: code, ..ok(&body) }
}

fn ok(body: &Value) -> Exchange {
    Exchange {
        status: 200,
        content_type: "application/json; charset=utf-8".to_owned(),
        body: body.to_string(),
    }
}

fn turn(shape: Shape, role: &str, content: &str) -> String {
    match shape {
        Shape::Bllossom => {
            format!("<|start_header_id|>{role}<|end_header_id|>\n\n{content}<|eot_id|>")
        }
        Shape::SmolLm2 => format!("<|im_start|>{role}\n{content}<|im_end|>\n"),
        Shape::Fim => format!("{content}\n"),
    }
}

fn chat_template(shape: Shape) -> &'static str {
    match shape {
        Shape::Bllossom => {
            "{% for message in messages %}<|start_header_id|>{{ message['role'] }}\
             <|end_header_id|>\n\n{{ message['content'] | trim }}<|eot_id|>{% endfor %}\
             {% if add_generation_prompt %}<|start_header_id|>assistant<|end_header_id|>\n\n\
             {% endif %}"
        }
        Shape::SmolLm2 => {
            "{% for message in messages %}<|im_start|>{{ message['role'] }}\n\
             {{ message['content'] }}<|im_end|>\n{% endfor %}\
             {% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
        }
        Shape::Fim => "{% for message in messages %}{{ message['content'] }}\n{% endfor %}",
    }
}

/// How it writes answers.
pub(crate) struct LlamaCpp {
    pub(crate) model: String,
    pub(crate) chat: bool,
    pub(crate) include_usage: bool,
    pub(crate) number: usize,
}

impl LlamaCpp {
    fn object(&self, choices: Value, object: &str) -> Value {
        json!({
            "choices": choices, "created": unix_seconds(), "model": self.model,
            "system_fingerprint": BUILD, "object": object,
            "id": format!("chatcmpl-{:032}", self.number),
        })
    }

    fn event(&self, choices: Value, extra: Option<&Answer>) -> String {
        let object = if self.chat { "chat.completion.chunk" } else { "text_completion" };
        let mut chunk = self.object(choices, object);
        if let Some(answer) = extra {
            chunk["usage"] = usage(answer);
            chunk["timings"] = timings(answer);
        }
        format!("data: {chunk}\n\n")
    }

    fn text(text: &str, finish: Option<&str>) -> Value {
        json!([{ "text": text, "index": 0, "logprobs": null, "finish_reason": finish }])
    }
}

fn timings(answer: &Answer) -> Value {
    json!({
        "cache_n": answer.prompt_tokens.saturating_sub(answer.evaluated_tokens),
        "prompt_n": answer.evaluated_tokens, "predicted_n": answer.pieces.len(),
    })
}

impl Dialect for LlamaCpp {
    fn stream_type(&self) -> &'static str {
        "text/event-stream"
    }

    fn piece(&self, position: usize, text: &str) -> String {
        if !self.chat {
            return self.event(Self::text(text, None), None);
        }
        let delta = |delta: Value| json!([{ "finish_reason": null, "index": 0, "delta": delta }]);
        let said = self.event(delta(json!({ "content": text })), None);
        if position > 0 {
            return said;
        }
        self.event(delta(json!({ "role": "assistant", "content": null })), None) + &said
    }

    /// The beginning of the call, then its arguments in two pieces.
    fn call(&self, index: usize, call: &ToolCall) -> String {
        let delta = |call: Value| {
            let delta = json!({ "tool_calls": [call] });
            self.event(json!([{ "finish_reason": null, "index": 0, "delta": delta }]), None)
        };
        let arguments = call.arguments.to_string();
        let (one, two) = arguments.split_at(1);
        delta(json!({
            "index": index, "id": format!("call_{index}"), "type": "function",
            "function": { "name": call.name, "arguments": "" },
        })) + &delta(json!({ "index": index, "function": { "arguments": one } }))
            + &delta(json!({ "index": index, "function": { "arguments": two } }))
    }

    fn last(&self, answer: &Answer) -> String {
        let finish = match answer.tool_calls.is_empty() {
            true => answer.done_reason.as_str(),
            false => "tool_calls",
        };
        let events = if self.chat {
            let choices = json!([{ "finish_reason": finish, "index": 0, "delta": {} }]);
            let mut events = self.event(choices, None);
            if self.include_usage {
                events += &self.event(json!([]), Some(answer));
            }
            events
        } else {
            self.event(Self::text("", Some(finish)), Some(answer))
        };
        events + "data: [DONE]\n\n"
    }

    fn error_line(&self, message: &str) -> String {
        let error = json!({ "code": 500, "message": message, "type": "server_error" });
        format!("data: {}\n\n", json!({ "error": error }))
    }

    fn whole(&self, answer: &Answer) -> String {
        let finish = answer.done_reason.as_str();
        let (choices, object) = if self.chat {
            let message = json!({ "role": "assistant", "content": answer.text() });
            let choices = json!([{ "finish_reason": finish, "index": 0, "message": message }]);
            (choices, "chat.completion")
        } else {
            (Self::text(&answer.text(), Some(finish)), "text_completion")
        };
        let mut body = self.object(choices, object);
        body["usage"] = usage(answer);
        body["timings"] = timings(answer);
        body.to_string()
    }
}
