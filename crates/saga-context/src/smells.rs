//! Code that a person may want to look at again, found by syntax alone: cheap enough to be read
//! whenever somebody stops typing, and careful enough to be shown unasked.
//!
//! A smell is an observation, never an error. What would be a matter of taste is measured by the
//! file itself ([`Rule::FileStyle`], [`Rule::MissingDocs`]), what another part of the program could
//! contradict is not said ([`Rule::UnusedImport`]), and files that a program wrote, texts that are
//! too large and trees that are behind their text have none.

mod branches;
mod change;
mod docs;
mod functions;
mod imports;
mod nesting;
mod nodes;
mod numbers;
mod query;
mod skip;
mod source;
mod spot;
mod style;

use std::ops::Range;

use crop::Rope;
use tree_sitter::Node;

use crate::language::Language;
use crate::snapshot::{Snapshot, Syntax};
use crate::text;
use change::Version;
use nodes::{Nodes, Read};
use query::SmellQuery;
#[cfg(test)]
pub(crate) use query::broken;
use source::Source;
use spot::Spot;

/// Larger files are not looked at.
const FILE_BYTES_MAX: usize = 256 << 10;
/// Smells of one file; the worst ones are kept.
const FOUND_MAX: usize = 200;
const NAME_BYTES_MAX: usize = 80;

/// What is looked for. The names are stable: settings are made of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// A function of many lines.
    LongFunction,
    /// A block inside many others.
    DeepNesting,
    /// Two branches of one decision that do the same.
    DuplicateBranch,
    /// A function that wants many things.
    ManyParameters,
    /// A number in a calculation or comparison that nothing explains.
    MagicNumber,
    /// A name that is brought in and never said again.
    UnusedImport,
    /// A function that says it is to be written.
    TodoBody,
    /// A public item without documentation in a file whose others have it.
    MissingDocs,
    /// A name, quote, indentation or treatment of an error unlike all others of its file.
    FileStyle,
}

impl Rule {
    /// Every rule, the one whose smells weigh most first.
    pub const ALL: &'static [Self] = &[
        Self::DuplicateBranch,
        Self::DeepNesting,
        Self::LongFunction,
        Self::TodoBody,
        Self::ManyParameters,
        Self::UnusedImport,
        Self::MagicNumber,
        Self::MissingDocs,
        Self::FileStyle,
    ];

    /// The stable name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::LongFunction => "long_function",
            Self::DeepNesting => "deep_nesting",
            Self::DuplicateBranch => "duplicate_branch",
            Self::ManyParameters => "many_parameters",
            Self::MagicNumber => "magic_number",
            Self::UnusedImport => "unused_import",
            Self::TodoBody => "todo_body",
            Self::MissingDocs => "missing_docs",
            Self::FileStyle => "file_style",
        }
    }

    /// The rule with that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|rule| rule.name() == name)
    }

    /// Whether it says something of tests as well: they are long, repeat themselves and are full of
    /// numbers for good reasons.
    fn is_for_tests(self) -> bool {
        matches!(self, Self::UnusedImport | Self::TodoBody | Self::FileStyle)
    }

    fn rank(self, value: u32, limit: u32) -> u32 {
        let place = Self::ALL.iter().position(|rule| *rule == self).unwrap_or(Self::ALL.len());
        let weight = (Self::ALL.len() - place) as u32 * 100;
        let excess = value.saturating_sub(limit).saturating_mul(100) / limit.max(1);
        weight + excess.min(250)
    }
}

/// From where on something is worth a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SmellLimits {
    /// Lines of code of a function, without blank ones, comments and tables.
    pub function_lines_max: u32,
    /// Blocks around a block in a function.
    pub nesting_max: u32,
    /// Parameters of a function.
    pub parameters_max: u32,
}

impl SmellLimits {
    /// What the engine uses when nobody says otherwise.
    pub const USUAL: Self = Self { function_lines_max: 60, nesting_max: 4, parameters_max: 5 };
}

/// One observation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Smell {
    /// What it is.
    pub rule: Rule,
    /// Where it is shown: a name or a line, in bytes.
    pub shown: Range<usize>,
    /// What would be changed, in bytes.
    pub code: Range<usize>,
    /// The function, name or number it is about.
    pub name: Option<String>,
    /// How much there is of what has a limit; the line of the first branch, counted from 1, for a
    /// duplicate one; how often a number stands in the file.
    pub value: Option<u32>,
    /// The limit.
    pub limit: Option<u32>,
    /// What the rest of the file does, for [`Rule::FileStyle`]: `snake_case`, `camelCase`,
    /// `single_quotes`, `double_quotes`, `tabs`, `spaces`, `errors_handled` or `errors_passed_on`.
    pub style: Option<&'static str>,
    /// The larger, the more it weighs.
    pub rank: u32,
}

