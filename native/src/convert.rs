//! UTF-16 code units to bytes and back: the only file that knows both.
//!
//! JavaScript counts UTF-16 units, everything behind this file counts UTF-8 bytes. A lone surrogate
//! arrives as U+FFFD, which is one unit as well, so offsets stay true.

use crop::Rope;
use saga_domain::{ByteOffset, Failure, FailureCode, Span, TextEdit};

use crate::events::{OffsetEdit, ReplyEvent};
use crate::types::OffsetChange;

/// The span between two offsets of `text`.
pub(crate) fn span(text: &Rope, start: f64, end: f64) -> Result<Span, Failure> {
    let start = byte_at(text, start)?;
    let end = byte_at(text, end)?;
    if end < start {
        return Err(out_of_range(format!("The end {} is before the start.", end.0)));
    }
    Ok(Span { start, end })
}

/// The byte at an offset of `text`.
pub(crate) fn byte_at(text: &Rope, offset: f64) -> Result<ByteOffset, Failure> {
    let length = text.utf16_len();
    let unit = whole(offset).filter(|unit| *unit <= length).ok_or_else(|| {
        out_of_range(format!("Offset {offset} is outside the document, which has {length} units."))
    })?;
    let byte = text.byte_of_utf16_code_unit(unit);
    if text.utf16_code_unit_of_byte(byte) == unit {
        Ok(ByteOffset(byte))
    } else {
        Err(out_of_range(format!("Offset {offset} is inside a character.")))
    }
}

/// Changes as edits, each against the text that the ones before left.
pub(crate) fn edits(text: &Rope, changes: Vec<OffsetChange>) -> Result<Vec<TextEdit>, Failure> {
    let mut text = text.clone();
    let mut edits = Vec::with_capacity(changes.len());
    for change in changes {
        let span =
            span(&text, change.start_offset, change.end_offset).map_err(|misfit| Failure {
                code: FailureCode::StaleDocument,
                message: format!("A change does not fit the document. {}", misfit.message),
                ..misfit
            })?;
        text.replace(span.range(), &change.text);
        edits.push(TextEdit { span, text: change.text });
    }
    Ok(edits)
}

/// One change as an edit of `text`.
pub(crate) fn edit(text: &Rope, change: Option<OffsetChange>) -> Result<Option<TextEdit>, Failure> {
    let Some(change) = change else { return Ok(None) };
    let span = span(text, change.start_offset, change.end_offset)?;
    Ok(Some(TextEdit { span, text: change.text }))
}

/// An event with its places as offsets of `text`, the document as it was asked.
pub(crate) fn event(text: &Rope, event: saga_domain::ReplyEvent) -> ReplyEvent {
    use saga_domain::ReplyEvent as From;
    match event {
        From::Completion { span, text: insert, last } => ReplyEvent::Completion {
            text: insert,
            start_offset: offset_of(text, span.start),
            end_offset: offset_of(text, span.end),
            last,
        },
        From::Edit { version, edits } => ReplyEvent::Edit {
            version: version as f64,
            edits: edits.into_iter().map(|edit| offset_edit(text, edit)).collect(),
        },
        From::Text(piece) => ReplyEvent::Text { text: piece },
        From::Queued { place } => ReplyEvent::Queued { place },
        From::Warning { code, message } => {
            ReplyEvent::Warning { code: code.name().to_owned(), message, count: code.count() }
        }
        From::Done(usage) => ReplyEvent::Done {
            prompt_tokens: usage.prompt_tokens,
            completion_tokens: usage.completion_tokens,
            first_token_ms: usage.first_token_ms,
            total_ms: usage.total_ms,
            from_cache: usage.from_cache,
            session: usage.session,
            request: usage.request,
        },
        From::Failed(failure) => ReplyEvent::Failed {
            code: failure.code.name().to_owned(),
            message: failure.message,
            retry_after_ms: failure.retry_after_ms.map(|after| after as f64),
        },
    }
}

/// Places in a text as offsets of it.
pub(crate) fn offsets(text: &str, bytes: &[usize]) -> Vec<u32> {
    let text = Rope::from(text);
    bytes.iter().map(|byte| offset(&text, *byte)).collect()
}

/// A place in a text as an offset of it.
pub(crate) fn offset(text: &Rope, byte: usize) -> u32 {
    offset_of(text, ByteOffset(byte))
}

/// A whole number that JavaScript gave, when it is one.
pub(crate) fn whole(number: f64) -> Option<usize> {
    let is_whole = number.fract() == 0.0 && (0.0..=f64::from(u32::MAX)).contains(&number);
    is_whole.then_some(number as usize)
}

fn offset_edit(text: &Rope, edit: TextEdit) -> OffsetEdit {
    OffsetEdit {
        start_offset: offset_of(text, edit.span.start),
        end_offset: offset_of(text, edit.span.end),
        text: edit.text,
    }
}

fn offset_of(text: &Rope, byte: ByteOffset) -> u32 {
    let unit = text.utf16_code_unit_of_byte(byte.0.min(text.byte_len()));
    u32::try_from(unit).unwrap_or(u32::MAX)
}

fn out_of_range(message: String) -> Failure {
    Failure::new(FailureCode::OffsetOutOfRange, message)
}
