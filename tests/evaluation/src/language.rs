//! The six languages, as rows: how each one's syntax names what holes are cut out of.

use tree_sitter::{Parser, Tree};

/// One row.
pub(crate) struct Language {
    /// The editor's id.
    pub(crate) id: &'static str,
    /// How its files' names end.
    endings: &'static [&'static str],
    grammar: fn() -> tree_sitter::Language,
    /// Nodes that hold the arguments of a call, brackets included.
    pub(crate) arguments: &'static [&'static str],
    /// Nodes whose `body` is that of a function.
    pub(crate) functions: &'static [&'static str],
    /// Where its documentation stands.
    pub(crate) docs: Docs,
}

/// Where documentation stands.
pub(crate) enum Docs {
    /// In a string that is the first statement of a block.
    FirstString,
    /// In comments that begin so.
    Marked(&'static [&'static str]),
    /// In comments on the outermost level.
    Outermost,
}

/// The table.
pub(crate) static LANGUAGES: [Language; 6] = [
    Language {
        id: "python",
        endings: &["py"],
        grammar: || tree_sitter_python::LANGUAGE.into(),
        arguments: &["argument_list"],
        functions: &["function_definition"],
        docs: Docs::FirstString,
    },
    Language {
        id: "typescript",
        endings: &["ts", "mts"],
        grammar: || tree_sitter_typescript::LANGUAGE_TYPESCRIPT.into(),
        arguments: &["arguments"],
        functions: &["function_declaration", "method_definition", "arrow_function"],
        docs: Docs::Marked(&["/**"]),
    },
    Language {
        id: "javascript",
        endings: &["js", "mjs", "cjs"],
        grammar: || tree_sitter_javascript::LANGUAGE.into(),
        arguments: &["arguments"],
        functions: &[
            "function_declaration",
            "function_expression",
            "method_definition",
            "arrow_function",
        ],
        docs: Docs::Marked(&["/**"]),
    },
    Language {
        id: "rust",
        endings: &["rs"],
        grammar: || tree_sitter_rust::LANGUAGE.into(),
        arguments: &["arguments"],
        functions: &["function_item"],
        docs: Docs::Marked(&["///", "//!"]),
    },
    Language {
        id: "go",
        endings: &["go"],
        grammar: || tree_sitter_go::LANGUAGE.into(),
        arguments: &["argument_list"],
        functions: &["function_declaration", "method_declaration"],
        docs: Docs::Outermost,
    },
    Language {
        id: "java",
        endings: &["java"],
        grammar: || tree_sitter_java::LANGUAGE.into(),
        arguments: &["argument_list"],
        functions: &["method_declaration", "constructor_declaration"],
        docs: Docs::Marked(&["/**"]),
    },
];

impl Language {
    /// The language of a file, by its name's ending.
    pub(crate) fn of(path: &str) -> Option<&'static Self> {
        let (_, ending) = path.rsplit_once('.')?;
        LANGUAGES.iter().find(|language| language.endings.contains(&ending))
    }

    /// Parses a text from nothing.
    pub(crate) fn parse(&self, text: &str) -> Option<Tree> {
        let mut parser = Parser::new();
        parser.set_language(&(self.grammar)()).ok()?;
        parser.parse(text, None)
    }
}
