//! Feedback added up in Redis, by every server that uses the same one.
//!
//! A model's numbers are one hash, `cs:{tenant}:feedback:model`; those of a tenant share a hash tag,
//! so that a report is counted in one step on a cluster too. They are kept for 90 days after the
//! last report.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;

use crate::domain::feedback::{FeedbackTotals, Totals};
use crate::domain::ports::MemoryError;
use crate::outbound::redis_store::{RedisStore, encoded, millis};

const KEPT_FOR: Duration = Duration::from_secs(90 * 24 * 60 * 60);

/// Adds up in Redis.
pub struct RedisFeedback {
    store: Arc<RedisStore>,
}

impl RedisFeedback {
    /// Adds up in this store.
    #[must_use]
    pub fn new(store: Arc<RedisStore>) -> Self {
        Self { store }
    }
}

#[async_trait]
impl FeedbackTotals for RedisFeedback {
    async fn add(
        &self,
        tenant: &str,
        report: &BTreeMap<String, Totals>,
    ) -> Result<(), MemoryError> {
        let mut all = redis::pipe();
        all.atomic();
        for (model, more) in report {
            let key = key(tenant, model);
            for (name, number) in more.named().filter(|(_, number)| *number > 0) {
                all.cmd("HINCRBY").arg(&key).arg(name).arg(number).ignore();
            }
            all.cmd("PEXPIRE").arg(&key).arg(millis(KEPT_FOR)).ignore();
        }
        let mut connection = self.store.connection();
        self.store.run(all.query_async(&mut connection)).await
    }

    async fn totals(&self, tenant: &str, models: &[String]) -> Result<Vec<Totals>, MemoryError> {
        if models.is_empty() {
            return Ok(Vec::new());
        }
        let mut all = redis::pipe();
        for model in models {
            all.cmd("HMGET").arg(key(tenant, model)).arg(&Totals::NAMES);
        }
        let mut connection = self.store.connection();
        let found: Vec<[Option<u64>; Totals::NAMES.len()]> =
            self.store.run(all.query_async(&mut connection)).await?;
        let totals = |numbers: [Option<u64>; Totals::NAMES.len()]| {
            Totals::new(numbers.map(Option::unwrap_or_default))
        };
        Ok(found.into_iter().map(totals).collect())
    }
}

fn key(tenant: &str, model: &str) -> String {
    format!("cs:{{{}}}:feedback:{}", encoded(tenant), encoded(model))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn p9_no_name_breaks_out_of_its_key() {
        assert_eq!(key("team", "llama3:8b"), "cs:{team}:feedback:llama3%3A8b");
        assert_eq!(key("}:{", "민"), "cs:{%7D%3A%7B}:feedback:%EB%AF%BC");
    }
}
