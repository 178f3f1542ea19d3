//! A real HTTP server that answers as far as it is told and notices when the client lets go.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use http_body_util::BodyExt;
use hyper::body::{Body, Bytes, Frame, Incoming};
use hyper::service::service_fn;
use hyper::{Request, Response, Version};
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use parking_lot::Mutex;
use saga_client::{Client, ClientOptions, Timeouts};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring::default_provider;
use tokio_rustls::rustls::pki_types::PrivatePkcs8KeyDer;

const PATIENCE: Duration = Duration::from_secs(20);
const PIECE: &str = "data: {\"choices\":[{\"text\":\"a\",\"finish_reason\":null}]}\n\n";
const END: &str = "data: {\"choices\":[{\"text\":\"b\",\"finish_reason\":\"stop\"}]}\n\n";

/// What the server speaks.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Speaks {
    /// HTTP/1.1 alone.
    Http1,
    /// HTTP/1.1 and, by prior knowledge, HTTP/2.
    Both,
    /// The same inside of TLS, by ALPN.
    Tls,
}

/// What the server has seen.
#[derive(Clone, Default)]
pub(crate) struct Seen {
    pub(crate) connections: usize,
    /// Answers begun, with the version they were asked in.
    pub(crate) asked: Vec<Version>,
    /// Answers that the client let go of.
    pub(crate) let_go: usize,
}

pub(crate) struct HttpServer {
    pub(crate) url: String,
    pub(crate) port: u16,
    ca_pem: Option<String>,
    seen: Arc<watch::Sender<Seen>>,
    running: tokio::task::JoinHandle<()>,
}

impl HttpServer {
    /// Serves until dropped. A question whose prompt is `queued` gets no answer, `prefill` one
    /// without a body, `streaming` one piece, any other a whole answer.
    pub(crate) async fn start(speaks: Speaks) -> Self {
        Self::start_at(0, speaks).await
    }

    /// The same in place of another server.
    pub(crate) async fn start_at(port: u16, speaks: Speaks) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", port)).await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        let scheme = if speaks == Speaks::Tls { "https" } else { "http" };
        let (acceptor, ca_pem) = match speaks {
            Speaks::Tls => {
                let (acceptor, ca_pem) = acceptor();
                (Some(acceptor), Some(ca_pem))
            }
            _ => (None, None),
        };
        let seen = Arc::new(watch::Sender::new(Seen::default()));
        let seen_inside = Arc::clone(&seen);
        let running = tokio::spawn(async move {
            let mut connections = tokio::task::JoinSet::new();
            loop {
                let (stream, _) = listener.accept().await.expect("a connection");
                seen_inside.send_modify(|seen| seen.connections += 1);
                let (seen, acceptor) = (Arc::clone(&seen_inside), acceptor.clone());
                connections.spawn(async move {
                    match acceptor {
                        None => serve(stream, speaks, seen).await,
                        Some(acceptor) => {
                            let Ok(stream) = acceptor.accept(stream).await else { return };
                            serve(stream, speaks, seen).await;
                        }
                    }
                });
            }
        });
        let port = address.port();
        Self { url: format!("{scheme}://localhost:{port}"), port, ca_pem, seen, running }
    }

    pub(crate) fn client(&self) -> Client {
        Client::new(&ClientOptions {
            server_url: self.url.clone(),
            token: None,
            headers: Vec::new(),
            ca_pem: self.ca_pem.clone(),
            proxy: None,
            timeouts: Timeouts::default(),
        })
        .expect("valid options")
    }

    pub(crate) fn seen(&self) -> Seen {
        self.seen.borrow().clone()
    }

    pub(crate) async fn wait_for(&self, wanted: impl Fn(&Seen) -> bool) {
        let mut seen = self.seen.subscribe();
        let waiting = seen.wait_for(|seen| wanted(seen));
        tokio::time::timeout(PATIENCE, waiting).await.expect("it happens").expect("a server");
    }
}

impl HttpServer {
    /// Closes the port and all connections.
    pub(crate) async fn close(mut self) {
        self.running.abort();
        // Only then is the port free.
        let _ = (&mut self.running).await;
    }
}

impl Drop for HttpServer {
    fn drop(&mut self) {
        self.running.abort();
    }
}

async fn serve(
    stream: impl AsyncRead + AsyncWrite + Unpin + 'static,
    speaks: Speaks,
    seen: Arc<watch::Sender<Seen>>,
) {
    let service = service_fn(move |request| answer(request, Arc::clone(&seen)));
    let mut server = auto::Builder::new(TokioExecutor::new());
    if speaks == Speaks::Http1 {
        server = server.http1_only();
    }
    // A client that leaves is what the tests are about.
    let _ = server.serve_connection(TokioIo::new(stream), service).await;
}

async fn answer(
    request: Request<Incoming>,
    seen: Arc<watch::Sender<Seen>>,
) -> Result<Response<Pieces>, Infallible> {
    let version = request.version();
    if request.method() == hyper::Method::GET {
        return Ok(Response::new(Pieces::new(None, vec!["{}"])));
    }
    let body = request.into_body().collect().await.expect("a whole body").to_bytes();
    let prompt: serde_json::Value = serde_json::from_slice(&body).expect("JSON");
    let guard = Guard(Arc::clone(&seen));
    seen.send_modify(|seen| seen.asked.push(version));
    let pieces = match prompt["prompt"].as_str() {
        Some("queued") => std::future::pending().await,
        Some("prefill") => Pieces::new(Some(guard), vec![]),
        Some("streaming") => Pieces::new(Some(guard), vec![PIECE]),
        _ => {
            std::mem::forget(guard);
            Pieces::new(None, vec![PIECE, END])
        }
    };
    let response = Response::builder().header("content-type", "text/event-stream");
    Ok(response.body(pieces).expect("a response"))
}

/// Dropped before its time, the client has let go.
struct Guard(Arc<watch::Sender<Seen>>);

impl Drop for Guard {
    fn drop(&mut self) {
        self.0.send_modify(|seen| seen.let_go += 1);
    }
}

/// Some pieces, and then silence while there is a guard.
struct Pieces {
    guard: Option<Guard>,
    pieces: Mutex<Vec<&'static str>>,
}

impl Pieces {
    fn new(guard: Option<Guard>, mut pieces: Vec<&'static str>) -> Self {
        pieces.reverse();
        Self { guard, pieces: Mutex::new(pieces) }
    }
}

impl Body for Pieces {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        self: std::pin::Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        match self.pieces.lock().pop() {
            Some(piece) => std::task::Poll::Ready(Some(Ok(Frame::data(piece.into())))),
            None if self.guard.is_some() => std::task::Poll::Pending,
            None => std::task::Poll::Ready(None),
        }
    }
}

fn acceptor() -> (TlsAcceptor, String) {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).expect("a certificate");
    let key = PrivatePkcs8KeyDer::from(made.signing_key.serialize_der());
    let mut config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()
        .expect("protocols")
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key.into())
        .expect("a certificate that fits its key");
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    (TlsAcceptor::from(Arc::new(config)), made.cert.pem())
}
