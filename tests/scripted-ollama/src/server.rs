//! One connection, one request: record it, find its rule, answer it.

use std::convert::Infallible;
use std::sync::Arc;

use bytes::Bytes;
use http::{Method, Request, Response, Version as HttpVersion};
use http_body_util::{BodyExt, Limited};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use serde_json::Value;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use crate::answer::{Answer, Ask, Question};
use crate::control;
use crate::fault::{self, Dialect};
use crate::handle::{Kind, Shape, Version};
use crate::llama_cpp::{self, LlamaCpp};
use crate::log::{Head, Loaded, Log};
use crate::native::{self, Call};
use crate::play::{self, Body, Playing, Step};
use crate::script::{Asked, End, Rule};
use crate::transcripts::{Exchange, Transcripts, respond};
use crate::v1::{self, V1};

const BODY_BYTES_MAX: usize = 32 * 1024 * 1024;

const JSON: &str = "application/json; charset=utf-8";

/// What the server is, for the time it runs.
pub(crate) struct Service {
    pub(crate) transcripts: Transcripts,
    pub(crate) version: Version,
    pub(crate) kind: Kind,
    pub(crate) shape: Option<Shape>,
    pub(crate) log: Arc<Log>,
}

impl Service {
    /// The name without its tag.
    #[expect(clippy::unused_self, reason = "reads as a question to the server")]
    pub(crate) fn bare(&self, model: &str) -> String {
        model.strip_suffix(":latest").unwrap_or(model).to_owned()
    }

    pub(crate) fn serves(&self, model: &str) -> bool {
        let bare = self.bare(model);
        self.shapes().any(|shape| shape.name() == bare)
    }

    pub(crate) fn fills_holes(&self, model: &str) -> bool {
        self.bare(model) == Shape::Fim.name()
    }

    fn shapes(&self) -> impl Iterator<Item = Shape> {
        let only = self.shape;
        Shape::ALL.into_iter().filter(move |shape| only.is_none_or(|only| only == *shape))
    }
}

/// Accepts until dropped; every connection ends with it.
pub(crate) async fn run(listener: TcpListener, service: Arc<Service>) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => {
                if let Ok((stream, _)) = accepted {
                    connections.spawn(connection(stream, Arc::clone(&service)));
                }
            }
            Some(_) = connections.join_next() => {}
        }
    }
}

struct Open(Arc<Log>);

impl Drop for Open {
    fn drop(&mut self) {
        self.0.connection_closed();
    }
}

async fn connection(stream: TcpStream, service: Arc<Service>) {
    service.log.connection_opened();
    let _open = Open(Arc::clone(&service.log));
    // Without this, small writes would wait for acknowledgements and come out joined.
    if stream.set_nodelay(true).is_err() {
        return;
    }
    let answer = service_fn(|request| {
        let service = Arc::clone(&service);
        async move { Ok::<_, Infallible>(handle(&service, request).await) }
    });
    // An error here is a client that left or a cut that was asked for; both are in the log.
    let mut either = auto::Builder::new(TokioExecutor::new());
    either.http1().timer(TokioTimer::new()).title_case_headers(true);
    let _ended = either.serve_connection(TokioIo::new(stream), answer).await;
}

async fn handle(service: &Arc<Service>, request: Request<Incoming>) -> Response<Body> {
    let (parts, body) = request.into_parts();
    let path = parts.uri.path().to_owned();
    let Ok(read) = Limited::new(body, BODY_BYTES_MAX).collect().await else {
        return respond(400, JSON, native::error("http: request body too large"));
    };
    let bytes = read.to_bytes();
    if let Some(call) = path.strip_prefix("/_script") {
        let query = parts.uri.query().unwrap_or_default();
        return control::handle(service, &parts.method, call, query, &bytes).await;
    }
    let body = read_json(&bytes);
    let class = parts.headers.get("x-codesaga-class").and_then(|class| class.to_str().ok());
    let head = Head {
        method: parts.method.to_string(),
        path: path.clone(),
        http2: parts.version == HttpVersion::HTTP_2,
        class: class.map(str::to_owned),
    };
    let index = service.log.record(head, body.clone());
    let playing = Playing::new(Arc::clone(&service.log), index);
    let understood = understand(service, &parts.method, &path, &body, index);
    let text = match &understood {
        Understood::Answer(ask, _) => Some(ask.question.text()),
        Understood::Load { .. } | Understood::Fixed(_) => None,
    };
    let asked = match (&understood, &text) {
        (Understood::Answer(ask, _), _) if ask.is_proof() => Asked::Proof,
        (_, Some(text)) => Asked::Answer(text),
        (Understood::Load { .. }, None) => Asked::Load,
        (_, None) => Asked::Fact,
    };
    let rule = service.log.take_rule(&path, &asked).unwrap_or_default();
    let evaluated = match (&understood, &text) {
        (Understood::Answer(ask, _), Some(text)) => {
            service.log.evaluate(index, text, ask.prompt_tokens())
        }
        _ => 0,
    };
    before_response(service, &rule, evaluated).await;
    if let Some(status) = rule.status {
        playing.finished();
        return refusal(status, rule.body.as_ref());
    }
    match understood {
        Understood::Fixed(exchange) => {
            playing.finished();
            exchange.response()
        }
        Understood::Load { exchange, loaded } => {
            service.log.set_loaded(loaded);
            playing.finished();
            exchange.response()
        }
        Understood::Answer(ask, dialect) => {
            let answer = Answer::of(&ask, &rule, evaluated);
            respond_with(&rule, &answer, ask.stream, dialect.as_ref(), playing).await
        }
    }
}

