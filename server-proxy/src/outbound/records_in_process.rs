//! Records in this process: the same contract as the store, gone when the process ends.

use std::collections::{HashMap, VecDeque};

use async_trait::async_trait;
use parking_lot::Mutex;
use saga_protocol::records::{Record, RecordKind};

use crate::domain::ports::{Caller, MemoryError};
use crate::domain::records::{RecordLimits, RecordStore};

/// Keeps records in a map.
pub struct InProcessRecords {
    limits: RecordLimits,
    by_caller: Mutex<HashMap<Caller, Own>>,
}

#[derive(Default)]
struct Own {
    /// Oldest first, by kind.
    kept: HashMap<RecordKind, VecDeque<Record>>,
    erased_at: Option<u64>,
}

impl InProcessRecords {
    /// Keeps nothing yet.
    #[must_use]
    pub fn new(limits: RecordLimits) -> Self {
        Self { limits, by_caller: Mutex::default() }
    }
}

#[async_trait]
impl RecordStore for InProcessRecords {
    async fn put(&self, caller: &Caller, record: &Record) -> Result<(), MemoryError> {
        let at = record.created_at();
        let mut by_caller = self.by_caller.lock();
        let own = by_caller.entry(caller.clone()).or_default();
        if own.erased_at.is_some_and(|erased_at| at <= erased_at) {
            return Ok(());
        }
        let kept = own.kept.entry(record.kind()).or_default();
        if let Some(known) = kept.iter_mut().rev().find(|known| known.id() == record.id()) {
            record.clone_into(known);
            return Ok(());
        }
        // Records come when answers end, and are listed by when they began.
        let place = kept.iter().rposition(|known| known.created_at() <= at).map_or(0, |at| at + 1);
        kept.insert(place, record.clone());
        let kept_millis = u64::try_from(self.limits.kept_time.as_millis()).unwrap_or(u64::MAX);
        while kept.len() > self.limits.records_max
            || kept.front().is_some_and(|oldest| oldest.created_at() + kept_millis < at)
        {
            kept.pop_front();
        }
        Ok(())
    }

    async fn get(
        &self,
        caller: &Caller,
        kind: RecordKind,
        id: &str,
    ) -> Result<Option<Record>, MemoryError> {
        let by_caller = self.by_caller.lock();
        let kept = by_caller.get(caller).and_then(|own| own.kept.get(&kind));
        Ok(kept.and_then(|kept| kept.iter().rev().find(|record| record.id() == id)).cloned())
    }

    async fn page(
        &self,
        caller: &Caller,
        kind: RecordKind,
        after: Option<&str>,
        count: usize,
    ) -> Result<Vec<Record>, MemoryError> {
        let by_caller = self.by_caller.lock();
        let Some(kept) = by_caller.get(caller).and_then(|own| own.kept.get(&kind)) else {
            return Ok(Vec::new());
        };
        let until = match after {
            None => kept.len(),
            Some(after) => kept.iter().position(|record| record.id() == after).unwrap_or(0),
        };
        Ok(kept.iter().take(until).rev().take(count).cloned().collect())
    }

    async fn erase(&self, caller: &Caller, now: u64) -> Result<u64, MemoryError> {
        let mut by_caller = self.by_caller.lock();
        let own = by_caller.entry(caller.clone()).or_default();
        own.erased_at = Some(now);
        let erased = std::mem::take(&mut own.kept);
        Ok(erased.values().map(|kept| kept.len() as u64).sum())
    }
}
