//! One answer for requests that carry the same idempotency key: the second one follows the first, from
//! its beginning, also while it is still running.
//!
//! Nobody drives a running answer but those who read it: when the last of them has left it is
//! dropped, and the model server with it. A finished answer is kept for a while; one that failed is
//! not, since asking again is what the key is for.

use std::collections::HashMap;
use std::pin::Pin;
use std::sync::{Arc, Weak};
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

use futures_util::Stream;
use futures_util::stream::BoxStream;
use parking_lot::Mutex;
use tokio::time::Instant;

use crate::domain::ports::Caller;

/// How many answers are kept for repetition.
#[derive(Clone, Copy, Debug)]
pub struct RepeatLimits {
    /// Answers of everybody together.
    pub answers_max: usize,
    /// Answers of one caller.
    pub callers_answers_max: usize,
    /// Time for which a finished one is kept.
    pub kept_time: Duration,
}

impl RepeatLimits {
    /// As the server runs. An answer has 64 KiB at most, and seldom a tenth of it.
    pub const STANDARD: Self =
        Self { answers_max: 512, callers_answers_max: 64, kept_time: Duration::from_secs(600) };
}

/// A part of an answer that can be repeated.
pub trait Part: Clone + Send + Sync + Unpin + 'static {
    /// What the answer has become once this was its last part; `None` for one that has more to come.
    fn ends(&self) -> Option<End>;
}

/// How an answer ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// It is complete and may be repeated.
    Kept,
    /// It failed.
    Forgotten,
}

/// Another request was sent with this key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OtherRequest;

type Key = (Caller, String);
type Table<T> = Mutex<HashMap<Key, Entry<T>>>;

/// The answers that may be asked for again.
#[derive(Clone)]
pub struct Repeats<T> {
    limits: RepeatLimits,
    entries: Arc<Table<T>>,
}

struct Entry<T> {
    request: blake3::Hash,
    /// The name of the answer, the same for everybody who follows it.
    name: String,
    answer: Kept<T>,
}

enum Kept<T> {
    Running(Weak<Shared<T>>),
    Finished { parts: Arc<[T]>, until: Instant },
}

/// An answer and its name, from its beginning.
pub struct Followed<T> {
    /// The name that its first request gave it.
    pub name: String,
    /// Its parts.
    pub parts: BoxStream<'static, T>,
}

impl<T: Part> Repeats<T> {
    /// Keeps none yet.
    #[must_use]
    pub fn new(limits: RepeatLimits) -> Self {
        Self { limits, entries: Arc::default() }
    }

