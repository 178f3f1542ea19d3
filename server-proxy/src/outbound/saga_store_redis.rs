//! Jobs in Redis, shared by every server that uses the same one.
//!
//! A job's keys carry one hash tag, `cs:{tenant:user:id}:job`, `:before`, `:after` and `:outbox`, so that a
//! change is one script, on a cluster too. The list of jobs that are due, `cs:{jobs}:due`, and those of a
//! caller stand elsewhere: a job is entered there before it begins and taken out after it is over, so
//! that they hold all that have to be looked at, and now and then one too many.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use futures_util::{StreamExt, stream};
use redis::Script;
use saga_protocol::jobs::JobStage;
use tokio::sync::broadcast;
use tokio::time::{Instant, timeout_at};

use crate::domain::ports::{Caller, MemoryError};
use crate::domain::saga::machine::Outgoing;
use crate::domain::saga::store::{
    Commit, JobsStanding, Known, Opened, Opening, SagaKey, SagaStore, TextPart,
};
use crate::outbound::redis_store::{RedisStore, millis};
use crate::outbound::saga_rows::{
    DUE, Fields, Part, kept_list, known, member, name, named, open_list, outgoing, row,
};

/// How often it is looked whether another server has changed a job.
const LOOK_EVERY: Duration = Duration::from_millis(250);
/// Changes of this process that somebody who waits may not have heard of yet.
const CHANGES_HEARD_MAX: usize = 256;
/// Jobs that are asked after at a time.
const GLANCES_AT_A_TIME: usize = 64;
/// Jobs of a caller that are known while they are kept; what is older is forgotten by its time alone.
const KEPT_MAX: isize = 1000;

/// Keeps jobs in Redis.
pub struct RedisSagas {
    store: Arc<RedisStore>,
    /// Jobs that were changed by this process.
    changed: broadcast::Sender<SagaKey>,
    open: Script,
    commit: Script,
    take: Script,
    let_go: Script,
    look: Script,
    enter: Script,
    leave: Script,
    due: Script,
    postpone: Script,
    standing: Script,
    glance: Script,
}

impl RedisSagas {
    /// Keeps jobs in this store.
    #[must_use]
    pub fn new(store: Arc<RedisStore>) -> Self {
        Self {
            store,
            changed: broadcast::Sender::new(CHANGES_HEARD_MAX),
            open: Script::new(include_str!("saga_open.lua")),
            commit: Script::new(include_str!("saga_commit.lua")),
            take: Script::new(include_str!("saga_take.lua")),
            let_go: Script::new(include_str!("saga_let_go.lua")),
            look: Script::new(include_str!("saga_look.lua")),
            enter: Script::new(include_str!("saga_enter.lua")),
            leave: Script::new(include_str!("saga_leave.lua")),
            due: Script::new(include_str!("saga_due.lua")),
            postpone: Script::new(include_str!("saga_postpone.lua")),
            standing: Script::new(include_str!("saga_standing.lua")),
            glance: Script::new(include_str!("saga_glance.lua")),
        }
    }

    async fn enter(
        &self,
        list: &str,
        key: &SagaKey,
        due: Duration,
        most: usize,
        kept: Duration,
    ) -> Result<bool, MemoryError> {
        let mut connection = self.store.connection();
        let mut call = self.enter.prepare_invoke();
        call.key(list).arg(member(key)).arg(millis(due)).arg(most).arg(millis(kept));
        self.store.run(call.invoke_async(&mut connection)).await
    }

    async fn note_kept(&self, key: &SagaKey, kept: Duration) -> Result<(), MemoryError> {
        let mut connection = self.store.connection();
        let list = kept_list(&key.caller);
        let now = crate::clock::unix_millis();
        let mut all = redis::pipe();
        all.atomic();
        all.cmd("ZADD").arg(&list).arg("NX").arg(now).arg(&key.id).ignore();
        all.cmd("ZREMRANGEBYRANK").arg(&list).arg(0).arg(-KEPT_MAX - 1).ignore();
        all.cmd("PEXPIRE").arg(&list).arg(millis(kept)).ignore();
        self.store.run(all.query_async(&mut connection)).await
    }

