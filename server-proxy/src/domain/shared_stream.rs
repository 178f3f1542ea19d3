//! One answer for several readers.
//!
//! Nothing runs by itself here: whichever reader has seen everything asks the model server for
//! more, and what comes is kept for the others. So a model server is read no faster than its
//! fastest reader reads, and let go of the moment the last reader leaves. Who joins late begins
//! at the beginning.

use std::collections::{HashMap, VecDeque};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};

use futures_util::future::BoxFuture;
use futures_util::{FutureExt, Stream, StreamExt};
use parking_lot::Mutex;
use saga_domain::{Failure, FailureCode};

use crate::domain::ports::{Answer, Piece};

type Item = Result<Piece, Failure>;

/// Told when the answer is complete, with all its pieces but the end.
pub(crate) type WhenDone = Box<dyn FnOnce(Vec<Piece>, Piece) + Send>;

/// An answer that is read by several.
pub(crate) struct SharedStream {
    state: Mutex<State>,
    wakers: Arc<Wakers>,
    kept_bytes_max: usize,
}

struct State {
    source: Source,
    /// What came, from number `first` on.
    kept: VecDeque<Item>,
    first: usize,
    kept_bytes: usize,
    /// The next item of each reader.
    readers: HashMap<u64, usize>,
    readers_so_far: u64,
    /// Nobody may join any more: it ended, everybody left, or its beginning is not kept.
    closed: bool,
    when_done: Option<WhenDone>,
}

enum Source {
    Asking(BoxFuture<'static, Result<Answer, Failure>>),
    Answering(Answer),
    Over,
}

impl SharedStream {
    /// The answer that `asking` begins, with its first reader. Of what came, as many bytes are
    /// kept; once it is more, nobody can join, and a reader that is further behind is given up.
    pub(crate) fn begin(
        asking: BoxFuture<'static, Result<Answer, Failure>>,
        kept_bytes_max: usize,
        when_done: Option<WhenDone>,
    ) -> (Arc<Self>, Reader) {
        let shared = Arc::new(Self {
            state: Mutex::new(State {
                source: Source::Asking(asking),
                kept: VecDeque::new(),
                first: 0,
                kept_bytes: 0,
                readers: HashMap::from([(0, 0)]),
                readers_so_far: 1,
                closed: false,
                when_done,
            }),
            wakers: Arc::default(),
            kept_bytes_max,
        });
        let reader = Reader { shared: Arc::clone(&shared), id: 0, over: false };
        (shared, reader)
    }

    /// One more reader, while `joinable` is true of whether the answer has begun; `None` when it
    /// is not, or when it is too late.
    pub(crate) fn join(self: &Arc<Self>, joinable: impl FnOnce(bool) -> bool) -> Option<Reader> {
        let mut state = self.state.lock();
        let has_begun = !state.kept.is_empty();
        if state.closed || !joinable(has_begun) {
            return None;
        }
        let id = state.readers_so_far;
        state.readers_so_far += 1;
        state.readers.insert(id, 0);
        drop(state);
        Some(Reader { shared: Arc::clone(self), id, over: false })
    }

    /// Whether somebody could still join.
    pub(crate) fn is_open(&self) -> bool {
        !self.state.lock().closed
    }
}

impl State {
    /// Asks the model server for more.
    fn poll_source(&mut self, cx: &mut Context<'_>) -> Poll<Item> {
        loop {
            match &mut self.source {
                Source::Asking(asking) => match asking.poll_unpin(cx) {
                    Poll::Pending => return Poll::Pending,
                    Poll::Ready(Ok(answer)) => self.source = Source::Answering(answer),
                    Poll::Ready(Err(failure)) => return Poll::Ready(Err(failure)),
                },
                Source::Answering(answer) => {
                    return answer.poll_next_unpin(cx).map(|item| item.unwrap_or_else(no_end));
                }
                Source::Over => return Poll::Ready(no_end()),
            }
        }
    }

