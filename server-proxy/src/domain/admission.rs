//! Who may go to a model server now, who waits, and who is refused.
//!
//! A model server queues without bound and first in first out, so the waiting is done here, in a
//! queue that is bounded. A permit lives as long as the answer it was given for.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use saga_domain::{Failure, FailureCode};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// The door of one model server.
#[derive(Clone, Debug)]
pub struct Admission {
    permits: Arc<Semaphore>,
    waiting: Arc<AtomicUsize>,
    queued_requests_max: usize,
}

/// The right to use the model server; given back when dropped.
#[derive(Debug)]
pub struct Permit(#[expect(dead_code, reason = "held for its drop")] OwnedSemaphorePermit);

impl Admission {
    /// A door for that many at a time, with room for that many before it.
    #[must_use]
    pub fn new(parallel_requests_max: usize, queued_requests_max: usize) -> Self {
        Self {
            permits: Arc::new(Semaphore::new(parallel_requests_max)),
            waiting: Arc::new(AtomicUsize::new(0)),
            queued_requests_max,
        }
    }

    /// Whether a request would go through without waiting.
    #[must_use]
    pub fn is_free(&self) -> bool {
        self.permits.available_permits() > 0
    }

    /// Goes through, after those who came before. Dropping the future gives up the place.
    ///
    /// # Errors
    /// `queue_full`, at once, when there is no room to wait.
    pub async fn enter(&self) -> Result<Permit, Failure> {
        if let Ok(permit) = self.permits.clone().try_acquire_owned() {
            return Ok(Permit(permit));
        }
        let _place = Place::take(&self.waiting, self.queued_requests_max)?;
        match self.permits.clone().acquire_owned().await {
            Ok(permit) => Ok(Permit(permit)),
            Err(_closed) => Err(Failure::new(FailureCode::ShuttingDown, "the server is stopping")),
        }
    }
}

/// One place in the queue; free again when dropped, however the waiting ended.
struct Place<'a>(&'a AtomicUsize);

impl<'a> Place<'a> {
    fn take(waiting: &'a AtomicUsize, max: usize) -> Result<Self, Failure> {
        let one_more = |now: usize| (now < max).then_some(now + 1);
        match waiting.fetch_update(Ordering::AcqRel, Ordering::Acquire, one_more) {
            Ok(_before) => Ok(Self(waiting)),
            Err(now) => Err(Failure {
                code: FailureCode::QueueFull,
                message: format!("{now} requests are waiting already; come back in a moment"),
                retry_after_ms: Some(2000),
            }),
        }
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::AcqRel);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::FutureExt;

    #[tokio::test]
    async fn a_full_queue_refuses_at_once_and_says_when_to_come_back() {
        let door = Admission::new(1, 1);
        let inside = door.enter().await.expect("the first goes through");
        let mut waits = Box::pin(door.enter());
        assert!(waits.as_mut().now_or_never().is_none(), "the second waits");

        let refusal = door.enter().now_or_never().expect("the third is answered at once");
        let failure = refusal.expect_err("and refused");
        assert_eq!(failure.code, FailureCode::QueueFull);
        assert!(failure.retry_after_ms.is_some());

        drop(inside);
        waits.await.expect("the second goes through");
        assert!(door.is_free());
    }

    #[tokio::test]
    async fn who_gives_up_waiting_leaves_the_place_to_others() {
        let door = Admission::new(1, 1);
        let _inside = door.enter().await.expect("the first goes through");
        let mut gives_up = Box::pin(door.enter());
        assert!(gives_up.as_mut().now_or_never().is_none());
        drop(gives_up);
        let mut next = Box::pin(door.enter());
        assert!(next.as_mut().now_or_never().is_none(), "waits instead of being refused");
    }

    #[tokio::test]
    async fn those_who_wait_go_in_the_order_they_came() {
        let door = Admission::new(1, 8);
        let inside = door.enter().await.expect("goes through");
        let mut first = Box::pin(door.enter());
        let mut second = Box::pin(door.enter());
        assert!(first.as_mut().now_or_never().is_none());
        assert!(second.as_mut().now_or_never().is_none());
        drop(inside);
        assert!(second.as_mut().now_or_never().is_none(), "the first came before");
        first.now_or_never().expect("its turn").expect("goes through");
    }
}
