//! The question to the model, and its answer read as it comes.

use saga_client::{Answer, Finish, Piece, Purpose, Task};
use saga_context::{ContextLimits, Snapshot, context_at, holds_placeholder, redact, redact_text};
use saga_domain::{Context, EditForm, Failure, FailureCode, ReplyEvent, Span, Usage, WarningCode};
use saga_prompt::{
    AskedCode, Beside, Budget, EditAsk, Problem, Reading, edit, estimate_tokens, is_cut_off,
    read_code, read_words,
};

use super::Wish;
use super::range::Target;
use super::say::Said;
use super::shown::Shown;
use crate::ask::{Terms, ask};
use crate::place::unix_lines;
use crate::related;
use crate::reply::Giver;
use crate::request::Errand;
use crate::shared::Shared;
use crate::stats::Watch;

/// The likeliest code, and the same again for the same question.
const TEMPERATURE: f32 = 0.0;
/// After an answer that was not good the likeliest one would be much the same, however it is
/// asked; a little chance gives another, and code stays code.
const TEMPERATURE_AGAIN: f32 = 0.4;

const ELIDED: &str = "The model left parts of the code out, so its answer cannot be applied. \
                      Try again with a smaller selection.";
const CUT_OFF: &str = "The answer reached its length limit before the code was whole, so it cannot be \
                       applied. Try again with a smaller selection.";
const HIDDEN: &str = "The answer holds the stand-in of a secret that was not sent, so it cannot be applied. \
                      Try again without the secret in the selection.";
const UNCERTAIN: &str = "The answer does not say for certain what belongs in place of the code, so it cannot be \
                         applied. Try again with a different selection.";
const NOTHING: &str = "The model answered in words instead of code.";

pub(super) async fn propose(
    shared: &Shared,
    document: Snapshot,
    wish: Wish,
    giver: &Giver,
) -> Result<(), Failure> {
    let Wish { task, target, instruction, diagnostics, tried, context: given, .. } = wish;
    let facts = shared.edit_facts().await?;
    let target = target(&document);
    let hidden = redact_text(&unix_lines(document.text(target.span)));
    let code = if target.frame.is_some() { "" } else { hidden.text.as_str() };
    let context = around(shared, &document, target.span);
    let problems = problems(&document, &target, &diagnostics);
    let beside: Vec<Beside<'_>> = given.iter().map(beside).collect();
    let prompt = edit(&EditAsk {
        facts: &facts,
        task,
        context: &context,
        code,
        beside: &beside,
        instruction: &instruction,
        problems: &problems,
        tried: tried.as_ref(),
        budget: Budget::for_edit(&facts),
    })
    .map_err(|overflow| Failure::new(FailureCode::ContextOverflow, overflow.to_string()))?;
    if prompt.shortened {
        giver.give(ReplyEvent::Warning {
            code: WarningCode::Shortened,
            message: SHORTENED.to_owned(),
        });
    }
    let asked = AskedCode {
        code,
        before: &context.prefix,
        after: &context.suffix,
        language: &context.language,
        prefilled: prompt.prefilled,
    };
    let terms = Terms {
        stop: prompt.stop,
        max_tokens: prompt.max_tokens,
        temperature: if tried.is_some() { TEMPERATURE_AGAIN } else { TEMPERATURE },
        purpose: Purpose { task: Some(Task::Edit), ..Purpose::default() },
    };
    let mut watch = Watch::start(&shared.stats, Errand::Other);
    let sent = ask(&shared.client, &facts.name, prompt.prompt, terms).await;
    let answer = sent.inspect_err(|failure| watch.failed(failure))?;
    let mut words = Said::default();
    let mut shown = Shown::new(&document, &target, &hidden);
    let is_words = task.form() == EditForm::Words;
    let heard = listen(answer, &mut watch, |said| {
        if is_words {
            words.say(giver, read_words(said, false));
        } else if shown.is_due() {
            shown.show(giver, read_code(said, &asked, false));
        }
    })
    .await?;
    let Heard { said, finish, prompt_tokens, completion_tokens } = heard;
    if is_words {
        words.say(giver, read_words(&said, true));
        if words.is_nothing() {
            return Err(Failure::new(FailureCode::NoCode, "The model said nothing."));
        }
        if finish == Finish::Length {
            giver.give(ReplyEvent::Warning {
                code: WarningCode::Truncated,
                message: "The answer reached its length limit; its end is missing.".to_owned(),
            });
        }
    } else {
        if finish == Finish::Length && is_cut_off(&said, &asked) {
            return Err(no_code(giver, said, CUT_OFF));
        }
        match read_code(&said, &asked, true) {
            Reading::Code(code) if holds_placeholder(&hidden.restore(&code)) => {
                return Err(no_code(giver, said, HIDDEN));
            }
            Reading::Code(code) => shown.show(giver, Reading::Code(code)),
            Reading::Elided => return Err(no_code(giver, said, ELIDED)),
            Reading::Uncertain => return Err(no_code(giver, said, UNCERTAIN)),
            Reading::Nothing => return Err(no_code(giver, said, NOTHING)),
        }
    }
    giver.give(ReplyEvent::Done(Usage {
        prompt_tokens,
        completion_tokens,
        first_token_ms: watch.first_token_ms(),
        total_ms: watch.total_ms(),
        ..Usage::default()
    }));
    Ok(())
}

