//! What the query of a language found in a file, and what is left of it in the next version.

use std::ops::Range;

use crop::Rope;
use tree_sitter::Node;

use super::branches;
use super::change::Change;
use super::functions;
use super::imports;
use super::query::{Capture, SmellQuery};
use super::source::Source;
use super::spot::{Branch, Import, Item, Placed, Spot};
use crate::syntax;

/// Matches of one file that are looked at.
const MATCHES_MAX: usize = 50_000;

/// Each list in file order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Nodes {
    pub(super) functions: Vec<Item>,
    pub(super) publics: Vec<Item>,
    pub(super) branches: Vec<Branch>,
    pub(super) imports: Vec<Import>,
    pub(super) nests: Vec<Spot>,
    pub(super) numbers: Vec<Spot>,
    named: Vec<Spot>,
    pub(super) handlers: Vec<Spot>,
    pub(super) passed: Vec<Spot>,
    pub(super) unwrapped: Vec<Spot>,
    pub(super) tables: Vec<Spot>,
    pub(super) strings: Vec<Spot>,
    pub(super) texts: Vec<Spot>,
    pub(super) comments: Vec<Spot>,
    tests: Vec<Spot>,
    /// Outermost named and table nodes.
    explained: Vec<Range<usize>>,
}

/// A file that is read.
#[derive(Clone, Copy)]
pub(super) struct Read<'a> {
    pub(super) query: &'a SmellQuery,
    pub(super) rope: &'a Rope,
    pub(super) source: &'a Source,
    pub(super) root: Node<'a>,
}

impl Nodes {
    pub(super) fn of(read: Read<'_>) -> Self {
        let mut nodes = Self::default();
        nodes.add_all(read, 0..read.source.text().len());
        nodes
    }

    /// The same as [`Self::of`], with only what changed read anew.
    pub(super) fn after(&self, read: Read<'_>, change: &Change) -> Self {
        let mut nodes = self.clone();
        keep(&mut nodes.functions, &change.old, change.by);
        keep(&mut nodes.publics, &change.old, change.by);
        keep(&mut nodes.branches, &change.old, change.by);
        keep(&mut nodes.imports, &change.old, change.by);
        for spots in nodes.spots() {
            keep(spots, &change.old, change.by);
        }
        nodes.add_all(read, change.new.clone());
        nodes
    }

    /// Whether a place is in a test.
    pub(super) fn in_test(&self, at: usize) -> bool {
        self.tests.iter().any(|test| test.holds(at))
    }

    /// The comments that begin in a range.
    pub(super) fn comments_in(&self, range: Range<usize>) -> &[Spot] {
        let before = |end: usize| self.comments.partition_point(|spot| spot.start < end);
        let (first, last) = (before(range.start), before(range.end));
        self.comments.get(first..last).unwrap_or_default()
    }

    /// The innermost function that holds a place.
    pub(super) fn function_of(&self, at: usize) -> Option<&Item> {
        let before = self.functions.partition_point(|function| function.whole.start <= at);
        self.functions[..before].iter().rev().find(|function| function.whole.end > at)
    }

    /// Whether numbers at a place are explained: by a name, or by the table they are in.
    pub(super) fn is_explained(&self, at: usize) -> bool {
        let before = self.explained.partition_point(|range| range.start <= at);
        before.checked_sub(1).is_some_and(|last| self.explained[last].end > at)
    }

    /// Adds what is in a range or around it.
    fn add_all(&mut self, read: Read<'_>, range: Range<usize>) {
        let mut matches = 0;
        // With its neighbours: a place beside the range is not kept from the version before either.
        let around = range.start.saturating_sub(1)..range.end.saturating_add(1);
        syntax::each_match(&read.query.query, read.rope, read.root, Some(around), |captures| {
            matches += 1;
            if matches > MATCHES_MAX {
                return;
            }
            let kinds = captures
                .iter()
                .filter_map(|capture| Some((read.query.capture(capture.index)?, capture.node)));
            self.add(read, &range, &kinds.collect::<Vec<_>>());
        });
        self.sort();
    }

    fn add(&mut self, read: Read<'_>, range: &Range<usize>, captures: &[(Capture, Node<'_>)]) {
        let node = |kind| captures.iter().find(|(found, _)| *found == kind).map(|(_, node)| *node);
        for (kind, node_of_kind) in captures {
            let whole = Spot::of(*node_of_kind);
            if !whole.touches(range) {
                continue;
            }
            let item = || {
                let parameters = node(Capture::Parameters);
                Some(Item {
                    whole,
                    name: node(Capture::Name).map(Spot::of)?,
                    parameters: parameters.map(Spot::of),
                    parameter_count: parameters
                        .map_or(0, |list| functions::parameter_count(read.source, list)),
                    body: node(Capture::Body).map(Spot::of),
                })
            };
            match kind {
                Capture::Function => self.functions.extend(item()),
                Capture::Public => self.publics.extend(item()),
                Capture::Import => self.imports.extend(node(Capture::Imported).map(|name| {
                    let is_outermost = imports::is_outermost(*node_of_kind);
                    Import { whole, name: Spot::of(name), is_outermost }
                })),
                Capture::Arm => {
                    self.branches.push(Branch { whole, start: whole.start, is_case: false })
                }
                Capture::Case => {
                    let start = branches::after_label(*node_of_kind);
                    self.branches.push(Branch { whole, start, is_case: true });
                }
                Capture::Nest => self.nests.push(whole),
                Capture::Number => self.numbers.push(whole),
                Capture::Named => self.named.push(whole),
                Capture::Test => self.tests.push(whole),
                Capture::Handler => self.handlers.push(whole),
                Capture::Passed => self.passed.push(whole),
                Capture::Unwrapped => self.unwrapped.push(whole),
                Capture::Table => self.tables.push(whole),
                Capture::String => self.strings.push(whole),
                Capture::Text => self.texts.push(whole),
                Capture::Comment => self.comments.push(whole),
                Capture::Name | Capture::Parameters | Capture::Body | Capture::Imported => {}
            }
        }
    }

    fn spots(&mut self) -> [&mut Vec<Spot>; 11] {
        [
            &mut self.nests,
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
        ]
    }

    fn sort(&mut self) {
        sort(&mut self.functions);
        sort(&mut self.publics);
        self.branches.sort_by_key(|branch| (branch.is_case, branch.whole.order()));
        self.branches.dedup_by_key(|branch| (branch.is_case, branch.whole));
        self.imports.sort_by_key(|import| import.name.start);
        self.imports.dedup_by_key(|import| import.name);
        for spots in self.spots() {
            sort(spots);
        }
        let mut explained: Vec<Range<usize>> =
            self.named.iter().chain(&self.tables).map(Spot::range).collect();
        explained.sort_by_key(|range| (range.start, usize::MAX - range.end));
        let mut end = 0;
        explained.retain(|range| {
            let is_outermost = range.end > end;
            end = end.max(range.end);
            is_outermost
        });
        self.explained = explained;
    }
}

/// Keeps what is not in a range or around it, moved along with what follows the range.
fn keep<T: Placed>(placed: &mut Vec<T>, range: &Range<usize>, by: isize) {
    placed.retain(|one| !one.whole().touches(range));
    for one in placed {
        if one.whole().start > range.end {
            *one = one.moved(by);
        }
    }
}

fn sort<T: Placed>(placed: &mut Vec<T>) {
    placed.sort_by_key(|one| one.whole().order());
    placed.dedup_by_key(|one| one.whole());
}
