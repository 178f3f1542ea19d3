//! How long to wait after a key before a model is asked: as short as the typist and the server
//! allow.
//!
//! Asking between two keys of a fast burst costs a request that is let go at once; waiting after
//! the last one costs the user time. The pause is a share of the typist's own rhythm, a smaller one
//! for a server that answers at once.

use std::collections::VecDeque;
use std::time::Duration;

const PAUSE_MIN: Duration = Duration::from_millis(40);
const PAUSE_MAX: Duration = Duration::from_millis(250);
/// Taken for the rhythm of somebody who has not typed yet.
const INTERVAL_UNKNOWN: Duration = Duration::from_millis(160);
/// A longer interval is a thought, not a rhythm.
const INTERVAL_MAX: Duration = Duration::from_millis(1_500);
const INTERVALS_KEPT: usize = 16;
/// A server that begins to answer within this is fast, and one that takes the other is slow.
const FIRST_TOKEN_FAST_MS: u32 = 100;
const FIRST_TOKEN_SLOW_MS: u32 = 1_000;

/// What the pause depends on.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Moment {
    /// The typist's usual time between keys, when known.
    pub(crate) interval: Option<Duration>,
    /// Time since the last key.
    pub(crate) since_last_key: Duration,
    /// The server's usual time to its first piece of text, when known.
    pub(crate) first_token_ms: Option<u32>,
    /// Whether the cursor stands where a new thought begins: on a line with nothing on it.
    pub(crate) at_line_start: bool,
    /// Whether the question before this one was answered from the cache: the user was following a
    /// suggestion, and has just left it or come to its end.
    pub(crate) after_hit: bool,
}

/// How long to wait.
pub(crate) fn pause(moment: &Moment) -> Duration {
    if moment.at_line_start || moment.after_hit {
        return Duration::ZERO;
    }
    let interval = moment.interval.unwrap_or(INTERVAL_UNKNOWN);
    let wanted = interval.mul_f64(share(moment.first_token_ms));
    wanted.clamp(PAUSE_MIN, PAUSE_MAX).saturating_sub(moment.since_last_key)
}

/// The share of an interval that is waited: half of it for a fast server, all of it and a half for
/// a slow one.
fn share(first_token_ms: Option<u32>) -> f64 {
    let Some(first_token_ms) = first_token_ms else { return 1.0 };
    let slowness = first_token_ms.clamp(FIRST_TOKEN_FAST_MS, FIRST_TOKEN_SLOW_MS);
    let range = f64::from(FIRST_TOKEN_SLOW_MS - FIRST_TOKEN_FAST_MS);
    0.5 + f64::from(slowness - FIRST_TOKEN_FAST_MS) / range
}

/// The typist's last intervals between keys.
#[derive(Debug, Default)]
pub(crate) struct Rhythm {
    intervals: VecDeque<Duration>,
}

impl Rhythm {
    /// Notes the time between two keys.
    pub(crate) fn note(&mut self, interval: Duration) {
        if interval > INTERVAL_MAX {
            return;
        }
        if self.intervals.len() == INTERVALS_KEPT {
            self.intervals.pop_front();
        }
        self.intervals.push_back(interval);
    }

    /// The usual interval: the median, once there are enough to speak of a rhythm.
    pub(crate) fn interval(&self) -> Option<Duration> {
        if self.intervals.len() < 4 {
            return None;
        }
        let mut sorted: Vec<Duration> = self.intervals.iter().copied().collect();
        sorted.sort_unstable();
        sorted.get(sorted.len() / 2).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(moment: Moment, expected_ms: u64) {
        assert_eq!(pause(&moment), Duration::from_millis(expected_ms), "{moment:?}");
    }

    fn typing(interval_ms: u64) -> Moment {
        Moment { interval: Some(Duration::from_millis(interval_ms)), ..Moment::default() }
    }

    #[test]
    fn the_pause_follows_the_typist() {
        check(Moment::default(), 160);
        check(typing(100), 100);
        check(typing(10), 40);
        check(typing(900), 250);
    }

    #[test]
    fn the_pause_follows_the_server() {
        check(Moment { first_token_ms: Some(50), ..typing(120) }, 60);
        check(Moment { first_token_ms: Some(550), ..typing(120) }, 120);
        check(Moment { first_token_ms: Some(30_000), ..typing(120) }, 180);
    }

    #[test]
    fn time_that_passed_already_is_not_waited_again() {
        let since_last_key = Duration::from_millis(60);
        check(Moment { since_last_key, ..typing(100) }, 40);
        let since_last_key = Duration::from_secs(5);
        check(Moment { since_last_key, ..typing(100) }, 0);
    }

    #[test]
    fn a_new_thought_is_not_kept_waiting() {
        check(Moment { at_line_start: true, ..typing(100) }, 0);
        check(Moment { after_hit: true, ..typing(100) }, 0);
    }

    #[test]
    fn a_rhythm_is_the_median_of_keys_without_the_thoughts_between() {
        let mut rhythm = Rhythm::default();
        assert_eq!(rhythm.interval(), None);
        for millis in [90, 5_000, 100, 110, 3_000, 100] {
            rhythm.note(Duration::from_millis(millis));
        }
        assert_eq!(rhythm.interval(), Some(Duration::from_millis(100)));
    }
}
