//! Prompts for what comes next at a cursor.
//!
//! With a known chat template the file's own text opens the assistant's turn, so that the model
//! continues code instead of talking about it. A model that fills holes is asked to. Any other
//! is asked in words.

use saga_domain::control::neutralise;
use saga_domain::{Context, Fim, FimOrder, Message, ModelFacts, Prompt, Role};

use crate::anchor::{Anchor, Parts, Room, Style, opening};
use crate::boundary::take_back;
use crate::fim;
use crate::half_word::rest_of_word;
use crate::shape::AnswerForm;
use crate::template::Template;
use crate::tokens::Budget;

const SYSTEM: &str = include_str!("prompts/complete.system.txt");

/// Longer lines are not read at a glance.
const ONE_LINE_TOKENS_MAX: u32 = 64;

/// What a completion prompt is made of.
#[derive(Clone, Copy, Debug)]
pub struct CompletionAsk<'a> {
    /// The model it is for.
    pub facts: &'a ModelFacts,
    /// What stands around the cursor.
    pub context: &'a Context,
    /// Whether one line is all that will be shown.
    pub one_line: bool,
    /// What it may use.
    pub budget: Budget,
}

/// A completion prompt and what goes with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CompletionPrompt {
    /// To send.
    pub prompt: Prompt,
    /// The end of the user's text that the prompt leaves out and the answer must begin with.
    pub taken_back: String,
    /// The start of the answer, when the prompt holds it already: what comes is only its rest.
    pub begun: String,
    /// How the answer relates to the text before the cursor; for the [`Shaper`](crate::Shaper).
    pub form: AnswerForm,
    /// Texts that end the answer.
    pub stop: Vec<String>,
    /// Tokens the answer may have.
    pub max_tokens: u32,
    /// Tokens of the prompt, by the budget's [`Calibration`](crate::Calibration).
    pub estimated_tokens: u32,
}

/// The prompt that ends at a token boundary, where that makes a difference.
#[must_use]
pub fn completion(ask: &CompletionAsk<'_>, anchor: &mut Anchor) -> CompletionPrompt {
    write(ask, anchor, true)
}

/// The prompt that ends at the cursor, or with the half-typed word there written out as the file
/// has it elsewhere: for the second try, when the answer to [`completion`] does not begin with
/// what was taken back.
#[must_use]
pub fn completion_plain(ask: &CompletionAsk<'_>, anchor: &mut Anchor) -> CompletionPrompt {
    write(ask, anchor, false)
}

fn write(ask: &CompletionAsk<'_>, anchor: &mut Anchor, at_boundary: bool) -> CompletionPrompt {
    let CompletionAsk { facts, context, budget, .. } = *ask;
    let wanted = if ask.one_line { ONE_LINE_TOKENS_MAX } else { budget.answer_tokens_max };
    let max_tokens = wanted.min(budget.answer_tokens_max).min(budget.context_tokens / 4).max(1);
    let calibration = budget.calibration;
    let fixed =
        calibration.estimate(SYSTEM) + calibration.estimate(&context.path) + FIXED_WORDS_TOKENS;
    let room = Room {
        tokens: budget.usable_tokens().saturating_sub(max_tokens).saturating_sub(fixed),
        prefix_lines: budget.prefix_lines_max,
        suffix_lines: budget.suffix_lines_max,
        calibration,
    };
    let style = Style { template: facts.template, fim: facts.fim };
    let parts = anchor.settle(context, style, room);
    let window = &context.prefix[parts.start..];

    let mut stop = Vec::new();
    let mut begun = "";
    let (prompt, taken_back, form) = if facts.fim == Fim::Suffix {
        let suffix = neutralise(fim::suffix_as_it_is(context, &parts)).into_owned();
        let prompt = Prompt::Fim { prefix: neutralise(window).into_owned(), suffix };
        (prompt, "", AnswerForm::Continues)
    } else if let Fim::Tokens(family) = facts.fim {
        let row = family.row();
        stop.extend(row.stop.iter().map(|&text| text.to_owned()));
        // Where the answer does not follow the text before the cursor, it begins with a token of
        // its own wherever that text ends.
        let continues = at_boundary && row.order == FimOrder::SuffixFirst;
        let (kept, taken_back) = if continues { take_back(window) } else { (window, "") };
        let prompt = Prompt::Raw(fim::prompt(row, context, &parts, kept));
        (prompt, taken_back, AnswerForm::Continues)
    } else if let Some(template) = Template::of(facts.template) {
        let (kept, taken_back) = if at_boundary {
            take_back(window)
        } else {
            begun = rest_of_word(window, &context.suffix).unwrap_or_default();
            (window, "")
        };
        stop.extend(template.stop.iter().map(|&text| text.to_owned()));
        stop.push(format!("\n{}", parts.fence));
        let prompt = prefilled(template, context, &parts, &[kept, begun]);
        (prompt, taken_back, AnswerForm::Continues)
    } else {
        (in_words(context, &parts, window), "", AnswerForm::Says)
    };
    if ask.one_line && form == AnswerForm::Continues {
        stop.push("\n".to_owned());
    }
    let (taken_back, begun) = (taken_back.to_owned(), begun.to_owned());
    let estimated_tokens = calibration.estimate_prompt(&prompt);
    CompletionPrompt { prompt, taken_back, begun, form, stop, max_tokens, estimated_tokens }
}

