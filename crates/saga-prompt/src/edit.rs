//! Prompts for everything that is done with a piece of code: changing it by instruction, fixing
//! what is reported about it, writing new code beside it, commenting and explaining it.

mod around;
mod words;

use std::fmt;

use saga_domain::control::neutralise;
use saga_domain::{
    Context, EditForm, EditTask, Message, ModelFacts, Prompt, RelatedPlace, Role, Severity, Tried,
};

use crate::anchor::opening;
use crate::fence::fence_around;
use crate::template::Template;
use crate::tokens::{Budget, estimate_tokens};

/// Tokens an answer gets beyond the code's own, for what the change adds.
const GROWTH_TOKENS: u32 = 256;
/// Tokens that new code, or words, get at least.
const NEW_TOKENS_MIN: u32 = 160;
/// Tokens that new code, or words, get at most.
const NEW_TOKENS_MAX: u32 = 1536;
/// Tokens of an earlier answer that are shown, as a share of the context.
const TRIED_SHARE: u32 = 6;
/// Tokens of what is told beside the problems themselves, as a share of the context.
const DETAILS_SHARE: u32 = 4;

/// What an edit prompt is made of.
#[derive(Clone, Copy, Debug)]
pub struct EditAsk<'a> {
    /// The model it is for.
    pub facts: &'a ModelFacts,
    /// What is to be done.
    pub task: EditTask,
    /// What stands around the code: its prefix ends where the code begins, its suffix begins
    /// where the code ends.
    pub context: &'a Context,
    /// The code that it is about; empty at a place where new code is to stand.
    pub code: &'a str,
    /// More code that belongs to it, the most important first.
    pub beside: &'a [Beside<'a>],
    /// What to do, in the user's words; may be empty where the task says it all.
    pub instruction: &'a str,
    /// What is reported about the code.
    pub problems: &'a [Problem<'a>],
    /// An earlier answer that was not good.
    pub tried: Option<&'a Tried>,
    /// What it may use.
    pub budget: Budget,
}

/// A piece of code from elsewhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Beside<'a> {
    /// Where it is from.
    pub path: &'a str,
    /// The editor's language id.
    pub language: &'a str,
    /// The code.
    pub text: &'a str,
}

/// A diagnostic by its line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Problem<'a> {
    /// Line within [`EditAsk::code`], counted from 1.
    pub line: usize,
    /// What is said.
    pub message: &'a str,
    /// How bad it is.
    pub severity: Severity,
    /// Who says so, for example `tsc`.
    pub source: Option<&'a str>,
    /// That tool's code, for example `TS2304`.
    pub code: Option<&'a str>,
    /// Other places that belong to it.
    pub related: &'a [RelatedPlace],
    /// What the language server says of the name there.
    pub hover: Option<&'a str>,
}

/// An edit prompt and what goes with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EditPrompt {
    /// To send.
    pub prompt: Prompt,
    /// Texts that end the answer.
    pub stop: Vec<String>,
    /// Tokens the answer may have.
    pub max_tokens: u32,
    /// Whether the answer begins inside an open code block; for [`read_code`](crate::read_code).
    pub prefilled: bool,
    /// Whether not all of [`EditAsk::beside`] had room.
    pub shortened: bool,
    /// Tokens of the prompt, by [`estimate_tokens`].
    pub estimated_tokens: u32,
}

/// The code and a changed copy of it do not fit into the model's context.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ContextOverflow {
    /// Tokens that prompt and answer would need.
    pub needed_tokens: u32,
    /// Tokens that the model has.
    pub context_tokens: u32,
}

impl fmt::Display for ContextOverflow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "the selection is too long for this model: it needs about {} tokens, the model has {}",
            self.needed_tokens, self.context_tokens
        )
    }
}

impl std::error::Error for ContextOverflow {}

