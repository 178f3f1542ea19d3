//! A running server of ours, asked as its operators ask it.

use std::time::Duration;

use bytes::Bytes;
use http::header::{AUTHORIZATION, HeaderValue};
use http::{Request, Uri};
use http_body_util::{BodyExt as _, Empty, Limited};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use saga_domain::{Failure, FailureCode};
use saga_protocol::error::ErrorBody;
use saga_protocol::state::ServerState;
use tokio::time::timeout;

const ANSWER_TIME_MAX: Duration = Duration::from_secs(3);
const ANSWER_BYTES_MAX: usize = 1 << 20;

/// A server, and the key to ask it with.
pub struct OwnServer {
    state: Uri,
    authorization: Option<HeaderValue>,
    client: Client<HttpsConnector<HttpConnector>, Empty<Bytes>>,
}

impl OwnServer {
    /// Nothing is asked yet.
    ///
    /// # Errors
    /// For a key that no header can hold, and when this machine's certificates cannot be read.
    pub fn new(base: Uri, key: Option<String>) -> std::io::Result<Self> {
        let provider = rustls::crypto::ring::default_provider();
        let connector = HttpsConnectorBuilder::new()
            .with_provider_and_native_roots(provider)?
            .https_or_http()
            .enable_http1()
            .build();
        let authorization = key.map(|key| HeaderValue::from_str(&format!("Bearer {key}")));
        let mut authorization = authorization.transpose().map_err(std::io::Error::other)?;
        if let Some(value) = &mut authorization {
            value.set_sensitive(true);
        }
        let state = format!("{}/v1/admin/state", base.to_string().trim_end_matches('/'));
        let state = state.parse().map_err(std::io::Error::other)?;
        let client = Client::builder(TokioExecutor::new()).build(connector);
        Ok(Self { state, authorization, client })
    }

    /// How it stands.
    ///
    /// # Errors
    /// What it refused with, `unreachable` or `bad_response`.
    pub async fn state(&self) -> Result<ServerState, Failure> {
        let asked = timeout(ANSWER_TIME_MAX, self.ask()).await;
        asked.unwrap_or_else(|_| Err(unreachable("the server does not answer in time".to_owned())))
    }

    async fn ask(&self) -> Result<ServerState, Failure> {
        let mut request = Request::new(Empty::new());
        *request.uri_mut() = self.state.clone();
        if let Some(value) = &self.authorization {
            request.headers_mut().insert(AUTHORIZATION, value.clone());
        }
        let failed = |error| unreachable(format!("the server does not answer: {error}"));
        let response = self.client.request(request).await.map_err(failed)?;
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

fn not_ours() -> Failure {
    Failure::new(FailureCode::BadResponse, "what answers there is no codesaga-proxy of this kind")
}
