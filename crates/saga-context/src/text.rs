//! Reading a rope without ever panicking: offsets are clamped and moved back to where a
//! character starts. What is an error for a caller is decided in `documents.rs`, not here.

use std::ops::Range;

use crop::Rope;

/// Blanks that are looked through for the end of a word.
const BLANK_BYTES_MAX: usize = 4 << 10;

/// The nearest character start at or before `offset`.
pub(crate) fn floor(rope: &Rope, offset: usize) -> usize {
    let mut at = offset.min(rope.byte_len());
    while !rope.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// The text of a range, clamped.
pub(crate) fn slice(rope: &Rope, range: Range<usize>) -> String {
    let start = floor(rope, range.start);
    let end = floor(rope, range.end).max(start);
    rope.byte_slice(start..end).chunks().collect()
}

/// The index of the line that holds `offset`.
pub(crate) fn line_of(rope: &Rope, offset: usize) -> usize {
    rope.line_of_byte(floor(rope, offset))
}

/// Where the line that holds `offset` starts.
pub(crate) fn line_start(rope: &Rope, offset: usize) -> usize {
    rope.byte_of_line(line_of(rope, offset))
}

/// Where the line after the one that holds `offset` starts; the end of the text in the last line.
pub(crate) fn next_line_start(rope: &Rope, offset: usize) -> usize {
    start_of_line(rope, line_of(rope, offset) + 1)
}

/// Where the line `index` starts; the end of the text behind the last one.
pub(crate) fn start_of_line(rope: &Rope, index: usize) -> usize {
    if index <= rope.line_len() { rope.byte_of_line(index) } else { rope.byte_len() }
}

/// Where the line that holds `offset` ends, before its line break.
pub(crate) fn line_end(rope: &Rope, offset: usize) -> usize {
    let line = line_of(rope, offset);
    if line >= rope.line_len() {
        return rope.byte_len();
    }
    rope.byte_of_line(line) + rope.line(line).byte_len()
}

/// The line `index` without its line break; empty behind the end.
pub(crate) fn line(rope: &Rope, index: usize) -> String {
    if index >= rope.line_len() {
        return String::new();
    }
    rope.line(index).chunks().collect()
}

/// Where the last word before `offset` ends, as far as it is not too far away.
pub(crate) fn word_end(rope: &Rope, offset: usize) -> usize {
    let offset = floor(rope, offset);
    let before = rope.byte_slice(..offset);
    let is_blank = |byte: &u8| byte.is_ascii_whitespace();
    offset - before.bytes().rev().take(BLANK_BYTES_MAX).take_while(is_blank).count()
}

/// The text with every line end as `\n`.
pub(crate) fn unix_lines(text: String) -> String {
    if !text.contains('\r') {
        return text;
    }
    text.replace("\r\n", "\n").replace('\r', "\n")
}

/// The longest start of `text` that has at most `bytes_max` bytes.
pub(crate) fn head(text: &str, bytes_max: usize) -> &str {
    let mut end = bytes_max.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

/// The longest end of `text` that has at most `bytes_max` bytes.
pub(crate) fn tail(text: &str, bytes_max: usize) -> &str {
    let mut start = text.len().saturating_sub(bytes_max);
    while !text.is_char_boundary(start) {
        start += 1;
    }
    &text[start..]
}

/// The blanks at the start of a line.
pub(crate) fn indent_of(line: &str) -> &str {
    &line[..line.len() - line.trim_start_matches([' ', '\t']).len()]
}

/// How far a line is indented; a tab counts as four columns, which only has to be consistent
/// within one file.
pub(crate) fn indent_width(line: &str) -> usize {
    indent_of(line).chars().map(|blank| if blank == '\t' { 4 } else { 1 }).sum()
}
