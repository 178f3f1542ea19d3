//! The first line of a definition's documentation: of the comment above it, or of the string that
//! opens its body.

use crop::Rope;

use crate::blocks::Blocks;
use crate::language::Language;
use crate::text;

/// Lines above a definition that are looked at.
const LINES_MAX: usize = 40;
const DOC_BYTES_MAX: usize = 160;

/// The first line with words in it, of a definition and a body that start there.
pub(crate) fn find(
    language: &Language,
    rope: &Rope,
    start: usize,
    body: Option<usize>,
) -> Option<String> {
    let inside = body.filter(|_| matches!(language.blocks, Blocks::Statements(_)));
    inside
        .and_then(|body| opening_string(rope, body))
        .or_else(|| comment_above(language, rope, start))
}

fn opening_string(rope: &Rope, body: usize) -> Option<String> {
    let start = text::slice(rope, body..body + 4 * DOC_BYTES_MAX);
    let text = start.trim_start_matches(['r', 'R', 'u', 'U', 'b', 'B']);
    let quote = ["\"\"\"", "'''", "\"", "'"].into_iter().find(|quote| text.starts_with(quote))?;
    let inside = &text[quote.len()..];
    let inside = inside.split(quote).next().unwrap_or(inside);
    inside.lines().find_map(words)
}

/// The first line with words in the comment that ends above `start`.
pub(crate) fn comment_above(language: &Language, rope: &Rope, start: usize) -> Option<String> {
    let own_line = text::line_of(rope, start);
    let mut first = None;
    for index in (own_line.saturating_sub(LINES_MAX)..own_line).rev() {
        let starts = rope.line(index).chars().find(|c| !c.is_whitespace());
        // Most lines end the search here, without being copied.
        if !starts.is_some_and(|c| matches!(c, '/' | '#' | '*' | '@' | '-' | '[')) {
            break;
        }
        let line = text::line(rope, index);
        let line = line.trim();
        let is_decoration = line.starts_with(['@', '[']) || line.starts_with("#[");
        let is_comment = !is_decoration && starts_comment(language, line);
        if is_comment {
            first = strip(language, line).or(first);
        } else if !is_decoration || first.is_some() {
            break;
        }
        if line.starts_with("/*") {
            break;
        }
    }
    first
}

/// A comment of its own line, or a line of a block comment drawn with stars.
fn starts_comment(language: &Language, line: &str) -> bool {
    language.starts_line_comment(line) || line.starts_with("/*") || line.starts_with('*')
}

fn strip(language: &Language, line: &str) -> Option<String> {
    let line = line.trim_start_matches("/*").trim_end_matches("*/");
    let line = language.line_comments.iter().fold(line, |line, mark| line.trim_start_matches(mark));
    let line = line.trim_start_matches(['/', '!', '*']).trim();
    words(line.trim_start_matches("<summary>").trim_end_matches("</summary>"))
}

/// The line when a letter is in it: rulers and empty lines say nothing.
fn words(line: &str) -> Option<String> {
    let line = line.trim();
    line.chars().any(char::is_alphanumeric).then(|| text::head(line, DOC_BYTES_MAX).to_owned())
}