/// What the words of ours beside the system prompt take, with the template's control tokens.
const FIXED_WORDS_TOKENS: u32 = 100;

fn prefilled(template: &Template, context: &Context, parts: &Parts<'_>, answer: &[&str]) -> Prompt {
    let answer = answer.concat();
    let mut out = String::with_capacity(answer.len() + parts.suffix.len() + 2048);
    template.write(&mut out, SYSTEM.trim_end(), &neutralise(&asked(context, parts)));
    out.push_str(&opening(parts.fence, &context.language));
    out.push_str(&neutralise(&answer));
    Prompt::Raw(out)
}

fn in_words(context: &Context, parts: &Parts<'_>, window: &str) -> Prompt {
    let fence = parts.fence;
    let mut user = surroundings(context, parts);
    user.push_str("This stands before the cursor in the file:\n");
    user.push_str(&opening(fence, &context.language));
    user.push_str(window);
    user.push('\n');
    user.push_str(fence);
    user.push_str(
        "\n\nWrite only what is to be inserted at the cursor, right after the last character \
         above, in one code block. 커서 위치에 들어갈 코드만 코드 블록 하나로 쓰세요.",
    );
    Prompt::Chat(vec![
        Message { role: Role::System, content: SYSTEM.trim_end().to_owned() },
        Message { role: Role::User, content: neutralise(&user).into_owned() },
    ])
}

fn asked(context: &Context, parts: &Parts<'_>) -> String {
    let mut user = surroundings(context, parts);
    user.push_str("Write the code of ");
    user.push_str(&context.path);
    user.push_str(if parts.suffix.is_empty() { "." } else { " that comes before it." });
    user
}

/// What is known beside the text before the cursor, the part that changes least first.
fn surroundings(context: &Context, parts: &Parts<'_>) -> String {
    let mut out = String::new();
    if !parts.related.is_empty() || !parts.own.is_empty() {
        out.push_str("Used here:\n");
        out.push_str(&opening(parts.fence, ""));
        out.push_str(parts.related);
        if !parts.own.is_empty() {
            out.push_str(&format!("{}:\n{}", context.path, parts.own));
        }
        out.push_str(parts.fence);
        out.push_str("\n\n");
    }
    if !parts.suffix.is_empty() {
        out.push_str("This stands after the cursor in ");
        out.push_str(&context.path);
        out.push_str(":\n");
        out.push_str(&opening(parts.fence, &context.language));
        out.push_str(parts.suffix);
        out.push('\n');
        out.push_str(parts.fence);
        out.push_str("\n\n");
    }
    out
}
