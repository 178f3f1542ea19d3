//! Everything that is done with a piece of code on the user's word: from what is asked to an
//! answer, which is a growing proposal or words.
//!
//! The document is only read. A proposal names the version it is for, so whoever applies it can
//! tell whether that text is still there.

mod check;
mod hear;
mod place;
mod propose;
mod say;
mod shown;
mod target;

use std::sync::Arc;

use saga_context::Snapshot;
use saga_domain::{Diagnostic, EditForm, EditTask, Failure, FailureCode, Span, Tried};
use saga_protocol::chat::ChatContext;

use crate::documents;
use crate::guard::{self, without_secrets};
use crate::reply::Reply;
use crate::runner::Runner;
use crate::shared::Shared;

pub(crate) use hear::hear;
pub(crate) use say::Said;
pub(crate) use target::{Target, lines_of};

const INSTRUCTION_BYTES_MAX: usize = 16 << 10;
/// Bytes of all the code beside a question.
const CONTEXT_BYTES_MAX: usize = 256 << 10;
/// Pieces of code beside a question.
const CONTEXT_PIECES_MAX: usize = 32;
/// Bytes of an earlier answer.
const TRIED_BYTES_MAX: usize = 256 << 10;

/// What is to become of a piece of a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EditAsk {
    /// The document, which is open.
    pub uri: String,
    /// The code; empty for the cursor's line, or what the task takes around a cursor.
    pub selection: Span,
    /// What is to be done. [`EditTask::Fix`] is asked by [`crate::Engine::fix`].
    pub task: EditTask,
    /// What to do, in the user's words; may be empty where the task says it all.
    pub instruction: String,
    /// An earlier answer that was not good.
    pub tried: Option<Tried>,
    /// More code that belongs to it. For tests it is the code to be tested; without any, that is
    /// the selection.
    pub context: Vec<ChatContext>,
}

impl EditAsk {
    /// A plain question about a selection.
    #[must_use]
    pub fn new(uri: impl Into<String>, selection: Span, task: EditTask) -> Self {
        Self {
            uri: uri.into(),
            selection,
            task,
            instruction: String::new(),
            tried: None,
            context: Vec::new(),
        }
    }
}

/// What is to become of which code, checked.
pub(crate) struct Wish {
    pub(crate) document: Snapshot,
    pub(crate) task: EditTask,
    /// Finds the code, once the document is parsed.
    pub(crate) target: Box<dyn FnOnce(&Snapshot) -> Target + Send>,
    /// Empty where the task or the diagnostics say it all.
    pub(crate) instruction: String,
    pub(crate) diagnostics: Vec<Diagnostic>,
    pub(crate) tried: Option<Tried>,
    pub(crate) context: Vec<ChatContext>,
}

pub(crate) fn edit(shared: &Arc<Shared>, runner: &Runner, ask: EditAsk) -> Result<Reply, Failure> {
    let EditAsk { uri, selection, task, instruction, tried, context } = ask;
    let document = documents::snapshot(shared, &uri)?;
    guard::refuse_private(shared, &document)?;
    documents::check_span(&document, selection)?;
    let instruction = instruction.trim().to_owned();
    check_size("instruction", instruction.len(), INSTRUCTION_BYTES_MAX)?;
    check_context(shared, &context)?;
    if task == EditTask::Fix {
        return Err(invalid("A fix needs diagnostics."));
    }
    if task == EditTask::Refactor && instruction.is_empty() {
        return Err(invalid("`instruction` is empty: say what to do with the code."));
    }
    let is_about_code = match task {
        EditTask::WriteTests => context.is_empty(),
        _ => task.form() != EditForm::Insertion,
    };
    let selected = match target::selected(&document, selection, task) {
        Some(selected) => selected,
        None if is_about_code => return Err(invalid("There is no code in the selection.")),
        None => selection,
    };
    let instruction = if task == EditTask::Generate && instruction.is_empty() {
        let asked = place::comment_at(&document, selection.end);
        asked.ok_or_else(|| invalid("Neither an instruction nor a comment says what to write."))?
    } else {
        instruction
    };
    let target = Box::new(move |document: &Snapshot| match task {
        EditTask::WriteTests if is_about_code => Target {
            about: Some(target::of(document, selected, task)),
            ..place::for_tests(document, true)
        },
        EditTask::WriteTests if place::is_at_end(document, selection.end) => {
            place::for_tests(document, false)
        }
        EditTask::WriteTests | EditTask::Generate => place::for_new_code(document, selection.end),
        _ => Target::of(target::of(document, selected, task)),
    });
    let diagnostics = Vec::new();
    let wish = Wish { document, task, target, instruction, diagnostics, tried, context };
    answer(shared, runner, wish)
}