    async fn remove_from(&self, list: &str, one: &str) -> Result<(), MemoryError> {
        let mut connection = self.store.connection();
        let mut command = redis::cmd("ZREM");
        command.arg(list).arg(one);
        self.store.run(command.query_async(&mut connection)).await
    }

    async fn lease(
        &self,
        key: &SagaKey,
        held: Option<u64>,
        time: Duration,
    ) -> Result<Option<(u64, u64)>, MemoryError> {
        let mut connection = self.store.connection();
        let mut call = self.take.prepare_invoke();
        call.key(row(key, Part::Job)).arg(millis(time));
        call.arg(held.map_or(-1, |fence| i64::try_from(fence).unwrap_or(i64::MAX)));
        let reply: Vec<u64> = self.store.run(call.invoke_async(&mut connection)).await?;
        Ok(match reply[..] {
            [fence, version] => Some((fence, version)),
            _ => None,
        })
    }

    /// As `saga_look.lua` tells it.
    async fn left(&self, key: &SagaKey) -> Result<u64, MemoryError> {
        let mut connection = self.store.connection();
        let mut call = self.look.prepare_invoke();
        call.key(row(key, Part::Job)).key(row(key, Part::Outbox));
        self.store.run(call.invoke_async(&mut connection)).await
    }

    async fn postpone(&self, key: &SagaKey, due: Duration) -> Result<(), MemoryError> {
        let mut connection = self.store.connection();
        let mut call = self.postpone.prepare_invoke();
        call.key(DUE).arg(member(key)).arg(millis(due));
        self.store.run(call.invoke_async::<i64>(&mut connection)).await.map(drop)
    }

    /// Its stage, messages that have not gone out, and ms since when.
    async fn glance(&self, key: SagaKey) -> Result<(Option<String>, u64, u64), MemoryError> {
        let mut connection = self.store.connection();
        let mut call = self.glance.prepare_invoke();
        call.key(row(&key, Part::Job)).key(row(&key, Part::Outbox));
        self.store.run(call.invoke_async(&mut connection)).await
    }

    async fn version(&self, key: &SagaKey) -> Result<Option<u64>, MemoryError> {
        let mut connection = self.store.connection();
        let mut command = redis::cmd("HGET");
        command.arg(row(key, Part::Job)).arg("version");
        self.store.run(command.query_async(&mut connection)).await
    }
}

#[async_trait]
impl SagaStore for RedisSagas {
    async fn open(&self, key: &SagaKey, new: &Opening) -> Result<Opened, MemoryError> {
        let own = open_list(&key.caller);
        if !self.enter(&own, key, new.due, new.callers_jobs_max, new.kept).await? {
            // Asked for again, it is there all the same.
            return Ok(self.read(key).await?.map_or(Opened::CallerFull, there));
        }
        if !self.enter(DUE, key, new.due, new.jobs_max, new.kept).await? {
            self.remove_from(&own, &member(key)).await?;
            return Ok(self.read(key).await?.map_or(Opened::Full, there));
        }
        self.note_kept(key, new.kept).await?;
        let mut connection = self.store.connection();
        let mut call = self.open.prepare_invoke();
        // Strings and numbers; nothing in it can fail to serialise.
        let state = serde_json::to_string(&new.saga).unwrap_or_default();
        call.key(row(key, Part::Job)).arg(state).arg(&new.request).arg(millis(new.kept));
        call.arg(new.saga.stage.name());
        let fields: Fields = self.store.run(call.invoke_async(&mut connection)).await?;
        known(fields).map(there).ok_or(MemoryError::Unavailable)
    }

    async fn read(&self, key: &SagaKey) -> Result<Option<Known>, MemoryError> {
        let mut connection = self.store.connection();
        let mut command = redis::cmd("HMGET");
        command.arg(row(key, Part::Job)).arg(&["version", "state", "request"]);
        let fields: Fields = self.store.run(command.query_async(&mut connection)).await?;
        Ok(known(fields))
    }

