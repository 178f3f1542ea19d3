//! How much a caller has used: requests in flight, requests and tokens over time.
//!
//! Time is counted in fixed windows, of which this one and the last are known. What was used in the
//! last one counts by the share of it that the time looked back on still covers, so nobody can use
//! twice the limit around the turn of a minute, and two numbers a limit are all that is kept.

use async_trait::async_trait;

use crate::domain::caller_limits::{CallerLimits, LimitKind};
use crate::domain::ports::{Caller, MemoryError};

/// Milliseconds of a minute.
pub const MINUTE_MS: u64 = 60_000;
/// Milliseconds of a day.
pub const DAY_MS: u64 = 86_400_000;

/// When to come back while all places in flight are taken: nobody knows when one is free.
const PLACE_RETRY_MS: u64 = 1000;

/// Counts what callers use.
///
/// Every adapter keeps these promises: checking the limits and taking a place is one step, also
/// when many ask at once; a refused request is not counted; callers do not share counts; a place
/// whose server is gone becomes free by itself.
#[async_trait]
pub trait UsageCounts: Send + Sync {
    /// Takes a place in flight for the request with this ticket and counts it, unless a limit is
    /// reached.
    async fn begin(
        &self,
        caller: &Caller,
        ticket: u128,
        limits: &CallerLimits,
    ) -> Result<Taken, MemoryError>;

    /// The request is over. Returns at once.
    fn end(&self, caller: &Caller, ticket: u128);

    /// So many tokens were used. Returns at once.
    fn spend(&self, caller: &Caller, tokens: u64);

    /// The same for work with a name, which counts once however often this is said within a day.
    async fn spend_once(&self, caller: &Caller, name: &str, tokens: u64)
    -> Result<(), MemoryError>;
}

/// What became of a request, and how the counts stand after it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Taken {
    /// Whether it has a place; else a limit is reached.
    pub began: bool,
    /// The counts.
    pub counts: Counts,
    /// Unix milliseconds by the clock of who counts.
    pub now_ms: u64,
}

/// What one caller has used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Requests being answered.
    pub in_flight: u64,
    /// Requests, by the minute.
    pub requests: Window,
    /// Tokens, by the minute.
    pub minute_tokens: Window,
    /// Tokens, by the day.
    pub day_tokens: Window,
}

/// What was used in a window of time and in the one before it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Window {
    /// Windows since 1970.
    pub number: u64,
    /// Used in it.
    pub current: u64,
    /// Used in the one before.
    pub previous: u64,
}

/// A limit and what is left of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Measure {
    /// The limit.
    pub limit: u64,
    /// What is left.
    pub remaining: u64,
    /// Milliseconds until all of it is there again, if nothing more is used.
    pub reset_ms: u64,
}

impl Window {
    /// The window as it stands at that time.
    #[must_use]
    pub fn at(self, now_ms: u64, period_ms: u64) -> Self {
        let number = now_ms / period_ms;
        match number.saturating_sub(self.number) {
            0 => self,
            1 => Self { number, current: 0, previous: self.current },
            _ => Self { number, current: 0, previous: 0 },
        }
    }

    /// Adds to the window of that time.
    pub fn add(&mut self, more: u64, now_ms: u64, period_ms: u64) {
        *self = self.at(now_ms, period_ms);
        self.current = self.current.saturating_add(more);
    }

    /// What was used during the period that ends now.
    #[must_use]
    pub fn used(self, now_ms: u64, period_ms: u64) -> u64 {
        let window = self.at(now_ms, period_ms);
        let covered = period_ms - now_ms % period_ms;
        window.current.saturating_add(share(window.previous, covered, period_ms))
    }

    /// Milliseconds until less than the limit was used, if nothing more is.
    #[must_use]
    pub fn free_in(self, now_ms: u64, period_ms: u64, limit: u64) -> u64 {
        let window = self.at(now_ms, period_ms);
        if window.used(now_ms, period_ms) < limit {
            return 0;
        }
        let elapsed = now_ms % period_ms;
        // Time into a window until this share of the one before it is less than what is left.
        let until = |previous: u64, left: u64| {
            let covered = u128::from(left) * u128::from(period_ms);
            let covered = covered.div_ceil(u128::from(previous.max(1)));
            period_ms.saturating_sub(u64::try_from(covered).unwrap_or(u64::MAX)) + 1
        };
        match limit.checked_sub(window.current) {
            Some(left @ 1..) => until(window.previous, left).saturating_sub(elapsed),
            _ => period_ms - elapsed + until(window.current, limit),
        }
    }

    fn measure(self, now_ms: u64, period_ms: u64, limit: u64) -> Measure {
        let window = self.at(now_ms, period_ms);
        let left_of_window = period_ms - now_ms % period_ms;
        let reset_ms = match window {
            Self { current: 0, previous: 0, .. } => 0,
            Self { current: 0, .. } => left_of_window,
            _ => left_of_window + period_ms,
        };
        let remaining = limit.saturating_sub(window.used(now_ms, period_ms));
        Measure { limit, remaining, reset_ms }
    }
}

