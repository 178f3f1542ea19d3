//! Where the user was: places edited a moment ago, and places seen. Bounded rings; the oldest goes
//! first. Both are kept by their text, so that they outlive the documents they are of.

use std::collections::VecDeque;
use std::ops::Range;
use std::sync::Arc;

use saga_domain::{Snippet, SnippetKind, Span};

use crate::limits::ContextLimits;
use crate::names;
use crate::related::Spot;
use crate::snapshot::Snapshot;
use crate::text;

const EDITS_MAX: usize = 32;
const SEEN_MAX: usize = 64;
/// Lines around an edit that make it readable.
const LINES_AROUND: usize = 2;
/// A place grows no further.
const LINES_MAX: usize = 24;
const BYTES_MAX: usize = 1600;

/// Places edited and places seen, the newest last.
#[derive(Clone, Debug, Default)]
pub struct RecentPlaces {
    edits: VecDeque<Place>,
    seen: VecDeque<Seen>,
}

/// A place of a document and its text at that time.
#[derive(Clone, Debug)]
struct Place {
    uri: Arc<str>,
    path: Arc<str>,
    family: Option<&'static str>,
    lines: Range<usize>,
    /// Lines of the document when `lines` was right.
    document_lines: usize,
    text: String,
}

/// A place that was seen, with the names in it.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    pub(crate) uri: Arc<str>,
    pub(crate) path: Arc<str>,
    pub(crate) family: Option<&'static str>,
    pub(crate) line: usize,
    pub(crate) names: Vec<u32>,
    pub(crate) text: String,
}

impl RecentPlaces {
    /// Nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Notes what an edit wrote; `span` is in the document as it is after it. Cheap enough for
    /// every key: a place next to one that is known becomes part of it.
    pub fn note_edit(&mut self, doc: &Snapshot, span: Span) {
        let first = text::line_of(&doc.rope, span.start.0);
        let last = text::line_of(&doc.rope, span.end.0.max(span.start.0));
        let document_lines = doc.rope.line_len();
        self.move_along(doc, first, document_lines);
        let mut lines = first..last.min(first + LINES_MAX) + 1;
        let touches = |place: &Place| {
            let near = place.lines.start <= lines.end + LINES_AROUND
                && lines.start <= place.lines.end + LINES_AROUND;
            place.uri == doc.uri && near
        };
        if let Some(at) = self.edits.iter().rposition(touches)
            && let Some(place) = self.edits.remove(at)
        {
            let whole = place.lines.start.min(lines.start)..place.lines.end.max(lines.end);
            if whole.len() <= LINES_MAX {
                lines = whole;
            }
        }
        if self.edits.len() >= EDITS_MAX {
            self.edits.pop_front();
        }
        let text = around(doc, &lines);
        self.edits.push_back(Place {
            uri: Arc::clone(&doc.uri),
            path: Arc::clone(&doc.path),
            family: doc.language().map(|language| language.family),
            lines,
            document_lines,
            text,
        });
    }

    /// Notes what the user looked at, for when the document is closed.
    pub fn note_seen(&mut self, doc: &Snapshot, span: Span) {
        let first = text::line_of(&doc.rope, span.start.0);
        let last = text::line_of(&doc.rope, span.end.0.max(span.start.0));
        let lines = first..last.min(first + LINES_MAX) + 1;
        let is_same = |seen: &Seen| seen.uri == doc.uri && lines.contains(&seen.line);
        self.seen.retain(|seen| !is_same(seen));
        let text = around(doc, &lines);
        let names = names::fingerprints(&text);
        if self.seen.len() >= SEEN_MAX {
            self.seen.pop_front();
        }
        self.seen.push_back(Seen {
            uri: Arc::clone(&doc.uri),
            path: Arc::clone(&doc.path),
            family: doc.language().map(|language| language.family),
            line: first,
            names,
            text,
        });
    }

    /// Forgets all of a document that the user wants nothing read of.
    pub fn forget(&mut self, uri: &str) {
        self.edits.retain(|place| &*place.uri != uri);
        self.seen.retain(|seen| &*seen.uri != uri);
    }

    pub(crate) fn seen(&self) -> impl Iterator<Item = &Seen> {
        self.seen.iter()
    }

    /// The newest edits that the model does not see anyway, in the order of their files.
    pub(crate) fn edits(&self, spot: &Spot<'_>, limits: &ContextLimits) -> Vec<Snippet> {
        let family = spot.doc.language().map(|language| language.family);
        let mut chosen: Vec<&Place> = Vec::new();
        let mut bytes_left = limits.edits_bytes_max;
        for place in self.edits.iter().rev() {
            if chosen.len() >= limits.edits_max {
                break;
            }
            let is_shown = place.uri == spot.doc.uri
                && place.lines.start < spot.shown.end
                && place.lines.end > spot.shown.start;
            let says_something = !place.text.trim().is_empty() && place.family == family;
            if !is_shown && says_something && place.text.len() <= bytes_left {
                bytes_left -= place.text.len();
                chosen.push(place);
            }
        }
        chosen.sort_by_key(|place| (&place.path, place.lines.start));
        let snippets = chosen.into_iter().map(|place| Snippet {
            path: place.path.to_string(),
            kind: SnippetKind::RecentEdit,
            text: place.text.clone(),
        });
        snippets.collect()
    }

    /// Places below an edit have moved by the lines it added or took.
    fn move_along(&mut self, doc: &Snapshot, line: usize, document_lines: usize) {
        for place in self.edits.iter_mut().filter(|place| place.uri == doc.uri) {
            if place.lines.start > line {
                let moved = |at: usize| (at + document_lines).saturating_sub(place.document_lines);
                place.lines = moved(place.lines.start)..moved(place.lines.end);
            }
            place.document_lines = document_lines;
        }
    }
}

/// The lines and a few around them, line ends as `\n`.
fn around(doc: &Snapshot, lines: &Range<usize>) -> String {
    let start = text::start_of_line(&doc.rope, lines.start.saturating_sub(LINES_AROUND));
    let end = text::start_of_line(&doc.rope, lines.end + LINES_AROUND);
    let end = end.min(start + BYTES_MAX);
    let text = text::unix_lines(text::slice(&doc.rope, start..end));
    text.trim_matches('\n').to_owned()
}
