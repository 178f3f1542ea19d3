//! What is counted and measured: numbers only, never a text.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use saga_client::Traffic;
use saga_domain::{Failure, FailureCode};
use saga_prompt::Speed;

use crate::feedback::OutcomeCounts;
use crate::request::Errand;
use crate::workspace::WorkspaceCounts;

/// Answers that the medians are taken from.
const MEASURED_MAX: usize = 32;

/// Counts since the engine was made.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct EngineStats {
    /// Questions sent to the model, those in the background not counted; a second try counts
    /// again.
    pub requests_sent: u64,
    /// Of these, let go because nobody wanted the answer any more.
    pub requests_cancelled: u64,
    /// Of these, failed.
    pub requests_failed: u64,
    /// Completions served from the cache.
    pub cache_hits: u64,
    /// Completions the cache did not know.
    pub cache_misses: u64,
    /// Completions served by a request already on its way.
    pub in_flight_reused: u64,
    /// Automatic completions that ended with nothing shown.
    pub suppressed: u64,
    /// Answers, or parts of answers, that were not shown, by why. The names are stable.
    pub dropped: BTreeMap<&'static str, u64>,
    /// Completions asked a second time, with the plain prompt.
    pub second_tries: u64,
    /// Completions asked in the background, for the text as if a suggestion were accepted.
    pub speculated: u64,
    /// Completions served by one of these.
    pub speculation_hits: u64,
    /// Prompts that the server was given to read in the background.
    pub prefills: u64,
    /// What is known of the workspace's files.
    pub workspace: WorkspaceCounts,
    /// What became of completions.
    pub outcomes: OutcomeCounts,
    /// What became of edits.
    pub edits: OutcomeCounts,
    /// Bytes of request bodies.
    pub bytes_sent: u64,
    /// Bytes of answers.
    pub bytes_received: u64,
    /// Documents kept in step.
    pub documents_open: u32,
    /// Milliseconds to the first piece of an answer, the median of the last ones.
    pub first_token_ms_median: Option<u32>,
    /// Tokens per second of the last answers, their median.
    pub tokens_per_second_median: Option<f64>,
    /// Microseconds that the last completion took from the call to the request being handed over
    /// to the socket, the pause not counted.
    pub prepare_micros_last: Option<u64>,
    /// Microseconds that the last search for what other places say took, beside the keys.
    pub related_micros_last: Option<u64>,
}

#[derive(Debug, Default)]
pub(crate) struct Stats {
    requests_sent: AtomicU64,
    requests_cancelled: AtomicU64,
    requests_failed: AtomicU64,
    cache_hits: AtomicU64,
    cache_misses: AtomicU64,
    in_flight_reused: AtomicU64,
    suppressed: AtomicU64,
    second_tries: AtomicU64,
    speculated: AtomicU64,
    speculation_hits: AtomicU64,
    prefills: AtomicU64,
    dropped: Mutex<BTreeMap<&'static str, u64>>,
    measured: Mutex<Measured>,
}

#[derive(Debug, Default)]
struct Measured {
    first_token_ms: VecDeque<u32>,
    tokens_per_second: VecDeque<f64>,
    prepare_micros_last: Option<u64>,
    related_micros_last: Option<u64>,
    /// Requests that somebody waits for.
    waited_for: u32,
}

impl Stats {
    pub(crate) fn cache_hit(&self) {
        add_one(&self.cache_hits);
    }

    pub(crate) fn cache_miss(&self) {
        add_one(&self.cache_misses);
    }

    pub(crate) fn in_flight_reused(&self) {
        add_one(&self.in_flight_reused);
    }

    pub(crate) fn suppressed(&self) {
        add_one(&self.suppressed);
    }

    pub(crate) fn second_try(&self) {
        add_one(&self.second_tries);
    }

    pub(crate) fn speculation_hit(&self) {
        add_one(&self.speculation_hits);
    }

    /// Counts an answer, or a part of one, that is not shown, and why.
    pub(crate) fn dropped(&self, why: &'static str) {
        *self.dropped.lock().entry(why).or_default() += 1;
    }

    pub(crate) fn prepared_in(&self, took: Duration) {
        self.measured.lock().prepare_micros_last = Some(micros(took));
    }

    pub(crate) fn related_in(&self, took: Duration) {
        self.measured.lock().related_micros_last = Some(micros(took));
    }

    /// Whether somebody waits for an answer right now.
    pub(crate) fn is_busy(&self) -> bool {
        self.measured.lock().waited_for > 0
    }

    /// How fast the server has been lately.
    pub(crate) fn speed(&self) -> Option<Speed> {
        let measured = self.measured.lock();
        #[expect(clippy::cast_possible_truncation, reason = "a rate, and a rough one")]
        let tokens_per_second = median(&measured.tokens_per_second)? as f32;
        Some(Speed { tokens_per_second, first_token_ms: median(&measured.first_token_ms)? })
    }

    /// The median time to the first piece of an answer, when there was one.
    pub(crate) fn first_token_ms(&self) -> Option<u32> {
        median(&self.measured.lock().first_token_ms)
    }

