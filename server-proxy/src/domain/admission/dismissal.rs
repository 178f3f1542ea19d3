//! Who is sent away from the queue, and with what words.

use std::collections::HashMap;

use saga_domain::{Failure, FailureCode};

use crate::domain::admission::rank::Rank;
use crate::domain::admission::state::{Outcome, State, Waiter};
use crate::domain::ports::Caller;
use crate::domain::priority::Priority;

impl State {
    /// Whoever waits for what this one makes needless.
    pub(super) fn dismiss_superseded_by(&mut self, priority: &Priority) -> Vec<Outcome> {
        let message = "a newer request for the same document took its place";
        let failure = || Failure::new(FailureCode::Superseded, message);
        let needless = |(_, waiter): &(&u64, &Waiter)| priority.supersedes(&waiter.priority);
        let numbers: Vec<u64> = self.waiting.iter().filter(needless).map(|(n, _)| *n).collect();
        let needless = numbers.iter().filter_map(|number| self.waiting.remove(number));
        needless.map(|waiter| Outcome { waiter, result: Err(failure()) }).collect()
    }

    /// Who has to go when the queue is too full: background work as long as there is some; of it,
    /// or else of all, the least urgent and youngest of the caller who has the most waiting.
    pub(super) fn most_dispensable(&self) -> Option<u64> {
        let has_background = self.waiting.values().any(|w| w.rank == Rank::Background);
        let may_go = |waiter: &Waiter| !has_background || waiter.rank == Rank::Background;
        let mut waiting: HashMap<&Caller, usize> = HashMap::new();
        for waiter in self.waiting.values().filter(|waiter| may_go(waiter)) {
            *waiting.entry(&waiter.priority.caller).or_default() += 1;
        }
        let candidates = self.waiting.iter().filter(|(_, waiter)| may_go(waiter));
        let last = candidates.max_by_key(|(number, waiter)| {
            (waiting.get(&waiter.priority.caller).copied(), waiter.rank, **number)
        });
        last.map(|(number, _)| *number)
    }
}

pub(super) fn queue_full(waiting: usize) -> Failure {
    Failure {
        code: FailureCode::QueueFull,
        message: format!("{waiting} requests are waiting already; come back in a moment"),
        retry_after_ms: Some(2000),
    }
}

pub(super) fn expired_at_once() -> Failure {
    let message = "so many requests are waiting that it would not be answered in time";
    Failure::new(FailureCode::Expired, message)
}
