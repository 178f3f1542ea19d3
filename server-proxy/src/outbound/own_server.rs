//! A running server of ours, asked as its users and its operators ask it.

use std::time::Duration;

use bytes::Bytes;
use http::header::{AUTHORIZATION, HeaderValue};
use http::{Request, Response, Uri};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::Incoming;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use saga_domain::{Failure, FailureCode};
use saga_protocol::error::ErrorBody;
use saga_protocol::state::ServerState;
use tokio::time::timeout;

const ANSWER_TIME_MAX: Duration = Duration::from_secs(3);
const CONNECT_TIME_MAX: Duration = Duration::from_secs(3);
const ANSWER_BYTES_MAX: usize = 1 << 20;

/// A server, and the key to ask it with.
pub struct OwnServer {
    base: String,
    authorization: Option<HeaderValue>,
    client: Client<HttpsConnector<HttpConnector>, Full<Bytes>>,
}

impl OwnServer {
    /// Nothing is asked yet.
    ///
    /// # Errors
    /// For a key that no header can hold, and when this machine's certificates cannot be read.
    pub fn new(base: Uri, key: Option<String>) -> std::io::Result<Self> {
        let provider = rustls::crypto::ring::default_provider();
        let mut tcp = HttpConnector::new();
        tcp.set_nodelay(true);
        tcp.enforce_http(false);
        tcp.set_connect_timeout(Some(CONNECT_TIME_MAX));
        let connector = HttpsConnectorBuilder::new()
            .with_provider_and_native_roots(provider)?
            .https_or_http()
            .enable_http1()
            .wrap_connector(tcp);
        let authorization = key.map(|key| HeaderValue::from_str(&format!("Bearer {key}")));
        let mut authorization = authorization.transpose().map_err(std::io::Error::other)?;
        if let Some(value) = &mut authorization {
            value.set_sensitive(true);
        }
        let base = base.to_string().trim_end_matches('/').to_owned();
        let client = Client::builder(TokioExecutor::new()).build(connector);
        Ok(Self { base, authorization, client })
    }

    /// Sends a request, whose address is the path alone, with the key. Dropping the answer closes its
    /// connection.
    ///
    /// # Errors
    /// `unreachable`.
    pub async fn send(
        &self,
        mut request: Request<Full<Bytes>>,
    ) -> Result<Response<Incoming>, Failure> {
        let wrong = |error| unreachable(format!("the server's address cannot be used: {error}"));
        *request.uri_mut() = format!("{}{}", self.base, request.uri()).parse().map_err(wrong)?;
        if let Some(value) = &self.authorization {
            request.headers_mut().insert(AUTHORIZATION, value.clone());
        }
        let failed = |error| unreachable(format!("the server does not answer: {error}"));
        self.client.request(request).await.map_err(failed)
    }

    /// Whether it does.
    ///
    /// # Errors
    /// `unreachable` or `bad_response`.
    pub async fn answers(&self) -> Result<(), Failure> {
        let mut request = Request::new(Full::default());
        *request.uri_mut() = Uri::from_static("/healthz");
        let asked = timeout(ANSWER_TIME_MAX, self.send(request)).await;
        let response = asked.unwrap_or_else(|_| Err(too_late()))?;
        if response.status().is_success() { Ok(()) } else { Err(not_ours()) }
    }

    /// How it stands.
    ///
    /// # Errors
    /// What it refused with, `unreachable` or `bad_response`.
    pub async fn state(&self) -> Result<ServerState, Failure> {
        let asked = timeout(ANSWER_TIME_MAX, self.ask()).await;
        asked.unwrap_or_else(|_| Err(too_late()))
    }

    async fn ask(&self) -> Result<ServerState, Failure> {
        let mut request = Request::new(Full::default());
        *request.uri_mut() = Uri::from_static("/v1/admin/state");
        let response = self.send(request).await?;
        let status = response.status();
        let body = Limited::new(response.into_body(), ANSWER_BYTES_MAX).collect().await;
        let body = body.map_err(|error| unreachable(format!("the answer broke off: {error}")))?;
        let body = body.to_bytes();
        if status.is_success() {
            return serde_json::from_slice(&body).map_err(|_| not_ours());
        }
        let refusal: ErrorBody = serde_json::from_slice(&body).map_err(|_| not_ours())?;
        Err(refusal.error.into())
    }
}

fn unreachable(message: String) -> Failure {
    Failure::new(FailureCode::Unreachable, message)
}

fn too_late() -> Failure {
    unreachable("the server does not answer in time".to_owned())
}

fn not_ours() -> Failure {
    Failure::new(FailureCode::BadResponse, "what answers there is no codesaga-proxy of this kind")
}