    /// The answer to the request with that key: the one there is, or the one that `begin` makes.
    ///
    /// # Errors
    /// When the key belongs to another request.
    pub fn follow(
        &self,
        caller: &Caller,
        key: &str,
        request: blake3::Hash,
        begin: impl FnOnce() -> Followed<T>,
    ) -> Result<Followed<T>, OtherRequest> {
        let key = (caller.clone(), key.to_owned());
        let now = Instant::now();
        let mut entries = self.entries.lock();
        if let Some(known) = entries.get(&key) {
            let parts = match &known.answer {
                Kept::Running(shared) => shared.upgrade().map(|shared| shared.follow()),
                Kept::Finished { parts, until } if *until > now => {
                    let parts: Vec<T> = parts.to_vec();
                    Some(Box::pin(futures_util::stream::iter(parts)) as BoxStream<'static, T>)
                }
                Kept::Finished { .. } => None,
            };
            if let Some(parts) = parts {
                let same = known.request == request;
                let name = known.name.clone();
                return if same { Ok(Followed { name, parts }) } else { Err(OtherRequest) };
            }
        }
        let begun = begin();
        self.make_room(&mut entries, &key, now);
        let place = Place {
            entries: Arc::downgrade(&self.entries),
            key: key.clone(),
            kept_time: self.limits.kept_time,
        };
        let shared = Arc::new(Shared {
            state: Mutex::new(State { source: Some(begun.parts), parts: Vec::new(), place }),
            readers: Arc::default(),
        });
        let answer = Kept::Running(Arc::downgrade(&shared));
        entries.insert(key, Entry { request, name: begun.name.clone(), answer });
        Ok(Followed { name: begun.name, parts: shared.follow() })
    }

    /// Forgets what there is of the caller's.
    pub fn forget(&self, caller: &Caller) {
        self.entries.lock().retain(|(whose, _), _| whose != caller);
    }

    /// What is over goes first, then what ends soonest. What runs is bounded by admission.
    fn make_room(&self, entries: &mut HashMap<Key, Entry<T>>, key: &Key, now: Instant) {
        entries.retain(|_, entry| entry.stands(now));
        let own = entries.keys().filter(|(caller, _)| *caller == key.0).count();
        let mine_alone = own >= self.limits.callers_answers_max;
        if !mine_alone && entries.len() < self.limits.answers_max {
            return;
        }
        let finished = entries.iter().filter_map(|(known, entry)| match &entry.answer {
            Kept::Finished { until, .. } if !mine_alone || known.0 == key.0 => Some((until, known)),
            _ => None,
        });
        if let Some(soonest) = finished.min_by_key(|(until, _)| **until).map(|(_, key)| key.clone())
        {
            entries.remove(&soonest);
        }
    }
}

impl<T> Entry<T> {
    fn stands(&self, now: Instant) -> bool {
        match &self.answer {
            Kept::Running(shared) => shared.strong_count() > 0,
            Kept::Finished { until, .. } => *until > now,
        }
    }
}

/// An answer that is being read by any number of readers.
struct Shared<T> {
    state: Mutex<State<T>>,
    readers: Arc<Readers>,
}

struct State<T> {
    /// Gone once it ended.
    source: Option<BoxStream<'static, T>>,
    parts: Vec<T>,
    place: Place<T>,
}

/// Where the answer is kept once it has ended.
struct Place<T> {
    entries: Weak<Table<T>>,
    key: Key,
    kept_time: Duration,
}

/// Everybody who waits for the next part. Whoever is woken reads on for all.
#[derive(Default)]
struct Readers {
    waiting: Mutex<Waiting>,
}

#[derive(Default)]
struct Waiting {
    wakers: HashMap<u64, Waker>,
    last_number: u64,
}

impl Wake for Readers {
    fn wake(self: Arc<Self>) {
        let wakers: Vec<Waker> = self.waiting.lock().wakers.drain().map(|(_, one)| one).collect();
        wakers.into_iter().for_each(Waker::wake);
    }
}

impl<T: Part> Shared<T> {
    fn follow(self: Arc<Self>) -> BoxStream<'static, T> {
        let number = {
            let mut waiting = self.readers.waiting.lock();
            waiting.last_number += 1;
            waiting.last_number
        };
        Box::pin(Follower { shared: self, number, seen: 0 })
    }

    fn poll_part(&self, seen: usize) -> Poll<Option<T>> {
        let mut state = self.state.lock();
        if let Some(part) = state.parts.get(seen) {
            return Poll::Ready(Some(part.clone()));
        }
        let Some(source) = &mut state.source else { return Poll::Ready(None) };
        let waker = Waker::from(self.readers.clone());
        match source.as_mut().poll_next(&mut Context::from_waker(&waker)) {
            Poll::Pending => Poll::Pending,
            Poll::Ready(Some(part)) => {
                let end = part.ends();
                state.parts.push(part.clone());
                if let Some(end) = end {
                    state.source = None;
                    state.finish(end);
                }
                drop(state);
                waker.wake();
                Poll::Ready(Some(part))
            }
            Poll::Ready(None) => {
                state.source = None;
                state.finish(End::Forgotten);
                drop(state);
                waker.wake();
                Poll::Ready(None)
            }
        }
    }
}

impl<T: Part> State<T> {
    fn finish(&self, end: End) {
        let Place { entries, key, kept_time } = &self.place;
        let Some(entries) = entries.upgrade() else { return };
        let mut entries = entries.lock();
        // Forgotten meanwhile, it stays so.
        let Some(entry) = entries.get_mut(key) else { return };
        match end {
            End::Kept => {
                let until = Instant::now() + *kept_time;
                entry.answer = Kept::Finished { parts: self.parts.as_slice().into(), until };
            }
            End::Forgotten => drop(entries.remove(key)),
        }
    }
}

struct Follower<T> {
    shared: Arc<Shared<T>>,
    number: u64,
    seen: usize,
}

impl<T: Part> Stream for Follower<T> {
    type Item = T;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<T>> {
        // Known before the source is asked, so that no wake is lost in between.
        let (number, waker) = (self.number, cx.waker().clone());
        self.shared.readers.waiting.lock().wakers.insert(number, waker);
        let polled = self.shared.poll_part(self.seen);
        if let Poll::Ready(part) = &polled {
            self.shared.readers.waiting.lock().wakers.remove(&number);
            self.seen += usize::from(part.is_some());
        }
        polled
    }
}

impl<T> Drop for Follower<T> {
    fn drop(&mut self) {
        self.shared.readers.waiting.lock().wakers.remove(&self.number);
    }
}

#[cfg(test)]
mod tests;
