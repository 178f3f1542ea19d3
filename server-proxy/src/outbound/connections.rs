//! Connections to model servers, each read by the request that uses it.
//!
//! Usually a task of its own reads a connection and hands over what came piece by piece, which costs
//! a task switch a token, often to another processor. Here whoever reads the answer reads the socket:
//! all that lies ready there is taken in one go, however many chunks it is, nothing is read that
//! nobody wants, and letting go of the answer closes the connection in that very moment.

use std::collections::HashMap;
use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker, ready};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::{StatusCode, Uri};
use http_body::Frame;
use hyper_rustls::{HttpsConnector, MaybeHttpsStream};
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioIo;
use parking_lot::Mutex;
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout};
use tokio_util::io::poll_read_buf;
use tower_service::Service as _;

use crate::domain::limits::Limits;
use crate::outbound::response::{self, Framing, Head, Malformed};

/// A kept connection that its server had closed is found out at once; one that breaks later broke
/// over this very request.
const CLOSED_BEFORE_TIME_MAX: Duration = Duration::from_millis(100);
/// Time for the rest of an answer that has ended, so that its connection can be used again.
const REST_TIME_MAX: Duration = Duration::from_secs(1);

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
    connection: Connection,
    since: Instant,
}

/// Why there is no answer.
#[derive(Debug)]
pub(crate) enum Lost {
    /// No connection came to stand.
    Unreachable(BoxError),
    /// It broke before the answer began.
    Broken(io::Error),
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

    /// Sends a request, as it is written on the wire, and waits for the beginning of its answer.
    pub(crate) async fn send(
        &self,
        server: &Uri,
        request: &[u8],
    ) -> Result<(StatusCode, AnswerBody), Lost> {
        if let Some(mut kept) = self.take(server) {
            let since = Instant::now();
            match kept.exchange(request).await {
                Ok(head) => return Ok(self.answer(server, head, kept)),
                // Closed while the request was on its way to it, without a word of an answer.
                Err(_closed)
                    if kept.read.is_empty() && since.elapsed() < CLOSED_BEFORE_TIME_MAX => {}
                Err(error) => return Err(Lost::Broken(error)),
            }
        }
        let mut connection = self.connect(server).await.map_err(Lost::Unreachable)?;
        let head = connection.exchange(request).await.map_err(Lost::Broken)?;
        Ok(self.answer(server, head, connection))
    }

    async fn connect(&self, server: &Uri) -> Result<Connection, BoxError> {
        let mut connector = self.connector.clone();
        poll_fn(|cx| connector.poll_ready(cx)).await?;
        let stream = TokioIo::new(connector.call(server.clone()).await?);
        Ok(Connection { stream, read: BytesMut::new(), unread_bytes_max: self.unread_bytes_max })
    }

    fn answer(&self, server: &Uri, head: Head, connection: Connection) -> (StatusCode, AnswerBody) {
        let body = AnswerBody {
            connection: Some(connection),
            framing: head.framing,
            keeps: head.keeps,
            home: self.clone(),
            server: server.clone(),
        };
        (head.status, body)
    }

    /// A connection that was used a moment ago and still stands; the last used one first.
    fn take(&self, server: &Uri) -> Option<Connection> {
        let mut idle = self.idle.lock();
        let kept = idle.by_server.get_mut(server)?;
        while let Some(Kept { mut connection, since }) = kept.pop() {
            if since.elapsed() < self.idle_time_max && connection.is_silent() {
                return Some(connection);
            }
        }
        None
    }