impl Counts {
    /// The reached limit that lasts longest, and the milliseconds until it is not reached any more.
    #[must_use]
    pub fn reached(&self, limits: &CallerLimits, now_ms: u64) -> Option<(LimitKind, u64)> {
        let place = limits.in_flight.filter(|limit| self.in_flight >= *limit);
        let place = place.map(|_| (LimitKind::InFlight, PLACE_RETRY_MS));
        let timed = self.timed(limits).into_iter().filter_map(|(kind, window, period, limit)| {
            let wait = window.free_in(now_ms, period, limit?);
            (wait > 0).then_some((kind, wait))
        });
        timed.chain(place).max_by_key(|(_, wait)| *wait)
    }

    /// What is left of the requests of a minute, where they are limited.
    #[must_use]
    pub fn requests_left(&self, limits: &CallerLimits, now_ms: u64) -> Option<Measure> {
        let limit = limits.requests_per_minute?;
        Some(self.requests.measure(now_ms, MINUTE_MS, limit))
    }

    /// What is left of the tokens: of the limit that leaves fewer.
    #[must_use]
    pub fn tokens_left(&self, limits: &CallerLimits, now_ms: u64) -> Option<Measure> {
        let [_, minute, day] = self.timed(limits);
        let left = [minute, day]
            .into_iter()
            .filter_map(|(_, window, period, limit)| Some(window.measure(now_ms, period, limit?)));
        left.min_by_key(|measure| measure.remaining)
    }

    fn timed(&self, limits: &CallerLimits) -> [(LimitKind, Window, u64, Option<u64>); 3] {
        [
            (LimitKind::RequestsPerMinute, self.requests, MINUTE_MS, limits.requests_per_minute),
            (LimitKind::TokensPerMinute, self.minute_tokens, MINUTE_MS, limits.tokens_per_minute),
            (LimitKind::TokensPerDay, self.day_tokens, DAY_MS, limits.tokens_per_day),
        ]
    }
}

/// `number * part / whole`, rounded down.
fn share(number: u64, part: u64, whole: u64) -> u64 {
    let share = u128::from(number) * u128::from(part) / u128::from(whole.max(1));
    u64::try_from(share).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const PERIOD: u64 = 1000;

    #[test]
    fn what_was_used_fades_with_the_window_before() {
        let mut window = Window::default();
        window.add(10, 5_900, PERIOD);
        assert_eq!(window.used(5_999, PERIOD), 10);
        assert_eq!(window.used(6_000, PERIOD), 10);
        assert_eq!(window.used(6_250, PERIOD), 7);
        assert_eq!(window.used(6_999, PERIOD), 0);
        assert_eq!(window.used(9_000, PERIOD), 0);
        window.add(1, 6_500, PERIOD);
        assert_eq!(window.used(6_500, PERIOD), 6);
    }

    proptest! {
        /// Whoever comes back when told so is let in, and a moment earlier would not have been.
        #[test]
        fn the_time_to_come_back_is_exact(
            current in 0u64..500, previous in 0u64..500, elapsed in 0..PERIOD, limit in 1u64..300,
        ) {
            let window = Window { number: 7, current, previous };
            let now = 7 * PERIOD + elapsed;
            let wait = window.free_in(now, PERIOD, limit);
            prop_assert!(window.used(now + wait, PERIOD) < limit);
            prop_assert!(wait == 0 || window.used(now + wait - 1, PERIOD) >= limit);
            prop_assert!(wait <= 2 * PERIOD);
        }
    }

    #[test]
    fn the_limit_that_lasts_longest_is_told() {
        let limits = CallerLimits {
            in_flight: Some(2),
            requests_per_minute: Some(5),
            tokens_per_minute: None,
            tokens_per_day: Some(100),
        };
        let now = 10 * DAY_MS;
        let mut counts = Counts::default();
        assert_eq!(counts.reached(&limits, now), None);
        counts.in_flight = 2;
        assert_eq!(counts.reached(&limits, now), Some((LimitKind::InFlight, 1000)));
        counts.requests.add(5, now, MINUTE_MS);
        assert_eq!(counts.reached(&limits, now), Some((LimitKind::RequestsPerMinute, 60_001)));
        counts.minute_tokens.add(1000, now, MINUTE_MS);
        counts.day_tokens.add(100, now, DAY_MS);
        assert_eq!(counts.reached(&limits, now), Some((LimitKind::TokensPerDay, DAY_MS + 1)));
        let measure = Measure { limit: 5, remaining: 0, reset_ms: 2 * MINUTE_MS };
        assert_eq!(counts.requests_left(&limits, now), Some(measure));
        assert_eq!(counts.tokens_left(&limits, now).map(|left| left.limit), Some(100));
    }
}
