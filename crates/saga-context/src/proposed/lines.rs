//! The lines of a piece of a document, each split into its code and its comments.

use std::ops::Range;

use crate::language::{Capture, Language};
use crate::snapshot::Snapshot;
use crate::syntax;
use crate::text;

/// What comments begin with in languages that nothing else is known of.
const MARKS: &[&str] = &["//", "/*", "*", "#", "--", ";", "%"];

/// A line of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Line {
    /// As it stands, without its line end.
    pub(super) text: String,
    /// Without comments and blanks at the end.
    pub(super) code: String,
    pub(super) has_comment: bool,
}

impl Line {
    pub(super) fn has_code(&self) -> bool {
        !self.code.is_empty()
    }

    pub(super) fn is_blank(&self) -> bool {
        self.text.trim().is_empty()
    }
}

/// The lines of a range of the document. `None` when the text cannot be read.
pub(super) fn of(document: &Snapshot, range: Range<usize>) -> Option<Vec<Line>> {
    let Some(language) = document.language() else { return Some(by_marks(document, range)) };
    let comments = comments(document, language)?;
    let rope = &document.rope;
    let mut lines = Vec::new();
    let mut start = range.start;
    for text in text::slice(rope, range.clone()).split('\n') {
        let end = start + text.len();
        let mut code = String::new();
        let mut at = start;
        let mut has_comment = false;
        for comment in comments.iter().filter(|found| found.start < end && found.end > start) {
            has_comment = true;
            let from = comment.start.clamp(at, end);
            code.push_str(&text::slice(rope, at..from));
            at = comment.end.clamp(from, end);
        }
        code.push_str(&text::slice(rope, at..end));
        let text = text.trim_end_matches('\r').to_owned();
        lines.push(Line { text, code: code.trim_end().to_owned(), has_comment });
        start = end + 1;
    }
    for line in &mut lines {
        // Where only a comment was, its indentation is no code.
        if line.code.trim().is_empty() {
            line.code.clear();
        }
    }
    Some(lines)
}

fn by_marks(document: &Snapshot, range: Range<usize>) -> Vec<Line> {
    let line = |text: &str| {
        let text = text.trim_end_matches('\r');
        let has_comment = MARKS.iter().any(|mark| text.trim_start().starts_with(mark));
        let code = if has_comment { "" } else { text.trim_end() };
        Line { text: text.to_owned(), code: code.to_owned(), has_comment }
    };
    text::slice(&document.rope, range).split('\n').map(line).collect()
}

/// Where the comments are, and what documents in the place of one, in the order of the text.
fn comments(document: &Snapshot, language: &'static Language) -> Option<Vec<Range<usize>>> {
    let loaded = language.load()?;
    let tree = super::read(loaded, document)?;
    let mut found: Vec<Range<usize>> = Vec::new();
    syntax::matches(loaded, &document.rope, tree.root_node(), None, |matched| {
        let documents = |node: &tree_sitter::Node<'_>| {
            // A string that is a statement of its own does nothing but document.
            language.family == "python"
                && node.parent().is_some_and(|parent| {
                    parent.kind() == "expression_statement" && parent.named_child_count() == 1
                })
        };
        let comment = matched
            .node(Capture::Comment)
            .or_else(|| matched.node(Capture::String).filter(documents));
        if let Some(node) = comment {
            found.push(node.byte_range());
        }
    });
    found.sort_by_key(|range| (range.start, usize::MAX - range.end));
    // Some grammars have comments inside of comments.
    let mut end = 0;
    found.retain(|range| {
        let is_inside = range.end <= end;
        end = end.max(range.end);
        !is_inside
    });
    Some(found)
}
