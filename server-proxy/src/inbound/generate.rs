//! `POST /v1/generate`: one independent answer with a recorded life, waiting → processing →
//! completed or failed. JSON, or events when the client accepts `text/event-stream`. The same
//! `Idempotency-Key` gives the same answer, also while it is still running. With `Prefer: respond-async`
//! it becomes a job (`jobs.rs`).

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use bytes::BytesMut;
use futures_util::stream::BoxStream;
use futures_util::{StreamExt, stream};
use http::header::{ACCEPT, LOCATION};
use http::{HeaderMap, HeaderName, HeaderValue};
use saga_domain::Failure;
use saga_protocol::error::ErrorBody;
use saga_protocol::generate::{GenerateRecord, GenerateRequest, RequestType};

use crate::domain::conversation::{self, Room};
use crate::domain::ports::{Answer, Caller, ModelInput};
use crate::domain::priority::Task;
use crate::domain::repeats::{End, Followed, Part};
use crate::inbound::body::JsonBody;
use crate::inbound::error::ApiError;
use crate::inbound::generate_life::{Life, Running};
use crate::inbound::sse::{self, EventWriter, write_event};
use crate::inbound::telling::incomplete;
use crate::inbound::{AppState, jobs, priority, question, waiting};

pub(crate) const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
/// Characters of such a key.
const KEY_CHARS_MAX: usize = 200;
/// Bytes of a path that belongs to a request.
const PATH_BYTES_MAX: usize = 1024;

pub(crate) async fn generate(
    State(state): State<AppState>,
    caller: Caller,
    headers: HeaderMap,
    JsonBody(request): JsonBody<GenerateRequest>,
) -> Result<Response, ApiError> {
    if state.jobs.are_driven && jobs::is_wanted(&headers, &request) {
        check(&request)?;
        let key = idempotency_key(&headers)?;
        return jobs::accept(&state, &caller, key, &request).await;
    }
    let wants_events = wants_events(&headers);
    let key = idempotency_key(&headers)?;
    let Followed { name, parts } = open(&state, &caller, request, key).await?;
    let mut response = if wants_events {
        let parts = state.drain.until_cut(begun(parts)).await?;
        sse::response(parts, GenerateEvents, &state.drain, &state.limits)
    } else {
        Json(state.drain.until_cut(whole(parts)).await?).into_response()
    };
    if let Ok(location) = HeaderValue::from_str(&format!("/v1/requests/{name}")) {
        response.headers_mut().insert(LOCATION, location);
    }
    Ok(response)
}

/// The answer on its way, or that of the same request with the same key.
///
/// # Errors
/// What is wrong with the request, or why no model can be asked.
pub(crate) async fn open(
    state: &AppState,
    caller: &Caller,
    request: GenerateRequest,
    key: Option<&str>,
) -> Result<Followed<Event>, ApiError> {
    check(&request)?;
    let key = key.map(checked_key).transpose()?;
    let (model, work) = prepared(state, caller, &request, Charging::AsItEnds).await?;
    let begin = || {
        let life = Life::begin(state, caller, &request, model);
        let name = life.id().to_owned();
        let ended = state.records.running(caller);
        let parts = stream::once(Running::begin(life, work, ended)).flatten();
        Followed { name, parts: parts.boxed() }
    };
    match key {
        None => Ok(begin()),
        Some(key) => {
            let hash = blake3::hash(&serde_json::to_vec(&request).unwrap_or_default());
            state.repeats.follow(caller, key, hash, begin).map_err(|_| {
                let what =
                    "another request was sent with this key; use a new key for a new request";
                ApiError::wrong_field(IDEMPOTENCY_KEY.as_str(), what)
            })
        }
    }
}

fn check(request: &GenerateRequest) -> Result<(), ApiError> {
    if request.input.trim().is_empty() && request.code_context.trim().is_empty() {
        return Err(ApiError::wrong_field("input", "expected an instruction or code"));
    }
    if request.file_path.as_ref().is_some_and(|path| path.len() > PATH_BYTES_MAX) {
        let what = format!("expected {PATH_BYTES_MAX} bytes at most");
        return Err(ApiError::wrong_field("file_path", what));
    }
    Ok(())
}

fn idempotency_key(headers: &HeaderMap) -> Result<Option<&str>, ApiError> {
    let Some(value) = headers.get(IDEMPOTENCY_KEY) else { return Ok(None) };
    // What is no text is no key either.
    checked_key(value.to_str().unwrap_or_default()).map(Some)
}

