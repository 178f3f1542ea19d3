//! The headers of what holds the cursor, outermost first. From the tree where it is whole around
//! the cursor; from indentation otherwise, which half-written code still has.

use tree_sitter::Node;

use crate::definitions::{header, one_line};
use crate::language::Capture;
use crate::snapshot::{Snapshot, Syntax};
use crate::syntax;
use crate::text;

/// A header that is wider than this many lines is cut.
const HEADER_LINES_MAX: usize = 12;

/// What opens a block and is not worth a header.
const CONTROL_WORDS: &[&str] = &[
    "if", "else", "elif", "for", "while", "loop", "do", "switch", "case", "match", "try", "catch",
    "except", "finally", "with", "unsafe", "return", "default",
];

/// Headers of the scopes that hold `at`; `prefix` is the text before it.
pub(crate) fn around(doc: &Snapshot, at: usize, prefix: &str, scopes_max: usize) -> Vec<String> {
    let mut headers = doc
        .syntax
        .as_ref()
        .filter(|_| doc.tree_is_current())
        .and_then(|syntax| by_tree(doc, syntax, at, prefix))
        .unwrap_or_else(|| by_indentation(prefix));
    headers.drain(..headers.len().saturating_sub(scopes_max));
    headers
}

/// `None` when the tree is broken around the cursor.
fn by_tree(doc: &Snapshot, syntax: &Syntax, at: usize, prefix: &str) -> Option<Vec<String>> {
    let loaded = syntax.language.load()?;
    // Blank lines at the end of a block belong to no node; its last character does.
    let word_end = text::word_end(&doc.rope, at);
    if is_broken_at(syntax, word_end) {
        return None;
    }
    let anchor = if syntax.language.by_indentation { word_end } else { at };
    let mut scopes: Vec<(Node<'_>, Option<Node<'_>>)> = Vec::new();
    syntax::matches(
        loaded,
        syntax.tree.root_node(),
        Some(anchor.saturating_sub(1)..anchor + 1),
        |found| {
            let is_scope = found.is(Capture::Scope) || found.is(Capture::Container);
            if let Some(node) = found.whole().filter(|_| is_scope) {
                scopes.push((node, found.node(Capture::Body)));
            }
        },
    );
    scopes.sort_by_key(|(node, _)| node.start_byte());
    scopes.dedup_by_key(|(node, _)| node.id());
    scopes.retain(|(node, body)| {
        if syntax.language.by_indentation {
            holds_by_indentation(doc, *node, *body, anchor, prefix)
        } else {
            body.is_some_and(|body| holds(doc, body, at))
        }
    });
    Some(scopes.into_iter().map(|(node, body)| header(&doc.rope, node, body)).collect())
}

fn holds(doc: &Snapshot, body: Node<'_>, at: usize) -> bool {
    let is_block = text::slice(&doc.rope, body.start_byte()..body.start_byte() + 1) == "{";
    if !is_block {
        return body.start_byte() <= at && at <= body.end_byte();
    }
    let is_closed = text::slice(&doc.rope, body.end_byte().saturating_sub(1)..body.end_byte())
        == "}"
        && body.end_byte() > body.start_byte() + 1;
    body.start_byte() < at && (at < body.end_byte() || (at == body.end_byte() && !is_closed))
}

/// A block made by indentation holds the cursor's line when that line is indented further than
/// the header, or when the cursor stands in the block's text itself.
fn holds_by_indentation(
    doc: &Snapshot,
    node: Node<'_>,
    body: Option<Node<'_>>,
    anchor: usize,
    prefix: &str,
) -> bool {
    if node.start_byte() >= anchor || anchor > node.end_byte() {
        return false;
    }
    let line = prefix.rsplit('\n').next().unwrap_or(prefix);
    let header_line =
        text::slice(&doc.rope, text::line_start(&doc.rope, node.start_byte())..node.start_byte());
    if line.trim().is_empty() {
        return text::indent_width(line) > text::indent_width(&header_line);
    }
    body.is_some_and(|body| anchor >= body.start_byte())
}

/// Whether the outermost node at a place holds something that could not be understood: where
/// exactly it was wrong the tree only guesses.
pub(crate) fn is_broken_at(syntax: &Syntax, at: usize) -> bool {
    let root = syntax.tree.root_node();
    let mut cursor = root.walk();
    root.is_error()
        || (root.has_error()
            && cursor.goto_first_child_for_byte(at.saturating_sub(1)).is_some()
            && cursor.node().has_error())
}

/// Walks up from the cursor to lines that are indented less and open a block.
fn by_indentation(prefix: &str) -> Vec<String> {
    let lines: Vec<&str> = prefix.split('\n').collect();
    let Some((current, above)) = lines.split_last() else { return Vec::new() };
    let mut limit = text::indent_width(current);
    let mut headers = Vec::new();
    for (index, line) in above.iter().enumerate().rev() {
        let width = text::indent_width(line);
        if limit == 0 {
            break;
        }
        if line.trim().is_empty() || width >= limit {
            continue;
        }
        // The end of a header that began on an earlier line of the same indentation.
        let closes = line.trim_start().starts_with([')', ']']);
        limit = if closes { width + 1 } else { width };
        if !closes {
            headers.extend(header_from(&above[index..]));
        }
    }
    headers.reverse();
    headers
}

/// The header that starts at the first of `lines`, when it opens a block and says what it is.
fn header_from(lines: &[&str]) -> Option<String> {
    let first = lines.first()?;
    let is_control = |word: &str| CONTROL_WORDS.contains(&word);
    let first_word = first.trim_start().split(|c: char| !c.is_alphanumeric()).next()?;
    if is_control(first_word) || first.trim_start().starts_with('}') {
        return None;
    }
    let opens = |line: &&str| line.trim_end().ends_with(['{', ':']);
    let last = lines.iter().take(HEADER_LINES_MAX).position(opens)?;
    // As the tree sees it: what is exported is the definition inside.
    let header = one_line(&lines[..=last].join(" "));
    let header = header.strip_prefix("export ").unwrap_or(&header);
    Some(header.strip_prefix("default ").unwrap_or(header).to_owned())
}
