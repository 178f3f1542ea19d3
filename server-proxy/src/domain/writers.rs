//! One writer for each conversation: a second message while one is being answered would build on a
//! history that is about to change.

use std::collections::HashSet;
use std::sync::Arc;

use parking_lot::Mutex;
use saga_domain::{Failure, FailureCode};

use crate::domain::ports::Caller;

type Key = (Caller, String);

/// The conversations that are being answered.
#[derive(Clone, Debug, Default)]
pub struct SessionWriters {
    busy: Arc<Mutex<HashSet<Key>>>,
}

/// The right to write one conversation, given back when dropped.
#[derive(Debug)]
pub struct Writer {
    busy: Arc<Mutex<HashSet<Key>>>,
    key: Key,
}

impl SessionWriters {
    /// Takes the right.
    ///
    /// # Errors
    /// `session_busy` while somebody has it.
    pub fn begin(&self, caller: &Caller, session: &str) -> Result<Writer, Failure> {
        let key = (caller.clone(), session.to_owned());
        if self.busy.lock().insert(key.clone()) {
            return Ok(Writer { busy: Arc::clone(&self.busy), key });
        }
        Err(Failure {
            code: FailureCode::SessionBusy,
            message: "another message of this conversation is still being answered".to_owned(),
            retry_after_ms: Some(1000),
        })
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.busy.lock().remove(&self.key);
    }
}
