//! Records in this process: the same contract as the store, gone when the process ends. They are bounded
//! together as well: who keeps the most loses the oldest first.

use std::collections::{HashMap, VecDeque};

use async_trait::async_trait;
use parking_lot::Mutex;
use saga_protocol::records::{Record, RecordKind};

use crate::domain::ports::{Caller, MemoryError};
use crate::domain::records::{RecordLimits, RecordStore};

/// Keeps records in a map.
pub struct InProcessRecords {
    limits: RecordLimits,
    all: Mutex<All>,
}

#[derive(Default)]
struct All {
    by_caller: HashMap<Caller, Own>,
    bytes: usize,
}

#[derive(Default)]
struct Own {
    /// Oldest first, by kind.
    kept: HashMap<RecordKind, VecDeque<Kept>>,
    bytes: usize,
    erased_at: Option<u64>,
}

struct Kept {
    record: Record,
    bytes: usize,
}

impl Kept {
    fn new(record: &Record) -> Result<Self, MemoryError> {
        // Its JSON is about as long as what it takes, whatever texts it holds.
        let json = serde_json::to_vec(record).map_err(|_| MemoryError::Unavailable)?;
        Ok(Self { record: record.clone(), bytes: json.len() })
    }
}

impl InProcessRecords {
    /// Keeps nothing yet.
    #[must_use]
    pub fn new(limits: RecordLimits) -> Self {
        Self { limits, all: Mutex::default() }
    }
}

impl All {
    fn kept(&self, caller: &Caller, kind: RecordKind) -> Option<&VecDeque<Kept>> {
        self.by_caller.get(caller)?.kept.get(&kind)
    }

    /// Lets the oldest go of whoever keeps the most, until all fit.
    fn make_room(&mut self, bytes_max: usize) {
        while self.bytes > bytes_max {
            let Some(own) = self.by_caller.values_mut().max_by_key(|own| own.bytes) else { return };
            let freed = own.forget_oldest();
            if freed == 0 {
                return;
            }
            self.bytes -= freed;
        }
    }
}

impl Own {
    /// Forgets the oldest record of the kind that there are most of; gives the bytes it took.
    fn forget_oldest(&mut self) -> usize {
        let most = self.kept.values_mut().max_by_key(|kept| kept.len());
        let freed = most.and_then(VecDeque::pop_front).map_or(0, |oldest| oldest.bytes);
        self.bytes -= freed;
        freed
    }

    fn put(&mut self, new: Kept, limits: &RecordLimits) {
        self.bytes += new.bytes;
        let at = new.record.created_at();
        let kept = self.kept.entry(new.record.kind()).or_default();
        if let Some(known) =
            kept.iter_mut().rev().find(|known| known.record.id() == new.record.id())
        {
            self.bytes -= known.bytes;
            *known = new;
            return;
        }
        // Records come when answers end, and are listed by when they began.
        let is_older = |known: &Kept| known.record.created_at() <= at;
        let place = kept.iter().rposition(is_older).map_or(0, |at| at + 1);
        kept.insert(place, new);
        let kept_millis = u64::try_from(limits.kept_time.as_millis()).unwrap_or(u64::MAX);
        let is_over = |oldest: &Kept| oldest.record.created_at() + kept_millis < at;
        while kept.len() > limits.records_max || kept.front().is_some_and(is_over) {
            self.bytes -= kept.pop_front().map_or(0, |oldest| oldest.bytes);
        }
    }
}

#[async_trait]
impl RecordStore for InProcessRecords {
    async fn put(&self, caller: &Caller, record: &Record) -> Result<(), MemoryError> {
        let new = Kept::new(record)?;
        let mut all = self.all.lock();
        let all = &mut *all;
        let own = all.by_caller.entry(caller.clone()).or_default();
        if own.erased_at.is_some_and(|erased_at| record.created_at() <= erased_at) {
            return Ok(());
        }
        all.bytes -= own.bytes;
        own.put(new, &self.limits);
        all.bytes += own.bytes;
        all.make_room(self.limits.in_process_bytes_max);
        Ok(())
    }

    async fn get(
        &self,
        caller: &Caller,
        kind: RecordKind,
        id: &str,
    ) -> Result<Option<Record>, MemoryError> {
        let all = self.all.lock();
        let records = all.kept(caller, kind).into_iter().flatten().map(|kept| &kept.record);
        Ok(records.rev().find(|record| record.id() == id).cloned())
    }

    async fn page(
        &self,
        caller: &Caller,
        kind: RecordKind,
        after: Option<&str>,
        count: usize,
    ) -> Result<Vec<Record>, MemoryError> {
        let all = self.all.lock();
        let Some(kept) = all.kept(caller, kind) else { return Ok(Vec::new()) };
        let until = match after {
            None => kept.len(),
            Some(after) => kept.iter().position(|one| one.record.id() == after).unwrap_or(0),
        };
        Ok(kept.iter().take(until).rev().take(count).map(|one| one.record.clone()).collect())
    }

    async fn erase(&self, caller: &Caller, now: u64) -> Result<u64, MemoryError> {
        let mut all = self.all.lock();
        let all = &mut *all;
        let own = all.by_caller.entry(caller.clone()).or_default();
        own.erased_at = Some(now);
        all.bytes -= std::mem::take(&mut own.bytes);
        let erased = std::mem::take(&mut own.kept);
        Ok(erased.values().map(|kept| kept.len() as u64).sum())
    }
}
