//! What stands around a cursor, as `saga_domain::Context`: bounded windows of text, the scopes and
//! the imports. Cheap enough for every key. Total: half-written code and files without a tree give
//! what can be had. What other places say is gathered by `related.rs`.

use saga_domain::{ByteOffset, Context};

use crate::limits::ContextLimits;
use crate::scopes;
use crate::snapshot::Snapshot;
use crate::text;

/// Gathers what is known around `at`, without snippets; they come from [`crate::related`].
///
/// An offset outside the text, or inside a character, is moved back to the nearest
/// place; use [`Snapshot::check`] to refuse it instead.
#[must_use]
pub fn context_at(doc: &Snapshot, at: ByteOffset, limits: &ContextLimits) -> Context {
    let at = place_of(doc, at);
    let prefix = prefix_window(doc, at, limits.prefix_bytes_max);
    let suffix = suffix_window(doc, at, limits.suffix_bytes_max);
    let scopes = scopes::around(doc, at, &prefix, limits.scopes_max);
    Context {
        path: doc.path().to_owned(),
        language: doc.language_id().to_owned(),
        imports: imports(doc, limits.imports_bytes_max),
        scopes,
        snippets: Vec::new(),
        prefix,
        suffix,
    }
}

/// A place in the text, never between the two characters of a line end.
pub(crate) fn place_of(doc: &Snapshot, at: ByteOffset) -> usize {
    let at = text::floor(&doc.rope, at.0);
    let splits_crlf = at > 0
        && at < doc.rope.byte_len()
        && doc.rope.byte(at - 1) == b'\r'
        && doc.rope.byte(at) == b'\n';
    if splits_crlf { at - 1 } else { at }
}

/// The text before the cursor. Its start is found from a multiple of a step, so that it does not
/// move with every character typed: a prompt whose start moves is evaluated as a whole again.
pub(crate) fn prefix_window(doc: &Snapshot, at: usize, bytes_max: usize) -> String {
    let step = (bytes_max / 4).max(1);
    let earliest = at.saturating_sub(bytes_max).next_multiple_of(step).min(at);
    let start = if earliest == 0 {
        0
    } else {
        // The first line that starts inside the window, or the window itself in one long line.
        let next_line = text::next_line_start(&doc.rope, earliest);
        if next_line <= at { next_line } else { earliest }
    };
    text::unix_lines(text::slice(&doc.rope, start..at))
}

/// The text after the cursor, ending with a whole line where there is one.
pub(crate) fn suffix_window(doc: &Snapshot, at: usize, bytes_max: usize) -> String {
    let latest = at.saturating_add(bytes_max).min(doc.rope.byte_len());
    let mut end = latest;
    if latest < doc.rope.byte_len() {
        let line = text::line_start(&doc.rope, latest);
        end = if line > at { line } else { latest };
    }
    text::unix_lines(text::slice(&doc.rope, at..end))
}

fn imports(doc: &Snapshot, bytes_max: usize) -> Vec<String> {
    let Some(syntax) = &doc.syntax else { return Vec::new() };
    let mut left = bytes_max;
    let fits = |line: &&str| {
        let fits = line.len() <= left;
        left = left.saturating_sub(line.len());
        fits
    };
    syntax.outline.imports().take_while(fits).map(str::to_owned).collect()
}
