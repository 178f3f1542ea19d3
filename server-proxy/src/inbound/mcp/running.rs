//! Tools that are running for clients that came by HTTP, so that a message of its own can call one
//! off. Who simply leaves lets go of its tool without this.

use std::collections::HashMap;
use std::sync::Arc;

use parking_lot::Mutex;
use rmcp::model::RequestId;
use tokio_util::sync::CancellationToken;

use crate::domain::ports::Caller;

/// A request's name: request ids are each client's own, and clients are told apart by the session id
/// that they were given, each only among its own caller's.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Named {
    pub(super) caller: Caller,
    pub(super) session: String,
    pub(super) request: RequestId,
}

/// As many as there are requests under way.
#[derive(Clone, Default)]
pub(super) struct Running(Arc<Mutex<HashMap<Named, CancellationToken>>>);

/// One of them, until dropped.
pub(super) struct Tool {
    running: Running,
    named: Named,
    called_off: CancellationToken,
}

impl Running {
    pub(super) fn begin(&self, named: Named) -> Tool {
        let called_off = CancellationToken::new();
        self.0.lock().insert(named.clone(), called_off.clone());
        Tool { running: self.clone(), named, called_off }
    }

    pub(super) fn call_off(&self, named: &Named) {
        if let Some(called_off) = self.0.lock().get(named) {
            called_off.cancel();
        }
    }
}

impl Tool {
    pub(super) async fn called_off(&self) {
        self.called_off.cancelled().await;
    }
}

impl Drop for Tool {
    fn drop(&mut self) {
        self.running.0.lock().remove(&self.named);
    }
}
