//! A cursor that a completion is asked for, in the terms of the cache and of a request in flight.

use saga_cache::{Place, TAIL_BYTES};
use saga_context::Snapshot;
use saga_domain::ByteOffset;

/// Bytes before the cursor that are read: with every line end a CRLF, half of them are left.
const READ_BYTES: usize = 2 * TAIL_BYTES + 2;
/// Bytes after the cursor that the rest of its line is looked for in.
const REST_BYTES_MAX: usize = 1024;
/// More than this is not typed while an answer is on its way.
const TYPED_BYTES_MAX: usize = 512;

/// A cursor in a document at one version.
#[derive(Clone)]
pub(crate) struct Cursor {
    pub(crate) document: Snapshot,
    pub(crate) at: ByteOffset,
    /// Text before the cursor, bounded, line ends as `\n`.
    prefix: String,
    rest_of_line: String,
}

impl Cursor {
    /// `at` is a place in the document.
    pub(crate) fn new(document: Snapshot, at: ByteOffset) -> Self {
        let prefix = before(&document, at.0);
        let rest_of_line = rest_of_line(&document, at.0);
        Self { document, at, prefix, rest_of_line }
    }

    pub(crate) fn place(&self) -> Place<'_> {
        Place { uri: self.document.uri(), prefix: &self.prefix, rest_of_line: &self.rest_of_line }
    }

    /// The place `back` bytes before this one, for an answer that replaces these bytes.
    pub(crate) fn place_before(&self, back: usize) -> Place<'_> {
        let end = self.prefix.len().saturating_sub(back);
        Place { prefix: self.prefix.get(..end).unwrap_or(&self.prefix), ..self.place() }
    }

    /// Whether nothing but blanks stands on the cursor's line.
    pub(crate) fn is_on_blank_line(&self) -> bool {
        let line = self.prefix.rsplit('\n').next().unwrap_or_default();
        line.trim().is_empty() && self.rest_of_line.trim().is_empty()
    }

    /// What was typed between this cursor and `later`, when nothing else of the text changed that
    /// a completion here depends on.
    pub(crate) fn typed_until(&self, later: &Self) -> Option<String> {
        let same_document = self.document.uri() == later.document.uri();
        if !same_document || self.rest_of_line.trim_end() != later.rest_of_line.trim_end() {
            return None;
        }
        self.typed(&later.document, later.at.0)
    }

    /// What was typed at this cursor, judged by the document as it is `now`: for when the question
    /// that belongs to it has not come yet.
    pub(crate) fn typed_by(&self, now: &Snapshot) -> Option<String> {
        let grown = now.rope().byte_len().checked_sub(self.document.rope().byte_len())?;
        let end = self.at.0 + grown;
        self.typed(now, end)
            .filter(|_| rest_of_line(now, end).trim_end() == self.rest_of_line.trim_end())
    }

    fn typed(&self, now: &Snapshot, end: usize) -> Option<String> {
        let start = self.at.0;
        let is_typed = end >= start
            && end - start <= TYPED_BYTES_MAX
            && now.check(ByteOffset(end)).is_ok()
            && now.check(self.at).is_ok()
            && before(now, start) == self.prefix;
        is_typed.then(|| unix_lines(now.rope().byte_slice(start..end).to_string()))
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

fn rest_of_line(document: &Snapshot, at: usize) -> String {
    let rope = document.rope();
    let mut end = rope.byte_len().min(at + REST_BYTES_MAX);
    while !rope.is_char_boundary(end) {
        end -= 1;
    }
    let mut rest = rope.byte_slice(at..end).to_string();
    if let Some(line_end) = rest.find('\n') {
        rest.truncate(line_end);
    }
    if rest.ends_with('\r') {
        rest.pop();
    }
    rest
}