    pub(crate) fn read(&self, traffic: &Traffic, documents_open: usize) -> EngineStats {
        let count = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        let measured = self.measured.lock();
        EngineStats {
            requests_sent: count(&self.requests_sent),
            requests_cancelled: count(&self.requests_cancelled),
            requests_failed: count(&self.requests_failed),
            cache_hits: count(&self.cache_hits),
            cache_misses: count(&self.cache_misses),
            in_flight_reused: count(&self.in_flight_reused),
            suppressed: count(&self.suppressed),
            second_tries: count(&self.second_tries),
            dropped: self.dropped.lock().clone(),
            speculated: count(&self.speculated),
            speculation_hits: count(&self.speculation_hits),
            prefills: count(&self.prefills),
            workspace: WorkspaceCounts::default(),
            outcomes: OutcomeCounts::default(),
            edits: OutcomeCounts::default(),
            bytes_sent: traffic.bytes_sent(),
            bytes_received: traffic.bytes_received(),
            documents_open: u32::try_from(documents_open).unwrap_or(u32::MAX),
            first_token_ms_median: median(&measured.first_token_ms),
            tokens_per_second_median: median(&measured.tokens_per_second),
            prepare_micros_last: measured.prepare_micros_last,
            related_micros_last: measured.related_micros_last,
        }
    }
}

/// One request from its sending to its end. Dropped before an end is noted, it counts as cancelled.
pub(crate) struct Watch {
    stats: Arc<Stats>,
    errand: Errand,
    sent: Instant,
    first: Option<Instant>,
    ended: bool,
}

impl Watch {
    pub(crate) fn start(stats: &Arc<Stats>, errand: Errand) -> Self {
        add_one(match errand {
            Errand::Asked(_) | Errand::Other => &stats.requests_sent,
            Errand::Ahead => &stats.speculated,
            Errand::Prefill => &stats.prefills,
        });
        if errand.is_waited_for() {
            stats.measured.lock().waited_for += 1;
        }
        Self { stats: Arc::clone(stats), errand, sent: Instant::now(), first: None, ended: false }
    }

    /// Notes that a piece of text came.
    pub(crate) fn text(&mut self) {
        if self.first.is_none() {
            self.first = Some(Instant::now());
            // What is asked in the background waits for others, which says nothing of the server.
            if self.errand.is_waited_for() {
                keep(&mut self.stats.measured.lock().first_token_ms, self.first_token_ms());
            }
        }
    }

    /// Notes an answer that is complete, or of which all that is wanted has come.
    pub(crate) fn complete(&mut self, tokens: u32) {
        self.ended = true;
        let Some(first) = self.first else { return };
        let seconds = first.elapsed().as_secs_f64();
        // The first token stands at the start of the measured time, and a burst measures nothing.
        if tokens > 4 && seconds > 0.01 {
            let speed = f64::from(tokens - 1) / seconds;
            keep(&mut self.stats.measured.lock().tokens_per_second, speed);
        }
    }

    /// Notes a failure. One that comes of a newer question, or of a server that had better things to
    /// do, is none.
    pub(crate) fn failed(&mut self, failure: &Failure) {
        let gave_way = matches!(
            failure.code,
            FailureCode::Superseded | FailureCode::Expired | FailureCode::Preempted
        );
        self.ended = !gave_way;
        if self.ended && self.errand.is_waited_for() {
            add_one(&self.stats.requests_failed);
        }
    }

    pub(crate) fn first_token_ms(&self) -> u32 {
        self.first.map_or(0, |first| millis(first - self.sent))
    }

    pub(crate) fn total_ms(&self) -> u32 {
        millis(self.sent.elapsed())
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        if !self.errand.is_waited_for() {
            return;
        }
        self.stats.measured.lock().waited_for -= 1;
        if !self.ended {
            add_one(&self.stats.requests_cancelled);
        }
    }
}

fn add_one(counter: &AtomicU64) {
    counter.fetch_add(1, Ordering::Relaxed);
}

fn keep<T>(values: &mut VecDeque<T>, value: T) {
    if values.len() == MEASURED_MAX {
        values.pop_front();
    }
    values.push_back(value);
}

fn median<T: Copy + PartialOrd>(values: &VecDeque<T>) -> Option<T> {
    let mut sorted: Vec<T> = values.iter().copied().collect();
    sorted.sort_by(|a, b| a.partial_cmp(b).unwrap_or(std::cmp::Ordering::Equal));
    sorted.get(sorted.len() / 2).copied()
}

fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}

fn millis(duration: Duration) -> u32 {
    u32::try_from(duration.as_millis()).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_of_the_last_ones() {
        let mut values = VecDeque::new();
        assert_eq!(median::<u32>(&values), None);
        for value in 0..100_u32 {
            keep(&mut values, value);
        }
        assert_eq!(values.len(), MEASURED_MAX);
        assert_eq!(median(&values), Some(84));
    }

    #[test]
    fn a_request_that_is_dropped_counts_as_cancelled() {
        let stats = Arc::new(Stats::default());
        drop(Watch::start(&stats, Errand::Other));
        let mut watch = Watch::start(&stats, Errand::Other);
        watch.complete(0);
        drop(watch);
        let read = stats.read(&Traffic::default(), 0);
        assert_eq!((read.requests_sent, read.requests_cancelled), (2, 1));
    }
}
