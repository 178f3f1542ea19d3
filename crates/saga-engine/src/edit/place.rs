//! Where new code is put, and what says there what it is to be.

use saga_context::{Snapshot, cursor_place, enclosing_definition};
use saga_domain::{ByteOffset, Span};

use super::range::{Frame, Target, line_of};

/// Lines of a comment that are read as an instruction.
const COMMENT_LINES_MAX: usize = 30;

/// At the cursor: in its line where that is blank, else below it.
pub(super) fn for_new_code(document: &Snapshot, selected: Span) -> Target {
    let line = line_of(document, selected.end);
    let text = document.text(line);
    let place = cursor_place(document, line.end);
    if text.trim().is_empty() {
        let frame = Frame { indent: indent_below(document, line), ..Frame::default() };
        return Target { span: line, frame: Some(frame) };
    }
    let unit = if place.indent.contains('\t') { "\t" } else { "    " };
    let deeper = if place.opened_empty_block { unit } else { "" };
    let indent = format!("{}{deeper}", place.indent);
    let frame = Frame { before: "\n".to_owned(), indent, after: String::new() };
    Target { span: Span::at(line.end), frame: Some(frame) }
}

/// At the end of the document, where tests of its own code stand.
pub(super) fn for_tests_of(document: &Snapshot, _selected: Span) -> Target {
    let end = document.rope().byte_len();
    let text = document.text(Span::new(0, end));
    let kept = text.trim_end().len();
    let before = if kept == 0 { "" } else { "\n\n" };
    let frame = Frame { before: before.to_owned(), indent: String::new(), after: "\n".to_owned() };
    Target { span: Span::new(kept, end), frame: Some(frame) }
}

/// The comment that the cursor stands in or below, without its marks.
pub(super) fn comment_at(document: &Snapshot, at: ByteOffset) -> Option<String> {
    let mark = cursor_place(document, at).line_comment?;
    let rope = document.rope();
    let own = rope.line_of_byte(at.0);
    let text_of = |index: usize| {
        if index < rope.line_len() { rope.line(index).to_string() } else { String::new() }
    };
    let comment = |line: &str| {
        let text = line.trim().strip_prefix(mark)?;
        Some(text.trim_start_matches(['/', '!', '#', '-', '*']).trim().to_owned())
    };
    let is_blank = text_of(own).trim().is_empty();
    let last = if is_blank { own.checked_sub(1)? } else { own };
    let above = (0..=last).rev().take(COMMENT_LINES_MAX);
    let mut lines: Vec<String> = above.map_while(|index| comment(&text_of(index))).collect();
    lines.reverse();
    let said = lines.join("\n");
    let said = said.trim();
    (!said.is_empty()).then(|| said.to_owned())
}

/// The blanks of a blank line, or those of its neighbours where it has none.
fn indent_below(document: &Snapshot, line: Span) -> String {
    let own = document.text(line);
    if !own.is_empty() || enclosing_definition(document, line).is_none() {
        return own;
    }
    let place = cursor_place(document, ByteOffset(line.start.0.saturating_sub(1)));
    place.indent
}
