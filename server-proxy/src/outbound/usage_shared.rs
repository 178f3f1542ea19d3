//! What callers use, counted together with other servers while that is possible, and in this process
//! in any case, so that limits still hold when the shared counts cannot be reached.

use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;

use crate::domain::caller_limits::CallerLimits;
use crate::domain::ports::{Caller, MemoryError};
use crate::domain::usage::{Taken, UsageCounts};
use crate::outbound::usage_in_process::InProcessUsage;
use crate::outbound::usage_redis::RedisUsage;

/// Shared counts, and this process's own beside them.
pub struct SharedUsage {
    shared: RedisUsage,
    own: InProcessUsage,
    alone: AtomicBool,
}

impl SharedUsage {
    /// The own counts are asked while the shared ones do not answer.
    #[must_use]
    pub fn new(shared: RedisUsage, own: InProcessUsage) -> Self {
        Self { shared, own, alone: AtomicBool::new(false) }
    }

    /// Says it once when it changes.
    fn note(&self, alone: bool) {
        if self.alone.swap(alone, Ordering::Relaxed) == alone {
            return;
        }
        if alone {
            tracing::warn!(
                "limits of callers are counted by this server alone until Redis answers"
            );
        } else {
            tracing::info!("limits of callers are counted together again");
        }
    }
}

#[async_trait]
impl UsageCounts for SharedUsage {
    async fn begin(
        &self,
        caller: &Caller,
        ticket: u128,
        limits: &CallerLimits,
    ) -> Result<Taken, MemoryError> {
        match self.shared.begin(caller, ticket, limits).await {
            Ok(taken) => {
                self.note(false);
                if taken.began {
                    self.own.begin_now(caller, &CallerLimits::default());
                }
                Ok(taken)
            }
            Err(_) => {
                self.note(true);
                Ok(self.own.begin_now(caller, limits))
            }
        }
    }

    fn end(&self, caller: &Caller, ticket: u128) {
        self.shared.end(caller, ticket);
        self.own.end(caller, ticket);
    }

    fn spend(&self, caller: &Caller, tokens: u64) {
        if self.own.spend_now(caller, tokens) {
            self.shared.spend(caller, tokens);
        }
    }

    /// Told to both, also of a caller who began nothing here: a worker lets nobody in.
    async fn spend_once(
        &self,
        caller: &Caller,
        name: &str,
        tokens: u64,
    ) -> Result<(), MemoryError> {
        self.shared.spend_once(caller, name, tokens).await?;
        self.own.spend_once(caller, name, tokens).await
    }
}
