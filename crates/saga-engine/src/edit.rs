//! A rewritten piece of code, streamed as a growing proposal. What refactor and fix share.
//!
//! The document is only read. A proposal names the version it is for, so whoever applies it can
//! tell whether that text is still there.

use std::sync::Arc;
use std::time::{Duration, Instant};

use saga_client::{Finish, Piece, Purpose, Task};
use saga_context::{
    ContextLimits, Redacted, Snapshot, context_at, holds_placeholder, redact, redact_text,
};
use saga_domain::{Context, Diagnostic, Failure, FailureCode, ReplyEvent, Span, TextEdit, Usage};
use saga_prompt::{
    AskedCode, Budget, EditAsk, Problem, Reading, edit, estimate_tokens, is_cut_off, read_code,
};

use crate::ask::{Terms, ask};
use crate::documents;
use crate::guard::without_secrets;
use crate::place::{unix_lines, with_line_ends};
use crate::related;
use crate::reply::{Giver, Reply};
use crate::request::Errand;
use crate::runner::Runner;
use crate::shared::Shared;
use crate::stats::Watch;

/// Proposals are shown at most this often: each holds the whole edit.
const SHOWN_EVERY: Duration = Duration::from_millis(50);

/// What is to become of which code.
pub(crate) struct Wish {
    pub(crate) document: Snapshot,
    /// Finds the code, once the document is parsed.
    pub(crate) range: Box<dyn FnOnce(&Snapshot) -> Span + Send>,
    /// Empty when the diagnostics say it all.
    pub(crate) instruction: String,
    pub(crate) diagnostics: Vec<Diagnostic>,
}

struct Rewrite {
    document: Snapshot,
    span: Span,
    instruction: String,
    diagnostics: Vec<Diagnostic>,
}

pub(crate) fn rewrite(shared: &Arc<Shared>, runner: &Runner, wish: Wish) -> Reply {
    shared.background.give_way();
    let (giver, reply) = shared.reply();
    let (shared, runner_inside) = (Arc::clone(shared), runner.clone());
    runner.answer(giver, |giver| async move {
        let Wish { document, range, instruction, diagnostics } = wish;
        let instruction = without_secrets(instruction);
        let diagnostics = diagnostics.into_iter().map(without_secrets_in).collect();
        let document = documents::parsed(&shared, &runner_inside, document).await;
        let span = range(&document);
        let rewrite = Rewrite { document, span, instruction, diagnostics };
        let outcome = propose(&shared, &rewrite, &giver).await;
        if outcome.as_ref().is_err_and(is_of_the_server) {
            shared.model.forget();
        }
        outcome
    });
    reply
}

fn without_secrets_in(found: Diagnostic) -> Diagnostic {
    Diagnostic { message: without_secrets(found.message), ..found }
}

/// Whether a failure says something about the server rather than about this one question.
fn is_of_the_server(failure: &Failure) -> bool {
    !matches!(failure.code, FailureCode::NoCode | FailureCode::ContextOverflow)
}

