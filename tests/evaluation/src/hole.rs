//! What is cut out of a file: which kinds of holes there are, and where one begins and ends.

/// Where the cursor of a hole stands, and how much is missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Kind {
    /// A line of code, from its first character on.
    Line,
    /// The rest of a line, from between two tokens.
    LineEnd,
    /// The rest of a line, from inside a name.
    Word,
    /// An expression or a name with more code behind it on the line.
    MidLine,
    /// What stands between the brackets of a call.
    Arguments,
    /// The body of a function.
    Body,
    /// The rest of a line of documentation.
    Docs,
    /// The rest of a line of a Korean comment.
    Korean,
}

impl Kind {
    /// All of them, in the order of tables.
    pub(crate) const ALL: [Self; 8] = [
        Self::Line,
        Self::LineEnd,
        Self::Word,
        Self::MidLine,
        Self::Arguments,
        Self::Body,
        Self::Docs,
        Self::Korean,
    ];

    /// Its name in tables.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Line => "whole line",
            Self::LineEnd => "rest of line",
            Self::Word => "inside a word",
            Self::MidLine => "mid-line",
            Self::Arguments => "call arguments",
            Self::Body => "function body",
            Self::Docs => "documentation",
            Self::Korean => "Korean comment",
        }
    }

    /// Whether the hole lies within one line.
    pub(crate) fn one_line(self) -> bool {
        self != Self::Body
    }

    /// Whether a sentence is missing and no code.
    pub(crate) fn is_prose(self) -> bool {
        matches!(self, Self::Docs | Self::Korean)
    }
}

/// A hole in a text: the bytes from `start` to `end` are missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Hole {
    pub(crate) kind: Kind,
    pub(crate) start: usize,
    pub(crate) end: usize,
}
