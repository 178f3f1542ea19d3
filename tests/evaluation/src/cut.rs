//! Cutting holes by syntax: every place of a file where one of each kind can be cut.
//!
//! Files that the grammar does not understand whole give none: what is cut must be code.

use tree_sitter::{Node, Tree};

use crate::hole::{Hole, Kind};
use crate::language::{Docs, Language};
use crate::prose_lines::{ProseLine, prose_lines};

const LINE_CHARS_MIN: usize = 4;
const LINE_CHARS_MAX: usize = 100;
const WORD_CHARS_MIN: usize = 4;
const EXPRESSION_CHARS: std::ops::RangeInclusive<usize> = 3..=60;
const BODY_LINES_MAX: usize = 8;

/// All holes that can be cut into `text`, in the order of their places.
pub(crate) fn holes(language: &Language, text: &str) -> Vec<Hole> {
    let Some(tree) = language.parse(text).filter(|tree| !tree.root_node().has_error()) else {
        return Vec::new();
    };
    let mut cutter = Cutter { language, text, holes: Vec::new(), token_end: 0 };
    cutter.cut(&tree);
    let mut holes = cutter.holes;
    holes.sort_unstable();
    holes.dedup();
    holes
}

/// Whether a node is text for people or data, and no code.
pub(crate) fn is_text(node: Node<'_>) -> bool {
    let kind = node.kind();
    ["comment", "string", "regex", "char"].iter().any(|word| kind.contains(word))
}

struct Cutter<'a> {
    language: &'a Language,
    text: &'a str,
    holes: Vec<Hole>,
    /// Where the token before the one that is looked at ends.
    token_end: usize,
}

impl Cutter<'_> {
    fn cut(&mut self, tree: &Tree) {
        let mut cursor = tree.walk();
        loop {
            let node = cursor.node();
            self.look_at(node);
            if !is_text(node) && cursor.goto_first_child() {
                continue;
            }
            while !cursor.goto_next_sibling() {
                if !cursor.goto_parent() {
                    return;
                }
            }
        }
    }

    fn look_at(&mut self, node: Node<'_>) {
        if node.kind().contains("comment") || self.is_doc_string(node) {
            self.cut_prose(node);
            return;
        }
        if node.child_count() == 0 || is_text(node) {
            self.cut_at_token(node);
        }
        if node.is_named() {
            self.cut_expression(node);
        }
        if self.language.arguments.contains(&node.kind()) {
            self.cut_arguments(node);
        }
        if self.language.functions.contains(&node.kind())
            && let Some(body) = node.child_by_field_name("body")
        {
            self.cut_body(body);
        }
    }

    fn is_doc_string(&self, node: Node<'_>) -> bool {
        matches!(self.language.docs, Docs::FirstString)
            && node.kind() == "string"
            && node.parent().is_some_and(|statement| {
                let block = statement.parent();
                statement.kind() == "expression_statement"
                    && block.is_some_and(|block| block.named_child(0) == Some(statement))
            })
    }

    fn cut_prose(&mut self, node: Node<'_>) {
        let text = &self.text[node.start_byte()..node.end_byte()];
        let is_docs = match self.language.docs {
            Docs::FirstString => node.kind() == "string",
            Docs::Marked(marks) => marks.iter().any(|mark| text.starts_with(mark)),
            Docs::Outermost => node.parent().is_some_and(|parent| parent.parent().is_none()),
        };
        for ProseLine { end, places, is_korean } in prose_lines(text, node.start_byte()) {
            let kind = if is_korean { Kind::Korean } else { Kind::Docs };
            if is_korean || is_docs {
                self.holes.extend(places.into_iter().map(|start| Hole { kind, start, end }));
            }
        }
    }

    fn cut_at_token(&mut self, node: Node<'_>) {
        let (start, before) = (node.start_byte(), self.token_end);
        self.token_end = node.end_byte();
        let (line_start, end) = self.line_around(start);
        if node.start_byte() == node.end_byte() || node.end_byte() > end {
            return;
        }
        if self.text[line_start..start].trim().is_empty() {
            self.add_line(Kind::Line, start, end);
            return;
        }
        self.add_line(Kind::LineEnd, start, end);
        if line_start < before && before < start {
            self.add_line(Kind::LineEnd, before, end);
        }
        let word = &self.text[start..node.end_byte()];
        if node.kind().ends_with("identifier") && word.chars().count() >= WORD_CHARS_MIN {
            for (at, _) in word.char_indices().skip(1) {
                self.add_line(Kind::Word, start + at, end);
            }
        }
    }

    fn add_line(&mut self, kind: Kind, start: usize, end: usize) {
        let missing = &self.text[start..end];
        let length = missing.trim().chars().count();
        // From inside a word its last letter may be all that is missing.
        let is_long_enough = length >= LINE_CHARS_MIN || kind == Kind::Word;
        if is_long_enough && length <= LINE_CHARS_MAX && says_something(missing) {
            let end = start + missing.trim_end().len();
            self.holes.push(Hole { kind, start, end });
        }
    }

    fn cut_expression(&mut self, node: Node<'_>) {
        let (start, end) = (node.start_byte(), node.end_byte());
        let (line_start, line_end) = self.line_around(start);
        if end > line_end || self.text[line_start..start].trim().is_empty() {
            return;
        }
        let missing = &self.text[start..end];
        let is_sized = EXPRESSION_CHARS.contains(&missing.chars().count());
        if is_sized && says_something(missing) && says_something(&self.text[end..line_end]) {
            self.holes.push(Hole { kind: Kind::MidLine, start, end });
        }
    }

    fn cut_arguments(&mut self, node: Node<'_>) {
        let (start, end) = (node.start_byte() + 1, node.end_byte().saturating_sub(1));
        let (line_start, line_end) = self.line_around(start);
        let whole = &self.text[node.start_byte()..node.end_byte()];
        if end > line_end || !whole.starts_with('(') || !whole.ends_with(')') {
            return;
        }
        let missing = &self.text[start..end];
        let is_alone = self.text[line_start..start].trim() == "(";
        if !is_alone && says_something(missing) && missing.chars().count() <= LINE_CHARS_MAX {
            self.holes.push(Hole { kind: Kind::Arguments, start, end });
        }
    }

    fn cut_body(&mut self, body: Node<'_>) {
        let whole = &self.text[body.start_byte()..body.end_byte()];
        let inner = whole.strip_prefix('{').and_then(|inner| inner.strip_suffix('}'));
        let start = match inner {
            Some(inner) => body.start_byte() + 1 + inner.len() - inner.trim_start().len(),
            None => body.start_byte(),
        };
        let missing = inner.unwrap_or(whole).trim();
        let (line_start, _) = self.line_around(start);
        let is_on_own_line = self.text[line_start..start].trim().is_empty();
        if is_on_own_line && says_something(missing) && missing.lines().count() <= BODY_LINES_MAX {
            self.holes.push(Hole { kind: Kind::Body, start, end: start + missing.len() });
        }
    }

    /// Where the line that holds `at` begins and ends.
    fn line_around(&self, at: usize) -> (usize, usize) {
        let start = self.text[..at].rfind('\n').map_or(0, |end| end + 1);
        let end = self.text[at..].find('\n').map_or(self.text.len(), |length| at + length);
        (start, end)
    }
}

/// Brackets alone are nothing to be found.
fn says_something(text: &str) -> bool {
    text.contains(char::is_alphanumeric)
}
