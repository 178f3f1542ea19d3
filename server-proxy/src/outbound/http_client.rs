//! The only socket towards model servers.
//!
//! Addresses come from the settings and paths from the program, so nothing a client sends can steer
//! where a request goes; redirects are not followed. Dropping a reply closes its connection at once.

use std::time::Duration;

use bytes::Bytes;
use http::{StatusCode, Uri};
use http_body_util::{BodyExt, Limited};
use hyper_rustls::{ConfigBuilderExt, HttpsConnectorBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use rustls::{ClientConfig, RootCertStore};
use saga_domain::{Failure, FailureCode};
use tokio::time::timeout;

use crate::domain::limits::Limits;
use crate::outbound::connections::{AnswerBody, Connections, Lost};
use crate::tls::client_builder;

/// Bytes of an answer that is read whole. Facts about a model list every tensor it has.
const WHOLE_BYTES_MAX: usize = 8 << 20;
/// Bytes of a refusal that are worth reading.
const REFUSAL_BYTES_MAX: usize = 64 << 10;
/// Time for the words of a refusal.
const REFUSAL_TIME_MAX: Duration = Duration::from_secs(1);

/// Calls model servers; cheap to clone.
#[derive(Clone, Debug)]
pub struct HttpClient {
    connections: Connections,
    probe_time_max: Duration,
}

/// The beginning of an answer.
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) body: AnswerBody,
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
        let connections = Connections::new(connector, limits);
        Ok(Self { connections, probe_time_max: limits.probe_time_max })
    }

    /// Sends a request; the path is one of the program's own.
    pub(crate) async fn send(
        &self,
        base: &Uri,
        path: &'static str,
        body: Option<Vec<u8>>,
    ) -> Result<Reply, Failure> {
        let request = request(base, path, body).ok_or_else(|| {
            Failure::new(FailureCode::Internal, "the model server's address cannot be used")
        })?;
        let sent = self.connections.send(base, &request).await;
        let (status, body) = sent.map_err(|lost| words_of(&lost))?;
        if status.is_redirection() {
            return Err(Failure::new(
                FailureCode::UpstreamFailed,
                "the model server redirects elsewhere; redirects are not followed",
            ));
        }
        Ok(Reply { status, body })
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
            Err(Failure::new(FailureCode::Timeout, message))
        })
    }
}

impl Reply {
    /// The whole of an answer that comes in one piece.
    pub(crate) async fn whole(self) -> Result<Bytes, Failure> {
        read(self.body, WHOLE_BYTES_MAX).await
    }

    /// What a server that refused has to say.
    pub(crate) async fn refusal(self) -> (StatusCode, Bytes) {
        let words = timeout(REFUSAL_TIME_MAX, read(self.body, REFUSAL_BYTES_MAX)).await;
        (self.status, words.ok().and_then(Result::ok).unwrap_or_default())
    }
}

async fn read(body: AnswerBody, bytes_max: usize) -> Result<Bytes, Failure> {
    match Limited::new(body, bytes_max).collect().await {
        Ok(collected) => Ok(collected.to_bytes()),
        Err(_) => Err(Failure::new(
            FailureCode::UpstreamFailed,
            "the model server's answer was cut off or too long",
        )),
    }
}

/// As it is written on the wire: the path, below that of `base`, its host, and the body.
fn request(base: &Uri, path: &str, body: Option<Vec<u8>>) -> Option<Vec<u8>> {
    let authority = base.authority()?.as_str();
    let host = authority.rsplit_once('@').map_or(authority, |(_user, host)| host);
    let method = if body.is_some() { "POST" } else { "GET" };
    let above = base.path().trim_end_matches('/');
    let body = body.unwrap_or_default();
    let mut request = format!(
        "{method} {above}{path} HTTP/1.1\r\nhost: {host}\r\ncontent-type: application/json\r\n\
         content-length: {}\r\n\r\n",
        body.len()
    )
    .into_bytes();
    request.extend_from_slice(&body);
    Some(request)
}

fn words_of(lost: &Lost) -> Failure {
    let (code, error): (_, &(dyn std::error::Error + 'static)) = match lost {
        Lost::Unreachable(error) => (FailureCode::UpstreamUnreachable, error.as_ref()),
        Lost::Broken(error) => (FailureCode::UpstreamFailed, error),
    };
    // The cause names no prompt: it is about the connection only.
    let mut innermost = error;
    while let Some(cause) = innermost.source() {
        innermost = cause;
    }
    Failure::new(code, format!("the model server does not answer: {innermost}"))
}

fn tls(needed: bool) -> Result<ClientConfig, std::io::Error> {
    let builder = client_builder()?;
    // Reading this machine's certificates takes time, and bare containers have none.
    let builder = if needed {
        builder.with_native_roots()?
    } else {
        builder.with_root_certificates(RootCertStore::empty())
    };
    Ok(builder.with_no_client_auth())
}
