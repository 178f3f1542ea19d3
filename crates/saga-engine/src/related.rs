//! What other places say about a cursor, looked for beside the keystroke's path: after a request
//! was sent, and before anybody asks. What was found is used until something newer is.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use saga_context::{ContextLimits, RecentPlaces, Snapshot, Surroundings, redact, related};
use saga_domain::{ByteOffset, Context, Snippet, Span, TextEdit};

use crate::documents;
use crate::guard;
use crate::place::Cursor;
use crate::runner::Runner;
use crate::shared::Shared;

/// Lines around a cursor that count as seen.
const SEEN_LINES: usize = 20;
/// How long the first question about a document waits for parsers.
const PARSING_MAX: Duration = Duration::from_millis(250);
/// Documents whose snippets are kept.
const DOCUMENTS_MAX: usize = 64;

/// What is known of other places.
#[derive(Default)]
pub(crate) struct Related {
    known: Mutex<HashMap<String, Known>>,
    recent: Mutex<RecentPlaces>,
    /// The document that somebody looks around in right now.
    looking: Mutex<bool>,
}

struct Known {
    snippets: Vec<Snippet>,
    version: i64,
    line: usize,
}

/// Looks around in a document that nobody has looked around in yet, once what is open is parsed:
/// what is found later changes a prompt from its beginning on.
pub(crate) async fn look_first(shared: &Arc<Shared>, runner: &Runner, cursor: &Cursor) {
    if shared.related.known.lock().contains_key(cursor.document.uri()) {
        return;
    }
    let parsed = documents::all_parsed(shared);
    // A parser that takes longer is not waited for.
    let _ = tokio::time::timeout(PARSING_MAX, parsed).await;
    let (looking, document, at) = (Arc::clone(shared), cursor.document.clone(), cursor.at);
    runner.beside(move || drop(look(&looking, &document, at))).await;
}

/// What is known of other places. Only in a document that nobody has looked around in yet, it is
/// looked for at once.
pub(crate) fn known(shared: &Shared, document: &Snapshot, at: ByteOffset) -> Vec<Snippet> {
    let known = &shared.related.known;
    if let Some(known) = known.lock().get(document.uri()) {
        return known.snippets.clone();
    }
    look(shared, document, at)
}

/// Looks again in the background, when the text or the cursor has moved on.
pub(crate) fn refresh_soon(shared: &Arc<Shared>, runner: &Runner, cursor: &Cursor) {
    let line = line_of(&cursor.document, cursor.at);
    let is_fresh = shared.related.known.lock().get(cursor.document.uri()).is_some_and(|known| {
        known.version == cursor.document.version() && known.line.abs_diff(line) < SEEN_LINES
    });
    if is_fresh || std::mem::replace(&mut *shared.related.looking.lock(), true) {
        return;
    }
    let (looking, document, at) = (Arc::clone(shared), cursor.document.clone(), cursor.at);
    let runner_inside = runner.clone();
    runner.spawn(async move {
        let shared = Arc::clone(&looking);
        runner_inside.beside(move || drop(look(&shared, &document, at))).await;
        *looking.related.looking.lock() = false;
    });
}

/// Looks around and keeps what is found.
pub(crate) fn look(shared: &Shared, document: &Snapshot, at: ByteOffset) -> Vec<Snippet> {
    let began = Instant::now();
    let line = line_of(document, at);
    let recent = {
        let mut recent = shared.related.recent.lock();
        recent.note_seen(document, seen_around(document, line));
        recent.clone()
    };
    let mut open = shared.documents.lock().recent();
    open.retain(|open| !guard::is_private(shared, open));
    let snippets = shared.workspace.with_index(|index| {
        let around = Surroundings { open: &open, index, recent: &recent };
        related(document, at, &around, &ContextLimits::USUAL)
    });
    let snippets = without_secrets(snippets);
    let found = Known { snippets: snippets.clone(), version: document.version(), line };
    let mut known = shared.related.known.lock();
    if known.len() >= DOCUMENTS_MAX {
        known.clear();
    }
    known.insert(document.uri().to_owned(), found);
    shared.stats.related_in(began.elapsed());
    snippets
}

/// Notes what was typed where. `now` is the document after the edits.
pub(crate) fn note_edits(shared: &Shared, now: &Snapshot, edits: &[TextEdit]) {
    if guard::is_private(shared, now) {
        return;
    }
    let mut recent = shared.related.recent.lock();
    for edit in edits {
        let end = ByteOffset(edit.span.start.0 + edit.text.len());
        let span = Span { start: edit.span.start, end };
        if now.check(span.start).is_ok() && now.check(span.end).is_ok() {
            recent.note_edit(now, span);
        }
    }
}

/// Forgets what was found for a document that is closed.
pub(crate) fn forget(shared: &Shared, uri: &str) {
    shared.related.known.lock().remove(uri);
}

fn without_secrets(snippets: Vec<Snippet>) -> Vec<Snippet> {
    let mut context = Context { snippets, ..Context::default() };
    redact(&mut context);
    context.snippets
}

fn line_of(document: &Snapshot, at: ByteOffset) -> usize {
    document.rope().line_of_byte(at.0.min(document.rope().byte_len()))
}

fn seen_around(document: &Snapshot, line: usize) -> Span {
    let rope = document.rope();
    let lines = rope.line_len();
    let start = line.saturating_sub(SEEN_LINES).min(lines);
    let end = (line + SEEN_LINES).min(lines);
    Span::new(rope.byte_of_line(start), rope.byte_of_line(end))
}
