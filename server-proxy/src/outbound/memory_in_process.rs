//! Conversations in this process: the same contract as the store, gone when the process ends.

use std::collections::HashMap;
use std::time::Duration;

use async_trait::async_trait;
use parking_lot::Mutex;
use saga_protocol::chat::{Digest, SessionSummary, Turn};

use crate::domain::ports::{
    Caller, MemoryError, MemoryState, Right, SessionLimits, SessionMemory, VersionedSession,
};
use crate::domain::revision::{Cut, Fork};
use crate::outbound::kept_conversation::{Conversation, millis};

/// Time between two searches for what has expired.
const SWEEP_EVERY: Duration = Duration::from_secs(60);

/// Keeps conversations in a map.
pub struct InProcessMemory {
    limits: SessionLimits,
    /// Unix milliseconds.
    clock: Box<dyn Fn() -> u64 + Send + Sync>,
    kept: Mutex<Kept>,
}

#[derive(Default)]
struct Kept {
    by_caller: HashMap<Caller, HashMap<String, Conversation>>,
    rights: HashMap<Caller, HashMap<String, Held>>,
    swept_at: u64,
}

/// A right to write, and how long it is held if it is not kept.
struct Held {
    holder: String,
    until: u64,
}

impl InProcessMemory {
    /// An empty memory; `clock` gives Unix milliseconds.
    #[must_use]
    pub fn new(limits: SessionLimits, clock: impl Fn() -> u64 + Send + Sync + 'static) -> Self {
        Self { limits, clock: Box::new(clock), kept: Mutex::default() }
    }

    /// Time until a conversation is forgotten, if nothing more is said; for tests of the contract.
    #[must_use]
    pub fn expires_in(&self, caller: &Caller, id: &str) -> Option<Duration> {
        let kept = self.kept.lock();
        let conversation = kept.by_caller.get(caller)?.get(id)?;
        let left = conversation.expires_at(&self.limits).saturating_sub((self.clock)());
        (left > 0).then(|| Duration::from_millis(left))
    }

    /// The oldest go first.
    fn make_room(&self, own: &mut HashMap<String, Conversation>) {
        while own.len() > self.limits.sessions_max {
            let oldest = own.iter().min_by_key(|(_, known)| known.updated_at);
            let Some(oldest) = oldest.map(|(id, _)| id.clone()) else { return };
            own.remove(&oldest);
        }
    }

    fn sweep(&self, kept: &mut Kept, now: u64) {
        if now.saturating_sub(kept.swept_at) < millis(SWEEP_EVERY) {
            return;
        }
        kept.swept_at = now;
        kept.by_caller.retain(|_, own| {
            own.retain(|_, conversation| conversation.expires_at(&self.limits) > now);
            !own.is_empty()
        });
        kept.rights.retain(|_, own| {
            own.retain(|_, held| held.until > now);
            !own.is_empty()
        });
    }
}

impl Kept {
    /// Who has the right to write a conversation.
    fn holder(&self, caller: &Caller, id: &str, now: u64) -> Option<&str> {
        let held = self.rights.get(caller)?.get(id)?;
        (held.until > now).then_some(held.holder.as_str())
    }

    fn release(&mut self, caller: &Caller, id: &str) {
        if let Some(own) = self.rights.get_mut(caller) {
            own.remove(id);
        }
    }
}

#[async_trait]
impl SessionMemory for InProcessMemory {
    async fn read(
        &self,
        caller: &Caller,
        id: &str,
    ) -> Result<Option<VersionedSession>, MemoryError> {
        let now = (self.clock)();
        let kept = self.kept.lock();
        let known = kept.by_caller.get(caller).and_then(|own| own.get(id));
        let known = known.filter(|known| known.expires_at(&self.limits) > now);
        Ok(known.map(|known| known.read(id)))
    }

    async fn hold(&self, right: &Right, held: bool, time: Duration) -> Result<bool, MemoryError> {
        let now = (self.clock)();
        let mut kept = self.kept.lock();
        let holder = kept.holder(&right.caller, &right.session, now);
        let may = holder.map_or(!held, |holder| holder == right.holder);
        if may {
            let held = Held { holder: right.holder.clone(), until: now + millis(time) };
            let own = kept.rights.entry(right.caller.clone()).or_default();
            own.insert(right.session.clone(), held);
        }
        Ok(may)
    }

    async fn let_go(&self, right: &Right) -> Result<(), MemoryError> {
        let now = (self.clock)();
        let mut kept = self.kept.lock();
        if kept.holder(&right.caller, &right.session, now) == Some(&right.holder) {
            kept.release(&right.caller, &right.session);
        }
        Ok(())
    }