    async fn text(&self, key: &SagaKey, part: TextPart) -> Result<Option<String>, MemoryError> {
        let mut connection = self.store.connection();
        let part = match part {
            TextPart::Before => Part::Before,
            TextPart::After => Part::After,
        };
        let mut command = redis::cmd("GET");
        command.arg(row(key, part));
        self.store.run(command.query_async(&mut connection)).await
    }

    async fn commit(&self, key: &SagaKey, commit: &Commit) -> Result<Option<u64>, MemoryError> {
        if commit.fence.is_none() {
            // It may have been settled before.
            self.enter(DUE, key, Duration::ZERO, usize::MAX, commit.kept).await?;
        }
        let mut connection = self.store.connection();
        let mut call = self.commit.prepare_invoke();
        for part in Part::ALL {
            call.key(row(key, part));
        }
        let deletes = |part| u8::from(commit.deleted.contains(&part));
        let (put, text) = match &commit.put {
            None => (0, ""),
            Some((TextPart::Before, text)) => (1, text.as_str()),
            Some((TextPart::After, text)) => (2, text.as_str()),
        };
        call.arg(commit.version)
            .arg(commit.fence.map_or(-1, |fence| i64::try_from(fence).unwrap_or(i64::MAX)))
            .arg(serde_json::to_string(&commit.saga).unwrap_or_default())
            .arg(u8::from(commit.saga.stage.is_end()))
            .arg(millis(commit.kept))
            .arg(put)
            .arg(text)
            .arg(deletes(TextPart::Before))
            .arg(deletes(TextPart::After))
            .arg(commit.saga.stage.name());
        for message in &commit.outgoing {
            call.arg(name(*message));
        }
        let version: i64 = self.store.run(call.invoke_async(&mut connection)).await?;
        // Nobody may wait for it.
        let _heard = self.changed.send(key.clone());
        Ok(u64::try_from(version).ok())
    }

    async fn take(&self, key: &SagaKey, time: Duration) -> Result<Option<u64>, MemoryError> {
        Ok(self.lease(key, None, time).await?.map(|(fence, _)| fence))
    }

    async fn keep(
        &self,
        key: &SagaKey,
        fence: u64,
        time: Duration,
    ) -> Result<Option<u64>, MemoryError> {
        Ok(self.lease(key, Some(fence), time).await?.map(|(_, version)| version))
    }

    async fn let_go(&self, key: &SagaKey, fence: u64, due: Duration) -> Result<(), MemoryError> {
        let mut connection = self.store.connection();
        let mut call = self.let_go.prepare_invoke();
        call.key(row(key, Part::Job)).arg(fence);
        let was_held: bool = self.store.run(call.invoke_async(&mut connection)).await?;
        if was_held {
            self.postpone(key, due).await?;
        }
        Ok(())
    }

    async fn outbox(&self, key: &SagaKey) -> Result<Vec<(u64, Outgoing)>, MemoryError> {
        let mut connection = self.store.connection();
        let mut command = redis::cmd("HGETALL");
        command.arg(row(key, Part::Outbox));
        let fields: Vec<(u64, String)> =
            self.store.run(command.query_async(&mut connection)).await?;
        let read = |(number, called): (u64, String)| Some((number, outgoing(&called)?));
        let mut waiting: Vec<_> = fields.into_iter().filter_map(read).collect();
        waiting.sort_unstable_by_key(|(number, _)| *number);
        Ok(waiting)
    }

    async fn sent(&self, key: &SagaKey, number: u64) -> Result<(), MemoryError> {
        let mut connection = self.store.connection();
        let mut command = redis::cmd("HDEL");
        command.arg(row(key, Part::Outbox)).arg(number);
        self.store.run(command.query_async(&mut connection)).await
    }

    async fn due(&self, count: usize, again: Duration) -> Result<Vec<SagaKey>, MemoryError> {
        let mut connection = self.store.connection();
        let mut call = self.due.prepare_invoke();
        call.key(DUE).arg(count).arg(millis(again));
        let members: Vec<String> = self.store.run(call.invoke_async(&mut connection)).await?;
        let mut free = Vec::new();
        for key in members.iter().filter_map(|member| named(member)) {
            match self.left(&key).await? {
                0 => self.settle(&key).await?,
                1 => free.push(key),
                // Should who has it be dead, then it is found as soon as the lease ends.
                held => self.postpone(&key, Duration::from_millis(held)).await?,
            }
        }
        Ok(free)
    }

