//! What a selection means: grown to what can be edited as a whole, and the definition around it.

use saga_domain::Span;
use tree_sitter::Node;

use crate::language::Capture;
use crate::snapshot::{Snapshot, Syntax};
use crate::syntax;
use crate::text;

/// A selection grows by at most this many lines: somebody who selects a class's first line does
/// not mean all of the class.
const GROWTH_LINES_MAX: usize = 40;

/// A definition with more bytes is no help around a fault: a window of lines is.
const DEFINITION_BYTES_MAX: usize = 16 << 10;

/// What is edited when `selection` is selected.
///
/// Inside one line it grows to the words it cuts; over several lines to whole lines, from the
/// first one's start to before the last one's line end; and to the whole syntax nodes it cuts,
/// when the tree is of this text. Blanks at both ends of a selection inside one line are left out.
#[must_use]
pub fn selection_to_edit(doc: &Snapshot, selection: Span) -> Span {
    let rope = &doc.rope;
    let start = text::floor(rope, selection.start.0);
    let end = text::floor(rope, selection.end.0).max(start);
    let selected = text::slice(rope, start..end);
    if selected.trim().is_empty() {
        return Span::new(start, end);
    }
    let trimmed_start = start + (selected.len() - selected.trim_start().len());
    let trimmed_end = start + selected.trim_end().len();
    let grown = grow_to_nodes(doc, trimmed_start, trimmed_end);
    let (start, end) = grown.unwrap_or((trimmed_start, trimmed_end));
    if text::line_of(rope, start) == text::line_of(rope, end) {
        return Span::new(start, end);
    }
    Span::new(text::line_start(rope, start), text::line_end(rope, end))
}

/// The innermost definition that holds `span`, as whole lines.
///
/// `None` without a tree, outside of any definition, and for one too large to be rewritten.
#[must_use]
pub fn enclosing_definition(doc: &Snapshot, span: Span) -> Option<Span> {
    let syntax = doc.syntax.as_ref()?;
    let loaded = syntax.language.load()?;
    let start = text::floor(&doc.rope, span.start.0);
    let end = text::floor(&doc.rope, span.end.0).max(start);
    let mut innermost: Option<(usize, usize)> = None;
    syntax::matches(loaded, &doc.rope, syntax.tree.root_node(), Some(start..end + 1), |found| {
        let is_scope = found.is(Capture::Scope) || found.is(Capture::Container);
        let Some(node) = found.whole().filter(|_| is_scope || found.is(Capture::Shape)) else {
            return;
        };
        let range = (node.start_byte(), node.end_byte().min(doc.rope.byte_len()));
        let holds = range.0 <= start && end <= range.1;
        let is_smaller = innermost.is_none_or(|(start, end)| range.1 - range.0 <= end - start);
        if holds && is_smaller {
            innermost = Some(range);
        }
    });
    let (start, end) = innermost?;
    let span = Span::new(text::line_start(&doc.rope, start), text::line_end(&doc.rope, end));
    (span.len() <= DEFINITION_BYTES_MAX).then_some(span)
}

/// The run of neighbouring nodes that holds the selection.
fn grow_to_nodes(doc: &Snapshot, start: usize, end: usize) -> Option<(usize, usize)> {
    let syntax: &Syntax = doc.syntax.as_ref().filter(|_| doc.tree_is_current())?;
    let root = syntax.tree.root_node();
    let around = root.descendant_for_byte_range(start, end.saturating_sub(1).max(start))?;
    if around.is_error() {
        return None;
    }
    let (first, last) = children_holding(around, start, end);
    let grown = (first.min(start), last.max(end));
    let lines =
        |from: usize, to: usize| text::line_of(&doc.rope, to) - text::line_of(&doc.rope, from);
    let fits = lines(grown.0, grown.1) <= lines(start, end) + GROWTH_LINES_MAX;
    (fits && grown.1 <= doc.rope.byte_len()).then_some(grown)
}

/// From the start of the child that holds `start` to the end of the one that holds `end`; the
/// node itself when it has no children.
fn children_holding(node: Node<'_>, start: usize, end: usize) -> (usize, usize) {
    let mut cursor = node.walk();
    let mut range: Option<(usize, usize)> = None;
    for child in node.children(&mut cursor) {
        if child.end_byte() > start && child.start_byte() < end {
            let from = range.map_or(child.start_byte(), |(from, _)| from);
            range = Some((from, child.end_byte()));
        }
    }
    range.unwrap_or((node.start_byte(), node.end_byte()))
}
