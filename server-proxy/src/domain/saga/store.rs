//! Where jobs are kept while they are on their way.

use std::collections::HashMap;
use std::time::Duration;

use async_trait::async_trait;
use saga_protocol::jobs::JobStage;
use serde::{Deserialize, Serialize};

use crate::domain::ports::{Caller, MemoryError};
use crate::domain::saga::machine::{Outgoing, Saga};

/// Keeps jobs, each for the caller alone whose it is.
///
/// Every adapter keeps these promises: a change is stored together with the texts and the messages that
/// belong to it, or nothing of it; a change of a version that is not the present one is refused, and so
/// is one of who has lost the lease; a lease is taken by one at a time and has a higher fencing token
/// than all before it; a job that is not ended is found by [`Self::due`] sooner or later, also when
/// whoever opened it or had it died at any moment; what is forgotten stays forgotten.
#[async_trait]
pub trait SagaStore: Send + Sync {
    /// Begins a job, unless there is one with that key, which is then left as it is.
    async fn open(&self, key: &SagaKey, new: &Opening) -> Result<Opened, MemoryError>;

    /// How it stands.
    async fn read(&self, key: &SagaKey) -> Result<Option<Known>, MemoryError>;

    /// A text of it, while it is kept.
    async fn text(&self, key: &SagaKey, part: TextPart) -> Result<Option<String>, MemoryError>;

    /// Stores a change of the version that was read; gives the new version, `None` when it is refused.
    /// One that is made without a lease calls for somebody who has one: the job is due at once.
    async fn commit(&self, key: &SagaKey, commit: &Commit) -> Result<Option<u64>, MemoryError>;

    /// Takes the lease for so long; gives its fencing token, `None` while another holds it or when there
    /// is no such job.
    async fn take(&self, key: &SagaKey, time: Duration) -> Result<Option<u64>, MemoryError>;

    /// Keeps the lease for so long from now on; gives the job's version, `None` when it is lost.
    async fn keep(
        &self,
        key: &SagaKey,
        fence: u64,
        time: Duration,
    ) -> Result<Option<u64>, MemoryError>;

    /// Gives the lease back. Is it not ended, then it is due after that time.
    async fn let_go(&self, key: &SagaKey, fence: u64, due: Duration) -> Result<(), MemoryError>;

    /// What has to go out and was not marked as sent, oldest first.
    async fn outbox(&self, key: &SagaKey) -> Result<Vec<(u64, Outgoing)>, MemoryError>;

    /// Marks it as sent.
    async fn sent(&self, key: &SagaKey, number: u64) -> Result<(), MemoryError>;

    /// Jobs that somebody has to look at, because nobody has them; given to one asker at a time, and
    /// again after that time as long as they are not settled.
    async fn due(&self, count: usize, again: Duration) -> Result<Vec<SagaKey>, MemoryError>;

    /// Nothing is left to do for it: it is not due any more, unless it is not ended or has something
    /// that has to go out.
    async fn settle(&self, key: &SagaKey) -> Result<(), MemoryError>;

    /// The ids of the caller's jobs, as far as they are kept.
    async fn of(&self, caller: &Caller) -> Result<Vec<String>, MemoryError>;

    /// Forgets a job, its texts and what would go out.
    async fn forget(&self, key: &SagaKey) -> Result<(), MemoryError>;

    /// How all jobs stand, the oldest of them looked at one by one, `looked_at_max` at most.
    async fn standing(&self, looked_at_max: usize) -> Result<JobsStanding, MemoryError>;

    /// Returns when the job may have another version than this one, or after that time.
    async fn changed(&self, key: &SagaKey, version: u64, at_most: Duration);
}

/// How all jobs together stand.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct JobsStanding {
    /// Jobs on their way, by the stage at which they are.
    pub by_stage: HashMap<JobStage, u64>,
    /// Those beside them that were not looked at.
    pub not_looked_at: u64,
    /// For how long the one that waits longest has waited for somebody to look at it.
    pub overdue: Duration,
    /// Jobs that have something to say which has not gone out.
    pub unsent: u64,
    /// For how long that is so, at most.
    pub unsent_for: Duration,
}

/// Which job it is, and whose.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct SagaKey {
    /// Who asked.
    pub caller: Caller,
    /// The job's id, which says nothing of anybody.
    pub id: String,
}

/// What a job begins with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opening {
    /// How it stands.
    pub saga: Saga,
    /// The hash of the request, by which a repeated one is known.
    pub request: String,
    /// Jobs that the caller may have on the way.
    pub callers_jobs_max: usize,
    /// Jobs that everybody together may have.
    pub jobs_max: usize,
    /// Time after which it is due, unless somebody has it.
    pub due: Duration,
    /// Time for which it is kept.
    pub kept: Duration,
}

/// What became of a job that was to begin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Opened {
    /// It is new, or there was one with that key; and how it stands.
    There(Box<Known>),
    /// The caller has too many on the way.
    CallerFull,
    /// Everybody together has.
    Full,
}

/// A job and the version that the next change must name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    /// Counts its changes.
    pub version: u64,
    /// How it stands.
    pub saga: Saga,
    /// The hash of the request.
    pub request: String,
}

/// A text of a job. Code is nowhere else: neither in messages nor in how it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum TextPart {
    /// What was asked, with the code before.
    Before,
    /// What was answered.
    After,
}

/// A change, and what belongs to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Commit {
    /// The version that was read.
    pub version: u64,
    /// The lease under which it is made; `None` for what does not need one.
    pub fence: Option<u64>,
    /// How it stands now.
    pub saga: Saga,
    /// What has to go out.
    pub outgoing: Vec<Outgoing>,
    /// A text that is kept from now on.
    pub put: Option<(TextPart, String)>,
    /// Texts that are deleted.
    pub deleted: Vec<TextPart>,
    /// Time for which all of it is kept.
    pub kept: Duration,
}
