//! Connections to model servers, each driven by the request that uses it.
//!
//! Usually a task of its own drives a connection and hands over what it read piece by piece, which
//! costs a task switch a token, often to another processor. Here whoever reads the answer drives the
//! connection too: what lies ready in the socket is read in one go, nothing is read that nobody
//! wants, and letting go of the answer closes the connection in that very moment.

use std::collections::HashMap;
use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response, Uri};
use http_body::{Body as _, Frame};
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::client::conn::http1::{self, Connection, SendRequest};
use hyper_rustls::{HttpsConnector, MaybeHttpsStream};
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioIo;
use parking_lot::Mutex;
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout};
use tower_service::Service as _;

use crate::domain::limits::Limits;

/// Time for the rest of an answer that has ended, so that its connection can be used again.
const REST_TIME_MAX: Duration = Duration::from_secs(1);

type Wire = MaybeHttpsStream<TokioIo<TcpStream>>;
type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// Opens connections and keeps those that can be used again; cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Connections {
    connector: HttpsConnector<HttpConnector>,
    idle: Arc<Mutex<Idle>>,
    idle_time_max: Duration,
    idle_max: usize,
    unread_bytes_max: usize,
}

#[derive(Debug, Default)]
struct Idle {
    by_server: HashMap<Uri, Vec<Kept>>,
    is_swept: bool,
}

#[derive(Debug)]
struct Kept {
    connection: Driven,
    since: Instant,
}

/// Why there is no answer.
#[derive(Debug)]
pub(crate) enum Lost {
    /// No connection came to stand.
    Unreachable(BoxError),
    /// It broke before the answer began.
    Broken(hyper::Error),
}

impl Connections {
    pub(crate) fn new(connector: HttpsConnector<HttpConnector>, limits: &Limits) -> Self {
        Self {
            connector,
            idle: Arc::default(),
            idle_time_max: limits.idle_connection_time_max,
            idle_max: limits.idle_connections_max,
            unread_bytes_max: limits.unread_bytes_max,
        }
    }

    /// Sends a request to `server` and waits for the beginning of its answer. `request` names the
    /// host, and a path only.
    pub(crate) async fn send(
        &self,
        server: &Uri,
        request: Request<Full<Bytes>>,
    ) -> Result<Response<AnswerBody>, Lost> {
        if let Some(mut kept) = self.take(server) {
            match kept.exchange(request.clone()).await {
                Ok(response) => return Ok(self.with_body(server, response, kept)),
                // The server may have closed it in this very moment. Nothing was answered.
                Err(error) if error.is_canceled() || error.is_closed() => {}
                Err(error) if error.is_incomplete_message() => {}
                Err(error) => return Err(Lost::Broken(error)),
            }
        }
        let mut connection = self.connect(server).await.map_err(Lost::Unreachable)?;
        let response = connection.exchange(request).await.map_err(Lost::Broken)?;
        Ok(self.with_body(server, response, connection))
    }

    async fn connect(&self, server: &Uri) -> Result<Driven, BoxError> {
        let mut connector = self.connector.clone();
        poll_fn(|cx| connector.poll_ready(cx)).await?;
        let stream = connector.call(server.clone()).await?;
        let mut builder = http1::Builder::new();
        builder.max_buf_size(self.unread_bytes_max);
        let (sender, work) = builder.handshake(stream).await?;
        Ok(Driven { sender, work: Some(work) })
    }

    fn with_body(
        &self,
        server: &Uri,
        response: Response<Incoming>,
        connection: Driven,
    ) -> Response<AnswerBody> {
        response.map(|body| AnswerBody {
            body,
            connection: Some(connection),
            home: self.clone(),
            server: server.clone(),
        })
    }

