//! The few facts about a language that can be read off one line: what starts a comment, which
//! quotes hold a character, which words close a block.

/// One language's marks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Marks {
    /// What starts a comment that ends with the line.
    pub(super) comment: &'static str,
    /// Whether `'` holds one character only, so that it may also stand alone (`'a` in Rust).
    pub(super) single_is_char: bool,
    /// Whether `)` may stand alone, as after a pattern of a shell's `case`.
    pub(super) paren_may_stand_alone: bool,
    /// Words that close a block.
    ends: &'static [&'static str],
    /// Whether blocks are closed by tags.
    has_tags: bool,
}

impl Marks {
    pub(super) fn of(language: &str) -> Self {
        let comment = match language {
            "python" | "ruby" | "shellscript" | "yaml" | "toml" | "dockerfile" | "makefile"
            | "perl" | "r" | "elixir" | "julia" | "powershell" | "crystal" => "#",
            "sql" | "lua" | "haskell" => "--",
            _ => "//",
        };
        let single_is_char = matches!(
            language,
            "rust"
                | "c"
                | "cpp"
                | "java"
                | "csharp"
                | "go"
                | "kotlin"
                | "swift"
                | "scala"
                | "zig"
                | "haskell"
        );
        let ends: &[&str] = match language {
            "ruby" | "lua" | "elixir" | "julia" | "crystal" => &["end"],
            "shellscript" => &["fi", "done", "esac"],
            "sql" => &["END", "end"],
            _ => &[],
        };
        let has_tags = matches!(
            language,
            "html"
                | "xml"
                | "vue"
                | "svelte"
                | "typescriptreact"
                | "javascriptreact"
                | "handlebars"
        );
        let paren_may_stand_alone = language == "shellscript";
        Self { comment, single_is_char, paren_may_stand_alone, ends, has_tags }
    }

    /// Whether a line, from its first character on, begins by closing a block without a bracket.
    pub(super) fn ends_block(&self, line: &str) -> bool {
        let word = line.split(|c: char| !(c.is_alphanumeric() || c == '_')).next().unwrap_or(line);
        self.ends.contains(&word) || (self.has_tags && line.starts_with("</"))
    }
}
