//! The HTTP calls that tools stand for.

use axum::Router;
use axum::body::Body;
use axum::extract::MatchedPath;
use bytes::Bytes;
use eventsource_stream::{Event, Eventsource};
use futures_util::future::BoxFuture;
use futures_util::stream::BoxStream;
use futures_util::{FutureExt, StreamExt};
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE};
use http::request::Parts;
use http::{HeaderName, HeaderValue, Method, Request, Response};
use http_body_util::{BodyExt, Full, Limited};
use rmcp::model::Extensions;
use saga_domain::{Failure, FailureCode};
use saga_protocol::error::{ErrorBody, ErrorDetail};
use serde::de::DeserializeOwned;
use serde_json::Value;
use tower::ServiceExt as _;

use crate::domain::access::Identity;
use crate::inbound::mcp::McpRoute;
use crate::inbound::ws::refusal;

/// Bytes of an answer that is read whole: a conversation with all its code.
const WHOLE_BYTES_MAX: usize = 4 << 20;

/// What a call takes from the message that it is made for: who asks, from where, and the names under
/// which logs and traces know it.
const PASSED_ON: [HeaderName; 4] = [
    AUTHORIZATION,
    HeaderName::from_static("x-forwarded-for"),
    HeaderName::from_static("x-request-id"),
    HeaderName::from_static("traceparent"),
];

/// The beginning of an answer, on its way.
pub(crate) type CallFuture<'a> = BoxFuture<'a, Result<Response<Body>, Failure>>;

/// Makes calls to a server of ours as whoever sent the message. Dropping an answer lets go of the
/// work for it.
pub(crate) trait Calls: Send + Sync {
    /// Sends a request; `message` holds the HTTP request that brought the message, where one did.
    fn send<'a>(&'a self, message: &'a Extensions, request: Request<Full<Bytes>>)
    -> CallFuture<'a>;
}

/// Calls to this very server.
pub(super) struct Here(pub(super) Router);

impl Calls for Here {
    fn send<'a>(
        &'a self,
        message: &'a Extensions,
        mut request: Request<Full<Bytes>>,
    ) -> CallFuture<'a> {
        if let Some(parts) = message.get::<Parts>() {
            for name in &PASSED_ON {
                for value in parts.headers.get_all(name) {
                    request.headers_mut().append(name, value.clone());
                }
            }
            // Such as where it came from. Who it is from is asked anew, and what it may is found by the
            // path that is called, to which this one would be taken for the beginning.
            let mut extensions = parts.extensions.clone();
            extensions.remove::<MatchedPath>();
            extensions.remove::<Identity>();
            extensions.remove::<McpRoute>();
            *request.extensions_mut() = extensions;
        }
        let answered = self.0.clone().oneshot(request.map(Body::new));
        answered.map(|answered| answered.map_err(|never| match never {})).boxed()
    }
}

/// Makes one tool's calls.
#[derive(Clone, Copy)]
pub(super) struct Caller<'a> {
    pub(super) calls: &'a dyn Calls,
    pub(super) message: &'a Extensions,
}

impl Caller<'_> {
    /// Asks for an answer and gives its events.
    pub(super) async fn events(
        &self,
        path: &str,
        body: &Value,
    ) -> Result<BoxStream<'static, Event>, ErrorDetail> {
        let response = self.send(Method::POST, path, body.to_string()).await?;
        let events = response.into_body().into_data_stream().eventsource();
        // One that breaks off has no last event, which is seen by whoever reads it.
        Ok(events.filter_map(|event| std::future::ready(event.ok())).boxed())
    }

    /// Reads what is there.
    pub(super) async fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, ErrorDetail> {
        let response = self.send(Method::GET, path, String::new()).await?;
        let body = Limited::new(response.into_body(), WHOLE_BYTES_MAX).collect().await;
        let read = body.ok().and_then(|whole| serde_json::from_slice(&whole.to_bytes()).ok());
        read.ok_or_else(|| detail(FailureCode::BadResponse, "the server's answer cannot be read"))
    }

    async fn send(
        &self,
        method: Method,
        path: &str,
        body: String,
    ) -> Result<Response<Body>, ErrorDetail> {
        let mut request = Request::new(Full::from(body));
        *request.method_mut() = method;
        *request.uri_mut() = path
            .parse()
            .map_err(|_| detail(FailureCode::Internal, "the call has an address of no kind"))?;
        let headers = request.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        headers.insert(ACCEPT, HeaderValue::from_static("text/event-stream, application/json"));
        let response = self.calls.send(self.message, request).await;
        let response = response.map_err(|failure| ErrorBody::new(&failure).error)?;
        if response.status().is_success() {
            return Ok(response);
        }
        Err(refusal(response.into_body()).await)
    }
}

/// What went wrong, as tools say it.
pub(super) fn detail(code: FailureCode, message: &str) -> ErrorDetail {
    ErrorBody::new(&Failure::new(code, message)).error
}
