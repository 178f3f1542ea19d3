//! The calls, one method each.

use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt;
use reqwest::header::{ACCEPT, CONTENT_TYPE, HeaderMap, HeaderValue};
use reqwest::{Method, RequestBuilder, Response, StatusCode, Url};
use saga_domain::{Failure, FailureCode};
use saga_protocol::chat::ChatRequest;
use saga_protocol::class::{
    CLASS_HEADER, DOCUMENT_HEADER, RequestClass, TASK_HEADER, Task, WORTH_HEADER, WORTH_MS_MAX,
};
use saga_protocol::feedback::Feedback;
use saga_protocol::models::Model;
use saga_protocol::openai::{ChatCompletionRequest, CompletionRequest};
use saga_protocol::ready::Readiness;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::answer::Answer;
use crate::conversation::Conversation;
use crate::events::Events;
use crate::failure;
use crate::options::{Address, ClientOptions, Timeouts};
use crate::sessions::check_id;
use crate::traffic::Traffic;
use crate::transport::Transport;

/// Bytes of an answer that is read whole.
const BODY_BYTES_MAX: usize = 8 * 1024 * 1024;
/// Bytes of an error's body that are looked at.
const ERROR_BYTES_MAX: usize = 64 * 1024;
/// Where an answer is read on.
const LAST_EVENT_ID: &str = "last-event-id";

/// What an answer is wanted for, so that a server with a queue can tell who goes first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Purpose<'a> {
    /// How urgent it is.
    pub class: RequestClass,
    /// The document that is completed, as 1 to 64 of `A-Z a-z 0-9 - _`. Of two automatic questions
    /// about one document that wait, the server forgets the older one.
    pub document: Option<&'a str>,
    /// What is asked for, where the call does not say it.
    pub task: Option<Task>,
    /// How long an answer is worth waiting for before it begins: a server with a queue then ends it
    /// with `expired`.
    pub worth: Option<Duration>,
}

/// A client of one server. Cheap to clone; connections are shared.
#[derive(Clone)]
pub struct Client {
    pub(crate) transport: Transport,
    pub(crate) address: Address,
    timeouts: Timeouts,
    traffic: Arc<Traffic>,
}

impl Client {
    /// Makes a client. Nothing is sent.
    ///
    /// # Errors
    /// `invalid_setting`, naming the option that is wrong.
    pub fn new(options: &ClientOptions) -> Result<Self, Failure> {
        let address = Address::parse(&options.server_url)?;
        let transport = Transport::new(&address, options)?;
        Ok(Self { transport, address, timeouts: options.timeouts, traffic: Arc::default() })
    }

    /// Opens the connection, in HTTP/2 where the server speaks it. To be called before the first
    /// answer is wanted, and again when a server was not there; what is known is not asked again.
    pub async fn connect(&self) {
        self.transport.try_http2(self.address.at(&["readyz"])).await;
    }

    /// How much went over the socket.
    #[must_use]
    pub fn traffic(&self) -> &Traffic {
        &self.traffic
    }

    /// `POST /v1/completions`, always streamed.
    ///
    /// # Errors
    /// What the server says, or that it cannot be reached. This and [`Answer::next`] are the only
    /// places where an answer fails.
    pub async fn completions(
        &self,
        mut request: CompletionRequest,
        purpose: Purpose<'_>,
    ) -> Result<Answer, Failure> {
        request.stream = true;
        let url = self.address.at(&["v1", "completions"]);
        let events = self.stream(url, &request, purpose).await;
        Ok(Answer::new(events.map_err(unknown_model)?))
    }

    /// `POST /v1/chat/completions`, always streamed.
    ///
    /// # Errors
    /// As [`Self::completions`].
    pub async fn chat_completions(
        &self,
        mut request: ChatCompletionRequest,
        purpose: Purpose<'_>,
    ) -> Result<Answer, Failure> {
        request.stream = true;
        let url = self.address.at(&["v1", "chat", "completions"]);
        let events = self.stream(url, &request, purpose).await;
        Ok(Answer::new(events.map_err(unknown_model)?))
    }

