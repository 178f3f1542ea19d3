//! Clients that take nothing of their answers, found by one sweep over all of them.
//!
//! Nobody asks a body for more while its connection, or its stream on HTTP/2, is full, so a body
//! cannot tell by itself that it is not read. A timer for each would cost every short answer more
//! than it brings a long one.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use tokio::time::sleep;

/// An answer that is being read, or not.
pub(crate) trait Reader: Send + Sync {
    /// Lets go of the model server if the client has taken nothing for so long.
    fn let_go_if_unread(&self, stall_time_max: Duration);
}

/// All answers that are being read; cheap to clone.
#[derive(Clone, Default)]
pub(crate) struct Readers(Arc<Mutex<Open>>);

#[derive(Default)]
struct Open {
    by_number: HashMap<u64, Arc<dyn Reader>>,
    next: u64,
    is_swept: bool,
}

/// An answer is watched until this is dropped.
pub(crate) struct Watched {
    readers: Readers,
    number: u64,
}

impl Readers {
    /// Watches an answer. All are watched with the time that the first one came with.
    pub(crate) fn watch(&self, reader: Arc<dyn Reader>, stall_time_max: Duration) -> Watched {
        let mut open = self.0.lock();
        open.next += 1;
        let number = open.next;
        open.by_number.insert(number, reader);
        if !std::mem::replace(&mut open.is_swept, true) {
            tokio::spawn(self.clone().sweep(stall_time_max));
        }
        Watched { readers: self.clone(), number }
    }

    async fn sweep(self, stall_time_max: Duration) {
        loop {
            sleep(stall_time_max).await;
            let readers: Vec<_> = {
                let mut open = self.0.lock();
                if open.by_number.is_empty() {
                    open.is_swept = false;
                    return;
                }
                open.by_number.values().cloned().collect()
            };
            for reader in readers {
                reader.let_go_if_unread(stall_time_max);
            }
        }
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        // Its own drop may do much, so it must not happen while all others wait.
        let _reader = self.readers.0.lock().by_number.remove(&self.number);
    }
}