async fn propose(shared: &Shared, rewrite: &Rewrite, giver: &Giver) -> Result<(), Failure> {
    let facts = shared.facts().await?;
    let hidden = redact_text(&unix_lines(rewrite.document.text(rewrite.span)));
    let code = hidden.text.as_str();
    let context = around(shared, rewrite);
    let problems = problems(rewrite);
    let prompt = edit(&EditAsk {
        facts: &facts,
        context: &context,
        code,
        instruction: &rewrite.instruction,
        problems: &problems,
        budget: Budget::for_edit(&facts),
    })
    .map_err(|overflow| Failure::new(FailureCode::ContextOverflow, overflow.to_string()))?;
    let asked = AskedCode {
        code,
        before: &context.prefix,
        after: &context.suffix,
        language: &context.language,
        prefilled: prompt.prefilled,
    };
    let purpose = Purpose { task: Some(Task::Edit), ..Purpose::default() };
    let terms = Terms { stop: prompt.stop, max_tokens: prompt.max_tokens, purpose };
    let mut watch = Watch::start(&shared.stats, Errand::Other);
    let sent = ask(&shared.client, &facts.name, prompt.prompt, terms).await;
    let mut answer = sent.inspect_err(|failure| watch.failed(failure))?;
    let mut said = String::new();
    let mut shown = Shown { hidden: &hidden, last: None, text: None };
    loop {
        let piece = answer.next().await.transpose().inspect_err(|failure| watch.failed(failure))?;
        let (finish, prompt_tokens, completion_tokens) = match piece {
            Some(Piece::Text(piece)) => {
                watch.text();
                said.push_str(&piece);
                if shown.is_due() {
                    let reading = read_code(&said, &asked, false);
                    shown.show(giver, rewrite, reading);
                }
                continue;
            }
            Some(Piece::Done { finish, prompt_tokens, completion_tokens }) => {
                (finish, prompt_tokens, completion_tokens)
            }
            None => (Finish::Stop, 0, 0),
        };
        watch.complete(completion_tokens.max(estimate_tokens(&said)));
        if finish == Finish::Length && is_cut_off(&said, &asked) {
            return Err(no_code(giver, said, CUT_OFF));
        }
        match read_code(&said, &asked, true) {
            Reading::Code(code) if holds_placeholder(&hidden.restore(&code)) => {
                return Err(no_code(giver, said, HIDDEN));
            }
            Reading::Code(code) => shown.show(giver, rewrite, Reading::Code(code)),
            Reading::Elided => return Err(no_code(giver, said, ELIDED)),
            Reading::Uncertain => return Err(no_code(giver, said, UNCERTAIN)),
            Reading::Nothing => return Err(no_code(giver, said, NOTHING)),
        }
        giver.give(ReplyEvent::Done(Usage {
            prompt_tokens,
            completion_tokens,
            first_token_ms: watch.first_token_ms(),
            total_ms: watch.total_ms(),
            from_cache: false,
            session: None,
        }));
        return Ok(());
    }
}

const ELIDED: &str = "The model left parts of the code out, so its answer cannot be applied. \
                      Try again with a smaller selection.";
const CUT_OFF: &str = "The answer reached its length limit before the code was whole, so it cannot be \
                       applied. Try again with a smaller selection.";
const HIDDEN: &str = "The answer holds the stand-in of a secret that was not sent, so it cannot be applied. \
                      Try again without the secret in the selection.";
const UNCERTAIN: &str = "The answer does not say for certain what belongs in place of the code, so it cannot be \
                         applied. Try again with a different selection.";
const NOTHING: &str = "The model answered in words instead of code.";

/// What was said is shown as text, and the document stays as it is.
fn no_code(giver: &Giver, said: String, why: &str) -> Failure {
    if !said.trim().is_empty() {
        giver.give(ReplyEvent::Text(said));
    }
    Failure::new(FailureCode::NoCode, why)
}

/// What was shown of a proposal, and when.
struct Shown<'a> {
    /// What was sent in place of secrets comes back as the secrets.
    hidden: &'a Redacted,
    last: Option<Instant>,
    text: Option<String>,
}

impl Shown<'_> {
    fn is_due(&self) -> bool {
        self.last.is_none_or(|last| last.elapsed() >= SHOWN_EVERY)
    }

    fn show(&mut self, giver: &Giver, rewrite: &Rewrite, reading: Reading) {
        self.last = Some(Instant::now());
        let Reading::Code(code) = reading else { return };
        let code = self.hidden.restore(&code).into_owned();
        if self.text.as_deref() == Some(&code) {
            return;
        }
        let edit = TextEdit { span: rewrite.span, text: with_line_ends(&rewrite.document, &code) };
        giver.give(ReplyEvent::Edit { version: rewrite.document.version(), edits: vec![edit] });
        self.text = Some(code);
    }
}

/// What stands around the code: its prefix ends where the code begins, and its suffix begins where
/// the code ends.
fn around(shared: &Shared, rewrite: &Rewrite) -> Context {
    let Rewrite { document, span, .. } = rewrite;
    let mut context = context_at(document, span.start, &ContextLimits::USUAL);
    context.suffix = context_at(document, span.end, &ContextLimits::USUAL).suffix;
    redact(&mut context);
    // Without secrets already.
    context.snippets = related::known(shared, document, span.start);
    context
}

fn problems(rewrite: &Rewrite) -> Vec<Problem<'_>> {
    let rope = rewrite.document.rope();
    let first_line = rope.line_of_byte(rewrite.span.start.0);
    rewrite
        .diagnostics
        .iter()
        .map(|found| Problem {
            line: rope.line_of_byte(found.span.start.0).saturating_sub(first_line) + 1,
            message: &found.message,
            severity: found.severity,
            source: found.source.as_deref(),
            code: found.code.as_deref(),
        })
        .collect()
}
