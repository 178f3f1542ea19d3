//! How far an answer is, told to a client that asked to be told.

use std::time::Duration;

use rmcp::model::{ProgressNotificationParam, ProgressToken};
use rmcp::service::{Peer, RequestContext, RoleServer};
use serde_json::Value;
use tokio::time::{Instant, timeout};

/// Time between two words about an answer that is being written.
const TELL_EVERY: Duration = Duration::from_millis(500);
/// Time for which a client that takes nothing holds the answer up, once.
const TAKE_TIME_MAX: Duration = Duration::from_secs(1);

pub(super) struct Progress {
    /// `None` when nobody wants to know.
    told: Option<(Peer<RoleServer>, ProgressToken)>,
    count: f64,
    last: Option<Instant>,
}

impl Progress {
    pub(super) fn of(context: &RequestContext<RoleServer>) -> Self {
        let token = context.meta.get_progress_token();
        let told = token.map(|token| (context.peer.clone(), token));
        Self { told, count: 0.0, last: None }
    }

    pub(super) async fn waits(&mut self, place: &Value) {
        self.tell(|| format!("waiting, place {place} in the queue")).await;
    }

    pub(super) async fn writes(&mut self, text: &str) {
        if self.last.is_some_and(|last| last.elapsed() < TELL_EVERY) {
            return;
        }
        self.last = Some(Instant::now());
        self.tell(|| format!("answering, {} characters so far", text.chars().count())).await;
    }

    /// The number only says that it goes on: how long an answer will be is not known.
    async fn tell(&mut self, message: impl FnOnce() -> String) {
        let Some((peer, token)) = &self.told else { return };
        self.count += 1.0;
        let progress = ProgressNotificationParam::new(token.clone(), self.count);
        let taken = peer.notify_progress(progress.with_message(message()));
        if !matches!(timeout(TAKE_TIME_MAX, taken).await, Ok(Ok(()))) {
            self.told = None;
        }
    }
}
