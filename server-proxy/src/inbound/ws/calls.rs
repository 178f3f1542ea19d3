//! The HTTP requests that frames stand for, and their answers as what is said.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::FromRequestParts;
use eventsource_stream::{Event, Eventsource};
use futures_util::stream::BoxStream;
use futures_util::{Stream, StreamExt};
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{Extensions, HeaderMap, HeaderName, HeaderValue, Request};
use http_body_util::{BodyExt, Limited};
use saga_domain::{Failure, FailureCode};
use saga_protocol::error::{ErrorBody, ErrorDetail};
use saga_protocol::openai::{Completion, TokenUsage};
use serde_json::{Map, Value, json};
use tower::ServiceExt as _;

use crate::domain::access::Identity;
use crate::domain::said::{Numbered, Said};
use crate::inbound::AppState;
use crate::inbound::error::ApiError;
use crate::inbound::talk::numbered;
use crate::inbound::telling::incomplete;

/// Bytes of a refusal.
const REFUSAL_BYTES_MAX: usize = 64 << 10;
/// Said where the request came from.
const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// Makes the calls of one socket. Cheap to clone.
#[derive(Clone)]
pub(super) struct Calls {
    shared: Arc<Shared>,
}

struct Shared {
    router: Router,
    state: AppState,
    headers: HeaderMap,
    extensions: Extensions,
}

/// What is said on a stream.
pub(super) type Answer = BoxStream<'static, Numbered>;

impl Calls {
    /// Calls by whoever opened the socket: the key is that of its upgrade, asked for each call, so
    /// that one that was revoked opens nothing any more.
    pub(super) fn new(
        router: Router,
        state: AppState,
        upgrade: &HeaderMap,
        extensions: Extensions,
    ) -> Self {
        let mut headers = HeaderMap::new();
        for name in [AUTHORIZATION, FORWARDED_FOR] {
            for value in upgrade.get_all(&name) {
                headers.append(&name, value.clone());
            }
        }
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        Self { shared: Arc::new(Shared { router, state, headers, extensions }) }
    }

    /// Who it is now.
    pub(super) async fn identity(&self) -> Result<Identity, ErrorDetail> {
        let request = self.request("/v1/ws", HeaderMap::new(), Body::empty());
        let (mut parts, _) = request.into_parts();
        Identity::from_request_parts(&mut parts, &self.shared.state).await.map_err(detail_of)
    }

    /// A message of a conversation.
    pub(super) async fn chat(&self, body: Map<String, Value>) -> Result<Answer, ErrorDetail> {
        let events = self.post("/v1/chat", HeaderMap::new(), &body).await?;
        Ok(events.filter_map(|event| std::future::ready(chat_event(&event))).boxed())
    }

    /// A completion; under a name it can be resumed by it.
    pub(super) async fn complete(
        &self,
        mut body: Map<String, Value>,
        headers: &Map<String, Value>,
        name: Option<&str>,
    ) -> Result<Answer, ErrorDetail> {
        let headers = own_headers(headers)?;
        body.insert("stream".to_owned(), Value::Bool(true));
        body.insert("stream_options".to_owned(), json!({ "include_usage": true }));
        let Some(name) = name else { return Ok(numbered(self.completion(headers, body).await?)) };
        let caller = self.identity().await?.caller;
        let about = blake3::hash(Value::Object(body.clone()).to_string().as_bytes());
        let calls = self.clone();
        let asking = async move { Ok(calls.completion(headers, body).await?) };
        let running = &self.shared.state.running;
        let reader = running.start(&caller, name, about, asking).map_err(detail)?;
        reader.begun().await.map_err(detail)
    }

    /// The rest of an answer.
    pub(super) async fn resume(&self, name: &str, after: u64) -> Result<Answer, ErrorDetail> {
        let caller = self.identity().await?.caller;
        let reader = self.shared.state.running.resume(&caller, name, None, after);
        Ok(reader.map_err(detail)?.stream())
    }

    /// Calls an answer off, wherever it is read.
    pub(super) async fn cancel(&self, name: &str) -> Result<(), ErrorDetail> {
        let caller = self.identity().await?.caller;
        if self.shared.state.running.cancel(&caller, name) {
            return Ok(());
        }
        Err(detail(Failure::new(FailureCode::NotFound, "no answer with this name is running")))
    }

