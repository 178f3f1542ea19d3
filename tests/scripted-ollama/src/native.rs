//! Ollama's own calls: `/api/generate` and `/api/chat`, checked and written as recorded.

use serde::Serialize;
use serde_json::Value;

use crate::answer::{Answer, Ask, Question, Said};
use crate::fault::Dialect;
use crate::script::ToolCall;
use crate::server::Service;
use crate::transcripts::Exchange;
use crate::wire::{self, go_json, go_now};

/// What a call turns out to be.
pub(crate) enum Call {
    Answer(Ask),
    /// Only loads the model, or unloads it.
    Load {
        model: String,
        unload: bool,
        context_tokens: usize,
    },
    Refused(Exchange),
}

/// Reads `/api/generate`, with the refusals in the order in which they were seen.
pub(crate) fn generate(service: &Service, body: &Value) -> Call {
    if let Some(refused) = common_faults(service, body, "generate") {
        return Call::Refused(refused);
    }
    let recorded = &service.transcripts;
    let prompt = text(body, "prompt");
    let suffix = text(body, "suffix");
    let raw = body["raw"].as_bool().unwrap_or(false);
    let templated = ["system", "template", "context"].iter().any(|key| !is_empty(&body[*key]));
    if raw && templated {
        return Call::Refused(recorded.raw_with_system.clone());
    }
    let context_tokens = context_tokens(service, body);
    if prompt.is_empty() && suffix.is_empty() {
        return Call::Load { model: text(body, "model"), unload: unloads(body), context_tokens };
    }
    if !suffix.is_empty() && !service.fills_holes(&text(body, "model")) {
        let model = service.bare(&text(body, "model"));
        return Call::Refused(recorded.insert_unsupported.with("smollm2", &model));
    }
    let question = if suffix.is_empty() {
        Question::Text { prompt, raw }
    } else {
        Question::Hole { prompt, suffix }
    };
    ask(service, body, question, context_tokens)
}

/// Reads `/api/chat`.
pub(crate) fn chat(service: &Service, body: &Value) -> Call {
    if let Some(refused) = common_faults(service, body, "chat") {
        return Call::Refused(refused);
    }
    let context_tokens = context_tokens(service, body);
    let messages = messages(body);
    if messages.is_empty() {
        return Call::Load { model: text(body, "model"), unload: unloads(body), context_tokens };
    }
    ask(service, body, Question::Chat(messages), context_tokens)
}

fn ask(service: &Service, body: &Value, question: Question, context_tokens: usize) -> Call {
    let counted = wire::tokens(&question.text());
    let overlong = counted >= context_tokens;
    if overlong && body["truncate"] == Value::Bool(false) {
        let refused = service
            .transcripts
            .overlong
            .with("6979", &counted.to_string())
            .with("2048", &context_tokens.to_string());
        return Call::Refused(refused);
    }
    let options = &body["options"];
    Call::Answer(Ask {
        model: text(body, "model"),
        question,
        stream: body["stream"].as_bool().unwrap_or(true),
        limit: options["num_predict"].as_u64().filter(|&limit| limit > 0).map(|n| n as usize),
        stop: texts(&options["stop"]),
        prompt_tokens_max: overlong.then_some(context_tokens / 2 + 2),
        context_tokens: options["num_ctx"].as_u64().map(|_| context_tokens),
    })
}

fn common_faults(service: &Service, body: &Value, call: &str) -> Option<Exchange> {
    let recorded = &service.transcripts;
    if body.is_string() || !body.is_object() {
        return Some(recorded.bad_json.clone());
    }
    let prompt = &body["prompt"];
    if call == "generate" && !prompt.is_null() && !prompt.is_string() {
        let kind = match prompt {
            Value::Bool(_) => "bool",
            Value::Array(_) => "array",
            Value::Object(_) => "object",
            _ => "number",
        };
        return Some(recorded.bad_type.with("number", kind));
    }
    let model = text(body, "model");
    if model.is_empty() {
        return Some(recorded.no_model.clone());
    }
    if !service.serves(&model) {
        return Some(recorded.unknown_model.with("nope", &model));
    }
    let options = &body["options"];
    ["num_predict", "num_ctx", "seed"]
        .iter()
        .find(|key| !options[**key].is_null() && !options[**key].is_i64())
        .map(|key| recorded.bad_option.with("num_predict", key))
}

/// What the model would be loaded with: the request's wish, as far as the model goes.
fn context_tokens(service: &Service, body: &Value) -> usize {
    let own = if service.bare(&text(body, "model")) == "bllossom-shape" { 8192 } else { 4096 };
    body["options"]["num_ctx"].as_u64().map_or(own, |wish| (wish as usize).min(8192))
}

/// What Ollama compares with the loaded model's before each request; a difference makes it load the
/// model again.
pub(crate) fn runner_options(body: &Value) -> String {
    const COMPARED: [&str; 7] =
        ["num_ctx", "num_batch", "num_gpu", "main_gpu", "num_thread", "use_mmap", "shift"];
    COMPARED.iter().map(|name| format!("{name}={} ", body["options"][*name])).collect()
}

fn unloads(body: &Value) -> bool {
    match &body["keep_alive"] {
        Value::Number(number) => number.as_f64() == Some(0.0),
        Value::String(text) => text.trim_end_matches(char::is_alphabetic) == "0",
        _ => false,
    }
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        _ => false,
    }
}

pub(crate) fn text(body: &Value, key: &str) -> String {
    body[key].as_str().unwrap_or_default().to_owned()
}