    async fn append(
        &self,
        right: &Right,
        expected_version: u64,
        turn: Turn,
    ) -> Result<u64, MemoryError> {
        let (caller, id) = (&right.caller, right.session.as_str());
        let now = (self.clock)();
        let mut kept = self.kept.lock();
        self.sweep(&mut kept, now);
        let may = kept.holder(caller, id, now) == Some(&right.holder);
        let own = kept.by_caller.entry(caller.clone()).or_default();
        own.retain(|_, conversation| conversation.expires_at(&self.limits) > now);
        let known = own.get(id);
        if let Some(known) = known.filter(|known| known.holds(&turn.request_id)) {
            return Ok(known.version);
        }
        if !may || known.map_or(0, |known| known.version) != expected_version {
            return Err(MemoryError::VersionConflict);
        }
        let conversation = own.entry(id.to_owned()).or_insert_with(|| Conversation::begin(&turn));
        conversation.push(turn, &self.limits);
        let version = conversation.version;
        self.make_room(own);
        kept.release(caller, id);
        Ok(version)
    }

    async fn begin(&self, right: &Right, fork: &Fork, at: u64) -> Result<(), MemoryError> {
        let (caller, id) = (&right.caller, right.session.as_str());
        let now = (self.clock)();
        let mut kept = self.kept.lock();
        self.sweep(&mut kept, now);
        let may = kept.holder(caller, id, now) == Some(&right.holder);
        let own = kept.by_caller.entry(caller.clone()).or_default();
        own.retain(|_, conversation| conversation.expires_at(&self.limits) > now);
        if !may || own.contains_key(id) {
            return Err(MemoryError::VersionConflict);
        }
        own.insert(id.to_owned(), Conversation::forked(fork, at));
        self.make_room(own);
        kept.release(caller, id);
        Ok(())
    }

    async fn cut(
        &self,
        right: &Right,
        expected_version: u64,
        cut: &Cut,
    ) -> Result<(), MemoryError> {
        let (caller, id) = (&right.caller, right.session.as_str());
        let now = (self.clock)();
        let mut kept = self.kept.lock();
        let may = kept.holder(caller, id, now) == Some(&right.holder);
        let known = kept.by_caller.get_mut(caller).and_then(|own| own.get_mut(id));
        let known = known.filter(|known| may && known.version == expected_version);
        known.ok_or(MemoryError::VersionConflict)?.cut(cut);
        kept.release(caller, id);
        Ok(())
    }

    async fn rename(
        &self,
        caller: &Caller,
        id: &str,
        name: Option<&str>,
    ) -> Result<bool, MemoryError> {
        let now = (self.clock)();
        let mut kept = self.kept.lock();
        let known = kept.by_caller.get_mut(caller).and_then(|own| own.get_mut(id));
        let known = known.filter(|known| known.expires_at(&self.limits) > now);
        Ok(known.map(|known| known.name = name.map(str::to_owned)).is_some())
    }

    async fn digest(
        &self,
        caller: &Caller,
        id: &str,
        digest: &Digest,
    ) -> Result<bool, MemoryError> {
        let mut kept = self.kept.lock();
        let Some(known) = kept.by_caller.get_mut(caller).and_then(|own| own.get_mut(id)) else {
            return Ok(false);
        };
        Ok(known.swap_in(digest))
    }

    async fn list(&self, caller: &Caller) -> Result<Vec<SessionSummary>, MemoryError> {
        let now = (self.clock)();
        let kept = self.kept.lock();
        let mut list: Vec<_> = kept
            .by_caller
            .get(caller)
            .into_iter()
            .flatten()
            .filter(|(_, known)| known.expires_at(&self.limits) > now)
            .map(|(id, known)| known.summary(id))
            .collect();
        list.sort_by(|a, b| (b.updated_at, &b.id).cmp(&(a.updated_at, &a.id)));
        Ok(list)
    }

    async fn delete(&self, caller: &Caller, id: &str) -> Result<bool, MemoryError> {
        let now = (self.clock)();
        let mut kept = self.kept.lock();
        kept.release(caller, id);
        let removed = kept.by_caller.get_mut(caller).and_then(|own| own.remove(id));
        Ok(removed.is_some_and(|removed| removed.expires_at(&self.limits) > now))
    }

    async fn erase(&self, caller: &Caller) -> Result<u64, MemoryError> {
        let mut kept = self.kept.lock();
        kept.rights.remove(caller);
        let removed = kept.by_caller.remove(caller).unwrap_or_default();
        Ok(removed.len() as u64)
    }

    fn state(&self) -> MemoryState {
        MemoryState::InProcess
    }
}
