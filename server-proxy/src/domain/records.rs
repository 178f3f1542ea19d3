//! The recorded lives of single requests: numbers and states, never what was asked or answered.
//!
//! Kept in this process, so many for each caller; the oldest go first.

use std::collections::{HashMap, VecDeque};

use parking_lot::Mutex;
use saga_protocol::generate::GenerateRecord;

use crate::domain::ports::Caller;

/// Records of one caller.
const RECORDS_MAX: usize = 200;

/// The records of everybody, each visible to its own caller alone.
#[derive(Debug, Default)]
pub struct Records {
    by_caller: Mutex<HashMap<Caller, VecDeque<GenerateRecord>>>,
}

impl Records {
    /// Adds a record, or replaces the one with its id. The answer itself is not kept.
    pub fn put(&self, caller: &Caller, record: &GenerateRecord) {
        let record = GenerateRecord { response: None, ..record.clone() };
        let mut by_caller = self.by_caller.lock();
        let own = by_caller.entry(caller.clone()).or_default();
        if let Some(known) = own.iter_mut().rev().find(|known| known.id == record.id) {
            *known = record;
            return;
        }
        own.push_back(record);
        if own.len() > RECORDS_MAX {
            own.pop_front();
        }
    }

    /// The caller's record with that id.
    #[must_use]
    pub fn get(&self, caller: &Caller, id: &str) -> Option<GenerateRecord> {
        let by_caller = self.by_caller.lock();
        by_caller.get(caller)?.iter().rev().find(|record| record.id == id).cloned()
    }
}