    fn keep(&mut self, item: Item, kept_bytes_max: usize) {
        if is_end(&item) {
            self.source = Source::Over;
            let has_all = self.first == 0;
            if let (Ok(end), Some(when_done), true) = (&item, self.when_done.take(), has_all) {
                let pieces = self.kept.iter().filter_map(|item| item.clone().ok()).collect();
                when_done(pieces, end.clone());
            }
            self.closed = true;
        }
        self.kept_bytes += bytes(&item);
        self.kept.push_back(item);
        if self.kept_bytes > kept_bytes_max {
            self.closed = true;
            let read_by_all = self.readers.values().copied().min().unwrap_or(self.first);
            while self.kept.len() > 1
                && (self.kept_bytes > kept_bytes_max || self.first < read_by_all)
            {
                self.kept_bytes -= self.kept.pop_front().as_ref().map_or(0, bytes);
                self.first += 1;
            }
        }
    }

    fn leave(&mut self, id: u64) {
        self.readers.remove(&id);
        if self.readers.is_empty() {
            // The connection to the model server closes here.
            self.source = Source::Over;
            self.closed = true;
        }
    }
}

/// One reader of a shared answer. Dropping it leaves the answer to the others.
pub(crate) struct Reader {
    shared: Arc<SharedStream>,
    id: u64,
    over: bool,
}

impl Stream for Reader {
    type Item = Item;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Item>> {
        let this = self.get_mut();
        if this.over {
            return Poll::Ready(None);
        }
        let shared = Arc::clone(&this.shared);
        let mut state = shared.state.lock();
        let at = state.readers.get(&this.id).copied().unwrap_or_default();
        if at == state.first + state.kept.len() {
            // Before the source is asked, so that nothing it says meanwhile is missed.
            shared.wakers.add(this.id, cx.waker());
            let waker = Waker::from(Arc::clone(&shared.wakers));
            match state.poll_source(&mut Context::from_waker(&waker)) {
                Poll::Pending => return Poll::Pending,
                Poll::Ready(item) => {
                    state.keep(item, shared.kept_bytes_max);
                    shared.wakers.remove(this.id);
                    shared.wakers.wake_all();
                }
            }
        }
        let item = match at.checked_sub(state.first).and_then(|place| state.kept.get(place)) {
            Some(item) => item.clone(),
            None => Err(Failure::new(FailureCode::Timeout, "the answer was not read in time")),
        };
        if is_end(&item) {
            this.over = true;
            state.leave(this.id);
        } else {
            state.readers.insert(this.id, at + 1);
        }
        Poll::Ready(Some(item))
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        self.shared.wakers.remove(self.id);
        if !self.over {
            self.shared.state.lock().leave(self.id);
        }
        // Whoever was woken in this one's stead looks again.
        self.shared.wakers.wake_all();
    }
}

/// Wakes every reader that waits.
#[derive(Default)]
struct Wakers(Mutex<HashMap<u64, Waker>>);

impl Wakers {
    fn add(&self, id: u64, waker: &Waker) {
        let mut wakers = self.0.lock();
        match wakers.get_mut(&id) {
            Some(known) => known.clone_from(waker),
            None => {
                wakers.insert(id, waker.clone());
            }
        }
    }

    fn remove(&self, id: u64) {
        self.0.lock().remove(&id);
    }

    fn wake_all(&self) {
        let wakers = std::mem::take(&mut *self.0.lock());
        wakers.into_values().for_each(Waker::wake);
    }
}

impl Wake for Wakers {
    fn wake(self: Arc<Self>) {
        self.wake_all();
    }
}

fn is_end(item: &Item) -> bool {
    matches!(item, Ok(Piece::Done { .. }) | Err(_))
}

fn bytes(item: &Item) -> usize {
    // What a piece takes beside its text.
    const OVERHEAD_BYTES: usize = 64;
    let text = match item {
        Ok(Piece::Text(text)) => text.len(),
        Ok(Piece::ToolCall(call)) => call.function.arguments.len(),
        Ok(Piece::Queued { .. } | Piece::Done { .. }) | Err(_) => 0,
    };
    OVERHEAD_BYTES + text
}

fn no_end() -> Item {
    let message = "the answer ended before it was complete";
    Err(Failure::new(FailureCode::UpstreamIncomplete, message))
}

#[cfg(test)]
mod tests;