    /// `POST /v1/chat`: a conversation that the server remembers. With `resumable` and a
    /// `request_id` it is read on over a new connection when this one breaks.
    ///
    /// # Errors
    /// `unsupported` when the server is not `codesaga-proxy`; else as [`Self::completions`].
    pub async fn chat(&self, request: &ChatRequest) -> Result<Conversation, Failure> {
        if let Some(session) = &request.session {
            check_id("session", session)?;
        }
        if let Some(request_id) = &request.request_id {
            check_id("request", request_id)?;
        }
        let begun = Conversation::begin(self.clone(), request.clone()).await;
        begun.map_err(|failure| self.no_memory(failure))
    }

    /// The events of a conversation's answer, `after` so many of them.
    pub(crate) async fn talk(
        &self,
        request: &ChatRequest,
        after: Option<u64>,
    ) -> Result<Events, Failure> {
        let url = self.address.at(&["v1", "chat"]);
        let mut sending = self.post(url, request)?;
        if let Some(after) = after {
            sending = sending.header(LAST_EVENT_ID, after);
        }
        self.events(sending).await
    }

    /// `DELETE /v1/chat/{request_id}`. Whether it arrived is not told.
    pub(crate) async fn call_off(&self, request_id: &str) {
        let url = self.address.at(&["v1", "chat", request_id]);
        let _arrived = self.send(self.transport.request(Method::DELETE, url)).await;
    }

    /// `GET /v1/models`: what the server serves, the default first.
    ///
    /// # Errors
    /// What the server says, or that it cannot be reached.
    pub async fn models(&self) -> Result<Vec<Model>, Failure> {
        let list: ModelsAnswer = self.get(self.address.at(&["v1", "models"])).await?;
        Ok(list.data)
    }

    /// `GET /readyz`; `None` when the server has no such call, as other servers than ours.
    ///
    /// # Errors
    /// That the server cannot be reached.
    pub async fn readiness(&self) -> Result<Option<Readiness>, Failure> {
        let response =
            self.send(self.transport.request(Method::GET, self.address.at(&["readyz"]))).await?;
        let known = matches!(response.status(), StatusCode::OK | StatusCode::SERVICE_UNAVAILABLE);
        if !known {
            return Ok(None);
        }
        let body = self.read(response, BODY_BYTES_MAX).await?;
        Ok(serde_json::from_slice(&body).ok())
    }

    /// `POST /v1/feedback`: what became of suggestions, in numbers, and verdicts on single answers.
    ///
    /// # Errors
    /// What the server says, or that it cannot be reached.
    pub async fn feedback(&self, feedback: &Feedback) -> Result<(), Failure> {
        let url = self.address.at(&["v1", "feedback"]);
        let response = self.send(self.transport.request(Method::POST, url).json(feedback)).await?;
        self.accepted(response).await?;
        Ok(())
    }

    async fn stream(
        &self,
        url: Url,
        body: &impl Serialize,
        purpose: Purpose<'_>,
    ) -> Result<Events, Failure> {
        let class = HeaderValue::from_static(purpose.class.name());
        let mut request = self.post(url, body)?.header(CLASS_HEADER, class);
        if let Some(document) = purpose.document {
            request = request.header(DOCUMENT_HEADER, document);
        }
        if let Some(task) = purpose.task {
            request = request.header(TASK_HEADER, HeaderValue::from_static(task.name()));
        }
        if let Some(worth) = purpose.worth {
            let ms = u64::try_from(worth.as_millis()).unwrap_or(WORTH_MS_MAX);
            request = request.header(WORTH_HEADER, ms.clamp(1, WORTH_MS_MAX));
        }
        self.events(request).await
    }

    fn post(&self, url: Url, body: &impl Serialize) -> Result<RequestBuilder, Failure> {
        let sending = self.with_json(Method::POST, url, body)?;
        Ok(sending.header(ACCEPT, HeaderValue::from_static("text/event-stream")))
    }

