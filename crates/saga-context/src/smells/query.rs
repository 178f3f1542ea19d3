//! The nodes that rules look at, by one query a language.
//!
//! No pattern looks at more than two children of a file, and these stand side by side (change.rs). What
//! the captures of a query file mean:
//! - `@function` with `@name`, `@body` and, where they count, `@parameters`.
//! - `@nest`: a statement that puts what is in it one level deeper.
//! - `@arm`: a branch of an `if`; `@case`: a branch of a `switch` and the like, with or without its
//!   label.
//! - `@number`: a number that is calculated or compared with; `@named`: numbers in it have a name.
//! - `@import` with `@imported`, the name that the file knows it by.
//! - `@public` with `@name` and perhaps `@body`: what other files may use.
//! - `@test`: a test, whose lines do not count.
//! - `@handler`: a block that an error ends up in; `@passed`: an error handed on to the caller;
//!   `@unwrapped`: one that ends the program.
//! - `@table`: data; `@string`: a string whose quotes are a choice; `@text`: any other; `@comment`.
//! - A name that begins with `_` is for a predicate only.

use std::sync::OnceLock;

use tree_sitter::Query;

use crate::language::Language;
use crate::languages::LANGUAGES;

/// A query with what its captures stand for.
pub(super) struct SmellQuery {
    pub(super) query: Query,
    captures: Vec<Option<Capture>>,
    pub(super) sight: Sight,
}

/// How far from a change its patterns may see it.
#[derive(Clone, Debug)]
pub(super) struct Sight {
    /// Nodes inside one another in a pattern, at most.
    pub(super) levels: usize,
    /// Kinds of nodes whose whole text a pattern reads, however much is in them.
    pub(super) read_whole: Vec<u16>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Capture {
    Function,
    Name,
    Parameters,
    Body,
    Nest,
    Arm,
    Case,
    Number,
    Named,
    Import,
    Imported,
    Public,
    Test,
    Handler,
    Passed,
    Unwrapped,
    Table,
    String,
    Text,
    Comment,
}

static QUERIES: [OnceLock<Option<SmellQuery>>; LANGUAGES.len()] =
    [const { OnceLock::new() }; LANGUAGES.len()];

/// The query of a language, compiled at the first call; `None` where there is none.
pub(super) fn of(language: &'static Language) -> Option<&'static SmellQuery> {
    let row = LANGUAGES.iter().position(|other| std::ptr::eq(other, language))?;
    QUERIES.get(row)?.get_or_init(|| SmellQuery::compile(language)).as_ref()
}

impl SmellQuery {
    fn compile(language: &Language) -> Option<Self> {
        let source = language.smells_source?;
        let query = Query::new(&(language.grammar)(), source).ok()?;
        let captures = query.capture_names().iter().map(|name| match Capture::named(name) {
            None if !name.starts_with('_') => None,
            capture => Some(capture),
        });
        let captures = captures.collect::<Option<Vec<_>>>()?;
        let grammar = (language.grammar)();
        let read_whole = kinds_read(source).map(|kind| grammar.id_for_node_kind(kind, true));
        let sight = Sight { levels: levels(source), read_whole: read_whole.collect() };
        Some(Self { query, captures, sight })
    }

    /// What the capture of an index stands for.
    pub(super) fn capture(&self, index: u32) -> Option<Capture> {
        *self.captures.get(index as usize)?
    }
}

impl Capture {
    fn named(name: &str) -> Option<Self> {
        Some(match name {
            "function" => Self::Function,
            "name" => Self::Name,
            "parameters" => Self::Parameters,
            "body" => Self::Body,
            "nest" => Self::Nest,
            "arm" => Self::Arm,
            "case" => Self::Case,
            "number" => Self::Number,
            "named" => Self::Named,
            "import" => Self::Import,
            "imported" => Self::Imported,
            "public" => Self::Public,
            "test" => Self::Test,
            "handler" => Self::Handler,
            "passed" => Self::Passed,
            "unwrapped" => Self::Unwrapped,
            "table" => Self::Table,
            "string" => Self::String,
            "text" => Self::Text,
            "comment" => Self::Comment,
            _ => return None,
        })
    }
}

/// Kinds of the nodes that are captured for a predicate.
fn kinds_read(source: &str) -> impl Iterator<Item = &str> {
    source.match_indices(") @_").filter_map(|(end, _)| {
        let before = &source[..end];
        before.rfind('(').map(|open| &before[open + 1..])
    })
}

/// Nodes inside one another in a pattern, at most. Groups and predicates are no nodes.
fn levels(source: &str) -> usize {
    let (mut open, mut deepest): (Vec<bool>, usize) = (Vec::new(), 0);
    let mut chars = source.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            ';' => drop(chars.by_ref().find(|c| *c == '\n')),
            '"' => {
                while let Some(c) = chars.next().filter(|c| *c != '"') {
                    let _escaped = (c == '\\').then(|| chars.next());
                }
            }
            '(' => {
                open.push(chars.peek().is_some_and(|c| c.is_alphabetic() || *c == '_'));
                deepest = deepest.max(open.iter().filter(|is_node| **is_node).count());
            }
            ')' => drop(open.pop()),
            _ => {}
        }
    }
    deepest
}

/// Every language whose rules can be read, for a test.
#[cfg(test)]
pub(crate) fn broken() -> Vec<&'static str> {
    let is_broken =
        |language: &&Language| language.smells_source.is_some() && of_row(language).is_none();
    LANGUAGES.iter().filter(is_broken).map(|language| language.ids[0]).collect()
}

#[cfg(test)]
fn of_row(language: &Language) -> Option<SmellQuery> {
    SmellQuery::compile(language)
}
