//! The headers of what holds the cursor, outermost first. From the tree where it is whole around
//! the cursor; from indentation otherwise, which half-written code still has.

use tree_sitter::Node;

use crate::blocks::{self, Blocks};
use crate::definitions::{header, one_line};
use crate::language::Capture;
use crate::prose;
use crate::snapshot::{Snapshot, Syntax};
use crate::syntax;
use crate::text;

/// What opens a block and is not worth a header.
const CONTROL_WORDS: &[&str] = &[
    "if",
    "else",
    "elif",
    "for",
    "while",
    "loop",
    "do",
    "switch",
    "case",
    "match",
    "try",
    "catch",
    "except",
    "finally",
    "with",
    "unsafe",
    "return",
    "default",
    "foreach",
    "when",
    "select",
    "using",
    "lock",
    "fixed",
    "synchronized",
    "guard",
    "defer",
    "repeat",
    "unless",
    "until",
    "begin",
    "rescue",
    "ensure",
    "elsif",
    "then",
];

/// Headers of the scopes that hold `at`; `prefix` is the text before it.
pub(crate) fn around(doc: &Snapshot, at: usize, prefix: &str, scopes_max: usize) -> Vec<String> {
    let blocks = doc.language().map(|language| &language.blocks);
    if let Some(Blocks::Prose) = blocks {
        let mut headings = prose::headings(prefix);
        headings.drain(..headings.len().saturating_sub(scopes_max));
        return headings;
    }
    let mut headers = doc
        .syntax
        .as_ref()
        .filter(|_| doc.tree_is_current())
        .and_then(|syntax| by_tree(doc, syntax, at, prefix))
        .unwrap_or_else(|| by_indentation(prefix, blocks));
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
    let blocks = &syntax.language.blocks;
    let anchor = if blocks.by_indentation() { word_end } else { at };
    let mut scopes: Vec<(Node<'_>, Option<Node<'_>>)> = Vec::new();
    let range = Some(anchor.saturating_sub(1)..anchor + 1);
    syntax::matches(loaded, &doc.rope, syntax.tree.root_node(), range, |found| {
        let is_scope = found.is(Capture::Scope) || found.is(Capture::Container);
        if let Some(node) = found.whole().filter(|_| is_scope) {
            scopes.push((node, found.node(Capture::Body)));
        }
    });
    scopes.sort_by_key(|(node, _)| node.start_byte());
    scopes.dedup_by_key(|(node, _)| node.id());
    scopes.retain(|(node, body)| match (blocks, body) {
        (Blocks::Statements(_) | Blocks::Keys, _) => {
            holds_by_indentation(doc, *node, *body, anchor, prefix)
        }
        (Blocks::Words { .. }, None) => holds_by_words(doc, *node, at),
        (Blocks::Words { .. }, Some(body)) if !starts_with_brace(doc, *body) => {
            holds_by_words(doc, *node, at)
        }
        (Blocks::Tags, Some(opening)) => holds_by_tags(*node, *opening, at),
        (_, body) => body.is_some_and(|body| holds(doc, body, at)),
    });
    if matches!(blocks, Blocks::Tags) {
        let openings = scopes.into_iter().filter_map(|(_, opening)| opening);
        return Some(openings.map(|opening| header(&doc.rope, opening, None)).collect());
    }
    Some(scopes.into_iter().map(|(node, body)| header(&doc.rope, node, body)).collect())
}

/// An element holds what stands between its tags; `opening` is the first of them.
fn holds_by_tags(node: Node<'_>, opening: Node<'_>, at: usize) -> bool {
    let last = node.child(node.child_count().saturating_sub(1));
    let closing = last.filter(|last| last.kind() == "end_tag");
    let end = closing.map_or(node.end_byte(), |closing| closing.start_byte());
    opening.end_byte() <= at && at <= end
}

/// A block between words holds the lines below its header's first one, up to its last word.
fn holds_by_words(doc: &Snapshot, node: Node<'_>, at: usize) -> bool {
    let last = node.child(node.child_count().saturating_sub(1));
    let end = last.map_or(node.end_byte(), |last| last.start_byte());
    text::line_end(&doc.rope, node.start_byte()) < at && at <= end
}

fn starts_with_brace(doc: &Snapshot, body: Node<'_>) -> bool {
    text::slice(&doc.rope, body.start_byte()..body.start_byte() + 1) == "{"
}

fn holds(doc: &Snapshot, body: Node<'_>, at: usize) -> bool {
    if !starts_with_brace(doc, body) {
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
fn by_indentation(prefix: &str, blocks: Option<&Blocks>) -> Vec<String> {
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
        let goes_on = continues_a_header(line.trim(), blocks);
        limit = if goes_on { width + 1 } else { width };
        if !goes_on {
            headers.extend(header_from(&above[index..], blocks));
        }
    }
    headers.reverse();
    headers
}

/// Whether the header of what is below `line` stands above it, as far to the left: at the end of
/// one that began on an earlier line, at a brace on its own line, and at a label.
fn continues_a_header(line: &str, blocks: Option<&Blocks>) -> bool {
    let is_label = matches!(blocks, Some(Blocks::Braces)) && line.ends_with(':');
    line.starts_with([')', ']']) || line == "{" || is_label
}

/// The header that starts at the first of `lines`, when it opens a block and says what it is.
fn header_from(lines: &[&str], blocks: Option<&Blocks>) -> Option<String> {
    let first = lines.first()?.trim_start();
    if CONTROL_WORDS.contains(&blocks::first_word(first)) || first.starts_with('}') {
        return None;
    }
    // Of an unknown language either may be meant.
    let count = match blocks {
        Some(blocks) => blocks.header_lines(lines)?,
        None => [Blocks::Braces, Blocks::Statements(&[])]
            .iter()
            .filter_map(|blocks| blocks.header_lines(lines))
            .min()?,
    };
    // As the tree sees it: what is exported is the definition inside.
    let header = one_line(&lines[..count].join(" "));
    let header = header.strip_prefix("export ").unwrap_or(&header);
    Some(header.strip_prefix("default ").unwrap_or(header).to_owned())
}
