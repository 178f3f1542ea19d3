//! Where new code is put, and what says there what it is to be.

use saga_context::{Snapshot, cursor_place, end_of_tests};
use saga_domain::{ByteOffset, Span};

use super::target::{Frame, Target, line_of};

/// Lines of a comment that are read as an instruction.
const COMMENT_LINES_MAX: usize = 30;

/// What tests stand in where they stand beside the code that they test.
const RUST_TESTS: &str = "#[cfg(test)]\nmod tests {\n    use super::*;\n\n";

/// At the cursor: in its line where that is blank, else below it.
pub(super) fn for_new_code(document: &Snapshot, at: ByteOffset) -> Target {
    let line = line_of(document, at);
    let is_last = line.end.0 == document.rope().byte_len();
    if document.text(line).trim().is_empty() {
        let indent = indent_at(document, line);
        // A text that ends with a line end goes on to do so.
        let after = if is_last && line.start.0 > 0 { "\n" } else { "" };
        let frame = Frame { before: String::new(), indent, after: after.to_owned() };
        return Target::new_code(line, frame);
    }
    let place = cursor_place(document, line.end);
    let deeper = if place.opened_empty_block { unit(document) } else { String::new() };
    let indent = format!("{}{deeper}", place.indent);
    let frame = Frame { before: "\n".to_owned(), indent, after: String::new() };
    Target::new_code(Span::at(line.end), frame)
}

/// Where a file's tests stand: at the end of what holds them, or of the file. `is_beside_code` says
/// whether the file holds the tested code too.
pub(super) fn for_tests(document: &Snapshot, is_beside_code: bool) -> Target {
    if let Some(end) = end_of_tests(document) {
        let frame =
            Frame { before: "\n".to_owned(), indent: unit(document), after: "\n".to_owned() };
        return Target::new_code(Span::at(end), frame);
    }
    let end = document.rope().byte_len();
    let kept = document.text(Span::new(0, end)).trim_end().len();
    let is_rust = document.language_id() == "rust";
    let gap = match document.language_id() {
        _ if kept == 0 => "",
        "python" => "\n\n\n",
        _ => "\n\n",
    };
    let frame = if is_rust && is_beside_code {
        let before = format!("{gap}{RUST_TESTS}");
        Frame { before, indent: "    ".to_owned(), after: "\n}\n".to_owned() }
    } else {
        Frame { before: gap.to_owned(), indent: String::new(), after: "\n".to_owned() }
    };
    Target::new_code(Span::new(kept, end), frame)
}

/// Whether nothing but blanks stands behind a place.
pub(super) fn is_at_end(document: &Snapshot, at: ByteOffset) -> bool {
    let rest = Span { start: at, end: ByteOffset(document.rope().byte_len()) };
    document.text(rest).trim().is_empty()
}

/// The comment that the cursor stands in or below, without its marks.
pub(super) fn comment_at(document: &Snapshot, at: ByteOffset) -> Option<String> {
    let mark = cursor_place(document, at).line_comment?;
    let rope = document.rope();
    let own = rope.line_of_byte(at.0);
    let comment = |index: usize| {
        let text = line_text(document, index);
        let text = text.trim().strip_prefix(mark)?;
        Some(text.trim_start_matches(['/', '!', '#', '-', '*']).trim().to_owned())
    };
    let is_blank = line_text(document, own).trim().is_empty();
    let last = if is_blank { own.checked_sub(1)? } else { own };
    let above = (0..=last).rev().take(COMMENT_LINES_MAX);
    let mut lines: Vec<String> = above.map_while(comment).collect();
    lines.reverse();
    let said = lines.join("\n");
    let said = said.trim();
    (!said.is_empty()).then(|| said.to_owned())
}

/// The blanks of a blank line; where it has none, those of the line above, or deeper where that
/// opens a block. Behind the last line end nothing stands inside anything any more.
fn indent_at(document: &Snapshot, line: Span) -> String {
    let own = document.text(line);
    let above = document.rope().line_of_byte(line.start.0).checked_sub(1);
    let Some(above) = above.filter(|_| own.is_empty()) else { return own };
    if line_text(document, above).trim().is_empty() {
        return own;
    }
    let start = ByteOffset(document.rope().byte_of_line(above));
    let place = cursor_place(document, line_of(document, start).end);
    let is_behind_all = line.start.0 == document.rope().byte_len();
    match (place.opened_empty_block, is_behind_all) {
        (true, _) => format!("{}{}", place.indent, unit(document)),
        (false, true) => own,
        (false, false) => place.indent,
    }
}

/// What one level of indentation is in the document: its smallest indentation.
fn unit(document: &Snapshot) -> String {
    let lines = document.rope().lines().take(2000);
    let blanks = lines.filter_map(|line| {
        let blanks: String = line.chars().take_while(|c| matches!(c, ' ' | '\t')).collect();
        let is_code = line.byte_len() > blanks.len();
        (is_code && !blanks.is_empty()).then_some(blanks)
    });
    // A single blank stands before the stars of a comment.
    let units = blanks.filter(|blanks| blanks != " ");
    let least = units.min_by_key(String::len).unwrap_or_else(|| "    ".to_owned());
    if least.starts_with('\t') { "\t".to_owned() } else { least }
}

fn line_text(document: &Snapshot, index: usize) -> String {
    let rope = document.rope();
    if index < rope.line_len() { rope.line(index).to_string() } else { String::new() }
}