/// Answers a wish, and checks what goes with every one of them.
pub(crate) fn answer(shared: &Arc<Shared>, runner: &Runner, wish: Wish) -> Result<Reply, Failure> {
    if let Some(tried) = &wish.tried {
        let texts = [Some(&tried.answer), tried.problem.as_ref(), tried.instruction.as_ref()];
        let bytes = texts.into_iter().flatten().map(String::len).sum();
        check_size("tried", bytes, TRIED_BYTES_MAX)?;
    }
    let wish = harmless(wish);
    shared.background.give_way();
    let (giver, reply) = shared.reply();
    let (shared, runner_inside) = (Arc::clone(shared), runner.clone());
    runner.answer(giver, |giver| async move {
        let document = wish.document.clone();
        let document = documents::parsed(&shared, &runner_inside, document).await;
        let outcome = propose::propose(&shared, &runner_inside, document, wish, &giver).await;
        if outcome.as_ref().is_err_and(is_of_the_server) {
            shared.forget_models();
        }
        outcome
    });
    Ok(reply)
}

/// Without secrets in what stands beside the code.
fn harmless(wish: Wish) -> Wish {
    let hidden = |text: Option<String>| text.map(without_secrets);
    let diagnostic = |found: Diagnostic| Diagnostic {
        message: without_secrets(found.message),
        hover: hidden(found.hover),
        related: found
            .related
            .into_iter()
            .map(|mut place| {
                place.message = without_secrets(place.message);
                place
            })
            .collect(),
        ..found
    };
    let tried = wish.tried.map(|tried| Tried {
        answer: without_secrets(tried.answer),
        problem: hidden(tried.problem),
        instruction: hidden(tried.instruction),
    });
    let piece = |piece: ChatContext| ChatContext { text: without_secrets(piece.text), ..piece };
    Wish {
        instruction: without_secrets(wish.instruction),
        diagnostics: wish.diagnostics.into_iter().map(diagnostic).collect(),
        tried,
        context: wish.context.into_iter().map(piece).collect(),
        ..wish
    }
}

fn check_context(shared: &Shared, context: &[ChatContext]) -> Result<(), Failure> {
    check_size("context", context.iter().map(|piece| piece.text.len()).sum(), CONTEXT_BYTES_MAX)?;
    if context.len() > CONTEXT_PIECES_MAX {
        return Err(Failure::new(
            FailureCode::TooLarge,
            format!("`context` has more than {CONTEXT_PIECES_MAX} pieces."),
        ));
    }
    context.iter().try_for_each(|piece| guard::refuse_private_path(shared, &piece.path))
}

fn check_size(name: &str, bytes: usize, bytes_max: usize) -> Result<(), Failure> {
    if bytes <= bytes_max {
        return Ok(());
    }
    let message = format!("`{name}` is longer than {bytes_max} bytes.");
    Err(Failure::new(FailureCode::TooLarge, message))
}

/// Whether a failure says something about the server rather than about this one question.
fn is_of_the_server(failure: &Failure) -> bool {
    !matches!(failure.code, FailureCode::NoCode | FailureCode::ContextOverflow)
}

fn invalid(message: &str) -> Failure {
    Failure::new(FailureCode::InvalidRequest, message)
}