pub(crate) fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::String(text) => vec![text.clone()],
        Value::Array(items) => {
            items.iter().filter_map(|item| item.as_str().map(str::to_owned)).collect()
        }
        _ => Vec::new(),
    }
}

pub(crate) fn messages(body: &Value) -> Vec<Said> {
    let list = body["messages"].as_array().map(Vec::as_slice).unwrap_or_default();
    list.iter()
        .map(|message| Said { role: text(message, "role"), content: text(message, "content") })
        .collect()
}

/// How `/api/generate` writes.
pub(crate) struct Generate {
    pub(crate) model: String,
    pub(crate) raw: bool,
}

/// How `/api/chat` writes.
pub(crate) struct Chat {
    pub(crate) model: String,
}

/// The fields of every native line, in their order; `response` or `message`, never both.
#[derive(Serialize)]
struct Line<'a> {
    model: &'a str,
    created_at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    response: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<Message<'a>>,
    done: bool,
    #[serde(flatten)]
    end: Option<EndFields<'a>>,
}

#[derive(Serialize)]
struct Message<'a> {
    role: &'a str,
    content: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    tool_calls: Option<Value>,
}

#[derive(Serialize)]
struct EndFields<'a> {
    done_reason: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    context: Option<Vec<u32>>,
    total_duration: u64,
    load_duration: u64,
    prompt_eval_count: usize,
    prompt_eval_duration: u64,
    eval_count: usize,
    eval_duration: u64,
}

impl<'a> EndFields<'a> {
    fn of(answer: &'a Answer, with_context: bool) -> Self {
        const PER_PROMPT_TOKEN_NS: u64 = 500_000;
        const PER_TOKEN_NS: u64 = 10_000_000;
        let load_duration = 1_147_782;
        let prompt_eval_duration = answer.evaluated_tokens as u64 * PER_PROMPT_TOKEN_NS;
        let eval_duration = answer.pieces.len() as u64 * PER_TOKEN_NS;
        Self {
            done_reason: &answer.done_reason,
            context: with_context.then(|| vec![1, 9690, 198, 2683, 359]),
            total_duration: load_duration + prompt_eval_duration + eval_duration,
            load_duration,
            prompt_eval_count: answer.prompt_tokens,
            prompt_eval_duration,
            eval_count: answer.pieces.len(),
            eval_duration,
        }
    }
}

impl Generate {
    fn line(&self, response: &str, end: Option<EndFields<'_>>) -> String {
        let done = end.is_some();
        let (model, created_at) = (self.model.as_str(), go_now());
        go_json(&Line { model, created_at, response: Some(response), message: None, done, end })
    }
}

impl Chat {
    fn line(&self, content: &str, end: Option<EndFields<'_>>) -> String {
        self.message(Message { role: "assistant", content, tool_calls: None }, end)
    }

    fn message(&self, message: Message<'_>, end: Option<EndFields<'_>>) -> String {
        let done = end.is_some();
        let (model, created_at) = (self.model.as_str(), go_now());
        let message = Some(message);
        go_json(&Line { model, created_at, response: None, message, done, end })
    }
}

impl Dialect for Generate {
    fn stream_type(&self) -> &'static str {
        "application/x-ndjson"
    }

    fn piece(&self, _position: usize, text: &str) -> String {
        self.line(text, None) + "\n"
    }

    fn last(&self, answer: &Answer) -> String {
        self.line("", Some(EndFields::of(answer, !self.raw))) + "\n"
    }

    fn error_line(&self, message: &str) -> String {
        error(message) + "\n"
    }

    fn whole(&self, answer: &Answer) -> String {
        self.line(&answer.text(), Some(EndFields::of(answer, !self.raw)))
    }
}

impl Dialect for Chat {
    fn stream_type(&self) -> &'static str {
        "application/x-ndjson"
    }

    /// After Ollama's source (`api/types.go`): a whole call a line, the arguments an object.
    fn call(&self, index: usize, call: &ToolCall) -> String {
        let calls = serde_json::json!([{
            "function": { "index": index, "name": call.name, "arguments": call.arguments },
        }]);
        let message = Message { role: "assistant", content: "", tool_calls: Some(calls) };
        self.message(message, None) + "\n"
    }

    fn piece(&self, _position: usize, text: &str) -> String {
        self.line(text, None) + "\n"
    }

    fn last(&self, answer: &Answer) -> String {
        self.line("", Some(EndFields::of(answer, false))) + "\n"
    }

    fn error_line(&self, message: &str) -> String {
        error(message) + "\n"
    }

    fn whole(&self, answer: &Answer) -> String {
        self.line(&answer.text(), Some(EndFields::of(answer, false)))
    }
}

/// `{"error":"…"}`.
pub(crate) fn error(message: &str) -> String {
    go_json(&serde_json::json!({ "error": message }))
}

/// `/api/show` as recorded for the template of that model.
pub(crate) fn show(service: &Service, body: &Value) -> Exchange {
    let recorded = &service.transcripts;
    let asked = match text(body, "model") {
        model if model.is_empty() => text(body, "name"),
        model => model,
    };
    if !service.serves(&asked) {
        // Only the newer version names the tag, and that is how each was recorded.
        return recorded.show_unknown.with("nope", &service.bare(&asked));
    }
    match service.bare(&asked).as_str() {
        "bllossom-shape" => recorded.show_llama3.clone(),
        "fim-shape" => recorded.show_fim.clone(),
        _ => recorded.show_chatml.clone(),
    }
}
