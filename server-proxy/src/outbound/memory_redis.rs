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
use serde::Serialize;

use crate::clock::unix_millis;
use crate::domain::conversation;
use crate::domain::ports::{
    Caller, MemoryError, MemoryState, Right, SessionLimits, SessionMemory, VersionedSession,
};
use crate::domain::revision::{Cut, Fork};
use crate::outbound::memory_rows::{META, Meta, Part, index_key, key, known, turn};
use crate::outbound::redis_store::{RedisStore, millis};
use crate::outbound::stored_turn::stored;

/// Keeps conversations in Redis.
pub struct RedisMemory {
    store: Arc<RedisStore>,
    limits: SessionLimits,
    append: Script,
    begin: Script,
    cut: Script,
    rename: Script,
    index: Script,
    hold: Script,
    let_go: Script,
    digest: Script,
}

impl RedisMemory {
    /// Keeps conversations in this store.
    #[must_use]
    pub fn new(store: Arc<RedisStore>, limits: SessionLimits) -> Self {
        Self {
            store,
            limits,
            append: Script::new(include_str!("memory_append.lua")),
            begin: Script::new(include_str!("memory_begin.lua")),
            cut: Script::new(include_str!("memory_cut.lua")),
            rename: Script::new(include_str!("memory_rename.lua")),
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
        for part in Part::ALL {
            both.arg(key(caller, id, part));
        }
        let (known, _removed): (bool, u32) =
            self.store.run(both.query_async(&mut connection)).await?;
        Ok(known)
    }

    async fn summary(
        &self,
        caller: &Caller,
        id: &str,
    ) -> Result<Option<SessionSummary>, MemoryError> {
        let mut connection = self.store.connection();
        let mut command = redis::cmd("HMGET");
        command.arg(key(caller, id, Part::Meta)).arg(&META);
        let meta: Meta = self.store.run(command.query_async(&mut connection)).await?;
        Ok(known(id, meta).map(|(_, _, summary)| summary))
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
            .arg(&META)
            .cmd("LRANGE")
            .arg(key(caller, id, Part::Log))
            .arg(0)
            .arg(-1)
            .cmd("HMGET")
            .arg(key(caller, id, Part::Digest))
            .arg(&["epoch", "json"]);
        type Digested = (Option<u64>, Option<String>);
        let (meta, log, (epoch, digest)): (Meta, Vec<String>, Digested) =
            self.store.run(all.query_async(&mut connection)).await?;
        let Some((version, name, summary)) = known(id, meta) else {
            return Ok(None);
        };
        let log = log.iter().filter_map(|entry| turn(entry)).collect();
        let digest = digest.and_then(|json| serde_json::from_str(&json).ok());
        let session = Session { summary, log, digest };
        let epoch = epoch.unwrap_or_default();
        Ok(Some(VersionedSession { version, epoch, name, session }))
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
        for part in Part::ALL {
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

    async fn begin(&self, right: &Right, fork: &Fork, at: u64) -> Result<(), MemoryError> {
        let Right { caller, session, holder } = right;
        let mut connection = self.store.connection();
        let mut call = self.begin.prepare_invoke();
        for part in Part::ALL {
            call.key(key(caller, session, part));
        }
        let title = fork.log.first().map(|first| conversation::title(&first.user));
        call.arg(holder)
            .arg(at)
            .arg(millis(self.limits.idle_ttl))
            .arg(millis(self.limits.age_max))
            .arg(title.unwrap_or_default())
            .arg(fork.name.as_deref().unwrap_or_default())
            .arg(json(&fork.of))
            .arg(fork.digest.as_ref().map_or(0, |digest| digest.epoch))
            .arg(fork.digest.as_ref().map(json).unwrap_or_default());
        for turn in &fork.log {
            call.arg(&turn.request_id).arg(stored(turn));
        }
        let is_begun: bool = self.store.run(call.invoke_async(&mut connection)).await?;
        if !is_begun {
            return Err(MemoryError::VersionConflict);
        }
        self.note_in_index(caller, session, at).await
    }

    async fn cut(
        &self,
        right: &Right,
        expected_version: u64,
        cut: &Cut,
    ) -> Result<(), MemoryError> {
        let Right { caller, session, holder } = right;
        let mut connection = self.store.connection();
        let mut call = self.cut.prepare_invoke();
        for part in Part::ALL {
            call.key(key(caller, session, part));
        }
        call.arg(expected_version)
            .arg(holder)
            .arg(&cut.request_id)
            .arg(u8::from(cut.title.is_some()))
            .arg(cut.title.as_deref().unwrap_or_default())
            .arg(cut.epoch)
            .arg(u8::from(cut.keeps_digest));
        let is_done: bool = self.store.run(call.invoke_async(&mut connection)).await?;
        if is_done { Ok(()) } else { Err(MemoryError::VersionConflict) }
    }

    async fn rename(
        &self,
        caller: &Caller,
        id: &str,
        name: Option<&str>,
    ) -> Result<bool, MemoryError> {
        let mut connection = self.store.connection();
        let mut call = self.rename.prepare_invoke();
        call.key(key(caller, id, Part::Meta)).arg(name.unwrap_or_default());
        self.store.run(call.invoke_async(&mut connection)).await
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
            .arg(json(digest));
        self.store.run(call.invoke_async(&mut connection)).await
    }

    async fn list(&self, caller: &Caller) -> Result<Vec<SessionSummary>, MemoryError> {
        let mut connection = self.store.connection();
        let mut newest = redis::cmd("ZREVRANGE");
        newest.arg(index_key(caller)).arg(0).arg(self.limits.sessions_max);
        let ids: Vec<String> = self.store.run(newest.query_async(&mut connection)).await?;
        // On a cluster they may be anywhere, so each is asked for by itself, all at once.
        let found = try_join_all(ids.iter().map(|id| self.summary(caller, id))).await?;
        Ok(found.into_iter().flatten().collect())
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

/// Strings and numbers; nothing in it can fail to serialise.
fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}
