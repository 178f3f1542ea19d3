//! Prompts for changing a piece of code: refactoring by instruction, and fixing what a language
//! server or linter reports.

use std::fmt;

use saga_domain::control::neutralise;
use saga_domain::{Context, Message, ModelFacts, Prompt, Role, Severity};

use crate::anchor::opening;
use crate::fence::fence_around;
use crate::template::Template;
use crate::tokens::{Budget, estimate_tokens};

const SYSTEM: &str = include_str!("prompts/edit.system.txt");
const FIX: &str = include_str!("prompts/fix.instruction.txt");

/// Tokens an answer gets beyond the code's own, for what the change adds.
const GROWTH_TOKENS: u32 = 256;

/// What an edit prompt is made of.
#[derive(Clone, Copy, Debug)]
pub struct EditAsk<'a> {
    /// The model it is for.
    pub facts: &'a ModelFacts,
    /// What stands around the code: its prefix ends where the code begins, its suffix begins
    /// where the code ends.
    pub context: &'a Context,
    /// The code that the answer is to replace.
    pub code: &'a str,
    /// What to do, in the user's words; when empty, the problems are to be fixed.
    pub instruction: &'a str,
    /// What is reported about the code.
    pub problems: &'a [Problem<'a>],
    /// What it may use.
    pub budget: Budget,
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

/// Writes the prompt. What stands around the code gives way to the code itself.
///
/// # Errors
/// When the code alone, asked for and answered, is too long for the model.
pub fn edit(ask: &EditAsk<'_>) -> Result<EditPrompt, ContextOverflow> {
    let EditAsk { facts, context, code, budget, .. } = *ask;
    let code_tokens = estimate_tokens(code);
    let task = task(ask);
    let fixed = estimate_tokens(SYSTEM) + estimate_tokens(&task) + FIXED_WORDS_TOKENS;
    let answer_least = code_tokens + code_tokens / 4 + 32;
    let needed = fixed.saturating_add(code_tokens).saturating_add(answer_least);
    let usable = budget.usable_tokens();
    if needed > usable {
        return Err(ContextOverflow {
            needed_tokens: needed.saturating_add(budget.context_tokens - usable),
            context_tokens: budget.context_tokens,
        });
    }
    let free = usable - needed;
    let max_tokens = (answer_least + GROWTH_TOKENS.min(free / 2) + code_tokens.min(free / 4))
        .min(budget.answer_tokens_max.max(answer_least));
    let around = surroundings(context, budget, usable - fixed - code_tokens - max_tokens);

    let fence = fence_around([code, around.before, around.after, &around.related]);
    let opening = opening(&fence, &context.language);
    let mut user = String::new();
    section(&mut user, "Used here", &format!("{fence}\n"), &around.related, &fence);
    section(&mut user, "The file before the code", &opening, around.before, &fence);
    section(&mut user, "The file after the code", &opening, around.after, &fence);
    section(&mut user, &format!("The code, from {}", context.path), &opening, code, &fence);
    user.push_str(&task);
    let user = neutralise(&user);

    Ok(match Template::of(facts.template) {
        Some(template) => {
            let mut out = String::new();
            template.write(&mut out, SYSTEM.trim_end(), &user);
            out.push_str(&opening);
            // Not the fence: the code may hold one of its own, and must not be cut there.
            let stop = template.stop.iter().map(|&text| text.to_owned()).collect();
            let estimated_tokens = estimate_tokens(&out);
            EditPrompt {
                prompt: Prompt::Raw(out),
                stop,
                max_tokens,
                prefilled: true,
                estimated_tokens,
            }
        }
        None => EditPrompt {
            estimated_tokens: estimate_tokens(SYSTEM) + estimate_tokens(&user) + 16,
            prompt: Prompt::Chat(vec![
                Message { role: Role::System, content: SYSTEM.trim_end().to_owned() },
                Message { role: Role::User, content: user.into_owned() },
            ]),
            stop: Vec::new(),
            max_tokens,
            prefilled: false,
        },
    })
}

/// What the words of ours beside the system prompt take, with the template's control tokens.
const FIXED_WORDS_TOKENS: u32 = 120;

struct Around<'a> {
    related: String,
    before: &'a str,
    after: &'a str,
}

fn surroundings<'a>(context: &'a Context, budget: Budget, tokens_max: u32) -> Around<'a> {
    let before = last_lines(&context.prefix, budget.prefix_lines_max, tokens_max * 2 / 5);
    let after = first_lines(&context.suffix, budget.suffix_lines_max, tokens_max / 5);
    let mut related = String::new();
    let mut tokens = 0;
    let snippets = context.snippets.iter().map(|snippet| snippet.text.as_str());
    let above = context.imports.iter().chain(&context.scopes).map(String::as_str);
    for text in snippets.chain(above.filter(|line| !before.contains(line.trim_end()))) {
        tokens += estimate_tokens(text) + 1;
        if tokens > tokens_max / 4 {
            break;
        }
        related.push_str(text.trim_end());
        related.push('\n');
    }
    Around { related, before, after }
}

fn last_lines(text: &str, lines_max: usize, tokens_max: u32) -> &str {
    let mut tokens = 0;
    let kept: usize = text
        .split_inclusive('\n')
        .rev()
        .take(lines_max)
        .take_while(|line| {
            tokens += estimate_tokens(line);
            tokens <= tokens_max
        })
        .map(str::len)
        .sum();
    &text[text.len() - kept..]
}

fn first_lines(text: &str, lines_max: usize, tokens_max: u32) -> &str {
    let mut tokens = 0;
    let kept: usize = text
        .split_inclusive('\n')
        .take(lines_max)
        .take_while(|line| {
            tokens += estimate_tokens(line);
            tokens <= tokens_max
        })
        .map(str::len)
        .sum();
    &text[..kept]
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

/// The problems and the instruction.
fn task(ask: &EditAsk<'_>) -> String {
    let mut out = String::new();
    if !ask.problems.is_empty() {
        out.push_str("Problems in the code:\n");
        for problem in ask.problems {
            write_problem(&mut out, problem, ask.code);
        }
        out.push('\n');
    }
    let instruction = ask.instruction.trim();
    out.push_str(if instruction.is_empty() { FIX.trim_end() } else { instruction });
    out.push_str("\n\nAnswer with the whole changed code in one code block. 바뀐 코드 전체를 코드 블록 하나로 답하세요.");
    out
}

fn write_problem(out: &mut String, problem: &Problem<'_>, code: &str) {
    let severity = match problem.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Information => "information",
        Severity::Hint => "hint",
    };
    out.push_str(&format!("- line {}", problem.line));
    let line = problem.line.checked_sub(1).and_then(|index| code.lines().nth(index));
    if let Some(line) = line.map(str::trim).filter(|line| !line.is_empty()) {
        out.push_str(&format!(" (`{line}`)"));
    }
    let by: Vec<&str> = [problem.source, problem.code].into_iter().flatten().collect();
    let by = if by.is_empty() { String::new() } else { format!(" [{}]", by.join(" ")) };
    let message = problem.message.split_whitespace().collect::<Vec<_>>().join(" ");
    out.push_str(&format!(", {severity}{by}: {message}\n"));
}