fn read_json(bytes: &Bytes) -> Value {
    if bytes.is_empty() {
        return Value::Null;
    }
    serde_json::from_slice(bytes)
        .unwrap_or_else(|_| Value::String(String::from_utf8_lossy(bytes).into_owned()))
}

/// The time a real server takes before its first byte, and the ways never to get there.
async fn before_response(service: &Service, rule: &Rule, evaluated_tokens: usize) {
    let delay = rule.first_delay_time(evaluated_tokens);
    if !delay.is_zero() {
        tokio::time::sleep(delay).await;
    }
    if rule.hold_after == Some(0) {
        service.log.released().await;
    }
    let nothing_said = rule.pieces.as_ref().is_none_or(Vec::is_empty);
    if rule.end == End::Hang && nothing_said && rule.status.is_none() {
        std::future::pending().await
    }
}

fn refusal(status: u16, body: Option<&Value>) -> Response<Body> {
    match body {
        None => respond(status, JSON, native::error("refused by the script")),
        Some(Value::String(text)) => respond(status, "text/plain", text.clone()),
        Some(json) => respond(status, JSON, json.to_string()),
    }
}

async fn respond_with(
    rule: &Rule,
    answer: &Answer,
    stream: bool,
    dialect: &dyn Dialect,
    playing: Playing,
) -> Response<Body> {
    if stream {
        let mut response = respond(200, dialect.stream_type(), String::new());
        *response.body_mut() = play::body(fault::streamed(rule, answer, dialect), playing);
        return response;
    }
    let pause = rule.between_time();
    if !pause.is_zero() {
        let pieces = u32::try_from(answer.pieces.len()).unwrap_or(u32::MAX);
        tokio::time::sleep(pause.saturating_mul(pieces)).await;
    }
    if let End::ErrorLine(message) = &rule.end {
        playing.finished();
        return respond(500, JSON, native::error(message));
    }
    let steps = fault::at_once(rule, answer, dialect);
    let whole = matches!(rule.end, End::Done) && rule.split_bytes.is_none();
    if let ([Step::Send(bytes, pieces), ..], true) = (steps.as_slice(), whole) {
        let response = respond(200, JSON, String::from_utf8_lossy(bytes).into_owned());
        playing.sent(*pieces);
        playing.finished();
        return response;
    }
    let mut response = respond(200, JSON, String::new());
    *response.body_mut() = play::body(steps, playing);
    response
}

enum Understood {
    Answer(Ask, Box<dyn Dialect>),
    Load { exchange: Exchange, loaded: Option<Loaded> },
    Fixed(Exchange),
}

fn understand(
    service: &Service,
    method: &Method,
    path: &str,
    body: &Value,
    number: usize,
) -> Understood {
    match service.kind {
        Kind::Ollama => ollama(service, method, path, body, number),
        Kind::OpenAi => open_ai(service, method, path, body, number),
    }
}