    /// A request with this body.
    pub(crate) fn with_json(
        &self,
        method: Method,
        url: Url,
        body: &impl Serialize,
    ) -> Result<RequestBuilder, Failure> {
        let body = serde_json::to_vec(body)
            .map_err(|error| Failure::new(FailureCode::Internal, error.to_string()))?;
        self.traffic.count_sent(body.len());
        let json = HeaderValue::from_static("application/json");
        Ok(self.transport.request(method, url).header(CONTENT_TYPE, json).body(body))
    }

    async fn events(&self, request: RequestBuilder) -> Result<Events, Failure> {
        let sent = tokio::time::timeout(self.timeouts.first_byte, request.send());
        let response = sent
            .await
            .map_err(|_| failure::timed_out(&self.address))?
            .map_err(|error| self.broken(&error))?;
        let response = self.accepted(response).await?;
        if !is_event_stream(response.headers()) {
            return Err(failure::bad_response(&self.address, "does not stream its answers"));
        }
        Ok(Events::new(self.address.clone(), self.timeouts, Arc::clone(&self.traffic), response))
    }

    pub(crate) async fn get<T: DeserializeOwned>(&self, url: Url) -> Result<T, Failure> {
        let response = self.send(self.transport.request(Method::GET, url)).await?;
        self.json(response).await
    }

    pub(crate) async fn send(&self, request: RequestBuilder) -> Result<Response, Failure> {
        request.timeout(self.timeouts.call).send().await.map_err(|error| self.broken(&error))
    }

    fn broken(&self, error: &reqwest::Error) -> Failure {
        self.transport.note_broken();
        failure::of_transport(&self.address, error)
    }

    pub(crate) async fn accepted(&self, response: Response) -> Result<Response, Failure> {
        let status = response.status();
        if status.is_success() {
            return Ok(response);
        }
        let headers = response.headers().clone();
        // The status says enough when the body does not arrive.
        let body = self.read(response, ERROR_BYTES_MAX).await.unwrap_or_default();
        Err(failure::of_status(&self.address, status, &headers, &body))
    }

    async fn read(&self, response: Response, bytes_max: usize) -> Result<Vec<u8>, Failure> {
        let mut body = Vec::new();
        let mut pieces = response.bytes_stream();
        loop {
            let piece = tokio::time::timeout(self.timeouts.call, pieces.next())
                .await
                .map_err(|_| failure::timed_out(&self.address))?;
            let Some(piece) = piece else { return Ok(body) };
            let piece = piece.map_err(|_| failure::broken_off())?;
            self.traffic.count_received(piece.len());
            body.extend_from_slice(&piece);
            if body.len() > bytes_max {
                return Err(failure::bad_response(&self.address, "sent more than can be read"));
            }
        }
    }

    /// The JSON of a call that was answered well.
    pub(crate) async fn json<T: DeserializeOwned>(&self, response: Response) -> Result<T, Failure> {
        let response = self.accepted(response).await?;
        let body = self.read(response, BODY_BYTES_MAX).await?;
        serde_json::from_slice(&body).map_err(|_| {
            failure::bad_response(&self.address, "answered with something this version cannot read")
        })
    }

    /// A server without conversations answers 404 or 405 to them: any OpenAI-compatible one.
    pub(crate) fn no_memory(&self, failure: Failure) -> Failure {
        if matches!(failure.code, FailureCode::NotFound | FailureCode::BadResponse) {
            return Failure::new(
                FailureCode::Unsupported,
                format!(
                    "The server at {} keeps no conversations. Chat needs codesaga-proxy.",
                    self.address
                ),
            );
        }
        failure
    }
}

#[derive(Deserialize)]
struct ModelsAnswer {
    data: Vec<Model>,
}

/// A server that has the call and yet finds nothing does not know the model.
fn unknown_model(failure: Failure) -> Failure {
    match failure.code {
        FailureCode::NotFound => Failure { code: FailureCode::UnknownModel, ..failure },
        _ => failure,
    }
}

fn is_event_stream(headers: &HeaderMap) -> bool {
    let kind = headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    kind.is_some_and(|kind| kind.trim_start().starts_with("text/event-stream"))
}
