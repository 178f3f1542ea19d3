//! The document as a question sees it: as it is, or as if the choice of the suggest widget were
//! taken already. What is said of the one is told in terms of the other.

use saga_cache::Hit;
use saga_context::Snapshot;
use saga_domain::{ByteOffset, Failure, FailureCode, ReplyEvent, Span, TextEdit};

use crate::documents;
use crate::place::{Cursor, with_line_ends};

/// Bytes of what somebody can choose from a list.
const CHOICE_BYTES_MAX: usize = 64 << 10;

/// The document as a question sees it.
pub(crate) struct View {
    /// Where an answer begins.
    pub(crate) cursor: Cursor,
    /// The cursor in the document as it is.
    at: ByteOffset,
    /// The choice of the suggest widget.
    chosen: Option<TextEdit>,
}

impl View {
    /// # Errors
    /// `offset_out_of_range`, `too_large`.
    pub(crate) fn new(
        document: Snapshot,
        at: ByteOffset,
        chosen: Option<TextEdit>,
        above: Vec<Snapshot>,
    ) -> Result<Self, Failure> {
        document.check(at).map_err(documents::failure)?;
        let Some(edit) = chosen else {
            return Ok(Self { cursor: Cursor::new(document, at, above), at, chosen: None });
        };
        documents::check_span(&document, edit.span)?;
        if edit.text.len() > CHOICE_BYTES_MAX {
            return Err(Failure::new(
                FailureCode::TooLarge,
                format!("A choice may have {CHOICE_BYTES_MAX} bytes, not {}.", edit.text.len()),
            ));
        }
        let supposed = document.with_edit(&edit).map_err(documents::failure)?;
        let after = ByteOffset(edit.span.start.0 + edit.text.len());
        let mut cursor = Cursor::new(supposed, after, above);
        cursor.is_supposed = true;
        Ok(Self { cursor, at, chosen: Some(edit) })
    }

    /// What the cache has, as the last event.
    pub(crate) fn event_of(&self, hit: &Hit) -> ReplyEvent {
        let mut event = self.event(&hit.text, hit.replace_back_bytes, true);
        if let ReplyEvent::Completion { span, .. } = &mut event {
            span.end.0 += hit.replace_forward_bytes;
        }
        event
    }

    /// What is left of an answer, as an event. `back` bytes before the answer are replaced by it.
    pub(crate) fn event(&self, text: &str, back: usize, last: bool) -> ReplyEvent {
        let text = with_line_ends(&self.cursor.document, text);
        let Some(TextEdit { span, text: chosen }) = &self.chosen else {
            let span = Span { start: ByteOffset(self.at.0.saturating_sub(back)), end: self.at };
            return ReplyEvent::Completion { span, text, last };
        };
        let kept = chosen.get(..chosen.len().saturating_sub(back)).unwrap_or_default();
        let span = Span { start: span.start, end: span.end.max(self.at) };
        ReplyEvent::Completion { span, text: format!("{kept}{text}"), last }
    }
}
