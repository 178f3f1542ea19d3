//! Records in Redis, shared by every server that uses the same one.
//!
//! A caller's keys carry one hash tag, `cs:{tenant:user}:records:…`: for each kind an index by time
//! and the rows, and when everything was erased, which outlives any answer that was running then.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use redis::Script;
use saga_protocol::records::{Record, RecordKind};

use crate::domain::ports::{Caller, MemoryError};
use crate::domain::records::{RecordLimits, RecordStore};
use crate::outbound::redis_store::{RedisStore, encoded, millis};

/// Longer than any answer takes.
const ERASED_KNOWN_FOR: Duration = Duration::from_secs(24 * 3600);

/// Keeps records in Redis.
pub struct RedisRecords {
    store: Arc<RedisStore>,
    limits: RecordLimits,
    put: Script,
    page: Script,
}

impl RedisRecords {
    /// Keeps records in this store.
    #[must_use]
    pub fn new(store: Arc<RedisStore>, limits: RecordLimits) -> Self {
        let put = Script::new(include_str!("records_put.lua"));
        let page = Script::new(include_str!("records_page.lua"));
        Self { store, limits, put, page }
    }
}

#[async_trait]
impl RecordStore for RedisRecords {
    async fn put(&self, caller: &Caller, record: &Record) -> Result<(), MemoryError> {
        let kind = record.kind();
        let mut connection = self.store.connection();
        let mut call = self.put.prepare_invoke();
        call.key(index_key(caller, kind)).key(rows_key(caller, kind)).key(erased_key(caller));
        call.arg(record.id())
            .arg(record.created_at())
            // Strings and numbers; nothing in it can fail to serialise.
            .arg(serde_json::to_string(record).unwrap_or_default())
            .arg(self.limits.records_max)
            .arg(millis(self.limits.kept_time));
        let _taken: u8 = self.store.run(call.invoke_async(&mut connection)).await?;
        Ok(())
    }

    async fn get(
        &self,
        caller: &Caller,
        kind: RecordKind,
        id: &str,
    ) -> Result<Option<Record>, MemoryError> {
        let mut connection = self.store.connection();
        let mut command = redis::cmd("HGET");
        command.arg(rows_key(caller, kind)).arg(id);
        let row: Option<String> = self.store.run(command.query_async(&mut connection)).await?;
        Ok(row.and_then(|row| record(kind, &row)))
    }

    async fn page(
        &self,
        caller: &Caller,
        kind: RecordKind,
        after: Option<&str>,
        count: usize,
    ) -> Result<Vec<Record>, MemoryError> {
        let mut connection = self.store.connection();
        let mut call = self.page.prepare_invoke();
        call.key(index_key(caller, kind)).key(rows_key(caller, kind));
        call.arg(after.unwrap_or_default()).arg(count);
        let rows: Vec<Option<String>> = self.store.run(call.invoke_async(&mut connection)).await?;
        Ok(rows.iter().flatten().filter_map(|row| record(kind, row)).collect())
    }

    async fn erase(&self, caller: &Caller, now: u64) -> Result<u64, MemoryError> {
        let mut connection = self.store.connection();
        let mut all = redis::pipe();
        all.atomic();
        for kind in RecordKind::ALL {
            all.cmd("ZCARD").arg(index_key(caller, kind));
        }
        all.cmd("SET").arg(erased_key(caller)).arg(now).arg("PX").arg(millis(ERASED_KNOWN_FOR));
        all.ignore().cmd("DEL");
        for kind in RecordKind::ALL {
            all.arg(index_key(caller, kind)).arg(rows_key(caller, kind));
        }
        all.ignore();
        let counts: Vec<u64> = self.store.run(all.query_async(&mut connection)).await?;
        Ok(counts.iter().sum())
    }
}

/// A row of an older version that cannot be read is as good as none.
fn record(kind: RecordKind, row: &str) -> Option<Record> {
    match kind {
        RecordKind::Codesaga => serde_json::from_str(row).ok().map(Record::Codesaga),
        RecordKind::Llama => serde_json::from_str(row).ok().map(Record::Llama),
    }
}

fn index_key(caller: &Caller, kind: RecordKind) -> String {
    key(caller, &format!("{}:index", kind.name()))
}

fn rows_key(caller: &Caller, kind: RecordKind) -> String {
    key(caller, &format!("{}:rows", kind.name()))
}

fn erased_key(caller: &Caller) -> String {
    key(caller, "erased")
}

fn key(caller: &Caller, part: &str) -> String {
    format!("cs:{{{}:{}}}:records:{part}", encoded(&caller.tenant), encoded(&caller.user))
}
