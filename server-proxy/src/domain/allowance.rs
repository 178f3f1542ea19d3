//! Whether a caller may begin another request, and the account of what answers used.
//!
//! The right to begin is asked for before a request's body is read. Tokens are known only when an
//! answer is over, so it is the next request that a limit of tokens refuses.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use saga_domain::{Failure, FailureCode};

use crate::domain::access::Identity;
use crate::domain::caller_limits::{CallerLimits, LimitKind};
use crate::domain::ports::{Caller, MemoryError};
use crate::domain::usage::{Measure, UsageCounts};
use crate::domain::witness::{AnswerLife, Origin, Witness};

/// Bytes of text in a token, where the model server does not count: few enough not to be too
/// generous with code, and what a Hangul syllable has.
const BYTES_PER_TOKEN: u64 = 3;

/// Knows what callers may use and what they have used.
pub struct Allowance {
    counts: Arc<dyn UsageCounts>,
    defaults: CallerLimits,
    /// Random, so that two servers with the same counts do not give the same ticket.
    server: u64,
    last_ticket: AtomicU64,
}

/// A request that may go on, and what is left for others.
#[derive(Debug)]
pub struct Allowed {
    /// Held while the request is being answered; absent when nothing is limited.
    pub place: Option<Place>,
    /// What is left.
    pub left: Left,
}

/// What a caller has left, where it is limited.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Left {
    /// Requests of this minute.
    pub requests: Option<Measure>,
    /// Tokens, of the limit that leaves fewer.
    pub tokens: Option<Measure>,
}

/// Why a request may not go on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// The limit that is reached.
    pub kind: LimitKind,
    /// `rate_limited`, with its value and when to come back.
    pub failure: Failure,
    /// What is left.
    pub left: Left,
}

/// A place in flight, given back when dropped.
pub struct Place {
    counts: Arc<dyn UsageCounts>,
    caller: Caller,
    ticket: u128,
}

impl Allowance {
    /// `defaults` hold where a key says nothing; `server` is a random number.
    #[must_use]
    pub fn new(counts: Arc<dyn UsageCounts>, defaults: CallerLimits, server: u64) -> Self {
        Self { counts, defaults, server, last_ticket: AtomicU64::new(0) }
    }

    /// Takes a place for one request.
    ///
    /// # Errors
    /// Which limit is reached, its value, and when to come back.
    pub async fn begin(&self, who: &Identity) -> Result<Allowed, Refused> {
        let limits = self.defaults.with(&who.limits);
        if limits.are_none() {
            return Ok(Allowed { place: None, left: Left::default() });
        }
        let number = self.last_ticket.fetch_add(1, Ordering::Relaxed);
        let ticket = u128::from(self.server) << 64 | u128::from(number);
        let caller = &who.caller;
        // Should there be no counts at all, nobody is kept from working.
        let Ok(taken) = self.counts.begin(caller, ticket, &limits).await else {
            return Ok(Allowed { place: None, left: Left::default() });
        };
        let left = Left {
            requests: taken.counts.requests_left(&limits, taken.now_ms),
            tokens: taken.counts.tokens_left(&limits, taken.now_ms),
        };
        if taken.began {
            let counts = Arc::clone(&self.counts);
            let place = Place { counts, caller: caller.clone(), ticket };
            return Ok(Allowed { place: Some(place), left });
        }
        let reached = taken.counts.reached(&limits, taken.now_ms);
        let (kind, retry_after_ms) = reached.unwrap_or((LimitKind::InFlight, 1000));
        let failure = refusal(kind, limits.get(kind).unwrap_or_default(), retry_after_ms);
        Err(Refused { kind, failure, left })
    }
}

impl Allowance {
    /// Books tokens of work that no [`Witness`] hears of.
    pub fn spend(&self, caller: &Caller, tokens: u64) {
        if tokens > 0 {
            self.counts.spend(caller, tokens);
        }
    }

    /// Books tokens of work with a name, once however often this is said.
    ///
    /// # Errors
    /// When it may not be booked; saying it again is right.
    pub async fn charge_once(
        &self,
        caller: &Caller,
        name: &str,
        tokens: u64,
    ) -> Result<(), MemoryError> {
        self.counts.spend_once(caller, name, tokens).await
    }
}

impl Witness for Allowance {
    fn over(&self, life: &AnswerLife) {
        if !life.is_charged_by_name {
            self.spend(&life.caller, tokens(life));
        }
    }
}

/// What an answer cost: what the model server counted; else an estimate, once one had begun to work
/// on it. What only waited costs nothing, nor what was kept, since no model works for it. An answer
/// that several read along costs each what it would have cost alone: whether somebody else asks the
/// same at the same time is luck.
fn tokens(life: &AnswerLife) -> u64 {
    if life.origin == Origin::Kept {
        return 0;
    }
    if let Some(usage) = life.usage {
        return u64::from(usage.total_tokens);
    }
    let bytes = life.prompt_bytes + life.text_bytes;
    let estimate = u64::try_from(bytes).unwrap_or(u64::MAX).div_ceil(BYTES_PER_TOKEN);
    let was_worked_on = life.server.is_some() || life.text_bytes > 0;
    if was_worked_on { estimate } else { 0 }
}

fn refusal(kind: LimitKind, limit: u64, retry_after_ms: u64) -> Failure {
    let unit = kind.unit();
    let message = match kind {
        LimitKind::InFlight => {
            format!("{limit} {unit} are allowed, and so many are being answered")
        }
        _ => {
            let wait = words(Duration::from_millis(retry_after_ms));
            format!("{limit} {unit} are allowed, and they are used up; come back in {wait}")
        }
    };
    Failure {
        retry_after_ms: Some(retry_after_ms),
        ..Failure::new(FailureCode::RateLimited, message)
    }
}

fn words(time: Duration) -> String {
    match time.as_millis().div_ceil(1000) {
        seconds @ 0..=120 => format!("{seconds} s"),
        seconds @ 121..=7200 => format!("{} min", seconds.div_ceil(60)),
        seconds => format!("{} h", seconds.div_ceil(3600)),
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.counts.end(&self.caller, self.ticket);
    }
}

impl std::fmt::Debug for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Place").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_names_the_limit_its_value_and_the_time() {
        let table = [
            (
                LimitKind::InFlight,
                4,
                1000,
                "4 requests at a time are allowed, and so many are being answered",
            ),
            (
                LimitKind::RequestsPerMinute,
                60,
                900,
                "60 requests a minute are allowed, and they are used up; come back in 1 s",
            ),
            (
                LimitKind::TokensPerMinute,
                9,
                121_000,
                "9 tokens a minute are allowed, and they are used up; come back in 3 min",
            ),
            (
                LimitKind::TokensPerDay,
                9,
                7_201_000,
                "9 tokens a day are allowed, and they are used up; come back in 3 h",
            ),
        ];
        for (kind, limit, retry, expected) in table {
            let failure = refusal(kind, limit, retry);
            assert_eq!(failure.message, expected);
            assert_eq!(failure.retry_after_ms, Some(retry));
        }
    }
}
