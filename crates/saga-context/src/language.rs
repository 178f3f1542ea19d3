//! Languages as data: one row here and one query file each. Adding one touches nothing else.
//!
//! What the captures of a query file mean:
//! - `@definition` with `@name`: found by its name; shown up to its `@body`.
//! - `@shape` with `@name`: a type whose members matter; shown whole when it is short.
//! - `@constant` with `@name`: shown as its first line, and only from the outermost level.
//! - `@scope`: code inside stands in its own world, a function; `@container`: a class and the
//!   like, whose header goes with its members. Both end their header where `@body` starts.
//! - `@import`, `@comment`, `@string`; `@code` is code again inside a string.

use std::sync::OnceLock;

use tree_sitter::Query;

/// One row of the table.
pub(crate) struct Language {
    /// The editor's ids for it.
    pub(crate) ids: &'static [&'static str],
    /// Languages of one family may use each other's definitions.
    pub(crate) family: &'static str,
    /// What starts a comment that ends with the line.
    pub(crate) line_comment: &'static str,
    /// Characters that open and close a string on one line.
    pub(crate) quotes: &'static str,
    /// Whether blocks are made by indentation.
    pub(crate) by_indentation: bool,
    grammar: fn() -> tree_sitter::Language,
    query_source: &'static str,
    loaded: OnceLock<Option<Loaded>>,
}

/// A grammar with its compiled query.
pub(crate) struct Loaded {
    /// For the parser.
    pub(crate) grammar: tree_sitter::Language,
    /// Captures as above.
    pub(crate) query: Query,
    /// What a capture's number stands for.
    pub(crate) captures: Vec<Capture>,
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

/// The table.
pub(crate) static LANGUAGES: [Language; 5] = [
    Language {
        ids: &["python"],
        family: "python",
        line_comment: "#",
        quotes: "\"'",
        by_indentation: true,
        grammar: || tree_sitter_python::LANGUAGE.into(),
        query_source: include_str!("queries/python.scm"),
        loaded: OnceLock::new(),
    },
    Language {
        ids: &["typescript"],
        family: "javascript",
        line_comment: "//",
        quotes: "\"'`",
        by_indentation: false,
        grammar: || tree_sitter_typescript::LANGUAGE_TYPESCRIPT.into(),
        query_source: include_str!("queries/typescript.scm"),
        loaded: OnceLock::new(),
    },
    Language {
        ids: &["typescriptreact"],
        family: "javascript",
        line_comment: "//",
        quotes: "\"'`",
        by_indentation: false,
        grammar: || tree_sitter_typescript::LANGUAGE_TSX.into(),
        query_source: include_str!("queries/typescript.scm"),
        loaded: OnceLock::new(),
    },
    Language {
        ids: &["javascript", "javascriptreact"],
        family: "javascript",
        line_comment: "//",
        quotes: "\"'`",
        by_indentation: false,
        grammar: || tree_sitter_javascript::LANGUAGE.into(),
        query_source: include_str!("queries/javascript.scm"),
        loaded: OnceLock::new(),
    },
    Language {
        ids: &["rust"],
        family: "rust",
        line_comment: "//",
        // A single quote opens a lifetime as often as a character.
        quotes: "\"",
        by_indentation: false,
        grammar: || tree_sitter_rust::LANGUAGE.into(),
        query_source: include_str!("queries/rust.scm"),
        loaded: OnceLock::new(),
    },
];

impl Language {
    /// The row for an editor's language id.
    pub(crate) fn find(id: &str) -> Option<&'static Self> {
        LANGUAGES.iter().find(|language| language.ids.contains(&id))
    }

    /// Grammar and query, compiled at the first call. `None` when the row is broken, in which
    /// case the language works like an unknown one; a test keeps every row whole.
    pub(crate) fn load(&self) -> Option<&Loaded> {
        self.loaded.get_or_init(|| Loaded::compile((self.grammar)(), self.query_source)).as_ref()
    }
}

impl Loaded {
    fn compile(grammar: tree_sitter::Language, query_source: &str) -> Option<Self> {
        let query = Query::new(&grammar, query_source).ok()?;
        let captures = query.capture_names().iter().map(|name| Capture::named(name));
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
