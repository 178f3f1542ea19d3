//! What goes on at a model server: how many requests, and whether anything moves.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::task::{Context, Poll, ready};

use futures_util::{Stream, StreamExt};
use parking_lot::Mutex;
use saga_domain::Failure;
use tokio::sync::Notify;
use tokio::time::Instant;

use crate::domain::ports::Piece;

/// Counts what goes on; cheap to clone.
#[derive(Clone, Default)]
pub(crate) struct Flow(Arc<Counts>);

#[derive(Default)]
struct Counts {
    requests: AtomicUsize,
    /// Pieces so far. A clock would cost more than a piece.
    pieces: AtomicU64,
    /// Since when there is at least one request.
    busy_since: Mutex<Option<Instant>>,
    came: Notify,
}

/// One request that waits for the server or is answered by it, until this is dropped.
pub(crate) struct Visit(Flow);

impl Flow {
    pub(crate) fn enter(&self) -> Visit {
        if self.0.requests.fetch_add(1, Ordering::Relaxed) == 0 {
            *self.0.busy_since.lock() = Some(Instant::now());
        }
        self.0.came.notify_waiters();
        Visit(self.clone())
    }

    /// Requests that are answered or wait for it.
    pub(crate) fn requests(&self) -> usize {
        self.0.requests.load(Ordering::Relaxed)
    }

    /// Changes whenever a piece of any answer comes.
    pub(crate) fn pieces(&self) -> u64 {
        self.0.pieces.load(Ordering::Relaxed)
    }

    /// Since when there is at least one request; `None` when there is none.
    pub(crate) fn busy_since(&self) -> Option<Instant> {
        (self.requests() > 0).then(|| *self.0.busy_since.lock()).flatten()
    }

    /// Returns when the next request comes.
    pub(crate) async fn next_request(&self) {
        self.0.came.notified().await;
    }
}

impl Drop for Visit {
    fn drop(&mut self) {
        self.0.0.requests.fetch_sub(1, Ordering::Relaxed);
    }
}

/// What an answer tells of its server when it is over.
pub(crate) type Ended = Box<dyn FnOnce(Result<Piece, Failure>) + Send>;

/// An answer whose pieces are counted; `ended` hears of its end, unless it is let go before.
pub(crate) struct Counted<S> {
    answer: S,
    visit: Visit,
    ended: Option<Ended>,
}

impl<S> Counted<S> {
    pub(crate) fn new(answer: S, visit: Visit, ended: Ended) -> Self {
        Self { answer, visit, ended: Some(ended) }
    }
}

impl<S: Stream<Item = Result<Piece, Failure>> + Unpin> Stream for Counted<S> {
    type Item = Result<Piece, Failure>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let item = ready!(self.answer.poll_next_unpin(cx));
        match &item {
            None => {}
            Some(end @ (Ok(Piece::Done { .. }) | Err(_))) => {
                if let Some(ended) = self.ended.take() {
                    ended(end.clone());
                }
            }
            Some(Ok(_)) => {
                self.visit.0.0.pieces.fetch_add(1, Ordering::Relaxed);
            }
        }
        Poll::Ready(item)
    }
}
