//! Stopping without breaking answers: no new work, running work ends within a grace time, then all
//! that is left is cut with a word about why.

use std::time::Duration;

use saga_domain::{Failure, FailureCode};
use tokio::time::timeout;
use tokio_util::sync::{CancellationToken, WaitForCancellationFutureOwned};
use tokio_util::task::TaskTracker;
use tokio_util::task::task_tracker::TaskTrackerToken;

use crate::inbound::readers::Readers;

/// After the cut, time for the last words to leave.
const LAST_WORDS_TIME_MAX: Duration = Duration::from_secs(1);

/// Knows whether new work is taken and how much is running.
#[derive(Clone, Default)]
pub struct Drain {
    draining: CancellationToken,
    cut: CancellationToken,
    work: TaskTracker,
    readers: Readers,
}

/// Work that is running until this is dropped.
#[derive(Debug)]
pub struct Work(#[expect(dead_code, reason = "held for its drop")] TaskTrackerToken);

impl Drain {
    /// Begins work.
    ///
    /// # Errors
    /// `shutting_down` once draining.
    pub fn begin(&self) -> Result<Work, Failure> {
        // Counted before the question is asked, so that no work slips in between the two.
        let work = Work(self.work.token());
        if self.is_draining() { Err(shutting_down()) } else { Ok(work) }
    }

    /// Whether no new work is taken any more.
    #[must_use]
    pub fn is_draining(&self) -> bool {
        self.draining.is_cancelled()
    }

    /// The answers that clients are reading.
    pub(crate) fn readers(&self) -> &Readers {
        &self.readers
    }

    /// Resolves when no new work is taken any more.
    pub fn began(&self) -> WaitForCancellationFutureOwned {
        self.draining.clone().cancelled_owned()
    }

    /// Resolves when running work must end at once.
    pub fn cut(&self) -> WaitForCancellationFutureOwned {
        self.cut.clone().cancelled_owned()
    }

    /// The work's outcome, or `shutting_down` when the server must stop first.
    ///
    /// # Errors
    /// Those of the work, and `shutting_down`.
    pub async fn until_cut<T>(
        &self,
        work: impl Future<Output = Result<T, Failure>>,
    ) -> Result<T, Failure> {
        tokio::select! {
            outcome = work => outcome,
            () = self.cut.cancelled() => Err(shutting_down()),
        }
    }

    /// Stops taking work and returns when none is running, or when what was left was cut.
    pub async fn finish(&self, grace: Duration) {
        self.draining.cancel();
        self.work.close();
        if timeout(grace, self.work.wait()).await.is_ok() {
            return;
        }
        self.cut.cancel();
        if timeout(LAST_WORDS_TIME_MAX, self.work.wait()).await.is_err() {
            tracing::warn!(left = self.work.len(), "requests were cut off");
        }
    }
}

/// What is said to a request that cannot be served any more.
#[must_use]
pub(crate) fn shutting_down() -> Failure {
    Failure {
        code: FailureCode::ShuttingDown,
        message: "the server is shutting down".to_owned(),
        retry_after_ms: Some(5000),
    }
}
