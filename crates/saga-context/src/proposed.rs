//! A document with a proposed edit in it, as a parser sees the two together: what the edit breaks,
//! and the edit with nothing in it but comments.
//!
//! Both are plain computation on the whole text, to be run beside everything else. Where there is
//! no tree, or the text is too large or too broken to tell, nothing is said of errors.

mod comments;
mod lines;

use std::fmt;
use std::ops::Range;

use saga_domain::TextEdit;
use tree_sitter::{Node, Tree};

use crate::language::{Language, Loaded};
use crate::outermost::each_outermost_error;
use crate::parse::parse;
use crate::snapshot::Snapshot;
use crate::text;

pub use comments::{CommentsOnly, only_comments};

/// Progress reports of tree-sitter after which a text is not parsed further.
const PARSE_STEPS_MAX: usize = 25_000;
/// Larger texts are not checked.
const TEXT_BYTES_MAX: usize = 1 << 20;
/// Errors that are looked at; a text with more is beyond help.
const ERRORS_MAX: usize = 64;
/// Characters of the text of an error that are told.
const TOLD_CHARS_MAX: usize = 40;

/// A syntax error that an edit brings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyntaxError {
    /// Its line in the document as it would be, counted from 1.
    pub line: usize,
    /// What is wrong.
    pub kind: SyntaxErrorKind,
    /// The beginning of what stands there.
    pub text: String,
}

/// What is wrong with a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SyntaxErrorKind {
    /// Something is not there, a bracket for example.
    Missing(String),
    /// It cannot be understood.
    Unexpected,
}

impl fmt::Display for SyntaxError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { line, kind, text } = self;
        match kind {
            SyntaxErrorKind::Missing(what) => write!(f, "line {line}: `{what}` is missing")?,
            SyntaxErrorKind::Unexpected => write!(f, "line {line}: syntax error")?,
        }
        if text.is_empty() { Ok(()) } else { write!(f, " in `{text}`") }
    }
}

/// The first syntax error that the document has with the edit and does not have without. `None`
/// when there is none, or when it cannot be told.
#[must_use]
pub fn new_syntax_error(document: &Snapshot, edit: &TextEdit) -> Option<SyntaxError> {
    let language = document.language().filter(|language| is_certain(language))?;
    let loaded = language.load()?;
    let after = document.with_edit(edit).ok()?;
    let before = Errors::of(&read(loaded, document)?);
    if before.are_hopeless() {
        return None;
    }
    let tree = read(loaded, &after)?;
    let errors = Errors::of(&tree);
    let place = edit.span.range();
    let proposed = place.start..place.start + edit.text.len();
    let inside = (before.within(&place), errors.within(&proposed));
    let is_worse = if before.bytes == inside.0.bytes {
        // Nothing was wrong around: whatever is wrong now is of the edit, wherever it shows.
        errors.is_worse_than(&before)
    } else {
        inside.1.is_worse_than(&inside.0)
    };
    if !is_worse {
        return None;
    }
    let first = inside.1.places.first().or_else(|| errors.places.first())?;
    Some(told(&after, &proposed, first))
}

/// Grammars that do not know all of their language say nothing with certainty.
fn is_certain(language: &Language) -> bool {
    language.family != "sql"
}

/// The tree of the text, from nothing: how a parser gets over an error depends on what it kept.
fn read(loaded: &Loaded, document: &Snapshot) -> Option<Tree> {
    if document.rope.byte_len() > TEXT_BYTES_MAX {
        return None;
    }
    parse(loaded, &document.rope, None, PARSE_STEPS_MAX)
}

fn told(document: &Snapshot, proposed: &Range<usize>, place: &Place) -> SyntaxError {
    let rope = &document.rope;
    // An error that begins above the edit shows where the edit begins.
    let at = place.range.start.max(proposed.start.min(place.range.end));
    let line = text::line_of(rope, at) + 1;
    let kind = match &place.missing {
        Some(what) => SyntaxErrorKind::Missing(what.clone()),
        None => SyntaxErrorKind::Unexpected,
    };
    let text = text::line(rope, line - 1).trim().chars().take(TOLD_CHARS_MAX).collect();
    SyntaxError { line, kind, text }
}

struct Place {
    range: Range<usize>,
    /// What is missing there.
    missing: Option<String>,
}

/// The outermost errors of a tree.
struct Errors {
    places: Vec<Place>,
    bytes: usize,
    is_root: bool,
}

impl Errors {
    fn of(tree: &Tree) -> Self {
        let root = tree.root_node();
        let mut places = Vec::new();
        collect(root, &mut places);
        let bytes = places.iter().map(|place| place.range.len()).sum();
        Self { places, bytes, is_root: root.is_error() }
    }

    /// Those that touch a range.
    fn within(&self, range: &Range<usize>) -> Self {
        let touches =
            |place: &&Place| place.range.start <= range.end && range.start <= place.range.end;
        let places: Vec<Place> = self
            .places
            .iter()
            .filter(touches)
            .map(|place| Place { range: place.range.clone(), missing: place.missing.clone() })
            .collect();
        let bytes = places.iter().map(|place| place.range.len()).sum();
        Self { places, bytes, is_root: self.is_root }
    }

    fn are_hopeless(&self) -> bool {
        self.is_root || self.places.len() >= ERRORS_MAX
    }

    fn is_worse_than(&self, other: &Self) -> bool {
        self.is_root || self.places.len() > other.places.len() || self.bytes > other.bytes
    }
}

fn collect(root: Node<'_>, places: &mut Vec<Place>) {
    each_outermost_error(root, ERRORS_MAX, |node| {
        // The name of a grammar's rule says nothing to a person; a bracket does.
        let is_named_token = node.is_missing() && !node.is_named();
        let missing = is_named_token.then(|| node.kind().to_owned());
        places.push(Place { range: node.byte_range(), missing });
    });
}
