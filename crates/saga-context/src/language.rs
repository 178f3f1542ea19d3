//! What is known of a language: the shape of a row of `languages.rs`, and its grammar and query,
//! compiled when first needed.
//!
//! What the captures of a query file mean:
//! - `@definition` with `@name`: found by its name; shown up to its `@body`.
//! - `@shape` with `@name`: a type whose members matter; shown whole when it is short.
//! - `@constant` with `@name`: shown as its first line, and only from the outermost level.
//! - `@scope`: code inside stands in its own world, a function; `@container`: a class and the
//!   like, whose header goes with its members. Both end their header where `@body` starts.
//! - `@import`, `@comment`, `@string`; `@code` is code again inside a string, and inside prose.
//! - A name that begins with `_` is for a predicate only.

use std::sync::OnceLock;

use tree_sitter::Query;

use crate::blocks::Blocks;
use crate::languages::LANGUAGES;

/// One row of the table.
#[derive(Debug)]
pub(crate) struct Language {
    /// The editor's ids for it.
    pub(crate) ids: &'static [&'static str],
    /// How the names of its files end, in lower case; for files that no editor has named it for.
    pub(crate) files: &'static [&'static str],
    /// Languages of one family may use each other's definitions.
    pub(crate) family: &'static str,
    /// What starts a comment that ends with the line; the first one is what is written.
    pub(crate) line_comments: &'static [&'static str],
    /// Characters that open and close a string on one line.
    pub(crate) quotes: &'static str,
    /// How code stands in a string.
    pub(crate) code_in_string: Option<CodeInString>,
    /// What holds code together.
    pub(crate) blocks: Blocks,
    /// Names of constructors, where they are not that of the class.
    pub(crate) constructors: &'static [&'static str],
    /// Whether a tree that grew by edits equals one parsed afresh; where it may not, every text is
    /// parsed afresh.
    pub(crate) keeps_trees: bool,
    /// The crate's grammar.
    pub(crate) grammar: fn() -> tree_sitter::Language,
    /// The text of the query file.
    pub(crate) query_source: &'static str,
    /// The text of the query file for what a person may want to look at again, where there is one;
    /// see `smells/query.rs`.
    pub(crate) smells_source: Option<&'static str>,
}

/// Code inside a string on one line.
#[derive(Debug)]
pub(crate) struct CodeInString {
    /// What it begins with; its last character is a bracket.
    pub(crate) opens: &'static str,
    /// What it ends with.
    pub(crate) closes: char,
    /// Quotes of strings that may hold code.
    pub(crate) quotes: &'static str,
    /// Characters one of which must stand before the quote; empty where none needs to.
    pub(crate) marks: &'static str,
}

/// A grammar with its compiled query.
pub(crate) struct Loaded {
    /// For the parser.
    pub(crate) grammar: tree_sitter::Language,
    /// Captures as above.
    pub(crate) query: Query,
    /// What a capture's number stands for; `None` is for a predicate only.
    pub(crate) captures: Vec<Option<Capture>>,
}

/// What a capture says of a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Capture {
    Definition,
    Shape,
    Constant,
    Scope,
    Container,
    Name,
    Body,
    Import,
    Comment,
    String,
    Code,
}

static LOADED: [OnceLock<Option<Loaded>>; LANGUAGES.len()] =
    [const { OnceLock::new() }; LANGUAGES.len()];

/// The editor's id for the language of a file, by the end of its name; empty for an unknown one.
#[must_use]
pub fn language_of_path(path: &str) -> &'static str {
    Language::of_path(path).and_then(|language| language.ids.first().copied()).unwrap_or_default()
}

impl Language {
    /// The row for an editor's language id.
    pub(crate) fn find(id: &str) -> Option<&'static Self> {
        LANGUAGES.iter().find(|language| language.ids.contains(&id))
    }

    /// The row for a file, by the end of its name.
    pub(crate) fn of_path(path: &str) -> Option<&'static Self> {
        let name = path.rsplit(['/', '\\']).next().unwrap_or(path).to_lowercase();
        let names_it = |end: &&str| match end.strip_prefix('.') {
            Some(extension) => name.rsplit_once('.').is_some_and(|(_, own)| own == extension),
            None => name == **end,
        };
        LANGUAGES.iter().find(|language| language.files.iter().any(names_it))
    }

    /// Grammar and query, compiled at the first call. `None` when the row is broken, in which
    /// case the language works like an unknown one; a test keeps every row whole.
    pub(crate) fn load(&self) -> Option<&'static Loaded> {
        let row = LANGUAGES.iter().position(|language| std::ptr::eq(language, self))?;
        let compile = || Loaded::compile((self.grammar)(), self.query_source);
        LOADED.get(row)?.get_or_init(compile).as_ref()
    }

    /// What starts a comment that ends with the line, as it is written.
    pub(crate) fn line_comment(&self) -> Option<&'static str> {
        self.line_comments.first().copied()
    }

    /// Whether `text` begins with a comment that ends with the line.
    pub(crate) fn starts_line_comment(&self, text: &str) -> bool {
        self.line_comments.iter().any(|comment| text.starts_with(comment))
    }
}

impl Loaded {
    fn compile(grammar: tree_sitter::Language, query_source: &str) -> Option<Self> {
        let query = Query::new(&grammar, query_source).ok()?;
        let names = query.capture_names().iter();
        let captures = names.map(|name| match Capture::named(name) {
            None if !name.starts_with('_') => None,
            capture => Some(capture),
        });
        let captures = captures.collect::<Option<Vec<_>>>()?;
        Some(Self { grammar, query, captures })
    }
}

impl Capture {
    fn named(name: &str) -> Option<Self> {
        Some(match name {
            "definition" => Self::Definition,
            "shape" => Self::Shape,
            "constant" => Self::Constant,
            "scope" => Self::Scope,
            "container" => Self::Container,
            "name" => Self::Name,
            "body" => Self::Body,
            "import" => Self::Import,
            "comment" => Self::Comment,
            "string" => Self::String,
            "code" => Self::Code,
            _ => return None,
        })
    }
}
