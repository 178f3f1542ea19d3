//! Conversations in Redis, shared by every server that uses the same one.
//!
//! A conversation's keys carry one hash tag, `cs:{tenant:user:session}:meta`, `:log`, `:sum` and
//! `:right`, so that the scripts run on a cluster too. A caller's index has a tag of its own. It names
//! a conversation before its first answer begins, so that what is being answered is found when
//! everything is to be forgotten; an index that was lost is written again with the next turn.
//!
//! An answer never waits for Redis longer than the time an operation may take, and not at all while
//! the breaker is open.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use futures_util::future::{join_all, try_join_all};
use redis::Script;
use saga_protocol::chat::{Digest, Session, SessionSummary, Turn};

use crate::clock::unix_millis;
use crate::domain::conversation;
use crate::domain::ports::{
    Caller, MemoryError, MemoryState, Right, SessionLimits, SessionMemory, VersionedSession,
};
use crate::outbound::redis_store::{RedisStore, encoded, millis};
use crate::outbound::stored_turn::stored;

/// Keeps conversations in Redis.
pub struct RedisMemory {
    store: Arc<RedisStore>,
    limits: SessionLimits,
    append: Script,
    index: Script,
    hold: Script,
    let_go: Script,
    digest: Script,
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
            hold: Script::new(include_str!("memory_hold.lua")),
            let_go: Script::new(include_str!("memory_let_go.lua")),
            digest: Script::new(include_str!("memory_digest.lua")),
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

    /// Names a conversation that has no turn yet.
    async fn expect_in_index(&self, right: &Right) -> Result<(), MemoryError> {
        let mut connection = self.store.connection();
        let (key, idle) = (index_key(&right.caller), millis(self.limits.idle_ttl));
        let mut both = redis::pipe();
        both.atomic();
        both.cmd("ZADD").arg(&key).arg("NX").arg(unix_millis()).arg(&right.session).ignore();
        both.cmd("PEXPIRE").arg(&key).arg(idle).ignore();
        self.store.run(both.query_async(&mut connection)).await
    }

    async fn leave_index(&self, caller: &Caller, ids: &[&str]) -> Result<(), MemoryError> {
        let mut connection = self.store.connection();
        let mut command = redis::cmd("ZREM");
        command.arg(index_key(caller)).arg(ids);
        self.store.run(command.query_async(&mut connection)).await
    }

    async fn remove(&self, caller: &Caller, id: &str) -> Result<bool, MemoryError> {
        let mut connection = self.store.connection();
        let mut both = redis::pipe();
        both.atomic().cmd("EXISTS").arg(key(caller, id, Part::Meta)).cmd("DEL");
        for part in [Part::Meta, Part::Log, Part::Digest, Part::Right] {
            both.arg(key(caller, id, part));
        }
        let (known, _removed): (bool, u32) =
            self.store.run(both.query_async(&mut connection)).await?;
        Ok(known)
    }

    async fn summary(&self, caller: &Caller, id: &str) -> Result<Summary, MemoryError> {
        let mut connection = self.store.connection();
        let mut command = redis::cmd("HMGET");
        command.arg(key(caller, id, Part::Meta));
        command.arg(&["title", "turns", "created_at", "updated_at"]);
        self.store.run(command.query_async(&mut connection)).await
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
        let mut all = redis::pipe();
        all.atomic()
            .cmd("HMGET")
            .arg(key(caller, id, Part::Meta))
            .arg(&["title", "turns", "created_at", "updated_at", "version"])
            .cmd("LRANGE")
            .arg(key(caller, id, Part::Log))
            .arg(0)
            .arg(-1)
            .cmd("HGET")
            .arg(key(caller, id, Part::Digest))
            .arg("json");
        type Meta = (Option<String>, Option<u32>, Option<u64>, Option<u64>, Option<u64>);
        let (meta, log, digest): (Meta, Vec<String>, Option<String>) =
            self.store.run(all.query_async(&mut connection)).await?;
        let (title, turns, created_at, updated_at, version) = meta;
        let Some(version) = version else {
            return Ok(None);
        };
        let summary = summary(id, (title, turns, created_at, updated_at));
        let log = log.iter().filter_map(|entry| turn(entry)).collect();
        let digest = digest.and_then(|json| serde_json::from_str(&json).ok());
        Ok(Some(VersionedSession { version, session: Session { summary, log, digest } }))
    }

    async fn hold(&self, right: &Right, held: bool, time: Duration) -> Result<bool, MemoryError> {
        if !held {
            self.expect_in_index(right).await?;
        }
        let mut connection = self.store.connection();
        let mut call = self.hold.prepare_invoke();
        call.key(key(&right.caller, &right.session, Part::Right))
            .arg(&right.holder)
            .arg(millis(time))
            .arg(u8::from(held));
        self.store.run(call.invoke_async(&mut connection)).await
    }

