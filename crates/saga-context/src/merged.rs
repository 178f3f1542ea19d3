//! A document with an answer in it, as a parser sees the two together: where the answer leaves
//! the scope it was written for, and whether it breaks what was whole.
//!
//! Half-written code is the normal case around a cursor, so only what is certain counts: a scope
//! that was closed by its own last token, a definition that could be read as one, errors that were
//! not there before. What is shown of an answer is decided in `saga-prompt`.

mod errors;

use saga_domain::{ByteOffset, Span, TextEdit};
use tree_sitter::Node;

use crate::context::place_of;
use crate::language::{Capture, Language, Loaded};
use crate::parse::parse;
use crate::snapshot::Snapshot;
use crate::syntax;
use crate::text;
use errors::Errors;

/// Progress reports of tree-sitter after which a text with an answer in it is not parsed further:
/// enough for an answer in a file of ten thousand lines, without the time to read it all again.
const PARSE_STEPS_MAX: usize = 4000;
/// Texts parsed for one answer; each of its lines is one.
const PARSES_MAX: usize = 80;
/// No answer that is shown is longer.
const ANSWER_BYTES_MAX: usize = 16 << 10;
/// Larger texts are not parsed a second time from nothing, to be sure of an error.
const AFRESH_BYTES_MAX: usize = 64 << 10;

/// A document whose cursor gets an answer. It parses only what it is asked about.
pub struct MergedSyntax {
    document: Snapshot,
    at: usize,
    /// The place of the cursor's line.
    line: std::ops::Range<usize>,
    parses_left: usize,
    /// What is wrong without an answer; worked out when first needed.
    without: Option<Errors>,
}

impl MergedSyntax {
    /// For an answer at `at`, which is moved back to the nearest place of the document.
    #[must_use]
    pub fn new(document: &Snapshot, at: ByteOffset) -> Self {
        let at = place_of(document, at);
        let rope = &document.rope;
        let line = text::line_start(rope, at)..text::line_end(rope, at);
        Self { document: document.clone(), at, line, parses_left: PARSES_MAX, without: None }
    }

    /// Where in `answer`, of which every line is whole, the scope that the cursor is in has
    /// ended, or a second definition begins.
    pub fn scope_end(&mut self, answer: &str) -> Option<usize> {
        let (language, loaded) = self.language()?;
        let merged = self.merged(answer)?;
        let tree = &merged.syntax.as_ref()?.tree;
        let end = self.at + answer.len();
        let mut scopes: Vec<Scope<'_>> = Vec::new();
        let around = Some(self.line.start.saturating_sub(1)..end + 1);
        syntax::matches(loaded, &merged.rope, tree.root_node(), around, |found| {
            let is_scope = found.is(Capture::Scope) || found.is(Capture::Container);
            if let Some(node) = found.whole().filter(|node| is_scope && node.start_byte() < end) {
                let is_function = found.is(Capture::Scope);
                scopes.push(Scope { node, is_function });
            }
        });
        scopes.sort_by_key(|scope| (scope.node.start_byte(), usize::MAX - scope.node.end_byte()));
        let closed = self.closed(&scopes, end);
        let second = self.second(language, &merged, &scopes, answer);
        closed.into_iter().chain(second).min().map(|end| line_end(answer, end))
    }

    /// Whether the document with the whole `answer` in it has syntax errors that it does not have
    /// without; false where the text around is too broken to tell.
    pub fn breaks(&mut self, answer: &str) -> bool {
        self.is_broken_by(answer).unwrap_or(false)
    }

    fn is_broken_by(&mut self, answer: &str) -> Option<bool> {
        let (_, loaded) = self.language()?;
        let without = match &self.without {
            Some(without) => without.clone(),
            None => {
                let tree = self.document.syntax.as_ref()?.tree.clone();
                let tree = parse(loaded, &self.document.rope, Some(&tree), PARSE_STEPS_MAX)?;
                let without = Errors::of(&tree, &self.line);
                self.without.insert(without).clone()
            }
        };
        if without.are_near(&self.line) {
            return None;
        }
        let merged = self.merged(answer)?;
        let line = self.line.start..self.line.end + answer.len();
        let grown = Errors::of(&merged.syntax.as_ref()?.tree, &line);
        if !grown.is_worse_than(&without) || merged.rope.byte_len() > AFRESH_BYTES_MAX {
            return Some(grown.is_worse_than(&without));
        }
        // How a parser gets over an error depends on what it kept of the tree before.
        let afresh = |rope| parse(loaded, rope, None, PARSE_STEPS_MAX);
        let with = Errors::of(&afresh(&merged.rope)?, &line);
        let without = Errors::of(&afresh(&self.document.rope)?, &self.line);
        Some(with.is_worse_than(&without))
    }

