//! Context in, prompt out, and the reading of answers.
//!
//! [`completion`] and [`edit`] write prompts within a token budget; [`Shaper`] decides while a
//! completion streams in what of it is shown and where it ends; [`read_code`] takes the code out
//! of whatever an instruct model says about an edit. Everything is plain computation on texts:
//! no clock, disk, network, environment or async, and no parsing of languages.

#![warn(clippy::disallowed_methods)]

mod anchor;
mod boundary;
mod completion;
mod edit;
mod fence;
mod fim;
mod half_word;
mod message;
mod prose;
mod read;
mod shape;
mod spoken;
mod template;
mod tokens;

pub use anchor::Anchor;
pub use completion::{CompletionAsk, CompletionPrompt, completion, completion_plain};
pub use edit::{Beside, ContextOverflow, EditAsk, EditPrompt, Problem, edit};
pub use message::{MessageAsk, MessagePrompt, commit_message};
pub use read::{AskedCode, Reading, is_cut_off, read_code};
pub use shape::{AnswerForm, DropReason, ShapeAsk, Shaped, Shaper, StopReason, Syntax};
pub use spoken::{read_message, read_words};
pub use tokens::{Budget, Calibration, Speed, estimate_tokens};
