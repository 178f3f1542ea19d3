//! One writer for each conversation: a second message while one is being answered would build on a
//! history that is about to change.
//!
//! The right to write is held in this process and in memory, where other servers see it. There it
//! has an end, so that a server that died keeps nobody waiting; a writer keeps it as long as it
//! lives, and hears when it is taken away: the conversation was deleted.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use saga_domain::{Failure, FailureCode};
use saga_protocol::chat::Turn;
use tokio::runtime::Handle;
use tokio::time::sleep;
use tokio_util::sync::{CancellationToken, WaitForCancellationFutureOwned};
use tokio_util::task::AbortOnDropHandle;

use crate::domain::ports::{Caller, MemoryError, Right, SessionMemory};
use crate::domain::revision::{Cut, Fork};

/// Tries to take a right that is another server's, and the time between two: who gave one back has
/// not always been heard by the time of the next message.
const TRIES_MAX: u32 = 4;
const TRY_EVERY: Duration = Duration::from_millis(50);

type Busy = Arc<Mutex<HashMap<(Caller, String), CancellationToken>>>;

/// The conversations that are being answered.
#[derive(Clone)]
pub struct SessionWriters {
    memory: Arc<dyn SessionMemory>,
    right_time: Duration,
    busy: Busy,
}

/// The right to write one conversation, given back when dropped.
pub struct Writer {
    memory: Arc<dyn SessionMemory>,
    busy: Busy,
    right: Right,
    revoked: CancellationToken,
    /// Gone once it is given back.
    keeping: Option<AbortOnDropHandle<()>>,
}

impl SessionWriters {
    /// Rights in this memory, each for so long unless it is kept.
    #[must_use]
    pub fn new(memory: Arc<dyn SessionMemory>, right_time: Duration) -> Self {
        Self { memory, right_time, busy: Busy::default() }
    }

    /// Takes the right. Without memory it is one of this process alone.
    ///
    /// # Errors
    /// `session_busy` while somebody has it.
    pub async fn begin(&self, caller: &Caller, session: &str) -> Result<Writer, Failure> {
        let revoked = CancellationToken::new();
        {
            let key = (caller.clone(), session.to_owned());
            let mut busy = self.busy.lock();
            if busy.contains_key(&key) {
                return Err(session_busy());
            }
            busy.insert(key, revoked.clone());
        }
        let right = Right {
            caller: caller.clone(),
            session: session.to_owned(),
            holder: uuid::Uuid::new_v4().simple().to_string(),
        };
        // From here on dropping it gives the place in this process back.
        let mut writer = Writer {
            memory: self.memory.clone(),
            busy: self.busy.clone(),
            right,
            revoked,
            keeping: None,
        };
        if self.take(&writer.right).await? {
            let keeping = keep(
                self.memory.clone(),
                writer.right.clone(),
                self.right_time,
                writer.revoked.clone(),
            );
            writer.keeping = Some(AbortOnDropHandle::new(tokio::spawn(keeping)));
        }
        Ok(writer)
    }

    /// Takes the right away from whoever answers in this process: in one conversation, or in all of
    /// the caller's. Returns how many.
    pub fn revoke(&self, caller: &Caller, session: Option<&str>) -> usize {
        let busy = self.busy.lock();
        let concerned = busy.iter().filter(|((whose, id), _)| {
            whose == caller && session.is_none_or(|session| session == id)
        });
        concerned.map(|(_, revoked)| revoked.cancel()).count()
    }

    /// Whether it is held in memory too; false when memory does not answer.
    async fn take(&self, right: &Right) -> Result<bool, Failure> {
        for tried in 1..=TRIES_MAX {
            match self.memory.hold(right, false, self.right_time).await {
                Ok(true) => return Ok(true),
                Ok(false) if tried < TRIES_MAX => sleep(TRY_EVERY).await,
                Ok(false) => return Err(session_busy()),
                Err(_) => return Ok(false),
            }
        }
        Err(session_busy())
    }
}

impl Writer {
    /// Stores the turn, which ends the right.
    ///
    /// # Errors
    /// Those of [`SessionMemory::append`].
    pub async fn append(&mut self, version: u64, turn: Turn) -> Result<u64, MemoryError> {
        let stored = self.memory.append(&self.right, version, turn).await;
        if stored.is_ok() {
            self.keeping = None;
        }
        stored
    }

    /// Begins the conversation with turns of another one, which ends the right.
    ///
    /// # Errors
    /// Those of [`SessionMemory::begin`].
    pub async fn begin(&mut self, fork: &Fork, at: u64) -> Result<(), MemoryError> {
        let begun = self.memory.begin(&self.right, fork, at).await;
        if begun.is_ok() {
            self.keeping = None;
        }
        begun
    }

    /// Forgets a turn, which ends the right.
    ///
    /// # Errors
    /// Those of [`SessionMemory::cut`].
    pub async fn cut(&mut self, version: u64, cut: &Cut) -> Result<(), MemoryError> {
        let done = self.memory.cut(&self.right, version, cut).await;
        if done.is_ok() {
            self.keeping = None;
        }
        done
    }

    /// Resolves when the right is taken away.
    pub fn revoked(&self) -> WaitForCancellationFutureOwned {
        self.revoked.clone().cancelled_owned()
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        let key = (self.right.caller.clone(), self.right.session.clone());
        self.busy.lock().remove(&key);
        let held = self.keeping.take().is_some();
        if let Some(runtime) = Handle::try_current().ok().filter(|_| held) {
            let (memory, right) = (self.memory.clone(), self.right.clone());
            // What is not given back ends by itself.
            runtime.spawn(async move { memory.let_go(&right).await });
        }
    }
}

async fn keep(
    memory: Arc<dyn SessionMemory>,
    right: Right,
    right_time: Duration,
    revoked: CancellationToken,
) {
    loop {
        sleep(right_time / 3).await;
        if memory.hold(&right, true, right_time).await == Ok(false) {
            revoked.cancel();
            return;
        }
    }
}

/// What is said to a writer whose right was taken away.
#[must_use]
pub fn revoked() -> Failure {
    Failure::new(FailureCode::NotFound, "the conversation was deleted while it was being answered")
}

/// What is said while a message of the conversation is being answered.
#[must_use]
pub fn session_busy() -> Failure {
    Failure {
        code: FailureCode::SessionBusy,
        message: "another message of this conversation is still being answered".to_owned(),
        retry_after_ms: Some(1000),
    }
}
