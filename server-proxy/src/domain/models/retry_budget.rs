//! How many requests may be asked a second time.
//!
//! When every server is in trouble, trying the next one only doubles the load that caused it. So
//! second tries are a share of what was asked lately; what is beyond it fails at once.

use std::time::Duration;

/// Seconds that are looked back over.
const WINDOW_S: usize = 10;
/// Retries are at most this share of the window's requests, in percent.
const SHARE_PERCENT: u32 = 20;
/// But this many in a window are always allowed, so that a quiet server retries too.
const RETRIES_MIN: u32 = 10;

/// Counts requests and their retries, by second.
#[derive(Debug, Default)]
pub(crate) struct RetryBudget {
    seconds: [Second; WINDOW_S],
}

#[derive(Clone, Copy, Debug, Default)]
struct Second {
    number: u64,
    requests: u32,
    retries: u32,
}

impl RetryBudget {
    /// A request is asked for the first time. `now` counts from any moment.
    pub(crate) fn asked(&mut self, now: Duration) {
        let second = self.second(now);
        second.requests = second.requests.saturating_add(1);
    }

    /// Whether a request may be asked again; counted when it may.
    pub(crate) fn allows_retry(&mut self, now: Duration) -> bool {
        let oldest = now.as_secs().saturating_sub(WINDOW_S as u64 - 1);
        let window = || self.seconds.iter().filter(|second| second.number >= oldest);
        let requests = window().fold(0_u32, |sum, second| sum.saturating_add(second.requests));
        let retries: u32 = window().map(|second| second.retries).sum();
        let share = u32::try_from(u64::from(requests) * u64::from(SHARE_PERCENT) / 100);
        if retries >= share.unwrap_or(u32::MAX).max(RETRIES_MIN) {
            return false;
        }
        self.second(now).retries += 1;
        true
    }

    fn second(&mut self, now: Duration) -> &mut Second {
        let number = now.as_secs();
        let second = &mut self.seconds[(number % WINDOW_S as u64) as usize];
        if second.number != number {
            *second = Second { number, ..Second::default() };
        }
        second
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Requests at a second, then how many of 1,000 wanted retries are allowed at another.
    fn check(budget: &mut RetryBudget, requests: u32, at: u64, then: u64, expected: usize) {
        for _ in 0..requests {
            budget.asked(Duration::from_secs(at));
        }
        let allowed = (0..1000).filter(|_| budget.allows_retry(Duration::from_secs(then))).count();
        assert_eq!(allowed, expected, "{requests} requests at {at}, retries at {then}");
    }

    #[test]
    fn p3_a_fifth_of_the_window_and_always_a_few() {
        check(&mut RetryBudget::default(), 0, 0, 0, 10);
        check(&mut RetryBudget::default(), 49, 0, 0, 10);
        check(&mut RetryBudget::default(), 1000, 0, 0, 200);
        check(&mut RetryBudget::default(), 1000, 0, 9, 200);
        check(&mut RetryBudget::default(), 1000, 0, 10, 10);
    }

    #[test]
    fn p3_retries_are_forgotten_as_requests_are() {
        let mut budget = RetryBudget::default();
        check(&mut budget, 100, 0, 0, 20);
        check(&mut budget, 0, 0, 9, 0);
        check(&mut budget, 100, 10, 10, 20);
    }
}
