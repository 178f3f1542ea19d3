//! Jobs in this process: gone when it ends.

use std::collections::{HashMap, VecDeque};
use std::time::Duration;

use async_trait::async_trait;
use parking_lot::Mutex;
use tokio::sync::Notify;
use tokio::time::timeout;

use crate::domain::ports::{Caller, MemoryError};
use crate::domain::saga::machine::{Outgoing, Saga};
use crate::domain::saga::store::{
    Commit, JobsStanding, Known, Opened, Opening, SagaKey, SagaStore, TextPart,
};
use crate::outbound::redis_store::millis;

type Clock = Box<dyn Fn() -> u64 + Send + Sync>;

/// Keeps jobs in a map.
pub struct InProcessSagas {
    /// Unix milliseconds.
    clock: Clock,
    jobs: Mutex<HashMap<SagaKey, Entry>>,
    /// Rung at every change.
    bell: Notify,
}

struct Entry {
    version: u64,
    saga: Saga,
    request: String,
    texts: HashMap<TextPart, String>,
    outbox: VecDeque<(u64, Outgoing)>,
    /// Since when there is something in it.
    posted_at: u64,
    sent: u64,
    fence: u64,
    /// Until when somebody has it.
    held_until: u64,
    /// From when on somebody has to look at it; `None` once it is settled.
    due: Option<u64>,
    expires: u64,
}

impl InProcessSagas {
    /// None yet; `clock` gives Unix milliseconds.
    #[must_use]
    pub fn new(clock: impl Fn() -> u64 + Send + Sync + 'static) -> Self {
        Self { clock: Box::new(clock), jobs: Mutex::default(), bell: Notify::new() }
    }

    fn with<T>(&self, key: &SagaKey, work: impl FnOnce(&mut Entry, u64) -> T) -> Option<T> {
        let now = (self.clock)();
        let mut jobs = self.jobs.lock();
        let entry = jobs.get_mut(key).filter(|entry| entry.expires > now)?;
        Some(work(entry, now))
    }
}

impl Entry {
    fn known(&self) -> Known {
        Known { version: self.version, saga: self.saga.clone(), request: self.request.clone() }
    }

    fn is_open(&self) -> bool {
        !self.saga.stage.is_end() || !self.outbox.is_empty()
    }

    fn post(&mut self, outgoing: &[Outgoing], now: u64) {
        if self.outbox.is_empty() {
            self.posted_at = now;
        }
        for message in outgoing {
            self.sent += 1;
            self.outbox.push_back((self.sent, *message));
        }
    }
}

#[async_trait]
impl SagaStore for InProcessSagas {
    async fn open(&self, key: &SagaKey, new: &Opening) -> Result<Opened, MemoryError> {
        let now = (self.clock)();
        let mut jobs = self.jobs.lock();
        jobs.retain(|_, entry| entry.expires > now);
        if let Some(entry) = jobs.get(key) {
            return Ok(Opened::There(Box::new(entry.known())));
        }
        let open = || jobs.iter().filter(|(_, entry)| entry.is_open());
        if open().filter(|(other, _)| other.caller == key.caller).count() >= new.callers_jobs_max {
            return Ok(Opened::CallerFull);
        }
        if open().count() >= new.jobs_max {
            return Ok(Opened::Full);
        }
        let entry = Entry {
            version: 1,
            saga: new.saga.clone(),
            request: new.request.clone(),
            texts: HashMap::new(),
            outbox: VecDeque::new(),
            posted_at: now,
            sent: 0,
            fence: 0,
            held_until: 0,
            due: Some(now + millis(new.due)),
            expires: now + millis(new.kept),
        };
        let known = entry.known();
        jobs.insert(key.clone(), entry);
        Ok(Opened::There(Box::new(known)))
    }

    async fn read(&self, key: &SagaKey) -> Result<Option<Known>, MemoryError> {
        Ok(self.with(key, |entry, _| entry.known()))
    }

    async fn text(&self, key: &SagaKey, part: TextPart) -> Result<Option<String>, MemoryError> {
        Ok(self.with(key, |entry, _| entry.texts.get(&part).cloned()).flatten())
    }

    async fn commit(&self, key: &SagaKey, commit: &Commit) -> Result<Option<u64>, MemoryError> {
        let stored = self.with(key, |entry, now| {
            let has_lease = commit.fence.is_none_or(|fence| fence == entry.fence);
            if entry.version != commit.version || !has_lease {
                return None;
            }
            entry.version += 1;
            entry.saga = commit.saga.clone();
            entry.expires = now + millis(commit.kept);
            for part in &commit.deleted {
                entry.texts.remove(part);
            }
            if let Some((part, text)) = &commit.put {
                entry.texts.insert(*part, text.clone());
            }
            entry.post(&commit.outgoing, now);
            if commit.fence.is_none() {
                entry.due = Some(now);
            }
            Some(entry.version)
        });
        self.bell.notify_waiters();
        Ok(stored.flatten())
    }

