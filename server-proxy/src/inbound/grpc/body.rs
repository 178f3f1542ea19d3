//! The body of a call's answer: it ends where the client's deadline is, where the server must stop, and
//! where nobody reads it, each time with a status that says so.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::body::Body;
use bytes::Bytes;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use http::HeaderMap;
use http_body::Frame;
use parking_lot::Mutex;
use saga_domain::{Failure, FailureCode};
use tokio::time::{Instant, sleep_until};

use crate::drain::{Drain, shutting_down};
use crate::inbound::readers::{Reader, Watched};
use crate::rpc;

/// Resolves when a call must end, with the reason.
pub(super) struct Ends(BoxFuture<'static, Failure>);

impl Ends {
    pub(super) fn new(deadline: Option<Instant>, drain: &Drain) -> Self {
        let cut = drain.cut();
        let deadline = async move {
            match deadline {
                Some(deadline) => sleep_until(deadline).await,
                None => std::future::pending().await,
            }
        };
        Self(
            async move {
                tokio::select! {
                    () = deadline => {
                        Failure::new(FailureCode::Timeout, "the call's deadline has passed")
                    }
                    () = cut => shutting_down(),
                }
            }
            .boxed(),
        )
    }
}

impl Future for Ends {
    type Output = Failure;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Failure> {
        self.0.poll_unpin(cx)
    }
}

/// The time that a client gives a call: a number of up to eight digits and its unit.
pub(super) fn timeout_of(header: &str) -> Option<Duration> {
    let unit = header.chars().next_back()?;
    let digits = header.strip_suffix(unit)?;
    let is_number = (1..=8).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
    let number: u64 = digits.parse().ok().filter(|_| is_number)?;
    Some(match unit {
        'H' => Duration::from_secs(number * 3600),
        'M' => Duration::from_secs(number * 60),
        'S' => Duration::from_secs(number),
        'm' => Duration::from_millis(number),
        'u' => Duration::from_micros(number),
        'n' => Duration::from_nanos(number),
        _ => return None,
    })
}

pub(super) struct GrpcBody {
    reading: Arc<Mutex<Reading>>,
    /// Gone once it has said why.
    ends: Option<Ends>,
    _watched: Watched,
}

/// What is read, and whether anybody wants it.
struct Reading {
    /// Gone once it ended, which lets go of the model server.
    body: Option<Body>,
    /// When something was given out last, if nobody has asked for more since.
    given_at: Option<Instant>,
    stalled: bool,
}

impl Reader for Mutex<Reading> {
    fn let_go_if_unread(&self, stall_time_max: Duration) {
        let mut reading = self.lock();
        if reading.given_at.is_some_and(|at| at.elapsed() >= stall_time_max) {
            reading.stalled = reading.body.take().is_some();
        }
    }
}

impl GrpcBody {
    pub(super) fn new(body: Body, ends: Ends, drain: &Drain, stall: Duration) -> Self {
        let given_at = Some(Instant::now());
        let reading = Reading { body: Some(body), given_at, stalled: false };
        let reading = Arc::new(Mutex::new(reading));
        let _watched = drain.readers().watch(reading.clone(), stall);
        Self { reading, ends: Some(ends), _watched }
    }
}

impl http_body::Body for GrpcBody {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let this = self.get_mut();
        let mut reading = this.reading.lock();
        reading.given_at = None;
        if std::mem::take(&mut reading.stalled) {
            this.ends = None;
            return Poll::Ready(Some(Ok(last(&unread()))));
        }
        let Some(body) = &mut reading.body else { return Poll::Ready(None) };
        if let Poll::Ready(frame) = Pin::new(body).poll_frame(cx) {
            match &frame {
                Some(Ok(frame)) if frame.is_data() => reading.given_at = Some(Instant::now()),
                _ => reading.body = None,
            }
            return Poll::Ready(frame);
        }
        let Some(ends) = &mut this.ends else { return Poll::Pending };
        let failure = ready!(ends.poll_unpin(cx));
        this.ends = None;
        reading.body = None;
        Poll::Ready(Some(Ok(last(&failure))))
    }

    fn is_end_stream(&self) -> bool {
        let reading = self.reading.lock();
        !reading.stalled && reading.body.as_ref().is_none_or(http_body::Body::is_end_stream)
    }
}

/// The frame that says how a call ended.
fn last(failure: &Failure) -> Frame<Bytes> {
    let mut trailers = HeaderMap::new();
    if rpc::status(failure).add_header(&mut trailers).is_err() {
        tracing::error!("a failure's words do not go into a header");
    }
    Frame::trailers(trailers)
}

fn unread() -> Failure {
    Failure::new(FailureCode::Timeout, "the answer was not read in time")
}

#[cfg(test)]
mod tests {
    use super::timeout_of;
    use std::time::Duration;

    #[test]
    fn a_deadline_is_read_as_the_protocol_has_it() {
        for (header, expected) in [
            ("1S", Some(Duration::from_secs(1))),
            ("99999999H", Some(Duration::from_secs(99_999_999 * 3600))),
            ("2M", Some(Duration::from_secs(120))),
            ("250m", Some(Duration::from_millis(250))),
            ("7u", Some(Duration::from_micros(7))),
            ("8n", Some(Duration::from_nanos(8))),
            ("", None),
            ("S", None),
            ("1", None),
            ("-1S", None),
            ("+1S", None),
            ("123456789S", None),
            ("1초", None),
        ] {
            assert_eq!(timeout_of(header), expected, "{header}");
        }
    }
}
