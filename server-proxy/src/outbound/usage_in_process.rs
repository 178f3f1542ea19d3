//! What callers use, counted in this process: gone when it ends.

use std::collections::HashMap;
use std::num::NonZeroUsize;

use async_trait::async_trait;
use lru::LruCache;
use parking_lot::Mutex;

use crate::domain::caller_limits::CallerLimits;
use crate::domain::ports::{Caller, MemoryError};
use crate::domain::usage::{Counts, DAY_MS, MINUTE_MS, Taken, UsageCounts};

/// Callers counted before those who used nothing for a day are forgotten.
const CALLERS_MAX: usize = 4096;
/// Names of work that are remembered.
const NAMES_MAX: NonZeroUsize = NonZeroUsize::new(4096).expect("not zero");

type Clock = Box<dyn Fn() -> u64 + Send + Sync>;

/// Counts in a map.
pub struct InProcessUsage {
    by_caller: Mutex<HashMap<Caller, Counts>>,
    /// Work with a name that was counted.
    named: Mutex<LruCache<(Caller, String), ()>>,
    /// Unix milliseconds.
    clock: Clock,
}

impl InProcessUsage {
    /// Counts by this clock, which tells Unix milliseconds.
    #[must_use]
    pub fn new(clock: impl Fn() -> u64 + Send + Sync + 'static) -> Self {
        let named = Mutex::new(LruCache::new(NAMES_MAX));
        Self { by_caller: Mutex::default(), named, clock: Box::new(clock) }
    }

    /// The same as [`UsageCounts::begin`], at once.
    pub(crate) fn begin_now(&self, caller: &Caller, limits: &CallerLimits) -> Taken {
        let now_ms = (self.clock)();
        let mut by_caller = self.by_caller.lock();
        if by_caller.len() >= CALLERS_MAX && !by_caller.contains_key(caller) {
            by_caller.retain(|_, counts| is_in_use(counts, now_ms));
        }
        let counts = by_caller.entry(caller.clone()).or_default();
        let began = counts.reached(limits, now_ms).is_none();
        if began {
            counts.in_flight += 1;
            counts.requests.add(1, now_ms, MINUTE_MS);
        }
        Taken { began, counts: *counts, now_ms }
    }

    /// The same as [`UsageCounts::spend`]; false when the caller has begun nothing that is limited,
    /// so that there is nothing to count.
    pub(crate) fn spend_now(&self, caller: &Caller, tokens: u64) -> bool {
        let now_ms = (self.clock)();
        let mut by_caller = self.by_caller.lock();
        let Some(counts) = by_caller.get_mut(caller) else { return false };
        counts.minute_tokens.add(tokens, now_ms, MINUTE_MS);
        counts.day_tokens.add(tokens, now_ms, DAY_MS);
        true
    }
}

#[async_trait]
impl UsageCounts for InProcessUsage {
    async fn begin(
        &self,
        caller: &Caller,
        _ticket: u128,
        limits: &CallerLimits,
    ) -> Result<Taken, MemoryError> {
        Ok(self.begin_now(caller, limits))
    }

    fn end(&self, caller: &Caller, _ticket: u128) {
        if let Some(counts) = self.by_caller.lock().get_mut(caller) {
            counts.in_flight = counts.in_flight.saturating_sub(1);
        }
    }

    fn spend(&self, caller: &Caller, tokens: u64) {
        self.spend_now(caller, tokens);
    }

    async fn spend_once(
        &self,
        caller: &Caller,
        name: &str,
        tokens: u64,
    ) -> Result<(), MemoryError> {
        let name = (caller.clone(), name.to_owned());
        if self.named.lock().put(name, ()).is_none() {
            self.spend_now(caller, tokens);
        }
        Ok(())
    }
}

fn is_in_use(counts: &Counts, now_ms: u64) -> bool {
    counts.in_flight > 0
        || counts.requests.used(now_ms, MINUTE_MS) > 0
        || counts.day_tokens.used(now_ms, DAY_MS) > 0
}