/// Writes the prompt. What stands around the code gives way to what stands beside it, and both to
/// the code itself.
///
/// # Errors
/// When the code alone, asked for and answered, is too long for the model.
pub fn edit(ask: &EditAsk<'_>) -> Result<EditPrompt, ContextOverflow> {
    let EditAsk { facts, context, code, budget, .. } = *ask;
    let usable = budget.usable_tokens();
    let form = ask.task.form();
    let rules = words::rules(form);
    let task = task(ask, usable);
    let code_tokens = estimate_tokens(code);
    let fixed = estimate_tokens(rules) + estimate_tokens(&task) + FIXED_WORDS_TOKENS;
    let answer_least = match form {
        EditForm::Replacement | EditForm::Comments => code_tokens + code_tokens / 4 + 32,
        EditForm::Insertion | EditForm::Words => NEW_TOKENS_MIN,
    };
    let needed = fixed.saturating_add(code_tokens).saturating_add(answer_least);
    if needed > usable {
        return Err(ContextOverflow {
            needed_tokens: needed.saturating_add(budget.context_tokens - usable),
            context_tokens: budget.context_tokens,
        });
    }
    let free = usable - needed;
    let (beside, is_whole) = around::beside(ask.beside, free / 2);
    let beside_tokens: u32 = beside.iter().map(Beside::tokens).sum();
    let free = free.saturating_sub(beside_tokens);
    let growth = match form {
        EditForm::Replacement | EditForm::Comments => {
            GROWTH_TOKENS.min(free / 2) + code_tokens.min(free / 4)
        }
        EditForm::Insertion | EditForm::Words => (NEW_TOKENS_MAX - NEW_TOKENS_MIN).min(free / 2),
    };
    let max_tokens = (answer_least + growth).min(budget.answer_tokens_max.max(answer_least));
    let rest = usable - fixed - code_tokens - beside_tokens - max_tokens;
    let around = around::surroundings(context, budget, rest);

    let texts = beside.iter().map(|piece| piece.text);
    let fence =
        fence_around(texts.chain([code, around.before, around.after, around.related.as_str()]));
    let opening = opening(&fence, &context.language);
    let place = if form == EditForm::Insertion { "the place" } else { "the code" };
    let mut user = String::new();
    section(&mut user, "Used here", &format!("{fence}\n"), &around.related, &fence);
    for piece in &beside {
        let opening = crate::anchor::opening(&fence, piece.language);
        section(&mut user, &format!("From {}", piece.path), &opening, piece.text, &fence);
    }
    section(&mut user, &format!("The file before {place}"), &opening, around.before, &fence);
    section(&mut user, &format!("The file after {place}"), &opening, around.after, &fence);
    section(&mut user, &format!("The code, from {}", context.path), &opening, code, &fence);
    user.push_str(&task);
    let user = neutralise(&user);

    Ok(match Template::of(facts.template) {
        Some(template) => {
            let mut out = String::new();
            template.write(&mut out, rules, &user);
            let prefilled = form != EditForm::Words;
            if prefilled {
                out.push_str(&opening);
            }
            // Not the fence: the code may hold one of its own, and must not be cut there.
            let stop = template.stop.iter().map(|&text| text.to_owned()).collect();
            let estimated_tokens = estimate_tokens(&out);
            EditPrompt {
                prompt: Prompt::Raw(out),
                stop,
                max_tokens,
                prefilled,
                shortened: !is_whole,
                estimated_tokens,
            }
        }
        None => EditPrompt {
            estimated_tokens: estimate_tokens(rules) + estimate_tokens(&user) + 16,
            prompt: Prompt::Chat(vec![
                Message { role: Role::System, content: rules.to_owned() },
                Message { role: Role::User, content: user.into_owned() },
            ]),
            stop: Vec::new(),
            max_tokens,
            prefilled: false,
            shortened: !is_whole,
        },
    })
}

/// What the words of ours beside the system prompt take, with the template's control tokens.
const FIXED_WORDS_TOKENS: u32 = 120;

impl Beside<'_> {
    fn tokens(&self) -> u32 {
        estimate_tokens(self.path) + estimate_tokens(self.text) + around::TITLE_TOKENS
    }
}

/// What is said of the task: with all that belongs to the problems, where there is room for it.
fn task(ask: &EditAsk<'_>, usable: u32) -> String {
    let tried_tokens_max = usable / TRIED_SHARE;
    let told = words::task(ask, true, tried_tokens_max);
    let has_room = ask.problems.is_empty() || estimate_tokens(&told) <= usable / DETAILS_SHARE;
    if has_room { told } else { words::task(ask, false, tried_tokens_max) }
}

fn section(out: &mut String, title: &str, opening: &str, text: &str, fence: &str) {
    let text = text.trim_matches('\n').trim_end();
    if text.trim().is_empty() {
        return;
    }
    out.push_str(title);
    out.push_str(":\n");
    out.push_str(opening);
    out.push_str(text);
    out.push('\n');
    out.push_str(fence);
    out.push_str("\n\n");
}
