//! Feedback added up in this process: gone when it ends.

use std::collections::{BTreeMap, HashMap};

use async_trait::async_trait;
use parking_lot::Mutex;

use crate::domain::feedback::{FeedbackTotals, Totals};
use crate::domain::ports::MemoryError;

/// Adds up in a map.
#[derive(Debug, Default)]
pub struct InProcessFeedback {
    by_tenant: Mutex<HashMap<String, HashMap<String, Totals>>>,
}

#[async_trait]
impl FeedbackTotals for InProcessFeedback {
    async fn add(
        &self,
        tenant: &str,
        report: &BTreeMap<String, Totals>,
    ) -> Result<(), MemoryError> {
        let mut by_tenant = self.by_tenant.lock();
        let own = by_tenant.entry(tenant.to_owned()).or_default();
        for (model, more) in report {
            own.entry(model.clone()).or_default().add(more);
        }
        Ok(())
    }

    async fn totals(&self, tenant: &str, models: &[String]) -> Result<Vec<Totals>, MemoryError> {
        let by_tenant = self.by_tenant.lock();
        let own = by_tenant.get(tenant);
        let of = |model| own.and_then(|own| own.get(model)).copied().unwrap_or_default();
        Ok(models.iter().map(of).collect())
    }
}
