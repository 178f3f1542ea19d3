//! Where exactly a cursor stands: in a comment, in a string, on a blank line, behind something
//! that opens a block. What decides between one line and a block, and what shaping an answer
//! needs.

use saga_domain::ByteOffset;
use tree_sitter::Node;

use crate::context::{place_of, prefix_window, suffix_window};
use crate::language::{Capture, Language};
use crate::scopes::is_broken_at;
use crate::snapshot::{Snapshot, Syntax};
use crate::syntax;
use crate::text;

const WINDOW_BYTES_MAX: usize = 16 << 10;

/// What begins a statement with a block, where blocks are made by indentation.
const BLOCK_WORDS: &[&str] = &[
    "async", "case", "class", "def", "elif", "else", "except", "finally", "for", "if", "match",
    "try", "while", "with",
];

/// What can be said of a place without knowing what comes there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CursorPlace {
    /// What starts a comment that ends with the line; `None` for an unknown language.
    pub line_comment: Option<&'static str>,
    /// The blanks at the start of the cursor's line.
    pub indent: String,
    /// The line's text before the cursor.
    pub line_before: String,
    /// The line's text after the cursor, without the line end.
    pub rest_of_line: String,
    /// Whether the cursor stands inside a comment.
    pub in_comment: bool,
    /// Whether the cursor stands inside a string, and not in code inside of it.
    pub in_string: bool,
    /// Whether a block was opened before the cursor and nothing is in it yet.
    pub opened_empty_block: bool,
}

impl CursorPlace {
    /// Whether only blanks stand before the cursor on its line.
    #[must_use]
    pub fn line_is_blank_before(&self) -> bool {
        self.line_before.trim().is_empty()
    }

    /// Whether the rest of the line is at most closing brackets, quotes and punctuation.
    #[must_use]
    pub fn rest_of_line_only_closes(&self) -> bool {
        let rest = self.rest_of_line.trim();
        rest.trim_start_matches([')', '>', '}', ']', '"', '\'', '`'])
            .trim()
            .trim_start_matches([':', '{', ';', ','])
            .is_empty()
    }

    /// Whether an answer should end with the line.
    ///
    /// A block is asked for where one was opened and is empty, and on a line of its own; text in
    /// the middle of a line, in a comment or in a string ends with the line.
    #[must_use]
    pub fn one_line(&self) -> bool {
        if self.in_comment || self.in_string || !self.rest_of_line_only_closes() {
            return true;
        }
        let on_its_own_line = self.line_is_blank_before() && self.rest_of_line.trim().is_empty();
        !(self.opened_empty_block || on_its_own_line)
    }
}

/// Where `at` stands in `doc`. Total, like [`crate::context_at`].
#[must_use]
pub fn cursor_place(doc: &Snapshot, at: ByteOffset) -> CursorPlace {
    let at = place_of(doc, at);
    let prefix = prefix_window(doc, at, WINDOW_BYTES_MAX);
    let suffix = suffix_window(doc, at, WINDOW_BYTES_MAX);
    let line_before = prefix.rsplit('\n').next().unwrap_or(&prefix);
    let rest_of_line = suffix.split('\n').next().unwrap_or(&suffix);
    let language = doc.language();
    let kind = kind_at(doc, language, at, line_before);
    CursorPlace {
        line_comment: language.map(|language| language.line_comment),
        indent: text::indent_of(line_before).to_owned(),
        in_comment: kind == Some(Capture::Comment),
        in_string: kind == Some(Capture::String),
        opened_empty_block: kind.is_none()
            && opened_empty_block(&prefix, &suffix, language.is_some_and(|l| l.by_indentation)),
        rest_of_line: rest_of_line.to_owned(),
        line_before: line_before.to_owned(),
    }
}

/// `Comment` or `String` when the cursor stands in one.
fn kind_at(
    doc: &Snapshot,
    language: Option<&Language>,
    at: usize,
    line_before: &str,
) -> Option<Capture> {
    let by_tree = doc.syntax.as_ref().and_then(|syntax| kind_by_tree(doc, syntax, at));
    let word_end = text::word_end(&doc.rope, at);
    let is_sure = doc.tree_is_current()
        && doc.syntax.as_ref().is_some_and(|syntax| !is_broken_at(syntax, word_end));
    if by_tree.is_some() || is_sure { by_tree } else { kind_by_line(language?, line_before) }
}

