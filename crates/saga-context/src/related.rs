//! What other places say about what stands near a cursor: definitions of the names used there,
//! code that looks alike, places edited a moment ago. Not for every key: the caller keeps the
//! result while it is fresh.
//!
//! The order depends on where a snippet comes from and never on how near or how recent it is, so
//! that it stays while the cursor moves: a model server reads a prompt again from where it
//! differs.

use std::ops::Range;

use saga_domain::{ByteOffset, Snippet};

use crate::context::{place_of, prefix_window};
use crate::index::WorkspaceIndex;
use crate::limits::ContextLimits;
use crate::recent::RecentPlaces;
use crate::snapshot::Snapshot;
use crate::{scopes, signatures, similar, text};

/// Where to look.
#[derive(Clone, Copy)]
pub struct Surroundings<'a> {
    /// The open documents, the most recently used first. The one with the cursor may be among
    /// them.
    pub open: &'a [Snapshot],
    /// The files of the workspace; what it says of an open one is not used.
    pub index: &'a WorkspaceIndex,
    /// What was edited and seen.
    pub recent: &'a RecentPlaces,
}

/// Gathers what other places say, at most as much as the limits allow: signatures first, then
/// similar code, then recent edits, since these change most.
///
/// An offset outside the text, or inside a character, is moved back to the nearest place. The same
/// input gives the same snippets in the same order.
#[must_use]
pub fn related(
    doc: &Snapshot,
    at: ByteOffset,
    around: &Surroundings<'_>,
    limits: &ContextLimits,
) -> Vec<Snippet> {
    let spot = Spot::new(doc, at, limits);
    let mut snippets = signatures::find(&spot, around, limits);
    let edits = around.recent.edits(&spot, limits);
    let is_new = |similar: &Snippet| !edits.iter().any(|edit| overlap(edit, similar));
    snippets.extend(similar::find(&spot, around, limits).into_iter().filter(is_new));
    snippets.extend(edits);
    snippets
}

/// A cursor, and what of its file the model sees anyway.
pub(crate) struct Spot<'a> {
    pub(crate) doc: &'a Snapshot,
    /// The lines before the cursor whose names matter, line ends as `\n`.
    pub(crate) before: String,
    /// The lines after it.
    pub(crate) after: String,
    /// What the model sees for sure: text around the cursor, line ends as `\n`.
    seen: [String; 2],
    /// What of the file the model sees at most, in lines.
    pub(crate) shown: Range<usize>,
    /// Headers of the scopes that hold the cursor.
    pub(crate) scopes: Vec<String>,
}

impl<'a> Spot<'a> {
    fn new(doc: &'a Snapshot, at: ByteOffset, limits: &ContextLimits) -> Self {
        let at = place_of(doc, at);
        let line = text::line_of(&doc.rope, at);
        let prefix = prefix_window(doc, at, limits.prefix_bytes_max);
        let seen_before = text::tail(&prefix, SEEN_BEFORE_BYTES).to_owned();
        let seen_after = text::unix_lines(text::slice(&doc.rope, at..at + SEEN_AFTER_BYTES));
        Self {
            doc,
            before: last_lines(&seen_before, limits.names_lines_before_max).to_owned(),
            after: first_lines(&seen_after, limits.names_lines_after_max).to_owned(),
            seen: [seen_before, seen_after],
            shown: line.saturating_sub(limits.shown_lines_before_max)
                ..line + limits.shown_lines_after_max + 1,
            scopes: scopes::around(doc, at, &prefix, limits.scopes_max),
        }
    }

    /// Whether the model sees a line of the file that starts with this.
    pub(crate) fn shows(&self, first_line: &str) -> bool {
        self.seen.iter().any(|text| text.contains(first_line))
    }
}

/// Text around the cursor that every prompt holds.
const SEEN_BEFORE_BYTES: usize = 4 << 10;
const SEEN_AFTER_BYTES: usize = 1 << 10;

fn last_lines(text: &str, lines_max: usize) -> &str {
    let start = text.rmatch_indices('\n').nth(lines_max).map_or(0, |(at, _)| at + 1);
    &text[start..]
}

fn first_lines(text: &str, lines_max: usize) -> &str {
    let end = text.match_indices('\n').nth(lines_max).map_or(text.len(), |(at, _)| at);
    &text[..end]
}

/// Whether two snippets hold the same line of the same file.
fn overlap(one: &Snippet, other: &Snippet) -> bool {
    /// A shorter line may stand anywhere.
    const LINE_BYTES_MIN: usize = 8;
    let lines = one.text.lines().filter(|line| line.trim().len() >= LINE_BYTES_MIN);
    one.path == other.path
        && lines.into_iter().any(|line| other.text.lines().any(|its| its == line))
}
