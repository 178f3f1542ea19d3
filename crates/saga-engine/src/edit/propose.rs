//! The question to the model, and its answer read as it comes.

use std::borrow::Cow;

use saga_client::{Answer, Purpose, Task};
use saga_context::{
    ContextLimits, Redacted, Snapshot, context_at, holds_placeholder, redact, redact_text,
};
use saga_domain::{
    Context, Diagnostic, EditForm, Failure, FailureCode, ReplyEvent, Span, WarningCode,
};
use saga_prompt::{
    AskedCode, Beside, Budget, EditAsk, Problem, Reading, edit, is_cut_off, read_code, read_words,
};

use super::Wish;
use super::check::check;
use super::hear::hear;
use super::say::Said;
use super::shown::Shown;
use super::target::Target;
use crate::ask::{Terms, ask};
use crate::place::unix_lines;
use crate::related;
use crate::reply::Giver;
use crate::request::Errand;
use crate::runner::Runner;
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
const SHORTENED: &str = "Not all of the code that was given along fits into the model's context.";

/// What an answer is read against.
struct Asked<'a> {
    document: &'a Snapshot,
    target: &'a Target,
    form: EditForm,
    /// The code as it was sent.
    hidden: &'a Redacted,
    code: AskedCode<'a>,
}

pub(super) async fn propose(
    shared: &Shared,
    runner: &Runner,
    document: Snapshot,
    wish: Wish,
    giver: &Giver,
) -> Result<(), Failure> {
    let Wish { task, target, instruction, diagnostics, tried, context: given, .. } = wish;
    let facts = shared.edit_facts().await?;
    let target = target(&document);
    let redacted = |span| redact_text(&unix_lines(document.text(span)));
    let hidden = redacted(target.span);
    let code = if target.frame.is_some() { "" } else { hidden.text.as_str() };
    let context = around(shared, &document, target.span);
    let problems = problems(&document, &target, &diagnostics);
    let about = target.about.map(|span| redacted(span).text);
    let about = about.as_deref().map(|text| Beside {
        path: &context.path,
        language: &context.language,
        text,
    });
    let given = given.iter().map(|piece| Beside {
        path: &piece.path,
        language: &piece.language,
        text: &piece.text,
    });
    let beside: Vec<Beside<'_>> = about.into_iter().chain(given).collect();
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
        let message = SHORTENED.to_owned();
        giver.give(ReplyEvent::Warning { code: WarningCode::Shortened, message });
    }
    let (before, code, after) = match target.frame {
        Some(_) => between_lines(&context),
        None => (Cow::Borrowed(context.prefix.as_str()), code, context.suffix.as_str()),
    };
    let language = context.language.as_str();
    let prefilled = prompt.prefilled;
    let code = AskedCode { code, before: &before, after, language, prefilled };
    let terms = Terms {
        stop: prompt.stop,
        max_tokens: prompt.max_tokens,
        temperature: if tried.is_some() { TEMPERATURE_AGAIN } else { TEMPERATURE },
        purpose: Purpose { task: Some(Task::Edit), ..Purpose::default() },
    };
    let mut watch = Watch::start(&shared.stats, Errand::Other);
    let sent = ask(&shared.client, &facts.name, prompt.prompt, terms).await;
    let answer = sent.inspect_err(|failure| watch.failed(failure))?;
    let form = task.form();
    let asked = Asked { document: &document, target: &target, form, hidden: &hidden, code };
    if form == EditForm::Words {
        words(answer, &mut watch, giver).await
    } else {
        code_of(answer, &mut watch, &asked, runner, giver).await
    }
}

/// A place for new code as a blank line between what stands before and after it: the reader of
/// answers knows whole lines from what is left of one.
fn between_lines(context: &Context) -> (Cow<'_, str>, &'static str, &str) {
    let before = context.prefix.trim_end_matches([' ', '\t']);
    let before = match before.ends_with('\n') || before.is_empty() {
        true => Cow::Borrowed(before),
        false => Cow::Owned(format!("{before}\n")),
    };
    let after = context.suffix.strip_prefix('\n').unwrap_or(&context.suffix);
    (before, "\n", after)
}

async fn words(answer: Answer, watch: &mut Watch, giver: &Giver) -> Result<(), Failure> {
    let mut words = Said::default();
    let heard = hear(answer, watch, |said| words.say(giver, read_words(said, false))).await?;
    words.say(giver, read_words(&heard.said, true));
    if words.is_nothing() {
        return Err(Failure::new(FailureCode::NoCode, "The model said nothing."));
    }
    heard.end_words(giver);
    Ok(())
}

async fn code_of(
    answer: Answer,
    watch: &mut Watch,
    asked: &Asked<'_>,
    runner: &Runner,
    giver: &Giver,
) -> Result<(), Failure> {
    let Asked { document, target, form, hidden, code: asked_code } = asked;
    let mut shown = Shown::new(document, target, *form, hidden);
    let heard = hear(answer, watch, |said| {
        if shown.is_due()
            && let Reading::Code(code) = read_code(said, asked_code, false)
        {
            shown.so_far(giver, &code);
        }
    })
    .await?;
    if heard.is_cut && is_cut_off(&heard.said, asked_code) {
        return Err(no_code(giver, heard.said, CUT_OFF));
    }
    let edit = match read_code(&heard.said, asked_code, true) {
        Reading::Code(code) if holds_placeholder(&hidden.restore(&code)) => Err(HIDDEN),
        Reading::Code(code) => Ok(shown.edit(&code)),
        Reading::Elided => Err(ELIDED),
        Reading::Uncertain => Err(UNCERTAIN),
        Reading::Nothing => Err(NOTHING),
    };
    let checked = match edit {
        Ok(edit) => check(runner, document, *form, edit).await?,
        Err(why) => Err(why),
    };
    match checked {
        Ok(checked) => {
            shown.show(giver, checked.edit);
            for (code, message) in checked.warnings {
                giver.give(ReplyEvent::Warning { code, message });
            }
            heard.end(giver);
            Ok(())
        }
        Err(why) => Err(no_code(giver, heard.said, why)),
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

fn problems<'a>(
    document: &Snapshot,
    target: &Target,
    diagnostics: &'a [Diagnostic],
) -> Vec<Problem<'a>> {
    let rope = document.rope();
    let first_line = rope.line_of_byte(target.span.start.0);
    diagnostics
        .iter()
        .filter(|found| (target.span.start..=target.span.end).contains(&found.span.start))
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