fn kind_by_tree(doc: &Snapshot, syntax: &Syntax, at: usize) -> Option<Capture> {
    let loaded = syntax.language.load()?;
    let mut innermost: Option<(Node<'_>, Capture)> = None;
    syntax::matches(loaded, syntax.tree.root_node(), Some(at.saturating_sub(1)..at + 1), |found| {
        let kinds = [Capture::Comment, Capture::String, Capture::Code];
        let captured = kinds.into_iter().find_map(|kind| Some((kind, found.node(kind)?)));
        let Some((kind, node)) = captured else { return };
        // A comment that ends with its line goes on behind its last character.
        let ends_with_line = kind == Capture::Comment
            && text::slice(&doc.rope, node.start_byte()..node.start_byte() + 2) != "/*"
            && text::line_start(&doc.rope, at) <= node.start_byte();
        let inside = node.start_byte() < at
            && (at < node.end_byte() || (ends_with_line && at == node.end_byte()));
        if inside && innermost.is_none_or(|(outer, _)| node.start_byte() >= outer.start_byte()) {
            innermost = Some((node, kind));
        }
    });
    let (node, kind) = innermost?;
    (kind != Capture::Code && !holds_an_error(node, at)).then_some(kind)
}

/// Whether the cursor stands in something inside `node` that could not be understood, which in a
/// string is half-written code.
fn holds_an_error(node: Node<'_>, at: usize) -> bool {
    let mut cursor = node.walk();
    while cursor.node().has_error()
        && cursor.goto_first_child_for_byte(at.saturating_sub(1)).is_some()
    {
        if cursor.node().is_error() {
            return true;
        }
    }
    false
}

/// Reads the line alone, for text that no tree understands.
fn kind_by_line(language: &Language, line_before: &str) -> Option<Capture> {
    // The quotes, and the braces of code inside a string, that are open.
    let mut open: Vec<char> = Vec::new();
    let mut before = ' ';
    let mut formats = false;
    let mut characters = line_before.char_indices();
    while let Some((at, c)) = characters.next() {
        match open.last() {
            Some(quote) if *quote != '{' => {
                let opens_code = c == '{' && (formats || (*quote == '`' && before == '$'));
                if c == '\\' {
                    characters.next();
                } else if c == *quote {
                    open.pop();
                } else if opens_code {
                    open.push('{');
                }
            }
            _ if line_before[at..].starts_with(language.line_comment) => {
                return Some(Capture::Comment);
            }
            Some(_) if c == '}' => {
                open.pop();
            }
            _ if language.quotes.contains(c) => {
                formats = language.by_indentation && matches!(before, 'f' | 'F');
                open.push(c);
            }
            _ => {}
        }
        before = c;
    }
    open.last().filter(|quote| **quote != '{').map(|_| Capture::String)
}

fn opened_empty_block(prefix: &str, suffix: &str, by_indentation: bool) -> bool {
    let before = prefix.trim_end();
    let header_line = before.rsplit('\n').next().unwrap_or(before);
    let opens =
        if by_indentation { opens_by_colon(header_line) } else { header_line.ends_with('{') };
    if !opens {
        return false;
    }
    let after = suffix.trim_start();
    if after.is_empty() || (!by_indentation && after.starts_with('}')) {
        return true;
    }
    let (rest_of_line, below) = suffix.split_once('\n').unwrap_or((suffix, ""));
    let next_line = below.lines().find(|line| !line.trim().is_empty());
    rest_of_line.trim().is_empty()
        && next_line.is_none_or(|line| text::indent_width(line) <= text::indent_width(header_line))
}

/// A colon opens a block at the end of a statement that has one, or of a header that began on an
/// earlier line; after a dictionary's key it opens nothing.
fn opens_by_colon(line: &str) -> bool {
    let line = line.trim();
    let first_word = line.split(|c: char| !c.is_alphanumeric()).next().unwrap_or(line);
    line.ends_with(':') && (BLOCK_WORDS.contains(&first_word) || line.starts_with([')', ']']))
}