fn ollama(
    service: &Service,
    method: &Method,
    path: &str,
    body: &Value,
    number: usize,
) -> Understood {
    let recorded = &service.transcripts;
    let wanted = match path {
        "/" | "/api/version" | "/api/tags" | "/api/ps" | "/v1/models" => &Method::GET,
        "/api/show" | "/api/generate" | "/api/chat" | "/api/embed" => &Method::POST,
        "/v1/completions" | "/v1/chat/completions" => &Method::POST,
        _ => return Understood::Fixed(recorded.not_found.clone()),
    };
    if method != wanted {
        return Understood::Fixed(recorded.wrong_method.clone());
    }
    let model = native::text(body, "model");
    match path {
        "/" => Understood::Fixed(recorded.root.clone()),
        "/api/version" => Understood::Fixed(recorded.version.clone()),
        "/api/tags" => Understood::Fixed(listed(service, &recorded.tags, "models", "name")),
        "/v1/models" => Understood::Fixed(listed(service, &recorded.v1_models, "data", "id")),
        "/api/ps" => Understood::Fixed(loaded(service)),
        "/api/show" => Understood::Fixed(native::show(service, body)),
        "/api/embed" => Understood::Fixed(recorded.embed.clone()),
        "/api/generate" => {
            let raw = body["raw"].as_bool().unwrap_or(false);
            let dialect = Box::new(native::Generate { model, raw });
            let call = native::generate(service, body);
            called(service, call, native::runner_options(body), dialect, &recorded.load)
        }
        "/api/chat" => {
            let dialect = Box::new(native::Chat { model });
            let call = native::chat(service, body);
            called(service, call, native::runner_options(body), dialect, &recorded.load_chat)
        }
        path => match v1::read(service, body, path == "/v1/chat/completions") {
            Err(refused) => Understood::Fixed(refused),
            Ok(ask) => {
                let chat = matches!(ask.question, Question::Chat(_));
                let include_usage = body["stream_options"]["include_usage"] == Value::Bool(true);
                let version = service.version;
                Understood::Answer(
                    ask,
                    Box::new(V1 { model, chat, include_usage, version, number }),
                )
            }
        },
    }
}

fn called(
    service: &Service,
    call: Call,
    options: String,
    dialect: Box<dyn Dialect>,
    load: &Exchange,
) -> Understood {
    match call {
        Call::Refused(refused) => Understood::Fixed(refused),
        Call::Answer(ask) => {
            let model = service.bare(&ask.model);
            let loaded = service.log.loaded();
            // As Ollama decides it: what was loaded with other options is loaded again.
            if loaded.is_none_or(|loaded| loaded.model != model || loaded.options != options) {
                let context_tokens = ask.context_tokens.unwrap_or(4096);
                service.log.set_loaded(Some(Loaded { model, context_tokens, options }));
            }
            Understood::Answer(ask, dialect)
        }
        Call::Load { model, unload: true, .. } => {
            let exchange = service.transcripts.unload.with("smollm2", &model);
            Understood::Load { exchange, loaded: None }
        }
        Call::Load { model, context_tokens, .. } => {
            let exchange = load.with("smollm2", &model);
            let loaded = Some(Loaded { model: service.bare(&model), context_tokens, options });
            Understood::Load { exchange, loaded }
        }
    }
}

/// A recorded list, with only the models that are served.
fn listed(service: &Service, recorded: &Exchange, list: &str, name: &str) -> Exchange {
    let Ok(mut body) = serde_json::from_str::<Value>(&recorded.body) else {
        return recorded.clone();
    };
    if let Some(models) = body[list].as_array_mut() {
        models.retain(|model| service.serves(model[name].as_str().unwrap_or_default()));
    }
    // `/v1` ends its JSON with a new line, `/api` does not.
    let end = if recorded.body.ends_with('\n') { "\n" } else { "" };
    Exchange { body: format!("{body}{end}"), ..recorded.clone() }
}

fn loaded(service: &Service) -> Exchange {
    let recorded = &service.transcripts.ps_loaded;
    match service.log.loaded() {
        None => Exchange { body: r#"{"models":[]}"#.to_owned(), ..recorded.clone() },
        Some(loaded) => recorded.with("smollm2", &loaded.model).with(
            "\"context_length\":2048",
            &format!("\"context_length\":{}", loaded.context_tokens),
        ),
    }
}

fn open_ai(
    service: &Service,
    method: &Method,
    path: &str,
    body: &Value,
    number: usize,
) -> Understood {
    let shape = service.shape.unwrap_or(Shape::SmolLm2);
    let fixed = match (method, path) {
        (&Method::GET, "/health" | "/v1/health") => llama_cpp::health(),
        (&Method::GET, "/v1/models" | "/models") => llama_cpp::models(shape),
        (&Method::GET, "/props") => llama_cpp::props(shape),
        (&Method::POST, "/apply-template") => llama_cpp::apply_template(shape, body),
        (&Method::POST, "/tokenize") => llama_cpp::tokenize(shape, body),
        (&Method::POST, "/v1/completions" | "/v1/chat/completions") if body.is_object() => {
            let chat = path == "/v1/chat/completions";
            let mut ask = v1::ask(body, chat);
            if ask.model.is_empty() {
                shape.name().clone_into(&mut ask.model);
            }
            let include_usage = body["stream_options"]["include_usage"] == Value::Bool(true);
            let model = ask.model.clone();
            return Understood::Answer(
                ask,
                Box::new(LlamaCpp { model, chat, include_usage, number }),
            );
        }
        (&Method::POST, "/v1/completions" | "/v1/chat/completions") => {
            llama_cpp::refused(400, "invalid_request_error", "parse error: not a JSON object")
        }
        _ => llama_cpp::refused(404, "not_found_error", "File Not Found"),
    };
    Understood::Fixed(fixed)
}
