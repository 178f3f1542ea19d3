//! A cursor that a completion is asked for, in the terms of the cache and of a request in flight.

use saga_cache::{HEAD_BYTES, Place, TAIL_BYTES};
use saga_context::Snapshot;
use saga_domain::ByteOffset;

use crate::fit::syllable_at_end;

/// Bytes before the cursor that are read: with every line end a CRLF, half of them are left.
const READ_BYTES: usize = 2 * TAIL_BYTES + 2;
/// The same after the cursor.
const READ_AFTER_BYTES: usize = 2 * HEAD_BYTES + 2;
/// More than this is not typed while an answer is on its way.
const TYPED_BYTES_MAX: usize = 512;
/// Brackets and quotes that an editor closes by itself while somebody types.
const CLOSERS_MAX: usize = 4;

/// A cursor in a document at one version.
#[derive(Clone)]
pub(crate) struct Cursor {
    pub(crate) document: Snapshot,
    pub(crate) at: ByteOffset,
    /// Notebooks: the cells above, the topmost first.
    pub(crate) above: Vec<Snapshot>,
    /// Whether the document is as if a choice of the suggest widget were taken.
    pub(crate) is_supposed: bool,
    /// Text before the cursor, bounded, line ends as `\n`.
    prefix: String,
    /// The same after the cursor.
    suffix: String,
}

/// What was typed since a question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Typed {
    /// From before the syllable that was under composition when it was asked.
    pub(crate) text: String,
    /// Whether the editor has closed brackets or quotes after the cursor meanwhile.
    pub(crate) closed: bool,
}

impl Cursor {
    /// `at` is a place in the document.
    pub(crate) fn new(document: Snapshot, at: ByteOffset, above: Vec<Snapshot>) -> Self {
        let prefix = before(&document, at.0);
        let suffix = after(&document, at.0);
        Self { document, at, above, is_supposed: false, prefix, suffix }
    }

    pub(crate) fn place(&self) -> Place<'_> {
        Place { uri: self.document.uri(), prefix: &self.prefix, suffix: &self.suffix }
    }

    /// The place `back` bytes before this one, for an answer that replaces these bytes.
    pub(crate) fn place_before(&self, back: usize) -> Place<'_> {
        let end = self.prefix.len().saturating_sub(back);
        Place { prefix: self.prefix.get(..end).unwrap_or(&self.prefix), ..self.place() }
    }

    /// The text before the cursor on its line.
    pub(crate) fn line_before(&self) -> &str {
        self.prefix.rsplit('\n').next().unwrap_or_default()
    }

    /// The text after the cursor on its line.
    pub(crate) fn rest_of_line(&self) -> &str {
        first_line(&self.suffix)
    }

    /// The syllable before the cursor that the next stroke may replace; empty when there is none.
    pub(crate) fn syllable(&self) -> &str {
        syllable_at_end(&self.prefix)
    }

    /// What was typed between this cursor and `later`, when nothing else of the text changed that
    /// a completion here depends on.
    pub(crate) fn typed_until(&self, later: &Self) -> Option<Typed> {
        if self.document.uri() != later.document.uri() {
            return None;
        }
        let closed = self.closed_in(later.rest_of_line())?;
        let text = self.typed(&later.document, later.at.0)?;
        Some(Typed { text, closed: closed > 0 })
    }

    /// What may have been typed at this cursor, judged by the document as it is `now`: for when the
    /// question that belongs to it has not come yet.
    pub(crate) fn typed_by(&self, now: &Snapshot) -> Option<Typed> {
        let grown = self.at.0 + now.rope().byte_len();
        let end = grown.checked_sub(self.document.rope().byte_len())?;
        (0..=CLOSERS_MAX).find_map(|closed| {
            let end = end.checked_sub(closed)?;
            now.check(ByteOffset(end)).ok()?;
            let fits = self.closed_in(first_line(&after(now, end))) == Some(closed);
            let text = fits.then(|| self.typed(now, end)).flatten()?;
            Some(Typed { text, closed: closed > 0 })
        })
    }

    /// How many closing characters stand before what was the rest of the line.
    fn closed_in(&self, rest_now: &str) -> Option<usize> {
        let closers = rest_now.trim_end().strip_suffix(self.rest_of_line().trim_end())?;
        let closes = |c: char| matches!(c, ')' | ']' | '}' | '>' | '"' | '\'' | '`');
        let is_closed = closers.len() <= CLOSERS_MAX && closers.chars().all(closes);
        is_closed.then_some(closers.len())
    }

    fn typed(&self, now: &Snapshot, end: usize) -> Option<String> {
        let syllable = self.syllable();
        let start = self.at.0 - syllable.len();
        let is_there = end >= start
            && end - start <= TYPED_BYTES_MAX
            && now.check(ByteOffset(end)).is_ok()
            && now.check(ByteOffset(start)).is_ok();
        let before_now = is_there.then(|| before(now, start))?;
        let before_then = &self.prefix[..self.prefix.len() - syllable.len()];
        let is_same = before_now.ends_with(before_then) || before_then.ends_with(&before_now);
        is_same.then(|| unix_lines(now.rope().byte_slice(start..end).to_string()))
    }
}

/// `text` with the line ends of the document.
pub(crate) fn with_line_ends(document: &Snapshot, text: &str) -> String {
    match document.eol() {
        "\n" => text.to_owned(),
        eol => text.replace('\n', eol),
    }
}

/// `text` with `\n` as its line ends.
pub(crate) fn unix_lines(text: String) -> String {
    if text.contains('\r') { text.replace("\r\n", "\n") } else { text }
}

fn before(document: &Snapshot, at: usize) -> String {
    let rope = document.rope();
    let mut start = at.saturating_sub(READ_BYTES);
    while !rope.is_char_boundary(start) {
        start += 1;
    }
    unix_lines(rope.byte_slice(start..at).to_string())
}

fn after(document: &Snapshot, at: usize) -> String {
    let rope = document.rope();
    let mut end = rope.byte_len().min(at + READ_AFTER_BYTES);
    while !rope.is_char_boundary(end) {
        end -= 1;
    }
    unix_lines(rope.byte_slice(at..end).to_string())
}

fn first_line(text: &str) -> &str {
    text.split('\n').next().unwrap_or_default()
}
