//! How many WebSockets each caller has open.

use std::collections::HashMap;
use std::sync::Arc;

use parking_lot::Mutex;
use saga_domain::{Failure, FailureCode};

use crate::domain::ports::Caller;

/// Counts them. Cheap to clone; all clones are one.
#[derive(Clone, Debug, Default)]
pub struct Sockets {
    open: Arc<Mutex<HashMap<Caller, usize>>>,
}

/// One of them, counted until this is dropped.
#[derive(Debug)]
pub struct Seat {
    open: Arc<Mutex<HashMap<Caller, usize>>>,
    caller: Caller,
}

impl Sockets {
    /// Takes a seat among at most so many.
    ///
    /// # Errors
    /// `rate_limited` when the caller has all of them.
    pub fn enter(&self, caller: &Caller, sockets_max: usize) -> Result<Seat, Failure> {
        let mut open = self.open.lock();
        let own = open.entry(caller.clone()).or_default();
        if *own >= sockets_max {
            return Err(Failure {
                code: FailureCode::RateLimited,
                message: format!("{sockets_max} sockets of this user are open already"),
                retry_after_ms: Some(1000),
            });
        }
        *own += 1;
        Ok(Seat { open: Arc::clone(&self.open), caller: caller.clone() })
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut open = self.open.lock();
        let Some(own) = open.get_mut(&self.caller) else { return };
        *own -= 1;
        if *own == 0 {
            open.remove(&self.caller);
        }
    }
}