const SHORTENED: &str = "Not all of the code that was given along fits into the model's context.";

/// An answer that has come to its end.
pub(crate) struct Heard {
    pub(crate) said: String,
    pub(crate) finish: Finish,
    pub(crate) prompt_tokens: u32,
    pub(crate) completion_tokens: u32,
}

/// Hears an answer to its end. `so_far` sees it grow.
pub(crate) async fn listen(
    mut answer: Answer,
    watch: &mut Watch,
    mut so_far: impl FnMut(&str),
) -> Result<Heard, Failure> {
    let mut said = String::new();
    loop {
        let piece = answer.next().await.transpose().inspect_err(|failure| watch.failed(failure))?;
        let (finish, prompt_tokens, completion_tokens) = match piece {
            Some(Piece::Text(piece)) => {
                watch.text();
                said.push_str(&piece);
                so_far(&said);
                continue;
            }
            Some(Piece::Done { finish, prompt_tokens, completion_tokens }) => {
                (finish, prompt_tokens, completion_tokens)
            }
            None => (Finish::Stop, 0, 0),
        };
        watch.complete(completion_tokens.max(estimate_tokens(&said)));
        return Ok(Heard { said, finish, prompt_tokens, completion_tokens });
    }
}

/// What was said is shown as text, and the document stays as it is.
fn no_code(giver: &Giver, said: String, why: &str) -> Failure {
    if !said.trim().is_empty() {
        giver.give(ReplyEvent::Text(said));
    }
    Failure::new(FailureCode::NoCode, why)
}

/// What stands around the code: its prefix ends where the code begins, and its suffix begins where
/// the code ends.
fn around(shared: &Shared, document: &Snapshot, span: Span) -> Context {
    let mut context = context_at(document, span.start, &ContextLimits::USUAL);
    context.suffix = context_at(document, span.end, &ContextLimits::USUAL).suffix;
    redact(&mut context);
    // Without secrets already.
    context.snippets = related::known(shared, document, span.start);
    context
}

fn beside(piece: &saga_protocol::chat::ChatContext) -> Beside<'_> {
    Beside { path: &piece.path, language: &piece.language, text: &piece.text }
}

fn problems<'a>(
    document: &Snapshot,
    target: &Target,
    diagnostics: &'a [saga_domain::Diagnostic],
) -> Vec<Problem<'a>> {
    let rope = document.rope();
    let first_line = rope.line_of_byte(target.span.start.0);
    diagnostics
        .iter()
        .map(|found| Problem {
            line: rope.line_of_byte(found.span.start.0).saturating_sub(first_line) + 1,
            message: &found.message,
            severity: found.severity,
            source: found.source.as_deref(),
            code: found.code.as_deref(),
            related: &found.related,
            hover: found.hover.as_deref(),
        })
        .collect()
}
