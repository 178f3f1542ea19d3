//! The right to use a model server, and the bill for what was used of it.

use std::sync::Arc;

use saga_protocol::openai::TokenUsage;
use tokio::sync::Notify;
use tokio::time::Instant;

use crate::domain::admission::Admission;
use crate::domain::admission::estimate::Estimate;
use crate::domain::admission::rank::Rank;
use crate::domain::ports::Caller;

/// The right to use the model server; given back when dropped.
#[derive(Debug)]
pub struct Permit {
    pub(super) door: Admission,
    pub(super) holder: Arc<Holder>,
    pub(super) since: Instant,
    /// Present for background work.
    pub(super) recall: Option<Arc<Notify>>,
    /// Gone once the answer has begun.
    pub(super) unbegun: Option<Estimate>,
}

/// Whose permit it is.
#[derive(Debug)]
pub(super) struct Holder {
    pub(super) number: u64,
    pub(super) caller: Caller,
    pub(super) rank: Rank,
}

/// What an answer that has begun was charged with; to be settled at its end. One that is dropped
/// stays as it was estimated.
#[derive(Debug)]
#[must_use = "an answer that is not settled stays charged with all it was allowed"]
pub struct Bill {
    door: Admission,
    holder: Arc<Holder>,
    estimate: Estimate,
}

impl Permit {
    /// The answer has begun: from now on it is not called back.
    pub fn begun(&mut self) -> Bill {
        let estimate = self.unbegun.take().unwrap_or_default();
        if self.recall.is_some() {
            self.door.begun(self.holder.number);
        }
        Bill { door: self.door.clone(), holder: Arc::clone(&self.holder), estimate }
    }

    /// Returns when the permit must be given back, because somebody more urgent waits for it; for
    /// anything but background work never.
    pub async fn called_back(&self) {
        match &self.recall {
            Some(notify) => notify.notified().await,
            None => std::future::pending().await,
        }
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        self.door.given_back(&self.holder, self.unbegun, self.since.elapsed());
    }
}

impl Bill {
    /// What the answer took: tokens as they were counted, or, when nobody did, as its text tells.
    pub fn settle(self, usage: Option<TokenUsage>, text_bytes: usize) {
        self.door.settle(&self.holder, self.estimate, self.estimate.used(usage, text_bytes));
    }
}
