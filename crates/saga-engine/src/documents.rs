//! The open documents: kept in step on the caller's thread, parsed beside it.

use std::sync::Arc;

use saga_context::{Misfit, ParseJob, Snapshot};
use saga_domain::{Failure, FailureCode, Span, TextEdit};

use crate::related;
use crate::runner::Runner;
use crate::shared::Shared;

/// A document with its whole text.
#[derive(Clone, Copy, Debug)]
pub struct NewDocument<'a> {
    /// The editor's name for it; never read from disk.
    pub uri: &'a str,
    /// What a model is shown as its path; taken from `uri` when absent.
    pub path: Option<&'a str>,
    /// The editor's language id.
    pub language_id: &'a str,
    /// The editor's version of this text.
    pub version: i64,
    /// The whole text, line ends as they are.
    pub text: &'a str,
}

pub(crate) fn open(shared: &Shared, document: NewDocument<'_>) -> Result<(), Failure> {
    let NewDocument { uri, path, language_id, version, text } = document;
    let path = path.filter(|path| !path.is_empty()).unwrap_or_else(|| file_name(uri));
    let_go_of(shared, uri);
    shared.documents.lock().open(uri, path, language_id, version, text).map_err(failure)
}

pub(crate) fn change(
    shared: &Shared,
    uri: &str,
    version: i64,
    edits: &[TextEdit],
) -> Result<(), Failure> {
    shared.turn.note_change(edits);
    let now = {
        let mut documents = shared.documents.lock();
        documents.change(uri, version, edits).map_err(failure)?;
        documents.get(uri)
    };
    let Some(now) = now else { return Ok(()) };
    if shared.flights.note_change(&now) {
        shared.turn.note_foresight(false);
    }
    related::note_edits(shared, &now, edits);
    Ok(())
}

pub(crate) fn close(shared: &Shared, uri: &str) {
    let_go_of(shared, uri);
    shared.documents.lock().close(uri);
    shared.anchors.lock().remove(uri);
    related::forget(shared, uri);
    shared.readings.forget(uri);
}

fn let_go_of(shared: &Shared, uri: &str) {
    shared.flights.let_go_of(uri);
    shared.background.ahead.let_go_of(uri);
}

/// The document as it is now.
pub(crate) fn snapshot(shared: &Shared, uri: &str) -> Result<Snapshot, Failure> {
    shared.documents.lock().get(uri).ok_or_else(|| failure(Misfit::UnknownDocument))
}

/// Those of the documents that are open.
pub(crate) fn snapshots(shared: &Shared, uris: &[String]) -> Vec<Snapshot> {
    let documents = shared.documents.lock();
    uris.iter().filter_map(|uri| documents.get(uri)).collect()
}

/// Brings a document's tree up to its text in the background, one parse at a time. What is asked
/// meanwhile works with the tree there is.
pub(crate) fn parse_soon(shared: &Arc<Shared>, runner: &Runner, uri: &str) {
    if !shared.parsing.lock().insert(uri.to_owned()) {
        return;
    }
    let mut busy = Parsing { shared: Arc::clone(shared), uri: uri.to_owned(), marked: true };
    let runner_inside = runner.clone();
    runner.spawn(async move {
        while let Some(job) = busy.next_job() {
            // A parser that panics leaves the document without a newer tree, which is allowed.
            let Some(parsed) = runner_inside.beside(move || job.run()).await else { return };
            busy.shared.documents.lock().adopt(parsed);
        }
    });
}

/// The same document with a tree of just this text, where one can be had: for work that the user
/// asked for and that a moment more does not hurt.
pub(crate) async fn parsed(shared: &Shared, runner: &Runner, document: Snapshot) -> Snapshot {
    if document.tree_is_current() {
        return document;
    }
    let job = shared.documents.lock().parse_job(document.uri());
    if let Some(job) = job {
        let parsed = runner.beside(move || job.run()).await;
        if let Some(parsed) = parsed {
            shared.documents.lock().adopt(parsed);
        }
    }
    let now = shared.documents.lock().get(document.uri());
    now.filter(|now| now.version() == document.version()).unwrap_or(document)
}

/// Completes when no document is being parsed.
pub(crate) async fn all_parsed(shared: &Shared) {
    loop {
        let parsed = shared.parsed.notified();
        if shared.parsing.lock().is_empty() {
            return;
        }
        parsed.await;
    }
}

/// The mark that a document is being parsed; taken away however that ends.
struct Parsing {
    shared: Arc<Shared>,
    uri: String,
    marked: bool,
}

impl Parsing {
    /// What is left to parse. When nothing is, the mark goes at once: a change that comes now
    /// must find it gone.
    fn next_job(&mut self) -> Option<ParseJob> {
        let documents = self.shared.documents.lock();
        let job = documents.parse_job(&self.uri);
        if job.is_none() {
            self.shared.parsing.lock().remove(&self.uri);
            self.shared.parsed.notify_waiters();
            self.marked = false;
        }
        job
    }
}

impl Drop for Parsing {
    fn drop(&mut self) {
        if self.marked {
            self.shared.parsing.lock().remove(&self.uri);
            self.shared.parsed.notify_waiters();
        }
    }
}

pub(crate) fn failure(misfit: Misfit) -> Failure {
    Failure::new(misfit.code(), misfit.to_string())
}

/// Checks a span that came from outside.
pub(crate) fn check_span(document: &Snapshot, span: Span) -> Result<(), Failure> {
    document.check(span.start).map_err(failure)?;
    document.check(span.end).map_err(failure)?;
    if span.end < span.start {
        return Err(Failure::new(
            FailureCode::OffsetOutOfRange,
            "The selection ends before it begins.",
        ));
    }
    Ok(())
}

fn file_name(uri: &str) -> &str {
    uri.trim_end_matches('/').rsplit('/').next().unwrap_or(uri)
}
