//! Conversations in Redis, shared by every server that uses the same one.
//!
//! A conversation's keys carry one hash tag, `cs:{tenant:user:session}:meta` and `:log`, so that
//! the script which appends runs on a cluster too. A caller's index has a tag of its own and is
//! written after; a conversation whose index was lost is found again with its next turn.
//!
//! An answer never waits for Redis longer than the time an operation may take, and not at all while
//! the breaker is open.

use std::sync::Arc;

use async_trait::async_trait;
use redis::Script;
use saga_protocol::chat::{Session, SessionSummary, Turn};

use crate::domain::conversation;
use crate::domain::ports::{
    Caller, MemoryError, MemoryState, SessionLimits, SessionMemory, VersionedSession,
};
use crate::outbound::redis_store::{RedisStore, encoded, millis};
use crate::outbound::stored_turn::stored;

/// Keeps conversations in Redis.
pub struct RedisMemory {
    store: Arc<RedisStore>,
    limits: SessionLimits,
    append: Script,
    index: Script,
}

type Summary = (Option<String>, Option<u32>, Option<u64>, Option<u64>);

impl RedisMemory {
    /// Keeps conversations in this store.
    #[must_use]
    pub fn new(store: Arc<RedisStore>, limits: SessionLimits) -> Self {
        Self {
            store,
            limits,
            append: Script::new(include_str!("memory_append.lua")),
            index: Script::new(include_str!("memory_index.lua")),
        }
    }

    async fn note_in_index(&self, caller: &Caller, id: &str, at: u64) -> Result<(), MemoryError> {
        let mut connection = self.store.connection();
        let mut call = self.index.prepare_invoke();
        call.key(index_key(caller))
            .arg(id)
            .arg(at)
            .arg(self.limits.sessions_max)
            .arg(millis(self.limits.idle_ttl));
        let too_many: Vec<String> = self.store.run(call.invoke_async(&mut connection)).await?;
        for id in too_many {
            self.remove(caller, &id).await?;
        }
        Ok(())
    }

    async fn remove(&self, caller: &Caller, id: &str) -> Result<bool, MemoryError> {
        let mut connection = self.store.connection();
        let mut command = redis::cmd("DEL");
        command.arg(meta_key(caller, id)).arg(log_key(caller, id));
        let removed: u32 = self.store.run(command.query_async(&mut connection)).await?;
        Ok(removed > 0)
    }
}

#[async_trait]
impl SessionMemory for RedisMemory {
    async fn read(
        &self,
        caller: &Caller,
        id: &str,
    ) -> Result<Option<VersionedSession>, MemoryError> {
        let mut connection = self.store.connection();
        let mut both = redis::pipe();
        both.atomic()
            .cmd("HMGET")
            .arg(meta_key(caller, id))
            .arg(&["title", "turns", "created_at", "updated_at", "version"])
            .cmd("LRANGE")
            .arg(log_key(caller, id))
            .arg(0)
            .arg(-1);
        type Meta = (Option<String>, Option<u32>, Option<u64>, Option<u64>, Option<u64>);
        let (meta, log): (Meta, Vec<String>) =
            self.store.run(both.query_async(&mut connection)).await?;
        let (title, turns, created_at, updated_at, version) = meta;
        let Some(version) = version else {
            return Ok(None);
        };
        let summary = summary(id, (title, turns, created_at, updated_at));
        let log = log.iter().filter_map(|entry| turn(entry)).collect();
        Ok(Some(VersionedSession { version, session: Session { summary, log } }))
    }

    async fn append(
        &self,
        caller: &Caller,
        id: &str,
        expected_version: u64,
        turn: Turn,
    ) -> Result<u64, MemoryError> {
        let mut connection = self.store.connection();
        let mut call = self.append.prepare_invoke();
        call.key(meta_key(caller, id))
            .key(log_key(caller, id))
            .arg(expected_version)
            .arg(&turn.request_id)
            .arg(stored(&turn))
            .arg(turn.at)
            .arg(conversation::title(&turn.user))
            .arg(self.limits.turns_max)
            .arg(self.limits.session_bytes_max)
            .arg(millis(self.limits.idle_ttl))
            .arg(millis(self.limits.age_max));
        let version: i64 = self.store.run(call.invoke_async(&mut connection)).await?;
        let version = u64::try_from(version).map_err(|_| MemoryError::VersionConflict)?;
        self.note_in_index(caller, id, turn.at).await?;
        Ok(version)
    }

    async fn list(&self, caller: &Caller) -> Result<Vec<SessionSummary>, MemoryError> {
        let mut connection = self.store.connection();
        let mut newest = redis::cmd("ZREVRANGE");
        newest.arg(index_key(caller)).arg(0).arg(self.limits.sessions_max);
        let ids: Vec<String> = self.store.run(newest.query_async(&mut connection)).await?;
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let mut all = redis::pipe();
        for id in &ids {
            all.cmd("HMGET").arg(meta_key(caller, id)).arg(&[
                "title",
                "turns",
                "created_at",
                "updated_at",
            ]);
        }
        let found: Vec<Summary> = self.store.run(all.query_async(&mut connection)).await?;
        let known = ids.iter().zip(found).filter(|(_, found)| found.3.is_some());
        Ok(known.map(|(id, found)| summary(id, found)).collect())
    }

    async fn delete(&self, caller: &Caller, id: &str) -> Result<bool, MemoryError> {
        let removed = self.remove(caller, id).await?;
        let mut connection = self.store.connection();
        let mut command = redis::cmd("ZREM");
        command.arg(index_key(caller)).arg(id);
        let _left_index: u32 = self.store.run(command.query_async(&mut connection)).await?;
        Ok(removed)
    }

    fn state(&self) -> MemoryState {
        if self.store.has_failed() { MemoryState::Degraded } else { MemoryState::Ok }
    }
}

fn summary(id: &str, (title, turns, created_at, updated_at): Summary) -> SessionSummary {
    SessionSummary {
        id: id.to_owned(),
        title: title.unwrap_or_default(),
        turns: turns.unwrap_or_default(),
        created_at: created_at.unwrap_or_default(),
        updated_at: updated_at.unwrap_or_default(),
    }
}

/// An entry of the log: the request's id, a new line, the turn.
fn turn(entry: &str) -> Option<Turn> {
    let (_, json) = entry.split_once('\n')?;
    serde_json::from_str(json).ok()
}

fn meta_key(caller: &Caller, id: &str) -> String {
    format!("cs:{{{}:{}:{}}}:meta", encoded(&caller.tenant), encoded(&caller.user), encoded(id))
}

fn log_key(caller: &Caller, id: &str) -> String {
    format!("cs:{{{}:{}:{}}}:log", encoded(&caller.tenant), encoded(&caller.user), encoded(id))
}

fn index_key(caller: &Caller) -> String {
    format!("cs:{{{}:{}}}:index", encoded(&caller.tenant), encoded(&caller.user))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn p9_no_name_breaks_out_of_its_key() {
        let caller =
            |tenant: &str, user: &str| Caller { tenant: tenant.to_owned(), user: user.to_owned() };
        assert_eq!(meta_key(&caller("team", "minji"), "s-1"), "cs:{team:minji:s-1}:meta");
        assert_eq!(log_key(&caller("a:b", "}{"), "민"), "cs:{a%3Ab:%7D%7B:%EB%AF%BC}:log");
        assert_ne!(meta_key(&caller("a", "b:c"), "d"), meta_key(&caller("a", "b"), "c:d"));
        assert_ne!(meta_key(&caller("a%3A", "b"), "c"), meta_key(&caller("a:", "b"), "c"));
    }
}