    async fn settle(&self, key: &SagaKey) -> Result<(), MemoryError> {
        let mut connection = self.store.connection();
        let member = member(key);
        let mut score = redis::cmd("ZSCORE");
        score.arg(DUE).arg(&member);
        let due: Option<String> = self.store.run(score.query_async(&mut connection)).await?;
        let left = self.left(key).await?;
        if left > 0 {
            return Ok(());
        }
        if let Some(due) = due {
            let mut call = self.leave.prepare_invoke();
            call.key(DUE).arg(&member).arg(due);
            let has_left: bool = self.store.run(call.invoke_async(&mut connection)).await?;
            if !has_left {
                return Ok(());
            }
        }
        self.remove_from(&open_list(&key.caller), &member).await
    }

    async fn of(&self, caller: &Caller) -> Result<Vec<String>, MemoryError> {
        let mut connection = self.store.connection();
        let mut all = redis::cmd("ZRANGE");
        all.arg(kept_list(caller)).arg(0).arg(-1);
        self.store.run(all.query_async(&mut connection)).await
    }

    async fn forget(&self, key: &SagaKey) -> Result<(), MemoryError> {
        let mut connection = self.store.connection();
        let mut command = redis::cmd("DEL");
        for part in Part::ALL {
            command.arg(row(key, part));
        }
        let _removed: i64 = self.store.run(command.query_async(&mut connection)).await?;
        self.remove_from(DUE, &member(key)).await?;
        self.remove_from(&open_list(&key.caller), &member(key)).await?;
        self.remove_from(&kept_list(&key.caller), &key.id).await?;
        let _heard = self.changed.send(key.clone());
        Ok(())
    }

    async fn standing(&self, looked_at_max: usize) -> Result<JobsStanding, MemoryError> {
        let mut connection = self.store.connection();
        let mut call = self.standing.prepare_invoke();
        call.key(DUE).arg(looked_at_max);
        let (count, overdue, members): (u64, u64, Vec<String>) =
            self.store.run(call.invoke_async(&mut connection)).await?;
        let overdue = Duration::from_millis(overdue);
        let mut standing = JobsStanding { overdue, ..JobsStanding::default() };
        let named: Vec<_> = members.iter().filter_map(|member| named(member)).collect();
        standing.not_looked_at = count.saturating_sub(named.len() as u64);
        let mut glances = stream::iter(named.into_iter().map(|key| self.glance(key)))
            .buffer_unordered(GLANCES_AT_A_TIME);
        while let Some(glance) = glances.next().await {
            let (stage, unsent, since) = glance?;
            let stage = JobStage::ALL.into_iter().find(|one| Some(one.name()) == stage.as_deref());
            if let Some(stage) = stage.filter(|stage| !stage.is_end()) {
                *standing.by_stage.entry(stage).or_default() += 1;
            }
            if unsent > 0 {
                standing.unsent += 1;
                standing.unsent_for = standing.unsent_for.max(Duration::from_millis(since));
            }
        }
        Ok(standing)
    }

    async fn changed(&self, key: &SagaKey, version: u64, at_most: Duration) {
        let until = Instant::now() + at_most;
        let mut changes = self.changed.subscribe();
        // Of a store that does not answer nothing is known.
        while matches!(self.version(key).await, Ok(Some(same)) if same == version)
            || self.store.has_failed()
        {
            let look = until.min(Instant::now() + LOOK_EVERY);
            let heard = async {
                // One that could not hear all looks too.
                while matches!(&changes.recv().await, Ok(changed) if changed != key) {}
            };
            let _heard = timeout_at(look, heard).await;
            if Instant::now() >= until {
                return;
            }
        }
    }
}

fn there(known: Known) -> Opened {
    Opened::There(Box::new(known))
}
