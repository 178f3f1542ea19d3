//! Spares whoever does not answer, and those who would wait for it: after a few failures in a row
//! nobody asks for a while, then one tries again.

use std::time::Duration;

use parking_lot::Mutex;
use tokio::time::Instant;

const FAILURES_MAX: u32 = 3;
const OPEN_FOR: Duration = Duration::from_secs(1);

/// Counts failures in a row.
#[derive(Debug, Default)]
pub(crate) struct Breaker {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    failures: u32,
    open_until: Option<Instant>,
}

impl Breaker {
    /// Whether it makes sense to ask now. After a pause only the first one may.
    pub(crate) fn lets_through(&self) -> bool {
        let mut state = self.state.lock();
        match state.open_until {
            Some(until) if Instant::now() < until => false,
            Some(_) => {
                state.open_until = Some(Instant::now() + OPEN_FOR);
                true
            }
            None => true,
        }
    }

    /// Whether nobody may ask at this moment, and for how long; asks nothing of the pause itself.
    pub(crate) fn open_for(&self) -> Option<Duration> {
        let until = self.state.lock().open_until?;
        until.checked_duration_since(Instant::now()).filter(|left| !left.is_zero())
    }

    /// It answered. True when it had not before.
    pub(crate) fn succeeded(&self) -> bool {
        let mut state = self.state.lock();
        let had_failed = state.failures > 0;
        *state = State::default();
        had_failed
    }

    /// It did not answer. True when it had before.
    pub(crate) fn failed(&self) -> bool {
        let mut state = self.state.lock();
        state.failures = state.failures.saturating_add(1);
        if state.failures >= FAILURES_MAX {
            state.open_until = Some(Instant::now() + OPEN_FOR);
        }
        state.failures == 1
    }

    /// Whether the last one who asked got no answer.
    pub(crate) fn has_failed(&self) -> bool {
        self.state.lock().failures > 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn it_opens_after_failures_in_a_row_and_lets_one_try_again() {
        let breaker = Breaker::default();
        assert!(breaker.failed());
        assert!(breaker.succeeded());
        for _ in 0..FAILURES_MAX {
            assert!(breaker.lets_through());
            breaker.failed();
        }
        assert!(!breaker.lets_through());
        assert_eq!(breaker.open_for(), Some(OPEN_FOR));
        tokio::time::advance(OPEN_FOR).await;
        assert_eq!(breaker.open_for(), None);
        assert!(breaker.lets_through());
        assert!(!breaker.lets_through(), "only one tries");
        assert!(breaker.succeeded());
        assert!(breaker.lets_through() && breaker.lets_through());
    }
}