fn checked_key(key: &str) -> Result<&str, ApiError> {
    let is_key =
        (1..=KEY_CHARS_MAX).contains(&key.len()) && key.bytes().all(|byte| byte.is_ascii_graphic());
    is_key.then_some(key).ok_or_else(|| {
        let what = format!("expected 1 to {KEY_CHARS_MAX} visible ASCII characters");
        ApiError::wrong_field(IDEMPOTENCY_KEY.as_str(), what)
    })
}

/// How an answer is charged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Charging {
    /// What it used, however it ends.
    AsItEnds,
    /// As part of work that has a name, once that has succeeded.
    ByName,
}

/// The model's name, and the answer when it is waited for.
pub(crate) async fn prepared(
    state: &AppState,
    caller: &Caller,
    request: &GenerateRequest,
    charging: Charging,
) -> Result<(String, impl Future<Output = Result<Answer, Failure>> + Send + 'static), ApiError> {
    let model = state.models.resolve(Some(task(request)), request.model.as_deref()).await?;
    let sampling = &request.sampling;
    let asked = sampling.max_completion_tokens.or(sampling.max_tokens);
    let asked = asked.unwrap_or(state.limits.answer_tokens_default);
    let counted = state.counts.of(&model.name);
    let room = Room::of(&model, asked.min(state.limits.answer_tokens_max), counted);
    let prompt = &state.prompts.code;
    let (input, code, language) = (&request.input, &request.code_context, &request.language);
    let messages = conversation::single(prompt, input, code, language, room)?;
    let chat = ModelInput::Chat(messages.clone());
    let mut call = question::call(&model, chat, sampling, &state.limits)?;
    call.temperature = call.temperature.or(Some(conversation::TEMPERATURE));

    let (mut priority, places) = priority::invoked(caller.clone(), task(request));
    priority.is_charged_by_name = charging == Charging::ByName;
    let (models, counts, drain) = (state.models.clone(), state.counts.clone(), state.drain.clone());
    let name = model.name.clone();
    let asking = async move {
        let answer = models.answer(call, &priority).await?;
        Ok(counts.learning(&name, &messages, answer))
    };
    let work = async move { waiting::begin(asking, places, true, &drain).await };
    Ok((model.name, work))
}

fn task(request: &GenerateRequest) -> Task {
    match request.request_type {
        RequestType::Completion => Task::Completion,
        RequestType::Refactor | RequestType::ErrorFix => Task::Edit,
    }
}

pub(crate) fn wants_events(headers: &HeaderMap) -> bool {
    headers
        .get_all(ACCEPT)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .any(|accepted| accepted.contains("text/event-stream"))
}

/// A part of the answer; the last one is `Done` or `Failed`.
#[derive(Clone)]
pub(crate) enum Event {
    Queued { place: u32 },
    Text(String),
    Done(Box<GenerateRecord>),
    Failed(Failure),
}

impl Part for Event {
    fn ends(&self) -> Option<End> {
        match self {
            Self::Queued { .. } | Self::Text(_) => None,
            Self::Done(_) => Some(End::Kept),
            Self::Failed(_) => Some(End::Forgotten),
        }
    }
}

/// The answer once something was said; what fails before has a status of its own.
pub(crate) async fn begun(
    mut parts: BoxStream<'static, Event>,
) -> Result<BoxStream<'static, Event>, Failure> {
    match parts.next().await {
        None => Err(incomplete()),
        Some(Event::Failed(failure)) => Err(failure),
        Some(first) => Ok(stream::iter([first]).chain(parts).boxed()),
    }
}

async fn whole(mut parts: BoxStream<'static, Event>) -> Result<GenerateRecord, Failure> {
    let mut text = String::new();
    while let Some(part) = parts.next().await {
        match part {
            Event::Queued { .. } => {}
            Event::Text(piece) => text.push_str(&piece),
            Event::Done(record) => {
                return Ok(GenerateRecord { response: Some(text), ..*record });
            }
            Event::Failed(failure) => return Err(failure),
        }
    }
    Err(incomplete())
}

struct GenerateEvents;

impl EventWriter for GenerateEvents {
    type Item = Event;

    fn write(&mut self, event: Event, out: &mut BytesMut) {
        match event {
            Event::Queued { place } => {
                write_event(out, Some("queued"), None, &serde_json::json!({ "place": place }));
            }
            Event::Text(text) => {
                write_event(out, Some("text"), None, &serde_json::json!({ "text": text }));
            }
            Event::Done(record) => write_event(out, Some("done"), None, &*record),
            Event::Failed(failure) => {
                write_event(out, Some("error"), None, &ErrorBody::new(&failure));
            }
        }
    }
}
