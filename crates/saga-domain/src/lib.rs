//! The vocabulary of CodeSaga: plain types that every other crate speaks.
//!
//! Nothing here knows a clock, a disk, a network, an editor or a model server,
//! and the crate depends on nothing.

pub mod control;
mod edit;
mod fim_family;
pub mod hangul;
mod model;
mod prompt;
mod reply;
mod template_family;
mod text;
mod tokens;

pub use edit::{EditForm, EditTask, Tried};
pub use fim_family::{Fim, FimFamily, FimFiles, FimOrder, FimPaths, FimRow};
pub use model::ModelFacts;
pub use prompt::{
    Context, Diagnostic, Message, Prompt, RelatedPlace, Role, Severity, Snippet, SnippetKind,
};
pub use reply::{Failure, FailureCode, ReplyEvent, Trigger, Usage, WarningCode};
pub use template_family::TemplateFamily;
pub use text::{ByteOffset, Span, TextEdit};
pub use tokens::{Calibration, estimate_tokens};
