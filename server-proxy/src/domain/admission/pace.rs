//! How fast places come free, as measured, and so how long a place in the queue will take.

use std::time::Duration;

use crate::domain::admission::rank::{RANKS, Rank};

/// The share of the newest in what is smoothed.
const NEWEST_SHARE: f64 = 0.2;
/// Times scatter: a request is given up only when it would have to wait that many times too long.
const TOO_LATE_TIMES: f64 = 2.0;

/// How long the answers of each rank hold their places.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Pace {
    /// Milliseconds, smoothed; absent until one has ended.
    held_ms: [Option<f64>; RANKS],
}

impl Pace {
    /// An answer has held its place for that long.
    pub(super) fn note(&mut self, rank: Rank, held: Duration) {
        let newest = held.as_secs_f64() * 1000.0;
        let known = &mut self.held_ms[rank.index()];
        *known = Some(known.map_or(newest, |known| known + (newest - known) * NEWEST_SHARE));
    }

    /// Whether one who stands behind `ahead` at a door with so many places will surely not have
    /// gone in when `left` has passed. Ranks that were never measured count as nothing.
    pub(super) fn is_hopeless(
        &self,
        ahead: impl Iterator<Item = Rank>,
        places: usize,
        left: Duration,
    ) -> bool {
        let work: f64 = ahead.filter_map(|rank| self.held_ms[rank.index()]).sum();
        // A door's places are counted in dozens.
        let wait = work / places.max(1) as f64;
        wait > left.as_secs_f64() * 1000.0 * TOO_LATE_TIMES
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_is_hopeless_when_twice_the_time_is_not_enough() {
        let mut pace = Pace::default();
        let ahead = || [Rank::Typed; 8].into_iter();
        let hopeless = |pace: &Pace, ms| pace.is_hopeless(ahead(), 2, Duration::from_millis(ms));
        assert!(!hopeless(&pace, 0), "nothing was measured");
        pace.note(Rank::Typed, Duration::from_millis(500));
        assert!(hopeless(&pace, 999) && !hopeless(&pace, 1000));
        // The newest counts a fifth.
        pace.note(Rank::Typed, Duration::from_millis(1000));
        assert!(hopeless(&pace, 1199) && !hopeless(&pace, 1200));
        assert!(!pace.is_hopeless([Rank::Chat; 9].into_iter(), 1, Duration::ZERO));
    }
}
