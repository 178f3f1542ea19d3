//! Where exactly a cursor stands: in a comment, in a string, on a blank line, behind something
//! that opens a block. What decides between one line and a block, and what shaping an answer
//! needs.

use saga_domain::ByteOffset;
use tree_sitter::Node;

use crate::blocks::Blocks;
use crate::context::{place_of, prefix_window, suffix_window};
use crate::language::{Capture, CodeInString, Language};
use crate::prose;
use crate::scopes::is_broken_at;
use crate::snapshot::{Snapshot, Syntax};
use crate::syntax;
use crate::text;

const WINDOW_BYTES_MAX: usize = 16 << 10;

/// As much of a comment is looked at to see what it begins with.
const COMMENT_MARK_BYTES_MAX: usize = 4;

/// What can be said of a place without knowing what comes there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CursorPlace {
    /// What starts a comment that ends with the line; `None` for an unknown language, and for one
    /// without such comments.
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
    /// Whether the cursor stands in text written for people, where a sentence ends and no block.
    pub in_prose: bool,
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
    /// the middle of a line, in a comment or in a string ends with the line. A sentence may go on
    /// in the next line where the paragraph is broken into lines.
    #[must_use]
    pub fn one_line(&self) -> bool {
        if self.in_prose {
            return !self.rest_of_line.trim().is_empty();
        }
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
        line_comment: language.and_then(Language::line_comment),
        indent: text::indent_of(line_before).to_owned(),
        in_comment: kind == Some(Capture::Comment),
        in_string: kind == Some(Capture::String),
        opened_empty_block: kind.is_none()
            && opened_empty_block(
                &prefix,
                &suffix,
                language.map_or(&Blocks::Braces, |l| &l.blocks),
            ),
        in_prose: language.is_some_and(|language| is_prose(doc, language, at, &prefix)),
        rest_of_line: rest_of_line.to_owned(),
        line_before: line_before.to_owned(),
    }
}

/// `Comment` or `String` when the cursor stands in one.
fn kind_at(
    doc: &Snapshot,
    language: Option<&'static Language>,
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
    let range = Some(at.saturating_sub(1)..at + 1);
    syntax::matches(loaded, &doc.rope, syntax.tree.root_node(), range, |found| {
        let kinds = [Capture::Comment, Capture::String, Capture::Code];
        let captured = kinds.into_iter().find_map(|kind| Some((kind, found.node(kind)?)));
        let Some((kind, node)) = captured else { return };
        // A comment that ends with its line goes on behind its last character.
        let ends_with_line = kind == Capture::Comment
            && syntax.language.starts_line_comment(&text::slice(
                &doc.rope,
                node.start_byte()..node.start_byte() + COMMENT_MARK_BYTES_MAX,
            ))
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

/// Whether text for people is written at `at`, and not code that is quoted in it.
fn is_prose(doc: &Snapshot, language: &Language, at: usize, prefix: &str) -> bool {
    if !matches!(language.blocks, Blocks::Prose) {
        return false;
    }
    match &doc.syntax {
        Some(syntax) => !is_code_by_tree(doc, syntax, at),
        None => !prose::ends_in_fence(prefix),
    }
}

fn is_code_by_tree(doc: &Snapshot, syntax: &Syntax, at: usize) -> bool {
    let Some(loaded) = syntax.language.load() else { return false };
    let mut is_code = false;
    let range = Some(at.saturating_sub(1)..at + 1);
    syntax::matches(loaded, &doc.rope, syntax.tree.root_node(), range, |found| {
        let Some(code) = found.node(Capture::Code) else { return };
        // Code that nothing closes yet goes on where the text ends.
        let end = code.end_byte();
        let is_before_end = at < end || (at == end && end >= doc.rope.byte_len());
        is_code |= code.start_byte() < at && is_before_end;
    });
    is_code
}

/// What is open before a place on its line.
enum Open {
    String { quote: char, code: Option<&'static CodeInString> },
    Code { closes: char },
}

/// Reads the line alone, for text that no tree understands.
fn kind_by_line(language: &'static Language, line_before: &str) -> Option<Capture> {
    let mut open: Vec<Open> = Vec::new();
    let mut before = ' ';
    let mut rest = line_before;
    while let Some(c) = rest.chars().next() {
        let mut read_bytes = c.len_utf8();
        match open.last() {
            Some(Open::String { code: Some(code), .. }) if rest.starts_with(code.opens) => {
                read_bytes = code.opens.len();
                open.push(Open::Code { closes: code.closes });
            }
            Some(Open::String { quote, .. }) => {
                if c == '\\' {
                    read_bytes += rest[read_bytes..].chars().next().map_or(0, char::len_utf8);
                } else if c == *quote {
                    open.pop();
                }
            }
            // Inside of a word a number sign is a part of it in most languages: `$#`.
            _ if language.starts_line_comment(rest) && (c != '#' || before.is_whitespace()) => {
                return Some(Capture::Comment);
            }
            Some(Open::Code { closes }) if c == *closes => {
                open.pop();
            }
            _ if language.quotes.contains(c) => {
                let holds_code = |code: &&CodeInString| {
                    code.quotes.contains(c)
                        && (code.marks.is_empty() || code.marks.contains(before))
                };
                let code = language.code_in_string.as_ref().filter(holds_code);
                open.push(Open::String { quote: c, code });
            }
            _ => {}
        }
        before = c;
        rest = &rest[read_bytes..];
    }
    matches!(open.last(), Some(Open::String { .. })).then_some(Capture::String)
}

fn opened_empty_block(prefix: &str, suffix: &str, blocks: &Blocks) -> bool {
    let before = prefix.trim_end();
    let header_line = before.rsplit('\n').next().unwrap_or(before);
    // A value may be a block of its own; one that was begun behind its key is none.
    let begins_value =
        prefix.ends_with([' ', '\t']) && !prefix.trim_end_matches([' ', '\t']).ends_with('\n');
    if !blocks.opened_by(header_line) || (matches!(blocks, Blocks::Keys) && begins_value) {
        return false;
    }
    let after = suffix.trim_start();
    if after.is_empty() || blocks.closed_by(after) {
        return true;
    }
    let (rest_of_line, below) = suffix.split_once('\n').unwrap_or((suffix, ""));
    let next_line = below.lines().find(|line| !line.trim().is_empty());
    rest_of_line.trim().is_empty()
        && next_line.is_none_or(|line| text::indent_width(line) <= text::indent_width(header_line))
}
