//! The vocabulary of CodeSaga: plain types that every other crate speaks.
//!
//! Nothing here knows a clock, a disk, a network, an editor or a model server,
//! and the crate depends on nothing.

pub mod control;
pub mod hangul;
mod model;
mod prompt;
mod reply;
mod text;

pub use model::{ModelFacts, TemplateFamily};
pub use prompt::{Context, Diagnostic, Message, Prompt, Role, Severity, Snippet, SnippetKind};
pub use reply::{Failure, FailureCode, ReplyEvent, Trigger, Usage, WarningCode};
pub use text::{ByteOffset, Span, TextEdit};