    async fn take(&self, key: &SagaKey, time: Duration) -> Result<Option<u64>, MemoryError> {
        let taken = self.with(key, |entry, now| {
            (entry.held_until <= now).then(|| {
                entry.held_until = now + millis(time);
                entry.fence += 1;
                entry.fence
            })
        });
        Ok(taken.flatten())
    }

    async fn keep(
        &self,
        key: &SagaKey,
        fence: u64,
        time: Duration,
    ) -> Result<Option<u64>, MemoryError> {
        let kept = self.with(key, |entry, now| {
            (entry.fence == fence).then(|| {
                entry.held_until = now + millis(time);
                entry.version
            })
        });
        Ok(kept.flatten())
    }

    async fn let_go(&self, key: &SagaKey, fence: u64, due: Duration) -> Result<(), MemoryError> {
        self.with(key, |entry, now| {
            if entry.fence == fence {
                entry.held_until = now;
                entry.due = entry.due.map(|_| now + millis(due));
            }
        });
        Ok(())
    }

    async fn outbox(&self, key: &SagaKey) -> Result<Vec<(u64, Outgoing)>, MemoryError> {
        let waiting = self.with(key, |entry, _| entry.outbox.iter().copied().collect());
        Ok(waiting.unwrap_or_default())
    }

    async fn sent(&self, key: &SagaKey, number: u64) -> Result<(), MemoryError> {
        self.with(key, |entry, _| entry.outbox.retain(|(waiting, _)| *waiting != number));
        Ok(())
    }

    async fn due(&self, count: usize, again: Duration) -> Result<Vec<SagaKey>, MemoryError> {
        let now = (self.clock)();
        let mut jobs = self.jobs.lock();
        let free = |entry: &Entry| {
            entry.held_until <= now
                && entry.due.is_some_and(|due| due <= now)
                && entry.expires > now
        };
        let mut found: Vec<_> = jobs.iter_mut().filter(|(_, entry)| free(entry)).collect();
        found.sort_by_key(|(_, entry)| entry.due);
        let given = found.into_iter().take(count).map(|(key, entry)| {
            entry.due = Some(now + millis(again));
            key.clone()
        });
        Ok(given.collect())
    }

    async fn settle(&self, key: &SagaKey) -> Result<(), MemoryError> {
        self.with(key, |entry, _| {
            if !entry.is_open() {
                entry.due = None;
            }
        });
        Ok(())
    }

    async fn of(&self, caller: &Caller) -> Result<Vec<String>, MemoryError> {
        let jobs = self.jobs.lock();
        let own = jobs.keys().filter(|key| key.caller == *caller);
        Ok(own.map(|key| key.id.clone()).collect())
    }

    async fn forget(&self, key: &SagaKey) -> Result<(), MemoryError> {
        self.jobs.lock().remove(key);
        self.bell.notify_waiters();
        Ok(())
    }

    async fn standing(&self, looked_at_max: usize) -> Result<JobsStanding, MemoryError> {
        let now = (self.clock)();
        let since = |at: u64| Duration::from_millis(now.saturating_sub(at));
        let jobs = self.jobs.lock();
        let open = jobs.values().filter(|entry| entry.expires > now && entry.is_open());
        let mut standing = JobsStanding::default();
        for (number, entry) in open.enumerate() {
            standing.overdue = standing.overdue.max(since(entry.due.unwrap_or(now)));
            if number >= looked_at_max {
                standing.not_looked_at += 1;
                continue;
            }
            if !entry.saga.stage.is_end() {
                *standing.by_stage.entry(entry.saga.stage).or_default() += 1;
            }
            if !entry.outbox.is_empty() {
                standing.unsent += 1;
                standing.unsent_for = standing.unsent_for.max(since(entry.posted_at));
            }
        }
        Ok(standing)
    }

    async fn changed(&self, key: &SagaKey, version: u64, at_most: Duration) {
        let waiting = async {
            loop {
                // Made before the look, so that nothing rung after the look is missed.
                let rung = self.bell.notified();
                let present = self.with(key, |entry, _| entry.version);
                if present != Some(version) {
                    return;
                }
                rung.await;
            }
        };
        // Either is a reason to look.
        let _in_time = timeout(at_most, waiting).await;
    }
}
