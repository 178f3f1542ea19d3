//! Places in a text, and changes to it. The unit on this side of the native boundary is the
//! UTF-8 byte; `native/src/convert.rs` alone knows the editor's UTF-16 units.

use std::ops::Range;

/// A distance from the start of a text in UTF-8 bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ByteOffset(pub usize);

/// A half-open piece of a text, `start..end`, in UTF-8 bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Span {
    /// First byte.
    pub start: ByteOffset,
    /// One past the last byte.
    pub end: ByteOffset,
}

impl Span {
    /// A span from two byte counts.
    #[must_use]
    pub fn new(start: usize, end: usize) -> Self {
        Self { start: ByteOffset(start), end: ByteOffset(end) }
    }

    /// An empty span at `offset`: a place to insert at.
    #[must_use]
    pub fn at(offset: ByteOffset) -> Self {
        Self { start: offset, end: offset }
    }

    /// The same as a range of byte indexes.
    #[must_use]
    pub fn range(self) -> Range<usize> {
        self.start.0..self.end.0
    }

    /// Length in bytes.
    #[must_use]
    pub fn len(self) -> usize {
        self.end.0.saturating_sub(self.start.0)
    }

    /// Whether nothing lies between start and end.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }
}

/// Replace the text of `span` by `text`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextEdit {
    /// What is replaced.
    pub span: Span,
    /// What stands there afterwards.
    pub text: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_that_ends_before_it_starts_has_no_length() {
        let reversed = Span::new(5, 2);
        assert!(reversed.is_empty());
        assert_eq!(reversed.len(), 0);
        assert_eq!(Span::new(2, 5).len(), 3);
        assert!(Span::at(ByteOffset(7)).is_empty());
    }
}
