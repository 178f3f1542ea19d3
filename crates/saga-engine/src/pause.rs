//! How long to wait after a key before a model is asked: as short as the typist, the model and the
//! server allow.
//!
//! Asking between two keys costs a request that is let go when the next key says something else;
//! waiting after the last one costs the user time. So the pause is a share of the typist's own
//! rhythm: the time within which the next key would have come. A model that says what is typed
//! anyway may be asked early, since its answer outlives the next keys. One that rarely does is
//! asked when the burst is over.

use std::collections::VecDeque;
use std::time::Duration;

const PAUSE_MIN: Duration = Duration::from_millis(25);
/// Whoever has been silent for so long is waiting.
const PAUSE_MAX: Duration = Duration::from_millis(300);
/// Taken for the rhythm of somebody who has not typed yet.
const INTERVAL_UNKNOWN: Duration = Duration::from_millis(160);
/// A longer interval is a thought, not a rhythm.
const INTERVAL_MAX: Duration = Duration::from_millis(1_500);
const INTERVALS_KEPT: usize = 32;
/// A server that begins to answer within this is fast, and one that takes the other is slow.
const FIRST_TOKEN_FAST_MS: u32 = 100;
const FIRST_TOKEN_SLOW_MS: u32 = 1_000;

/// What the pause depends on.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Moment {
    /// The time within which the typist's next key usually comes, when known.
    pub(crate) next_key_within: Option<Duration>,
    /// Time since the last key.
    pub(crate) since_last_key: Duration,
    /// Where the cursor stands.
    pub(crate) place: PauseAt,
    /// Whether the user has followed a suggestion and just come to its end.
    pub(crate) at_end_of_hit: bool,
    /// Answers since the line began that said something else than was typed.
    pub(crate) misfits: u32,
}

/// Where the cursor stands, in terms of what is likely to come next.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum PauseAt {
    /// On a line with nothing on it, where a new thought begins.
    LineStart,
    /// Behind something that asks for more: an opening bracket, a dot, an operator.
    Opening,
    /// Anywhere else, in the middle of a word for example.
    #[default]
    Elsewhere,
}

impl PauseAt {
    /// Reads the cursor's line.
    pub(crate) fn of(line_before: &str, rest_of_line: &str) -> Self {
        if line_before.trim().is_empty() && rest_of_line.trim().is_empty() {
            return Self::LineStart;
        }
        let opens = |c: char| "([{<.,:;=+-*/%&|!?\"'`".contains(c);
        if line_before.trim_end().ends_with(opens) { Self::Opening } else { Self::Elsewhere }
    }
}

/// How long to wait.
pub(crate) fn pause(moment: &Moment) -> Duration {
    if moment.place == PauseAt::LineStart || moment.at_end_of_hit {
        return Duration::ZERO;
    }
    let within = moment.next_key_within.unwrap_or(INTERVAL_UNKNOWN);
    let wanted = match moment.misfits {
        0 if moment.place == PauseAt::Opening => within / 2,
        // The model does not see what this line is going to be.
        misfits => within.saturating_mul(1 + misfits),
    };
    wanted.clamp(PAUSE_MIN, PAUSE_MAX).saturating_sub(moment.since_last_key)
}

/// Which share of the typist's keys is to have come before a model is asked: few when its answers
/// say what is typed next, most when they do not, and a few more for a slow server.
pub(crate) fn share_waited(foresight: f64, first_token_ms: Option<u32>) -> f64 {
    let slowness = first_token_ms.map_or(0.0, |ms| {
        let ms = ms.clamp(FIRST_TOKEN_FAST_MS, FIRST_TOKEN_SLOW_MS) - FIRST_TOKEN_FAST_MS;
        f64::from(ms) / f64::from(FIRST_TOKEN_SLOW_MS - FIRST_TOKEN_FAST_MS)
    });
    (0.9 - 0.75 * foresight + 0.1 * slowness).clamp(0.05, 0.95)
}

/// How often answers that were asked while somebody typed said what was typed next.
#[derive(Debug)]
pub(crate) struct Foresight(f64);

