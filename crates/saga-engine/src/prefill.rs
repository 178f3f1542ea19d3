//! The stable part of a prompt, read by the server before anybody asks.

use std::sync::Arc;

use saga_context::Snapshot;
use saga_domain::{ByteOffset, Failure};

use crate::documents;
use crate::guard;
use crate::place::Cursor;
use crate::related;
use crate::request::{Errand, Request};
use crate::runner::Runner;
use crate::shared::Shared;

/// Has the server read what a completion at `at` would begin with, unless it has just done so or
/// has something else to do.
pub(crate) fn prefill(shared: &Arc<Shared>, runner: &Runner, uri: &str, at: ByteOffset) {
    let Ok(document) = documents::snapshot(shared, uri) else { return };
    if document.check(at).is_err() || guard::is_private(shared, &document) {
        return;
    }
    let mark = shared.background.begin_reading();
    let (shared, runner_inside) = (Arc::clone(shared), runner.clone());
    runner.spawn(async move {
        let reading = read(&shared, &runner_inside, document, at);
        let outcome = tokio::select! {
            biased;
            () = mark.cancelled() => return,
            outcome = reading => outcome,
        };
        if let Err(failure) = outcome {
            shared.background.note_failure(&failure);
        }
    });
}

async fn read(
    shared: &Arc<Shared>,
    runner: &Runner,
    document: Snapshot,
    at: ByteOffset,
) -> Result<(), Failure> {
    let document = documents::parsed(shared, runner, document).await;
    let cursor = Cursor::new(document, at, Vec::new());
    related::look_first(shared, runner, &cursor).await;
    related::refresh_soon(shared, runner, &cursor);
    if !shared.background.moment(shared).await {
        return Ok(());
    }
    let facts = shared.facts().await?;
    let request = Request::new(shared, &cursor, facts, Errand::Prefill);
    let prompt = request.first_prompt();
    if shared.background.is_unread(&prompt.prompt) { request.read(prompt).await } else { Ok(()) }
}