    async fn completion(
        &self,
        headers: HeaderMap,
        body: Map<String, Value>,
    ) -> Result<BoxStream<'static, Said>, ErrorDetail> {
        let events = self.post("/v1/completions", headers, &body).await?;
        let mut end = End::default();
        let said = events.filter_map(move |event| std::future::ready(end.completion_event(&event)));
        Ok(said.boxed())
    }

    async fn post(
        &self,
        path: &str,
        headers: HeaderMap,
        body: &Map<String, Value>,
    ) -> Result<impl Stream<Item = Event> + Send + use<>, ErrorDetail> {
        let body = serde_json::to_vec(body)
            .map_err(|error| detail(Failure::new(FailureCode::Internal, error.to_string())))?;
        let request = self.request(path, headers, Body::from(body));
        let response = match self.shared.router.clone().oneshot(request).await {
            Ok(response) => response,
            Err(never) => match never {},
        };
        if !response.status().is_success() {
            return Err(refusal(response.into_body()).await);
        }
        let events = response.into_body().into_data_stream().eventsource();
        // The body ends with a terminal event, whatever happens; it cannot break.
        Ok(events.filter_map(|event| std::future::ready(event.ok())))
    }

    fn request(&self, path: &str, more: HeaderMap, body: Body) -> Request<Body> {
        let mut request = Request::new(body);
        *request.method_mut() = http::Method::POST;
        if let Ok(uri) = path.parse() {
            *request.uri_mut() = uri;
        }
        *request.headers_mut() = self.shared.headers.clone();
        request.headers_mut().extend(more);
        *request.extensions_mut() = self.shared.extensions.clone();
        request
    }
}

/// `class` as `x-codesaga-class`, and so on; nothing else can be set.
fn own_headers(fields: &Map<String, Value>) -> Result<HeaderMap, ErrorDetail> {
    let mut headers = HeaderMap::new();
    for (field, value) in fields {
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let name = HeaderName::try_from(format!("x-codesaga-{field}"));
        let (Ok(name), Ok(value)) = (name, HeaderValue::try_from(text)) else {
            let what = "expected what a header can hold";
            return Err(detail_of(ApiError::wrong_field("headers", what)));
        };
        headers.insert(name, value);
    }
    Ok(headers)
}

/// What a refused call's body says.
pub(in crate::inbound) async fn refusal(body: Body) -> ErrorDetail {
    let read = Limited::new(body, REFUSAL_BYTES_MAX).collect().await;
    let body = read.ok().map(|whole| whole.to_bytes());
    let error = body.and_then(|body| serde_json::from_slice::<ErrorBody>(&body).ok());
    error.map_or_else(|| detail(incomplete()), |body| body.error)
}

fn chat_event(event: &Event) -> Option<Numbered> {
    let seq = event.id.parse().ok()?;
    let data: Value = serde_json::from_str(&event.data).ok()?;
    let text = |field: &str| data[field].as_str().map(str::to_owned);
    let said = match event.event.as_str() {
        "session" => Said::Session(text("session")?),
        "queued" => Said::Queued(place(&data)?),
        "text" => Said::Text(text("text")?),
        "done" => Said::TurnDone(serde_json::from_value(data).ok()?),
        "cancelled" => Said::Cancelled,
        "error" => failed(data)?,
        _ => return None,
    };
    Some(Numbered { seq, said })
}

/// What is known of an end before it comes.
#[derive(Default)]
struct End {
    finish_reason: String,
    usage: Option<TokenUsage>,
}

impl End {
    fn completion_event(&mut self, event: &Event) -> Option<Said> {
        if event.data == "[DONE]" {
            let finish_reason = std::mem::take(&mut self.finish_reason);
            return Some(Said::Done { finish_reason, usage: self.usage });
        }
        let data: Value = serde_json::from_str(&event.data).ok()?;
        match event.event.as_str() {
            "queued" => return Some(Said::Queued(place(&data)?)),
            "error" => return failed(data),
            _ => {}
        }
        let chunk: Completion = serde_json::from_value(data).ok()?;
        self.usage = chunk.usage.or(self.usage);
        let choice = chunk.choices.into_iter().next()?;
        if let Some(reason) = choice.finish_reason {
            self.finish_reason = reason;
        }
        (!choice.text.is_empty()).then_some(Said::Text(choice.text))
    }
}

fn place(data: &Value) -> Option<u32> {
    data["place"].as_u64()?.try_into().ok()
}

fn failed(data: Value) -> Option<Said> {
    let body: ErrorBody = serde_json::from_value(data).ok()?;
    Some(Said::Failed(body.error.into()))
}

pub(super) fn detail(failure: Failure) -> ErrorDetail {
    ErrorBody::new(&failure).error
}

pub(super) fn detail_of(error: ApiError) -> ErrorDetail {
    error.into_body().error
}