    async fn let_go(&self, right: &Right) -> Result<(), MemoryError> {
        let Right { caller, session, holder } = right;
        let mut connection = self.store.connection();
        let mut call = self.let_go.prepare_invoke();
        call.key(key(caller, session, Part::Right)).key(key(caller, session, Part::Meta));
        call.arg(holder);
        let nothing_is_left: bool = self.store.run(call.invoke_async(&mut connection)).await?;
        if nothing_is_left { self.leave_index(caller, &[session]).await } else { Ok(()) }
    }

    async fn append(
        &self,
        right: &Right,
        expected_version: u64,
        turn: Turn,
    ) -> Result<u64, MemoryError> {
        let Right { caller, session, holder } = right;
        let mut connection = self.store.connection();
        let mut call = self.append.prepare_invoke();
        for part in [Part::Meta, Part::Log, Part::Digest, Part::Right] {
            call.key(key(caller, session, part));
        }
        call.arg(expected_version)
            .arg(&turn.request_id)
            .arg(stored(&turn))
            .arg(turn.at)
            .arg(conversation::title(&turn.user))
            .arg(self.limits.turns_max)
            .arg(self.limits.session_bytes_max)
            .arg(millis(self.limits.idle_ttl))
            .arg(millis(self.limits.age_max))
            .arg(holder);
        let version: i64 = self.store.run(call.invoke_async(&mut connection)).await?;
        let version = u64::try_from(version).map_err(|_| MemoryError::VersionConflict)?;
        self.note_in_index(caller, session, turn.at).await?;
        Ok(version)
    }

    async fn digest(
        &self,
        caller: &Caller,
        id: &str,
        digest: &Digest,
    ) -> Result<bool, MemoryError> {
        let mut connection = self.store.connection();
        let mut call = self.digest.prepare_invoke();
        call.key(key(caller, id, Part::Meta))
            .key(key(caller, id, Part::Digest))
            .arg(digest.epoch)
            .arg(&digest.until)
            .arg(serde_json::to_string(digest).unwrap_or_default());
        self.store.run(call.invoke_async(&mut connection)).await
    }

    async fn list(&self, caller: &Caller) -> Result<Vec<SessionSummary>, MemoryError> {
        let mut connection = self.store.connection();
        let mut newest = redis::cmd("ZREVRANGE");
        newest.arg(index_key(caller)).arg(0).arg(self.limits.sessions_max);
        let ids: Vec<String> = self.store.run(newest.query_async(&mut connection)).await?;
        // On a cluster they may be anywhere, so each is asked for by itself, all at once.
        let found = try_join_all(ids.iter().map(|id| self.summary(caller, id))).await?;
        let known = ids.iter().zip(found).filter(|(_, found)| found.3.is_some());
        Ok(known.map(|(id, found)| summary(id, found)).collect())
    }

    async fn delete(&self, caller: &Caller, id: &str) -> Result<bool, MemoryError> {
        let removed = self.remove(caller, id).await?;
        self.leave_index(caller, &[id]).await?;
        Ok(removed)
    }

    async fn erase(&self, caller: &Caller) -> Result<u64, MemoryError> {
        let mut connection = self.store.connection();
        let mut all = redis::cmd("ZRANGE");
        all.arg(index_key(caller)).arg(0).arg(-1);
        let ids: Vec<String> = self.store.run(all.query_async(&mut connection)).await?;
        if ids.is_empty() {
            return Ok(0);
        }
        let outcomes = join_all(ids.iter().map(|id| self.remove(caller, id))).await;
        let mut removed = 0;
        for known in outcomes {
            removed += u64::from(known?);
        }
        // Only what was removed: what has begun since belongs to the time after.
        self.leave_index(caller, &ids.iter().map(String::as_str).collect::<Vec<_>>()).await?;
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

/// What is kept of a conversation.
#[derive(Clone, Copy)]
enum Part {
    Meta,
    Log,
    Digest,
    Right,
}

fn key(caller: &Caller, id: &str, part: Part) -> String {
    let part = match part {
        Part::Meta => "meta",
        Part::Log => "log",
        Part::Digest => "sum",
        Part::Right => "right",
    };
    let Caller { tenant, user } = caller;
    format!("cs:{{{}:{}:{}}}:{part}", encoded(tenant), encoded(user), encoded(id))
}

fn index_key(caller: &Caller) -> String {
    format!("cs:{{{}:{}}}:index", encoded(&caller.tenant), encoded(&caller.user))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn p9_no_name_breaks_out_of_its_key() {
        let key = |tenant: &str, user: &str, id: &str| {
            key(&Caller { tenant: tenant.to_owned(), user: user.to_owned() }, id, Part::Meta)
        };
        assert_eq!(key("team", "minji", "s-1"), "cs:{team:minji:s-1}:meta");
        assert_eq!(key("a:b", "}{", "민"), "cs:{a%3Ab:%7D%7B:%EB%AF%BC}:meta");
        assert_ne!(key("a", "b:c", "d"), key("a", "b", "c:d"));
        assert_ne!(key("a%3A", "b", "c"), key("a:", "b", "c"));
    }
}
