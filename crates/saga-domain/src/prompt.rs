//! What is known around a cursor, and what is asked of a model.

use crate::text::Span;

/// What stands around a cursor, before a token budget is applied.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Context {
    /// Path as shown to the model: relative to the workspace, forward slashes.
    pub path: String,
    /// The editor's language id, for example `python`.
    pub language: String,
    /// All text before the cursor (bounded by the document limit), line ends as `\n`.
    pub prefix: String,
    /// All text after the cursor (bounded by the document limit), line ends as `\n`.
    pub suffix: String,
    /// Header lines of the scopes that hold the cursor, outermost first.
    pub scopes: Vec<String>,
    /// Import lines of the file, in file order.
    pub imports: Vec<String>,
    /// What other places say about what stands near the cursor, in a stable order.
    pub snippets: Vec<Snippet>,
}

/// A piece of another place that helps to understand this one.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Snippet {
    /// Path of the file it comes from, as shown to the model.
    pub path: String,
    /// What it is.
    pub kind: SnippetKind,
    /// Its text, line ends as `\n`.
    pub text: String,
}

/// What a snippet is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SnippetKind {
    /// The signature of a definition whose name is used near the cursor.
    Signature,
    /// Code elsewhere that uses much the same names as the code around the cursor.
    Similar,
    /// A place that was edited a moment ago.
    RecentEdit,
    /// Text the user attached by hand.
    Attached,
}

/// Who speaks in a conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// The rules.
    System,
    /// The person.
    User,
    /// The model.
    Assistant,
}

impl Role {
    /// The name every chat API uses.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::User => "user",
            Self::Assistant => "assistant",
        }
    }
}

/// One message of a conversation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// Who speaks.
    pub role: Role,
    /// What is said.
    pub content: String,
}

/// What is sent to a model, by the way it is sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Prompt {
    /// Text that already holds the template's control tokens; the model continues it.
    Raw(String),
    /// A hole between two texts, for a model that fills holes.
    Fim {
        /// Text before the hole.
        prefix: String,
        /// Text after the hole.
        suffix: String,
    },
    /// A conversation that the server renders.
    Chat(Vec<Message>),
}

/// How bad a diagnostic is, as the editor ranks it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Does not compile or run.
    Error,
    /// Probably wrong.
    Warning,
    /// Worth knowing.
    Information,
    /// A nudge.
    Hint,
}

/// One message of a language server or linter about a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// The place.
    pub span: Span,
    /// What is said about it.
    pub message: String,
    /// How bad it is.
    pub severity: Severity,
    /// Who says so, for example `tsc`.
    pub source: Option<String>,
    /// That tool's code, for example `TS2304`.
    pub code: Option<String>,
    /// Other places that belong to it.
    pub related: Vec<RelatedPlace>,
    /// What the language server says of the name there: its type and documentation.
    pub hover: Option<String>,
}

/// A place that a diagnostic points to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RelatedPlace {
    /// The file.
    pub path: String,
    /// The line, counted from 1.
    pub line: u32,
    /// What is said about it.
    pub message: String,
}
