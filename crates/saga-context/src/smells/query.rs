//! The nodes that rules look at, by one query a language.
//!
//! What the captures of a query file mean:
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

use std::ops::Range;
use std::sync::OnceLock;

use crop::Rope;
use tree_sitter::{Node, Query};

use crate::language::Language;
use crate::languages::LANGUAGES;
use crate::syntax;

/// Matches of one file that are looked at.
const MATCHES_MAX: usize = 50_000;

/// A query with what its captures stand for.
pub(super) struct SmellQuery {
    query: Query,
    captures: Vec<Option<Capture>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Capture {
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

/// A function, or an item that other files may use.
#[derive(Clone, Copy)]
pub(super) struct Item<'tree> {
    pub(super) node: Node<'tree>,
    pub(super) name: Node<'tree>,
    pub(super) parameters: Option<Node<'tree>>,
    pub(super) body: Option<Node<'tree>>,
}

/// What a query found in a file; each list in file order.
#[derive(Default)]
pub(super) struct Nodes<'tree> {
    pub(super) functions: Vec<Item<'tree>>,
    pub(super) publics: Vec<Item<'tree>>,
    pub(super) nests: Vec<Node<'tree>>,
    pub(super) arms: Vec<Node<'tree>>,
    pub(super) cases: Vec<Node<'tree>>,
    pub(super) numbers: Vec<Node<'tree>>,
    named: Vec<Node<'tree>>,
    /// Whole imports, each with a name it brings in.
    pub(super) imports: Vec<(Node<'tree>, Node<'tree>)>,
    pub(super) handlers: Vec<Node<'tree>>,
    pub(super) passed: Vec<Node<'tree>>,
    pub(super) unwrapped: Vec<Node<'tree>>,
    pub(super) tables: Vec<Node<'tree>>,
    pub(super) strings: Vec<Node<'tree>>,
    pub(super) texts: Vec<Node<'tree>>,
    pub(super) comments: Vec<Node<'tree>>,
    tests: Vec<Node<'tree>>,
    /// Outermost named and table nodes.
    explained: Vec<Range<usize>>,
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
        Some(Self { query, captures })
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

impl<'tree> Nodes<'tree> {
    pub(super) fn read(query: &SmellQuery, rope: &Rope, root: Node<'tree>) -> Self {
        let mut nodes = Self::default();
        let mut matches = 0;
        syntax::each_match(&query.query, rope, root, None, |captures| {
            matches += 1;
            if matches > MATCHES_MAX {
                return;
            }
            let kinds = captures.iter().filter_map(|capture| {
                Some(((*query.captures.get(capture.index as usize)?)?, capture.node))
            });
            nodes.add(&kinds.collect::<Vec<_>>());
        });
        nodes.sort();
        nodes
    }

    /// Whether a place is in a test.
    pub(super) fn in_test(&self, at: usize) -> bool {
        self.tests.iter().any(|test| test.byte_range().contains(&at))
    }

    /// The comments that begin in a range.
    pub(super) fn comments_in(&self, range: Range<usize>) -> &[Node<'tree>] {
        let before = |end: usize| self.comments.partition_point(|node| node.start_byte() < end);
        let (first, last) = (before(range.start), before(range.end));
        self.comments.get(first..last).unwrap_or_default()
    }

    /// The innermost function that holds a place.
    pub(super) fn function_of(&self, at: usize) -> Option<&Item<'tree>> {
        let before = self.functions.partition_point(|function| function.node.start_byte() <= at);
        self.functions[..before].iter().rev().find(|function| function.node.end_byte() > at)
    }

    /// Whether numbers at a place are explained: by a name, or by the table they are in.
    pub(super) fn is_explained(&self, at: usize) -> bool {
        let before = self.explained.partition_point(|range| range.start <= at);
        before.checked_sub(1).is_some_and(|last| self.explained[last].end > at)
    }

    fn add(&mut self, captures: &[(Capture, Node<'tree>)]) {
        let node = |kind| captures.iter().find(|(found, _)| *found == kind).map(|(_, node)| *node);
        let item = |whole| {
            let (parameters, body) = (node(Capture::Parameters), node(Capture::Body));
            node(Capture::Name).map(|name| Item { node: whole, name, parameters, body })
        };
        for (kind, whole) in captures {
            match kind {
                Capture::Function => self.functions.extend(item(*whole)),
                Capture::Public => self.publics.extend(item(*whole)),
                Capture::Import => {
                    self.imports.extend(node(Capture::Imported).map(|it| (*whole, it)))
                }
                Capture::Nest => self.nests.push(*whole),
                Capture::Arm => self.arms.push(*whole),
                Capture::Case => self.cases.push(*whole),
                Capture::Number => self.numbers.push(*whole),
                Capture::Named => self.named.push(*whole),
                Capture::Test => self.tests.push(*whole),
                Capture::Handler => self.handlers.push(*whole),
                Capture::Passed => self.passed.push(*whole),
                Capture::Unwrapped => self.unwrapped.push(*whole),
                Capture::Table => self.tables.push(*whole),
                Capture::String => self.strings.push(*whole),
                Capture::Text => self.texts.push(*whole),
                Capture::Comment => self.comments.push(*whole),
                Capture::Name | Capture::Parameters | Capture::Body | Capture::Imported => {}
            }
        }
    }

    fn sort(&mut self) {
        let all = [
            &mut self.nests,
            &mut self.arms,
            &mut self.cases,
            &mut self.numbers,
            &mut self.named,
            &mut self.handlers,
            &mut self.passed,
            &mut self.unwrapped,
            &mut self.tables,
            &mut self.strings,
            &mut self.texts,
            &mut self.comments,
            &mut self.tests,
        ];
        for nodes in all {
            nodes.sort_by_key(|node| (node.start_byte(), usize::MAX - node.end_byte()));
            nodes.dedup_by_key(|node| node.id());
        }
        for items in [&mut self.functions, &mut self.publics] {
            items.sort_by_key(|item| (item.node.start_byte(), usize::MAX - item.node.end_byte()));
            items.dedup_by_key(|item| item.node.id());
        }
        let mut explained: Vec<Range<usize>> =
            self.named.iter().chain(&self.tables).map(Node::byte_range).collect();
        explained.sort_by_key(|range| (range.start, usize::MAX - range.end));
        let mut end = 0;
        explained.retain(|range| {
            let is_outermost = range.end > end;
            end = end.max(range.end);
            is_outermost
        });
        self.explained = explained;
        self.imports.sort_by_key(|(_, name)| name.start_byte());
        self.imports.dedup_by_key(|(_, name)| name.id());
    }
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
