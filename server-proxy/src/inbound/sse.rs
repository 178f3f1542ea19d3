//! Server-sent events, written so that a fast model does not cost a system call a token.
//!
//! What arrives piece by piece and is ready is gathered into one buffer first: sending each piece by
//! itself would cost a system call and a task switch a token. When nothing more is ready the body
//! wakes itself and waits a turn, which lets whoever else brings pieces bring more, and then sends
//! what it has, without a delay that a person or a test can see.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
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
use tokio::time::Instant;
use tokio_util::sync::WaitForCancellationFutureOwned;

use crate::domain::limits::Limits;
use crate::drain::{Drain, shutting_down};
use crate::inbound::readers::{Reader, Watched};

/// Bytes gathered before they are sent in any case.
const GATHERED_BYTES_MAX: usize = 16 * 1024;
/// Times in a row that the body lets others run for nothing before it sends less than that.
const YIELDS_MAX: u8 = 1;

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
        // A client may say from the start that it takes nothing.
        given_at: Some(Instant::now()),
        stalled: false,
    }));
    let watched = drain.readers().watch(reading.clone(), limits.client_stall_time_max);
    let body = EventBody {
        reading,
        writer,
        gathered: BytesMut::new(),
        yields: 0,
        cut: Box::pin(drain.cut()),
        _watched: watched,
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
    _watched: Watched,
}

/// What is read from the model server, and whether anybody wants it.
struct Reading<S> {
    /// Gone once it ended, which lets go of the model server.
    items: Option<Pin<Box<S>>>,
    /// When the last bytes were given out, if nobody has asked for more since.
    given_at: Option<Instant>,
    stalled: bool,
}

impl<S: Send> Reader for Mutex<Reading<S>> {
    fn let_go_if_unread(&self, stall_time_max: Duration) {
        let mut reading = self.lock();
        // One that has ended has had its last event, and holds nothing.
        if reading.given_at.is_some_and(|at| at.elapsed() >= stall_time_max) {
            reading.stalled = reading.items.take().is_some();
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
                Poll::Ready(Some(item)) => {
                    this.writer.write(item, &mut this.gathered);
                    this.yields = 0;
                }
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

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::{StreamExt as _, stream};
    use http_body_util::BodyExt as _;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::time::Duration;

    use crate::domain::limits::KeepAlive;

    struct Plain;

    impl EventWriter for Plain {
        type Item = String;

        fn write(&mut self, item: String, out: &mut BytesMut) {
            out.extend_from_slice(item.as_bytes());
        }
    }

    fn body(items: impl Stream<Item = String> + Send + 'static) -> Body {
        let limits = Limits::new(8192, KeepAlive::Forever, 4, Duration::ZERO);
        response(items, Plain, &Drain::default(), &limits).into_body()
    }

    /// Frames joined by `|`.
    async fn frames(mut body: Body) -> String {
        let mut frames = Vec::new();
        while let Some(frame) = body.frame().await {
            let data = frame.expect("it does not fail").into_data().expect("only data");
            frames.push(String::from_utf8(data.to_vec()).expect("UTF-8"));
        }
        frames.join("|")
    }

    #[tokio::test]
    async fn what_is_ready_is_sent_together_and_the_rest_when_it_comes() {
        let (tell, told) = tokio::sync::oneshot::channel::<()>();
        let pause = stream::once(async move {
            let _ = told.await;
            "late".to_owned()
        });
        let items = stream::iter(["a", "b"].map(str::to_owned)).chain(pause);
        let mut body = body(items);
        let first = body.frame().await.expect("a frame").expect("no error");
        assert_eq!(first.into_data().expect("data"), "ab");
        tell.send(()).expect("it waits");
        assert_eq!(frames(body).await, "late");
    }

    #[tokio::test]
    async fn p5_no_more_is_taken_than_one_frame_holds_until_the_client_wants_more() {
        static TAKEN: AtomicUsize = AtomicUsize::new(0);
        const ITEM_BYTES: usize = 1024;
        let endless = stream::repeat_with(|| {
            TAKEN.fetch_add(1, Ordering::Relaxed);
            "x".repeat(ITEM_BYTES)
        });
        let mut body = body(endless);
        for frames in 1..=3 {
            let frame = body.frame().await.expect("a frame").expect("no error");
            let bytes = frame.into_data().expect("data").len();
            assert_eq!(bytes, GATHERED_BYTES_MAX, "frame {frames}");
            let taken = TAKEN.load(Ordering::Relaxed) * ITEM_BYTES;
            assert_eq!(taken, frames * GATHERED_BYTES_MAX, "nothing is taken ahead");
        }
    }
}