    /// A connection that was used a moment ago and still stands; the last used one first.
    fn take(&self, server: &Uri) -> Option<Driven> {
        let mut idle = self.idle.lock();
        let kept = idle.by_server.get_mut(server)?;
        while let Some(Kept { mut connection, since }) = kept.pop() {
            if since.elapsed() < self.idle_time_max && connection.is_ready() {
                return Some(connection);
            }
        }
        None
    }

    fn keep(&self, server: &Uri, mut connection: Driven) {
        if !connection.is_ready() {
            return;
        }
        let mut idle = self.idle.lock();
        let kept = Kept { connection, since: Instant::now() };
        match idle.by_server.get_mut(server) {
            Some(others) if others.len() >= self.idle_max => {}
            Some(others) => others.push(kept),
            None => {
                idle.by_server.insert(server.clone(), vec![kept]);
            }
        }
        if !std::mem::replace(&mut idle.is_swept, true) {
            tokio::spawn(sweep(Arc::clone(&self.idle), self.idle_time_max));
        }
    }
}

/// Closes connections that nobody used for a while, until none is left.
async fn sweep(idle: Arc<Mutex<Idle>>, idle_time_max: Duration) {
    loop {
        tokio::time::sleep(idle_time_max).await;
        let mut idle = idle.lock();
        idle.by_server.retain(|_, kept| {
            kept.retain(|kept| kept.since.elapsed() < idle_time_max);
            !kept.is_empty()
        });
        if idle.by_server.is_empty() {
            idle.is_swept = false;
            return;
        }
    }
}

/// A connection and what drives it.
#[derive(Debug)]
struct Driven {
    sender: SendRequest<Full<Bytes>>,
    /// Gone once the connection is closed.
    work: Option<Connection<Wire, Full<Bytes>>>,
}

impl Driven {
    async fn exchange(
        &mut self,
        request: Request<Full<Bytes>>,
    ) -> hyper::Result<Response<Incoming>> {
        let mut response = pin!(self.sender.send_request(request));
        poll_fn(|cx| {
            drive(&mut self.work, cx);
            response.as_mut().poll(cx)
        })
        .await
    }

    /// Whether it can take a request now.
    fn is_ready(&mut self) -> bool {
        drive(&mut self.work, &mut Context::from_waker(Waker::noop()));
        self.work.is_some() && self.sender.is_ready()
    }
}

/// Reads and writes what can be; who waits for it sees what came of it.
fn drive(work: &mut Option<Connection<Wire, Full<Bytes>>>, cx: &mut Context<'_>) {
    if work.as_mut().is_some_and(|work| Pin::new(work).poll(cx).is_ready()) {
        *work = None;
    }
}

/// The body of an answer, which holds its connection. Dropping it before its end closes that.
pub(crate) struct AnswerBody {
    body: Incoming,
    /// Gone once the answer has ended and the connection was given back.
    connection: Option<Driven>,
    home: Connections,
    server: Uri,
}

impl AnswerBody {
    /// What was asked for is complete. The rest is read beside whatever else happens, because only
    /// a connection that was read to its end can be used again.
    pub(crate) fn ended(mut self) {
        let mut cx = Context::from_waker(Waker::noop());
        loop {
            match Pin::new(&mut self).poll_frame(&mut cx) {
                Poll::Ready(Some(Ok(_))) => {}
                Poll::Ready(Some(Err(_)) | None) => return,
                Poll::Pending => break,
            }
        }
        tokio::spawn(timeout(REST_TIME_MAX, async move {
            while let Some(Ok(_)) = poll_fn(|cx| Pin::new(&mut self).poll_frame(cx)).await {}
        }));
    }
}

impl http_body::Body for AnswerBody {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<hyper::Result<Frame<Bytes>>>> {
        if let Some(connection) = &mut self.connection {
            drive(&mut connection.work, cx);
        }
        let frame = Pin::new(&mut self.body).poll_frame(cx);
        if let Poll::Ready(None) = frame
            && let Some(connection) = self.connection.take()
        {
            self.home.keep(&self.server, connection);
        }
        frame
    }
}
