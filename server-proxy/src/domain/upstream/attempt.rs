//! One server's try at a request.

use std::sync::OnceLock;
use std::time::Duration;

use tokio::time::Instant;

/// One server's try at a request.
#[derive(Debug)]
pub(crate) struct Attempt {
    pub(super) time_max: Duration,
    /// It is the one that finds out whether a server that failed is well again.
    pub(super) is_trial: bool,
    /// Set when the server is asked.
    pub(super) sent_at: OnceLock<Instant>,
}

impl Attempt {
    /// One that must have begun to answer within that time, the waiting at the door not counted.
    pub(crate) fn new(time_max: Duration, is_trial: bool) -> Self {
        Self { time_max, is_trial, sent_at: OnceLock::new() }
    }

    /// Whether the server was asked, so that asking another one is a retry.
    pub(crate) fn was_sent(&self) -> bool {
        self.sent_at.get().is_some()
    }

    /// Time since the server was asked.
    pub(crate) fn took(&self) -> Duration {
        self.sent_at.get().map_or(Duration::ZERO, Instant::elapsed)
    }
}