impl Default for Foresight {
    fn default() -> Self {
        Self(0.5)
    }
}

impl Foresight {
    /// Notes whether an answer fitted; the last ten or so count.
    pub(crate) fn note(&mut self, fitted: bool) {
        self.0 += (f64::from(u8::from(fitted)) - self.0) / 8.0;
    }

    /// From 0, never, to 1, always.
    pub(crate) fn share(&self) -> f64 {
        self.0
    }
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

    /// The time within which that share of the keys came, once there are enough to speak of a
    /// rhythm.
    pub(crate) fn within(&self, share: f64) -> Option<Duration> {
        if self.intervals.len() < 4 {
            return None;
        }
        let mut sorted: Vec<Duration> = self.intervals.iter().copied().collect();
        sorted.sort_unstable();
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            clippy::cast_precision_loss,
            reason = "a place in a short list"
        )]
        let place = (share * (sorted.len() - 1) as f64).round() as usize;
        sorted.get(place).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(moment: Moment, expected_ms: u64) {
        assert_eq!(pause(&moment), Duration::from_millis(expected_ms), "{moment:?}");
    }

    fn typing(within_ms: u64) -> Moment {
        Moment { next_key_within: Some(Duration::from_millis(within_ms)), ..Moment::default() }
    }

    #[test]
    fn the_pause_follows_the_typist() {
        check(Moment::default(), 160);
        check(typing(100), 100);
        check(typing(10), 25);
        check(typing(900), 300);
    }

    #[test]
    fn time_that_passed_already_is_not_waited_again() {
        let since_last_key = Duration::from_millis(60);
        check(Moment { since_last_key, ..typing(100) }, 40);
        let since_last_key = Duration::from_secs(5);
        check(Moment { since_last_key, ..typing(100) }, 0);
    }

    #[test]
    fn what_asks_for_more_is_not_kept_waiting() {
        check(Moment { place: PauseAt::LineStart, ..typing(100) }, 0);
        check(Moment { place: PauseAt::Opening, ..typing(100) }, 50);
        check(Moment { at_end_of_hit: true, ..typing(100) }, 0);
    }

    #[test]
    fn a_line_that_the_model_does_not_foresee_is_asked_about_less() {
        check(Moment { misfits: 1, ..typing(100) }, 200);
        check(Moment { misfits: 1, place: PauseAt::Opening, ..typing(100) }, 200);
        check(Moment { misfits: 9, ..typing(100) }, 300);
    }

    #[test]
    fn places_are_told_by_the_line() {
        for (before, rest, expected) in [
            ("    ", "", PauseAt::LineStart),
            ("    ", ")", PauseAt::Elsewhere),
            ("call(", ")", PauseAt::Opening),
            ("x = ", "", PauseAt::Opening),
            ("return va", "", PauseAt::Elsewhere),
        ] {
            assert_eq!(PauseAt::of(before, rest), expected, "{before:?}");
        }
    }

    #[test]
    fn a_model_that_knows_what_comes_is_asked_early() {
        let mut rhythm = Rhythm::default();
        assert_eq!(rhythm.within(0.5), None);
        for millis in [50, 5_000, 100, 150, 3_000, 200, 250] {
            rhythm.note(Duration::from_millis(millis));
        }
        let within = |foresight, first_token_ms| {
            rhythm.within(share_waited(foresight, first_token_ms)).map(|within| within.as_millis())
        };
        assert_eq!(within(1.0, Some(50)), Some(100));
        assert_eq!(within(0.5, Some(50)), Some(150));
        assert_eq!(within(0.2, Some(50)), Some(200));
        assert_eq!(within(0.0, Some(30_000)), Some(250));
    }

    #[test]
    fn foresight_follows_what_happened() {
        let mut foresight = Foresight::default();
        (0..20).for_each(|_| foresight.note(true));
        assert!(foresight.share() > 0.9);
        (0..20).for_each(|_| foresight.note(false));
        assert!(foresight.share() < 0.1);
    }
}
