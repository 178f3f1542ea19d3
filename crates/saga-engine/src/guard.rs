//! What never leaves this machine, and where nothing is suggested.

use saga_context::{Snapshot, cursor_in_secret, cursor_place, holds_placeholder, redact};
use saga_domain::{Context, Failure, FailureCode, Trigger};
use saga_prompt::Shaped;

use crate::place::Cursor;
use crate::question::Skip;
use crate::shared::Shared;

/// Whether nothing may be read or sent of a document.
pub(crate) fn is_private(shared: &Shared, document: &Snapshot) -> bool {
    let workspace = &shared.workspace;
    workspace.is_private(document.path()) || workspace.is_private(document.uri())
}

/// # Errors
/// `private_file` for a document of which nothing is sent.
pub(crate) fn refuse_private(shared: &Shared, document: &Snapshot) -> Result<(), Failure> {
    if is_private(shared, document) { Err(refusal(document.path())) } else { Ok(()) }
}

/// # Errors
/// `private_file` for a path of which nothing is sent.
pub(crate) fn refuse_private_path(shared: &Shared, path: &str) -> Result<(), Failure> {
    if shared.workspace.is_private(path) { Err(refusal(path)) } else { Ok(()) }
}

fn refusal(path: &str) -> Failure {
    Failure::new(
        FailureCode::PrivateFile,
        format!("{path} is a private file: nothing of it is sent to a model."),
    )
}

/// The text with a placeholder for each secret.
pub(crate) fn without_secrets(text: String) -> String {
    hide_secrets(text).0
}

/// The text with a placeholder for each secret, and how many there were.
pub(crate) fn hide_secrets(text: String) -> (String, usize) {
    let mut context = Context { prefix: text, ..Context::default() };
    let hidden = redact(&mut context).count;
    (context.prefix, hidden)
}

/// An answer without what no file should hold: a placeholder that stands for a secret.
pub(crate) fn without_placeholder(mut shaped: Shaped) -> Shaped {
    if shows_placeholder(&shaped) {
        shaped.text.clear();
        shaped.replace_back_bytes = 0;
    }
    shaped
}

/// Whether an answer holds what stands for a secret.
pub(crate) fn shows_placeholder(shaped: &Shaped) -> bool {
    holds_placeholder(&shaped.text)
}

/// Why nothing is suggested at a cursor, as a stable name.
pub(crate) fn why_not(
    shared: &Shared,
    cursor: &Cursor,
    trigger: Trigger,
    skip: Skip,
) -> Option<&'static str> {
    if is_private(shared, &cursor.document) {
        return Some("private_file");
    }
    if cursor_in_secret(&cursor.document, cursor.at) {
        return Some("in_secret");
    }
    if trigger == Trigger::Automatic && (skip.comments || skip.strings) {
        let place = cursor_place(&cursor.document, cursor.at);
        if skip.comments && place.in_comment {
            return Some("in_comment");
        }
        if skip.strings && place.in_string {
            return Some("in_string");
        }
    }
    None
}
