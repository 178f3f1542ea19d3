//! The only socket towards model servers.
//!
//! Addresses come from the settings and paths from the program, so nothing a client sends can steer
//! where a request goes; redirects are not followed. Dropping a reply closes its connection.

use std::error::Error as _;
use std::time::Duration;

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderValue};
use http::{Method, Request, StatusCode, Uri};
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Incoming;
use hyper_rustls::{ConfigBuilderExt, HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use rustls::{ClientConfig, RootCertStore};
use saga_domain::{Failure, FailureCode};
use tokio::time::timeout;

use crate::domain::limits::Limits;

/// Bytes of an answer that is read whole. Facts about a model list every tensor it has.
const WHOLE_BYTES_MAX: usize = 8 << 20;
/// Bytes of a refusal that are worth reading.
const REFUSAL_BYTES_MAX: usize = 64 << 10;
/// llama.cpp and vLLM close a connection five seconds after its last use; a request sent into that
/// moment would fail.
const IDLE_TIME_MAX: Duration = Duration::from_secs(4);
/// Time for the rest of an answer that has ended, so that its connection can be used again.
const REST_TIME_MAX: Duration = Duration::from_secs(1);

/// Calls model servers; cheap to clone.
#[derive(Clone, Debug)]
pub struct HttpClient {
    client: Client<HttpsConnector<HttpConnector>, Full<Bytes>>,
    probe_time_max: Duration,
}

/// The beginning of an answer.
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) body: Incoming,
}

impl HttpClient {
    /// A client with a pool of connections.
    ///
    /// # Errors
    /// When an `https` address is among `servers` and this machine's certificates cannot be read.
    pub fn new(servers: &[Uri], limits: &Limits) -> Result<Self, std::io::Error> {
        let mut tcp = HttpConnector::new();
        tcp.set_nodelay(true);
        tcp.enforce_http(false);
        tcp.set_connect_timeout(Some(limits.connect_time_max));
        let connector = HttpsConnectorBuilder::new()
            .with_tls_config(tls(servers.iter().any(|uri| uri.scheme_str() == Some("https")))?)
            .https_or_http()
            .enable_http1()
            .wrap_connector(tcp);
        let client = Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(IDLE_TIME_MAX)
            .build(connector);
        Ok(Self { client, probe_time_max: limits.probe_time_max })
    }

    /// Sends a request; the path is one of the program's own.
    pub(crate) async fn send(
        &self,
        base: &Uri,
        path: &'static str,
        body: Option<Vec<u8>>,
    ) -> Result<Reply, Failure> {
        let method = if body.is_some() { Method::POST } else { Method::GET };
        let uri = format!("{}{path}", base.to_string().trim_end_matches('/'));
        let mut request = Request::new(Full::new(Bytes::from(body.unwrap_or_default())));
        *request.method_mut() = method;
        *request.uri_mut() = uri.parse().map_err(|_| {
            Failure::new(FailureCode::Internal, "the model server's address cannot be used")
        })?;
        let json = HeaderValue::from_static("application/json");
        request.headers_mut().insert(CONTENT_TYPE, json);
        let response = self.client.request(request).await.map_err(|error| unreachable(&error))?;
        let status = response.status();
        if status.is_redirection() {
            return Err(Failure::new(
                FailureCode::UpstreamFailed,
                "the model server redirects elsewhere; redirects are not followed",
            ));
        }
        Ok(Reply { status, body: response.into_body() })
    }

    /// Asks a question about the server itself and reads the whole answer, in a short time.
    pub(crate) async fn ask(
        &self,
        base: &Uri,
        path: &'static str,
        body: Option<Vec<u8>>,
    ) -> Result<(StatusCode, Bytes), Failure> {
        let exchange = async {
            let reply = self.send(base, path, body).await?;
            Ok((reply.status, read(reply.body, WHOLE_BYTES_MAX).await?))
        };
        timeout(self.probe_time_max, exchange).await.unwrap_or_else(|_| {
            let message = "the model server accepts connections but does not answer";
            Err(Failure::new(FailureCode::UpstreamUnreachable, message))
        })
    }
}

impl Reply {
    /// What a server that refused has to say.
    pub(crate) async fn refusal(self) -> (StatusCode, Bytes) {
        let words = timeout(REST_TIME_MAX, read(self.body, REFUSAL_BYTES_MAX)).await;
        (self.status, words.ok().and_then(Result::ok).unwrap_or_default())
    }
}

/// Reads what is left after the end of an answer, beside whatever else happens: only a connection
/// that was read to its end can be used again.
pub(crate) fn read_rest(mut body: Incoming) {
    tokio::spawn(timeout(REST_TIME_MAX, async move {
        while let Some(Ok(_frame)) = body.frame().await {}
    }));
}

async fn read(body: Incoming, bytes_max: usize) -> Result<Bytes, Failure> {
    match Limited::new(body, bytes_max).collect().await {
        Ok(collected) => Ok(collected.to_bytes()),
        Err(_) => Err(Failure::new(
            FailureCode::UpstreamFailed,
            "the model server's answer was cut off or too long",
        )),
    }
}

fn unreachable(error: &hyper_util::client::legacy::Error) -> Failure {
    // The cause names no prompt: it is about the connection only.
    let mut cause = error.source();
    let mut words = error.to_string();
    while let Some(inner) = cause {
        words = inner.to_string();
        cause = inner.source();
    }
    let message = format!("the model server does not answer: {words}");
    let code = if error.is_connect() {
        FailureCode::UpstreamUnreachable
    } else {
        FailureCode::UpstreamFailed
    };
    Failure::new(code, message)
}

fn tls(needed: bool) -> Result<ClientConfig, std::io::Error> {
    let provider = std::sync::Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(std::io::Error::other)?;
    // Reading this machine's certificates takes time, and bare containers have none.
    let builder = if needed {
        builder.with_native_roots()?
    } else {
        builder.with_root_certificates(RootCertStore::empty())
    };
    Ok(builder.with_no_client_auth())
}