    fn keep(&self, server: &Uri, connection: Connection) {
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

/// A connection and what was read from it and not taken yet.
#[derive(Debug)]
struct Connection {
    stream: TokioIo<MaybeHttpsStream<TokioIo<TcpStream>>>,
    read: BytesMut,
    unread_bytes_max: usize,
}

impl Connection {
    async fn exchange(&mut self, request: &[u8]) -> io::Result<Head> {
        self.stream.write_all(request).await?;
        self.stream.flush().await?;
        poll_fn(|cx| {
            loop {
                if let Some(head) = response::head(&mut self.read)? {
                    return Poll::Ready(Ok(head));
                }
                if ready!(self.poll_more(cx))? == 0 {
                    return Poll::Ready(Err(io::ErrorKind::UnexpectedEof.into()));
                }
            }
        })
        .await
    }

    /// Reads what is there; 0 at the end.
    fn poll_more(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<usize>> {
        self.read.reserve(self.unread_bytes_max);
        let more = poll_read_buf(Pin::new(&mut self.stream), cx, &mut self.read);
        if more.is_pending() && self.read.is_empty() {
            // Who waits for a token, or for the next request, holds no buffer meanwhile.
            self.read = BytesMut::new();
        }
        more
    }

    /// Whether it stands and nothing was said that nobody asked for.
    fn is_silent(&mut self) -> bool {
        self.poll_more(&mut Context::from_waker(Waker::noop())).is_pending()
    }
}

impl From<Malformed> for io::Error {
    fn from(_: Malformed) -> Self {
        Self::new(io::ErrorKind::InvalidData, "what it sent is not HTTP/1.1")
    }
}

/// The body of an answer, which holds its connection. Dropping it before its end closes that.
#[derive(Debug)]
pub(crate) struct AnswerBody {
    /// Gone once the answer has ended: given back, or closed.
    connection: Option<Connection>,
    framing: Framing,
    keeps: bool,
    home: Connections,
    server: Uri,
}

impl AnswerBody {
    /// What was asked for is complete. The rest is read beside whatever else happens, because only
    /// a connection that was read to its end can be used again.
    pub(crate) fn ended(mut self) {
        // Mostly the end of the body came together with the end of the answer.
        let mut cx = Context::from_waker(Waker::noop());
        loop {
            match self.poll_bytes(&mut cx) {
                Poll::Ready(Some(Ok(_))) => {}
                Poll::Ready(Some(Err(_)) | None) => return,
                Poll::Pending => break,
            }
        }
        tokio::spawn(timeout(REST_TIME_MAX, async move {
            while let Some(Ok(_)) = poll_fn(|cx| self.poll_bytes(cx)).await {}
        }));
    }

    /// More of the body: all that is there.
    pub(crate) fn poll_bytes(&mut self, cx: &mut Context<'_>) -> Poll<Option<io::Result<Bytes>>> {
        let mut body = BytesMut::new();
        loop {
            let Some(connection) = &mut self.connection else { return Poll::Ready(None) };
            match self.framing.take(&mut connection.read, &mut body) {
                Ok(false) => {}
                Ok(true) => self.give_back(),
                Err(malformed) => {
                    self.connection = None;
                    return Poll::Ready(Some(Err(malformed.into())));
                }
            }
            if !body.is_empty() {
                return Poll::Ready(Some(Ok(body.freeze())));
            }
            let Some(connection) = &mut self.connection else { return Poll::Ready(None) };
            let failure = match ready!(connection.poll_more(cx)) {
                Ok(1..) => continue,
                Ok(0) if self.framing == Framing::ToEnd => None,
                Ok(0) => Some(io::ErrorKind::UnexpectedEof.into()),
                Err(error) => Some(error),
            };
            self.connection = None;
            return Poll::Ready(failure.map(Err));
        }
    }

    fn give_back(&mut self) {
        let connection = self.connection.take();
        // What was sent after the end belongs to nothing that was asked.
        if let Some(connection) = connection.filter(|one| self.keeps && one.read.is_empty()) {
            self.home.keep(&self.server, connection);
        }
    }
}

impl http_body::Body for AnswerBody {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        self.poll_bytes(cx).map(|bytes| bytes.map(|bytes| bytes.map(Frame::data)))
    }
}
