//! Ollama's `/v1` routes, as recorded: a mid-stream error is an empty chunk and no `[DONE]`.

use serde_json::{Value, json};

use crate::answer::{Answer, Ask, Question};
use crate::fault::Dialect;
use crate::handle::Version;
use crate::native::{messages, text, texts};
use crate::server::Service;
use crate::transcripts::Exchange;
use crate::wire::{go_json, unix_seconds};

/// Reads `/v1/completions` or `/v1/chat/completions`.
pub(crate) fn read(service: &Service, body: &Value, chat: bool) -> Result<Ask, Exchange> {
    let recorded = &service.transcripts;
    if !body.is_object() {
        return Err(recorded.bad_json.clone());
    }
    let model = text(body, "model");
    if !service.serves(&model) {
        return Err(recorded.v1_unknown_model.with("nope", &model));
    }
    let suffix = text(body, "suffix");
    if !suffix.is_empty() && !service.fills_holes(&model) {
        return Err(recorded.v1_insert_unsupported.with("smollm2", &service.bare(&model)));
    }
    Ok(ask(body, chat))
}

/// The question of an OpenAI-shaped body.
pub(crate) fn ask(body: &Value, chat: bool) -> Ask {
    let (prompt, suffix) = (text(body, "prompt"), text(body, "suffix"));
    let question = match (chat, suffix.is_empty()) {
        (true, _) => Question::Chat(messages(body)),
        (false, true) => Question::Text { prompt, raw: true },
        (false, false) => Question::Hole { prompt, suffix },
    };
    let limit = body["max_tokens"].as_u64().or_else(|| body["max_completion_tokens"].as_u64());
    Ask {
        model: text(body, "model"),
        question,
        stream: body["stream"].as_bool().unwrap_or(false),
        limit: limit.map(|tokens| tokens as usize),
        stop: texts(&body["stop"]),
        prompt_tokens_max: None,
        context_tokens: None,
    }
}

/// How Ollama writes on `/v1`.
pub(crate) struct V1 {
    pub(crate) model: String,
    pub(crate) chat: bool,
    pub(crate) include_usage: bool,
    pub(crate) version: Version,
    pub(crate) number: usize,
}

impl V1 {
    fn event(&self, choices: &Value, model: &str, usage: Option<Value>) -> String {
        let (created, model) = (unix_seconds(), Value::from(model));
        let mut chunk = if self.chat {
            json!({
                "id": format!("chatcmpl-{}", self.number), "object": "chat.completion.chunk",
                "created": created, "model": model, "system_fingerprint": "fp_ollama",
                "choices": choices,
            })
        } else {
            json!({
                "id": format!("cmpl-{}", self.number), "object": "text_completion",
                "created": created, "choices": choices, "model": model,
                "system_fingerprint": "fp_ollama",
            })
        };
        if let Some(usage) = usage {
            chunk["usage"] = usage;
        }
        format!("data: {}\n\n", go_json(&chunk))
    }

    fn choices(&self, text: &str, with_role: bool, finish: Option<&str>) -> Value {
        if !self.chat {
            return json!([{ "text": text, "index": 0, "finish_reason": finish }]);
        }
        let delta = match (with_role, text) {
            (true, text) => json!({ "role": "assistant", "content": text }),
            (false, "") if finish.is_some() => json!({}),
            (false, text) => json!({ "content": text }),
        };
        json!([{ "index": 0, "delta": delta, "finish_reason": finish }])
    }

    fn role_in_every_chunk(&self) -> bool {
        self.version == Version::V0_24_0
    }
}

impl Dialect for V1 {
    fn stream_type(&self) -> &'static str {
        "text/event-stream"
    }

    fn piece(&self, position: usize, text: &str) -> String {
        let with_role = position == 0 || self.role_in_every_chunk();
        self.event(&self.choices(text, with_role, None), &self.model, None)
    }

    fn last(&self, answer: &Answer) -> String {
        let choices = self.choices("", self.role_in_every_chunk(), Some(&answer.done_reason));
        let mut events = self.event(&choices, &self.model, None);
        if self.include_usage {
            events += &self.event(&json!([]), &self.model, Some(usage(answer)));
        }
        events + "data: [DONE]\n\n"
    }

    fn error_line(&self, _message: &str) -> String {
        self.event(&self.choices("", self.role_in_every_chunk(), None), "", None)
    }

    fn whole(&self, answer: &Answer) -> String {
        let (created, finish) = (unix_seconds(), &answer.done_reason);
        let body = if self.chat {
            let message = json!({ "role": "assistant", "content": answer.text() });
            json!({
                "id": format!("chatcmpl-{}", self.number), "object": "chat.completion",
                "created": created, "model": self.model, "system_fingerprint": "fp_ollama",
                "choices": [{ "index": 0, "message": message, "finish_reason": finish }],
                "usage": usage(answer),
            })
        } else {
            json!({
                "id": format!("cmpl-{}", self.number), "object": "text_completion",
                "created": created, "model": self.model, "system_fingerprint": "fp_ollama",
                "choices": [{ "text": answer.text(), "index": 0, "finish_reason": finish }],
                "usage": usage(answer),
            })
        };
        go_json(&body) + "\n"
    }
}

pub(crate) fn usage(answer: &Answer) -> Value {
    json!({
        "prompt_tokens": answer.prompt_tokens,
        "completion_tokens": answer.pieces.len(),
        "total_tokens": answer.prompt_tokens + answer.pieces.len(),
    })
}
