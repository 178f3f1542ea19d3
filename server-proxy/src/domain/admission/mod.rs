//! Who may go to a model server now, who waits, and who is refused.
//!
//! A model server queues without bound and first in first out, so the waiting is done here, in a
//! queue that is bounded and ordered: by rank (`rank`), among callers of a rank by what each has had
//! (`shares`), for one caller by who came first. A permit lives as long as the answer it was given
//! for. Background work goes in when nobody else waits, and its permit is called back when somebody
//! must wait for it before it has begun to answer. Nobody holds more than a part of the places
//! while others are there, and nobody waits longer than the answer is worth.

mod company;
mod dismissal;
mod estimate;
mod line;
mod pace;
mod permit;
#[cfg(test)]
mod properties;
mod rank;
mod shares;
mod state;
#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use saga_domain::{Failure, FailureCode};
use saga_protocol::class::RequestClass;
use tokio::time::{Instant, timeout_at};

pub use crate::domain::admission::estimate::Estimate;
use crate::domain::admission::permit::Holder;
pub use crate::domain::admission::permit::{Bill, Permit};
use crate::domain::admission::state::{Came, Entry, Outcome, State};
use crate::domain::priority::Priority;

/// The door of one model server. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Admission {
    /// One lock for everything: it is held for microseconds, and never while something is awaited.
    state: Arc<Mutex<State>>,
}

impl Admission {
    /// A door for that many at a time, with room for that many before it.
    #[must_use]
    pub fn new(parallel_requests_max: usize, queued_requests_max: usize) -> Self {
        let state = State::new(parallel_requests_max, queued_requests_max);
        Self { state: Arc::new(Mutex::new(state)) }
    }

    /// Whether a request would go through without waiting.
    #[must_use]
    pub fn is_free(&self) -> bool {
        let state = self.state.lock();
        state.free > 0 && state.waiting.is_empty()
    }

    /// Goes through when it is this request's turn, at the latest at `until`. Dropping the future
    /// gives up the place.
    ///
    /// # Errors
    /// `queue_full`, when there is no room to wait or it was needed for somebody else; `superseded`,
    /// when a newer one of the same document came; `expired`, or `preempted` for background work,
    /// when it could not go in before `until` or surely will not.
    pub async fn enter(
        &self,
        priority: &Priority,
        estimate: Estimate,
        until: Option<Instant>,
    ) -> Result<Permit, Failure> {
        let (came, outcomes) = self.state.lock().came(priority, estimate, until, Instant::now());
        self.tell(outcomes);
        let (number, told) = match came {
            Came::Inside(entry) => return Ok(self.permit(entry)),
            Came::Waits { number, told } => (number, told),
        };
        let _place = Place { door: self, number };
        let told = match until {
            Some(until) => match timeout_at(until, told).await {
                Ok(told) => told,
                Err(_elapsed) => return Err(too_late(priority.class)),
            },
            None => told.await,
        };
        told.unwrap_or_else(|_gone| {
            Err(Failure::new(FailureCode::ShuttingDown, "the server is stopping"))
        })
    }

    fn tell(&self, outcomes: Vec<Outcome>) {
        for Outcome { waiter, result } in outcomes {
            if result.is_ok() {
                waiter.priority.stand_at(0);
            }
            // Who has left in this very moment gives it back by not taking it.
            let _left = waiter.tell.send(result.map(|entry| self.permit(entry)));
        }
    }

    fn permit(&self, Entry { holder, recall, estimate }: Entry) -> Permit {
        let (door, since, unbegun) = (self.clone(), Instant::now(), Some(estimate));
        Permit { door, holder, since, recall, unbegun }
    }

    fn begun(&self, number: u64) {
        self.state.lock().begun(number, Instant::now());
    }

    fn given_back(&self, holder: &Holder, unbegun: Option<Estimate>, held: Duration) {
        let outcomes = self.state.lock().given_back(holder, unbegun, held, Instant::now());
        self.tell(outcomes);
    }

    fn settle(&self, holder: &Holder, estimate: Estimate, used: u64) {
        self.state.lock().settle(holder, estimate, used);
    }
}

/// A place in the queue; free again when dropped, however the waiting ended.
struct Place<'a> {
    door: &'a Admission,
    number: u64,
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        let outcomes = self.door.state.lock().left(self.number, Instant::now());
        self.door.tell(outcomes);
    }
}

fn too_late(class: RequestClass) -> Failure {
    match class {
        RequestClass::Background => Failure {
            code: FailureCode::Preempted,
            message: "other requests left no time for this background work".to_owned(),
            retry_after_ms: Some(5000),
        },
        RequestClass::Invoke | RequestClass::Automatic => {
            let message = "it waited longer than its answer is worth";
            Failure::new(FailureCode::Expired, message)
        }
    }
}
