//! Answers that were finished a short while ago, in this process: bounded in bytes and in time.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use futures_util::{StreamExt, stream};
use lru::LruCache;
use parking_lot::Mutex;
use saga_protocol::openai::{TokenUsage, ToolCallDelta};
use tokio::time::Instant;

use crate::domain::ports::{Answer, Piece};

/// A complete answer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FinishedAnswer {
    /// All of its text.
    pub text: String,
    /// Its calls of tools, whole or in pieces.
    pub tool_calls: Vec<ToolCallDelta>,
    /// `stop`, `length` or `tool_calls`.
    pub finish_reason: String,
    /// Token counts, as the model server told them when it was made.
    pub usage: Option<TokenUsage>,
}

/// Keeps finished answers where several proxies find them.
///
/// Every adapter keeps these promises: an answer is found by nobody but the tenant it was made
/// for; it is forgotten after [`CacheLimits::ttl`]; a tenant's answers never take more than
/// [`CacheLimits::stored_bytes_max`], the oldest going first; a store that does not answer is one
/// in which nothing is found.
#[async_trait]
pub trait AnswerStore: Send + Sync {
    /// The answer to a question.
    async fn get(&self, tenant: &str, key: &blake3::Hash) -> Option<FinishedAnswer>;

    /// Keeps an answer.
    async fn put(&self, tenant: &str, key: &blake3::Hash, answer: &FinishedAnswer);
}

/// How much is kept of finished answers.
#[derive(Clone, Copy, Debug)]
pub struct CacheLimits {
    /// Time after which an answer is forgotten.
    pub ttl: Duration,
    /// Bytes of answers in this process.
    pub process_bytes_max: usize,
    /// Bytes of a tenant's answers in the store.
    pub stored_bytes_max: usize,
    /// Bytes of one answer; a longer one is not kept.
    pub answer_bytes_max: usize,
}

impl CacheLimits {
    /// The proxy's own.
    pub const STANDARD: Self = Self {
        ttl: Duration::from_secs(600),
        process_bytes_max: 8 << 20,
        stored_bytes_max: 32 << 20,
        answer_bytes_max: 64 << 10,
    };
}

impl FinishedAnswer {
    /// Of the pieces of an answer and its end; `None` when that is no end.
    #[must_use]
    pub fn of(pieces: Vec<Piece>, end: Piece) -> Option<Self> {
        let Piece::Done { finish_reason, usage } = end else { return None };
        let mut answer = Self { finish_reason, usage, ..Self::default() };
        for piece in pieces {
            match piece {
                Piece::Text(text) => answer.text.push_str(&text),
                Piece::ToolCall(call) => answer.tool_calls.push(call),
                Piece::Queued { .. } | Piece::Done { .. } => {}
            }
        }
        Some(answer)
    }

    /// The answer as it would come from a model server.
    #[must_use]
    pub fn replay(self) -> Answer {
        let text = (!self.text.is_empty()).then_some(Piece::Text(self.text));
        let calls = self.tool_calls.into_iter().map(Piece::ToolCall);
        let end = Piece::Done { finish_reason: self.finish_reason, usage: self.usage };
        let pieces: Vec<_> = text.into_iter().chain(calls).chain([end]).map(Ok).collect();
        stream::iter(pieces).boxed()
    }

    /// What it takes, about.
    #[must_use]
    pub fn bytes(&self) -> usize {
        // A key, the places in the map and the list, the counts.
        const OVERHEAD_BYTES: usize = 256;
        let calls = self.tool_calls.iter().map(|call| 128 + call.function.arguments.len());
        OVERHEAD_BYTES + self.text.len() + calls.sum::<usize>()
    }
}

/// Finished answers by the name of their question.
pub(crate) struct AnswerCache {
    limits: CacheLimits,
    kept: Mutex<Kept>,
}

struct Kept {
    answers: LruCache<blake3::Hash, Entry>,
    bytes: usize,
}

struct Entry {
    answer: Arc<FinishedAnswer>,
    bytes: usize,
    until: Instant,
}

impl AnswerCache {
    pub(crate) fn new(limits: CacheLimits) -> Self {
        Self { limits, kept: Mutex::new(Kept { answers: LruCache::unbounded(), bytes: 0 }) }
    }

    pub(crate) fn get(&self, key: &blake3::Hash, now: Instant) -> Option<Arc<FinishedAnswer>> {
        let mut kept = self.kept.lock();
        let entry = kept.answers.get(key)?;
        if now < entry.until {
            return Some(Arc::clone(&entry.answer));
        }
        kept.forget(key);
        None
    }

    pub(crate) fn put(&self, key: blake3::Hash, answer: Arc<FinishedAnswer>, now: Instant) {
        let bytes = answer.bytes();
        if bytes > self.limits.answer_bytes_max {
            return;
        }
        let mut kept = self.kept.lock();
        kept.forget(&key);
        kept.bytes += bytes;
        kept.answers.put(key, Entry { answer, bytes, until: now + self.limits.ttl });
        while kept.bytes > self.limits.process_bytes_max {
            let Some((_, oldest)) = kept.answers.pop_lru() else { break };
            kept.bytes -= oldest.bytes;
        }
    }
}

impl Kept {
    fn forget(&mut self, key: &blake3::Hash) {
        if let Some(entry) = self.answers.pop(key) {
            self.bytes -= entry.bytes;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(text: &str) -> Arc<FinishedAnswer> {
        Arc::new(FinishedAnswer { text: text.to_owned(), ..FinishedAnswer::default() })
    }

    #[test]
    fn the_least_used_goes_first_and_time_ends_all() {
        let limits = CacheLimits { process_bytes_max: 3 * 300, ..CacheLimits::STANDARD };
        let cache = AnswerCache::new(limits);
        let now = Instant::now();
        let key = |name: &str| blake3::hash(name.as_bytes());
        for name in ["a", "b", "c"] {
            cache.put(key(name), answer(name), now);
        }
        assert!(cache.get(&key("a"), now).is_some());
        cache.put(key("d"), answer("d"), now);
        let there = ["a", "b", "c", "d"].map(|name| cache.get(&key(name), now).is_some());
        assert_eq!(there, [true, false, true, true]);
        assert!(cache.get(&key("a"), now + limits.ttl).is_none());
        assert!(cache.kept.lock().bytes <= limits.process_bytes_max);
    }

    #[test]
    fn an_answer_that_is_too_long_is_not_kept() {
        let cache = AnswerCache::new(CacheLimits::STANDARD);
        let key = blake3::hash(b"a");
        cache.put(key, answer(&"x".repeat(64 << 10)), Instant::now());
        assert!(cache.get(&key, Instant::now()).is_none());
    }
}