/// What the rules look at.
struct File<'a> {
    path: &'a str,
    language: &'static Language,
    rope: &'a Rope,
    source: &'a Source,
    root: Node<'a>,
    nodes: &'a Nodes,
    limits: SmellLimits,
}

/// A version of a document, read for its smells. Kept, it spares the next version most of the
/// reading.
pub struct Reading {
    doc: Snapshot,
    syntax: Syntax,
    query: &'static SmellQuery,
    source: Source,
    nodes: Nodes,
}

impl Reading {
    /// Reads a document, and of one that was read before only what changed. `None` where the tree is
    /// not of just this text, the language has no rules, or a program wrote the file.
    #[must_use]
    pub fn of(doc: &Snapshot, earlier: Option<&Self>) -> Option<Self> {
        let syntax = doc.syntax.as_ref().filter(|_| doc.tree_is_current())?;
        let is_too_large = doc.rope().byte_len() > FILE_BYTES_MAX;
        if is_too_large || skip::is_generated(doc.path(), doc.rope()) {
            return None;
        }
        let query = query::of(syntax.language)?;
        let source = Source::read(doc.rope());
        let root = syntax.tree.root_node();
        let read = Read { query, rope: doc.rope(), source: &source, root };
        let earlier = earlier.filter(|earlier| std::ptr::eq(earlier.query, query));
        let change = earlier.and_then(|earlier| {
            let old = Version { root: earlier.syntax.tree.root_node(), source: &earlier.source };
            let new = Version { root, source: &source };
            Some((earlier, change::between(old, new, &query.sight)?))
        });
        let nodes = match change {
            Some((earlier, change)) => earlier.nodes.after(read, &change),
            None => Nodes::of(read),
        };
        Some(Self { doc: doc.clone(), syntax: syntax.clone(), query, source, nodes })
    }

    /// What is found by these rules, in file order.
    #[must_use]
    pub fn smells(&self, rules: &[Rule], limits: SmellLimits) -> Vec<Smell> {
        let file = File {
            path: self.doc.path(),
            language: self.syntax.language,
            rope: self.doc.rope(),
            source: &self.source,
            root: self.syntax.tree.root_node(),
            nodes: &self.nodes,
            limits,
        };
        let is_test = skip::is_test(file.path);
        let mut found = Vec::new();
        for rule in Rule::ALL.iter().filter(|rule| rules.contains(rule)) {
            let is_wanted =
                |smell: &Smell| rule.is_for_tests() || !file.nodes.in_test(smell.shown.start);
            if rule.is_for_tests() || !is_test {
                found.extend(file.look(*rule).into_iter().filter(is_wanted));
            }
        }
        found.sort_by_key(|smell| (u32::MAX - smell.rank, smell.shown.start));
        found.truncate(FOUND_MAX);
        found.sort_by_key(|smell| smell.shown.start);
        found
    }
}

#[cfg(test)]
impl Reading {
    /// All that the rules look at, to be compared.
    pub(crate) fn seen(&self) -> &(impl PartialEq + std::fmt::Debug + use<>) {
        &self.nodes
    }
}

impl File<'_> {
    fn look(&self, rule: Rule) -> Vec<Smell> {
        match rule {
            Rule::LongFunction => functions::long(self),
            Rule::ManyParameters => functions::many_parameters(self),
            Rule::TodoBody => functions::to_be_written(self),
            Rule::DeepNesting => nesting::deep(self),
            Rule::DuplicateBranch => branches::duplicate(self),
            Rule::MagicNumber => numbers::magic(self),
            Rule::UnusedImport => imports::unused(self),
            Rule::MissingDocs => docs::missing(self),
            Rule::FileStyle => style::unlike_the_file(self),
        }
    }

    fn text(&self, spot: Spot) -> &str {
        self.source.of(spot.range())
    }

    /// The first line of a node that says something: a block may begin at the end of the line above.
    fn first_line(&self, spot: Spot) -> Range<usize> {
        let head = self.text(spot);
        let start = spot.start + head.len() - head.trim_start().len();
        start..spot.end.min(self.source.line_end(start)).max(start)
    }

    /// A smell of `rule` that is shown at one place and is about another.
    fn smell(&self, rule: Rule, shown: Range<usize>, code: Range<usize>) -> Smell {
        Smell {
            rule,
            shown,
            code,
            name: None,
            value: None,
            limit: None,
            style: None,
            rank: rule.rank(0, 1),
        }
    }
}

impl Smell {
    fn named(self, name: &str) -> Self {
        Self { name: Some(text::head(name, NAME_BYTES_MAX).to_owned()), ..self }
    }

    fn of(self, value: u32, limit: u32) -> Self {
        let rank = self.rule.rank(value, limit);
        Self { value: Some(value), limit: Some(limit), rank, ..self }
    }
}
