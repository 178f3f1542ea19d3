//! One conversation in this process.

use std::collections::VecDeque;
use std::time::Duration;

use saga_protocol::chat::{Digest, ForkOf, Session, SessionSummary, Turn};

use crate::domain::conversation;
use crate::domain::ports::{SessionLimits, VersionedSession};
use crate::domain::revision::{Cut, Fork};
use crate::outbound::stored_turn::stored_bytes;

/// What is kept of it.
#[derive(Default)]
pub(crate) struct Conversation {
    pub(crate) version: u64,
    /// Of its first message; absent while there is none.
    title: Option<String>,
    /// Given by hand.
    pub(crate) name: Option<String>,
    fork_of: Option<ForkOf>,
    created_at: u64,
    pub(crate) updated_at: u64,
    turns: VecDeque<Turn>,
    bytes: usize,
    /// Counts digests, also those that were dropped.
    epoch: u64,
    digest: Option<Digest>,
}

impl Conversation {
    /// Without a turn yet.
    pub(crate) fn begin(first: &Turn) -> Self {
        Self { created_at: first.at, ..Self::default() }
    }

    /// With turns of another one.
    pub(crate) fn forked(fork: &Fork, at: u64) -> Self {
        Self {
            version: 1,
            title: fork.log.first().map(|first| conversation::title(&first.user)),
            name: fork.name.clone(),
            fork_of: Some(fork.of.clone()),
            created_at: at,
            updated_at: at,
            bytes: fork.log.iter().map(stored_bytes).sum(),
            turns: fork.log.iter().cloned().collect(),
            epoch: fork.digest.as_ref().map_or(0, |digest| digest.epoch),
            digest: fork.digest.clone(),
        }
    }

    /// All of it.
    pub(crate) fn read(&self, id: &str) -> VersionedSession {
        let log = self.turns.iter().cloned().collect();
        let session = Session { summary: self.summary(id), log, digest: self.digest.clone() };
        let Self { version, epoch, name, .. } = self;
        VersionedSession { version: *version, epoch: *epoch, name: name.clone(), session }
    }

    pub(crate) fn push(&mut self, turn: Turn, limits: &SessionLimits) {
        self.version += 1;
        self.title.get_or_insert_with(|| conversation::title(&turn.user));
        self.updated_at = turn.at;
        self.bytes += stored_bytes(&turn);
        self.turns.push_back(turn);
        while self.turns.len() > limits.turns_max || self.bytes > limits.session_bytes_max {
            let Some(oldest) = self.turns.pop_front() else { break };
            self.bytes -= stored_bytes(&oldest);
        }
    }

    /// Forgets a turn and what may say something of it.
    pub(crate) fn cut(&mut self, cut: &Cut) {
        self.version += 1;
        self.turns.retain(|turn| turn.request_id != cut.request_id);
        self.bytes = self.turns.iter().map(stored_bytes).sum();
        if let Some(title) = &cut.title {
            self.title = (!title.is_empty()).then(|| title.clone());
        }
        if !cut.keeps_digest || self.epoch != cut.epoch {
            self.digest = None;
        }
        // One that is being made was made of the turn too.
        self.epoch += 1;
    }

    /// Takes a digest, if it is the next one; false when it is not.
    pub(crate) fn swap_in(&mut self, digest: &Digest) -> bool {
        let is_next = self.epoch + 1 == digest.epoch && self.holds(&digest.until);
        if is_next {
            self.epoch = digest.epoch;
            self.digest = Some(digest.clone());
        }
        is_next
    }

    pub(crate) fn holds(&self, request_id: &str) -> bool {
        self.turns.iter().any(|turn| turn.request_id == request_id)
    }

    pub(crate) fn expires_at(&self, limits: &SessionLimits) -> u64 {
        let idle = self.updated_at + millis(limits.idle_ttl);
        idle.min(self.created_at + millis(limits.age_max))
    }

    pub(crate) fn summary(&self, id: &str) -> SessionSummary {
        SessionSummary {
            id: id.to_owned(),
            title: self.name.clone().or_else(|| self.title.clone()).unwrap_or_default(),
            turns: u32::try_from(self.turns.len()).unwrap_or(u32::MAX),
            created_at: self.created_at,
            updated_at: self.updated_at,
            fork_of: self.fork_of.clone(),
            excerpt: None,
        }
    }
}

pub(crate) fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
