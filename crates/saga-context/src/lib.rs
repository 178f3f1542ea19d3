//! What stands around a cursor: documents kept in step by edits, and the only home of tree-sitter.
//!
//! [`Documents`] holds the open texts and hands out [`Snapshot`]s; [`context_at`],
//! [`cursor_place`], [`selection_to_edit`] and [`enclosing_definition`] read one, [`related`] asks
//! the others and a [`WorkspaceIndex`], and [`redact`] takes out what must not leave the machine.
//! Offsets are UTF-8 bytes. Half-written code is input: everything but taking a document or an
//! edit is total.
//!
//! Nothing here knows a clock, a disk, a network, a thread or an editor. Parsing is a [`ParseJob`]
//! that the caller runs where it likes; prompts are written in `saga-prompt`.

#![warn(clippy::disallowed_methods)]

mod blocks;
mod context;
mod definitions;
mod doc_line;
mod documents;
mod find;
mod index;
mod language;
mod languages;
mod limits;
mod merged;
mod misfit;
mod names;
mod outermost;
mod outline;
mod parse;
mod place;
mod private;
mod proposed;
mod prose;
mod recent;
mod redact;
mod related;
mod scopes;
mod selection;
mod signatures;
mod similar;
mod smells;
mod snapshot;
mod syntax;
#[cfg(test)]
mod tests;
mod text;
mod windows;

pub use context::context_at;
pub use definitions::SymbolKind;
pub use documents::Documents;
pub use find::{LetterSet, Search};
pub use index::{IndexedFile, Symbol, WorkspaceIndex, index_file, is_indexable};
pub use language::language_of_path;
pub use limits::{ContextLimits, DocumentLimits, IndexLimits};
pub use merged::MergedSyntax;
pub use misfit::Misfit;
pub use parse::{ParseJob, Parsed};
pub use place::{CursorPlace, cursor_place};
pub use private::{BadGlob, PrivateFiles};
pub use proposed::{CommentsOnly, SyntaxError, SyntaxErrorKind, new_syntax_error, only_comments};
pub use recent::RecentPlaces;
pub use redact::{Redacted, Redactions, cursor_in_secret, holds_placeholder, redact, redact_text};
pub use related::{Surroundings, related};
pub use selection::{enclosing_definition, end_of_tests, selection_to_edit, with_heading};
pub use smells::{Reading, Rule, Smell, SmellLimits};
pub use snapshot::Snapshot;