    fn language(&self) -> Option<(&'static Language, &'static Loaded)> {
        let language = self.document.syntax.as_ref()?.language;
        Some((language, language.load()?))
    }

    /// The document with the answer in it, parsed.
    fn merged(&mut self, answer: &str) -> Option<Snapshot> {
        if answer.len() > ANSWER_BYTES_MAX {
            return None;
        }
        self.parses_left = self.parses_left.checked_sub(1)?;
        let span = Span { start: ByteOffset(self.at), end: ByteOffset(self.at) };
        let mut merged =
            self.document.with_edit(&TextEdit { span, text: answer.to_owned() }).ok()?;
        let syntax = merged.syntax.as_mut()?;
        let loaded = syntax.language.load()?;
        syntax.tree = parse(loaded, &merged.rope, Some(&syntax.tree), PARSE_STEPS_MAX)?;
        Some(merged)
    }

    /// Where the answer closed the innermost scope that the cursor was in.
    fn closed(&self, scopes: &[Scope<'_>], end: usize) -> Option<usize> {
        let held = scopes
            .iter()
            .rfind(|scope| scope.node.start_byte() < self.at && self.at < scope.node.end_byte())?;
        let last = last_token(held.node);
        let is_closed = !held.node.has_error()
            && !last.is_named()
            && belongs_to(last, held.node)
            && !last.is_missing()
            && (self.at..end).contains(&last.start_byte())
            && last.end_byte() <= end;
        is_closed.then(|| last.end_byte() - self.at)
    }

    /// Where the line stands that begins a definition after another one.
    fn second(
        &self,
        language: &Language,
        merged: &Snapshot,
        scopes: &[Scope<'_>],
        answer: &str,
    ) -> Option<usize> {
        let begins_line = |scope: &&Scope<'_>| {
            let start = scope.node.start_byte();
            let line = text::slice(&merged.rope, text::line_start(&merged.rope, start)..start);
            // Words such as `export` stand before it; other code does not.
            line.chars().all(|c| c.is_alphanumeric() || matches!(c, ' ' | '\t' | '_'))
        };
        let written: Vec<&Scope<'_>> = scopes.iter().filter(begins_line).collect();
        let second = written.iter().find(|scope| {
            let start = scope.node.start_byte();
            let line = text::line_start(&merged.rope, start);
            let is_before = |other: &&&Scope<'_>| {
                let node = other.node;
                let is_of_answer = node.start_byte() >= self.line.start || other.is_function;
                is_of_answer && node.end_byte() > self.at && node.end_byte() <= line
            };
            line > self.at && written.iter().any(|other| is_before(&other))
        })?;
        let line = text::line_start(&merged.rope, second.node.start_byte());
        let kept = without_heading(language, answer.get(..line.checked_sub(self.at)?)?);
        Some(kept.len())
    }
}

/// A definition with code in it.
struct Scope<'tree> {
    node: Node<'tree>,
    is_function: bool,
}

fn last_token(node: Node<'_>) -> Node<'_> {
    let mut node = node;
    while let Some(last) = node.child(node.child_count().saturating_sub(1)) {
        node = last;
    }
    node
}

/// Whether it is the scope's own token or its body's. Without closing tokens, as in Python, the last
/// one is that of some expression.
fn belongs_to(token: Node<'_>, scope: Node<'_>) -> bool {
    let body = scope.child(scope.child_count().saturating_sub(1));
    token.parent().is_some_and(|parent| parent == scope || Some(parent) == body)
}

/// Takes away the comments and attributes at the end, which belong to what would follow.
fn without_heading<'a>(language: &Language, text: &'a str) -> &'a str {
    let mut kept = text.trim_end();
    while let Some(start) = kept.rfind('\n') {
        let line = kept[start..].trim();
        let is_heading = language.starts_line_comment(line)
            || line.starts_with(['@', '#'])
            || (line.starts_with(['*', '/', '[']) && line.ends_with(['/', '*', ']']));
        if !is_heading {
            break;
        }
        kept = kept[..start].trim_end();
    }
    kept
}

/// The end of the line that holds `at`, unless nothing but blanks stands before it there.
fn line_end(answer: &str, at: usize) -> usize {
    let line_start = answer[..at].rfind('\n').map_or(0, |end| end + 1);
    if answer[line_start..at].trim().is_empty() {
        return at;
    }
    answer[at..].find('\n').map_or(answer.len(), |end| at + end)
}
