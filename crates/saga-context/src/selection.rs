//! What a selection means: grown to what can be edited as a whole, and the definition around it.

use crop::Rope;
use saga_domain::{ByteOffset, Span};
use tree_sitter::Node;

use crate::language::Capture;
use crate::snapshot::{Snapshot, Syntax};
use crate::syntax;
use crate::text;

/// A selection grows by at most this many lines: somebody who selects a class's first line does
/// not mean all of the class.
const GROWTH_LINES_MAX: usize = 40;

/// Growing to nodes and to lines is repeated until nothing is cut, but not without end.
const GROWTHS_MAX: usize = 4;

/// Lines above a definition that may belong to it.
const HEADING_LINES_MAX: usize = 60;

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
    let lines_max = lines_between(doc, trimmed_start, trimmed_end) + GROWTH_LINES_MAX;
    let (mut start, mut end) = (trimmed_start, trimmed_end);
    // Whole lines may cut the node that the next statement is, which makes more lines whole.
    for _ in 0..GROWTHS_MAX {
        let grown = grow_to_nodes(doc, start, end, lines_max);
        let (from, to) = grown.unwrap_or((start, end));
        if text::line_of(rope, from) == text::line_of(rope, to) {
            return Span::new(from, to);
        }
        let code_start = first_code(rope, text::line_start(rope, from));
        let code_end = text::line_end(rope, to);
        if (code_start, code_end) == (start, end) {
            break;
        }
        (start, end) = (code_start, code_end);
    }
    Span::new(text::line_start(rope, start), text::line_end(rope, end))
}

/// The span with the comments, attributes and decorators that stand right above it.
#[must_use]
pub fn with_heading(doc: &Snapshot, span: Span) -> Span {
    let rope = &doc.rope;
    let starts_comment = |line: &str| {
        doc.language().is_some_and(|language| language.starts_line_comment(line))
            || line.starts_with(['@', '*', '['])
            || line.starts_with("/*")
            || line.starts_with("#[")
    };
    let own = text::line_of(rope, span.start.0);
    let above = (own.saturating_sub(HEADING_LINES_MAX)..own).rev();
    let heading = above.take_while(|line| starts_comment(text::line(rope, *line).trim())).last();
    let Some(first) = heading else { return span };
    Span { start: ByteOffset(rope.byte_of_line(first)), end: span.end }
}

/// Where the last line of what holds a file's tests begins: of the type or module that the file
/// ends with. `None` where tests stand for themselves, at the end of the file.
#[must_use]
pub fn end_of_tests(doc: &Snapshot) -> Option<ByteOffset> {
    let syntax = doc.syntax.as_ref().filter(|_| doc.tree_is_current())?;
    let loaded = syntax.language.load()?;
    let rope = &doc.rope;
    let kept = text::slice(rope, 0..rope.byte_len()).trim_end().len();
    let mut last: Option<Node<'_>> = None;
    syntax::matches(loaded, rope, syntax.tree.root_node(), None, |found| {
        let container = found.whole().filter(|_| found.is(Capture::Container));
        let Some(node) = container.filter(|node| node.end_byte() >= kept) else { return };
        if last.is_none_or(|last| node.start_byte() < last.start_byte()) {
            last = Some(node);
        }
    });
    let node = last?;
    let is_module = node.kind() == "mod_item";
    let header = text::slice(rope, node.start_byte()..text::line_end(rope, node.start_byte()));
    let holds_tests = match syntax.language.family {
        "rust" => is_module && header.contains("tests"),
        "jvm" | "csharp" | "php" | "swift" => true,
        _ => false,
    };
    let closing = text::line_start(rope, kept);
    let is_closed = text::slice(rope, closing..kept).trim() == "}";
    (holds_tests && is_closed && closing > node.start_byte()).then_some(ByteOffset(closing))
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

/// The run of neighbouring nodes that holds the selection; all of their parent where the selection
/// cuts the word or bracket that begins it.
fn grow_to_nodes(
    doc: &Snapshot,
    start: usize,
    end: usize,
    lines_max: usize,
) -> Option<(usize, usize)> {
    let syntax: &Syntax = doc.syntax.as_ref().filter(|_| doc.tree_is_current())?;
    let root = syntax.tree.root_node();
    let around = root.descendant_for_byte_range(start, end.saturating_sub(1).max(start))?;
    if around.is_error() {
        return None;
    }
    let begins_it =
        around.child(0).is_some_and(|first| !first.is_named() && start < first.end_byte());
    let whole = begins_it.then(|| (around.start_byte(), around.end_byte()));
    let run = Some(children_holding(around, start, end));
    let grown = whole.into_iter().chain(run).map(|(first, last)| (first.min(start), last.max(end)));
    let mut grown = grown.filter(|(_, last)| *last <= doc.rope.byte_len());
    grown.find(|(first, last)| lines_between(doc, *first, *last) <= lines_max)
}

fn lines_between(doc: &Snapshot, from: usize, to: usize) -> usize {
    text::line_of(&doc.rope, to) - text::line_of(&doc.rope, from)
}

/// The first place of a line that is not blank.
fn first_code(rope: &Rope, line_start: usize) -> usize {
    let line = text::slice(rope, line_start..text::line_end(rope, line_start));
    line_start + (line.len() - line.trim_start().len())
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
