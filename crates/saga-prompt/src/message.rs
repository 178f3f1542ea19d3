//! The prompt for a commit message, and how a diff is cut to what fits into it.

mod diff;

use saga_domain::control::neutralise;
use saga_domain::{Message, ModelFacts, Prompt, Role, hangul};

use crate::edit::ContextOverflow;
use crate::fence::fence_around;
use crate::template::Template;
use crate::tokens::{Budget, estimate_tokens};

const SYSTEM: &str = include_str!("prompts/commit.system.txt");

/// Tokens of a subject and a body.
const ANSWER_TOKENS: u32 = 320;
/// With fewer tokens for the diff no message can say what it does.
const DIFF_TOKENS_MIN: u32 = 64;
/// Messages that are shown as examples.
const EXAMPLES_MAX: usize = 10;
/// Characters of each.
const EXAMPLE_CHARS_MAX: usize = 120;
/// Characters of what the user adds.
const INSTRUCTION_CHARS_MAX: usize = 400;
/// What the words of ours take.
const FIXED_WORDS_TOKENS: u32 = 120;

/// What a message prompt is made of.
#[derive(Clone, Copy, Debug)]
pub struct MessageAsk<'a> {
    /// The model it is for.
    pub facts: &'a ModelFacts,
    /// What was changed, as `git diff` says.
    pub diff: &'a str,
    /// Subjects of earlier messages, whose manner is followed.
    pub examples: &'a [String],
    /// The language to write in, `ko` or `en`; that of the examples when absent.
    pub language: Option<&'a str>,
    /// What the user adds, in any language; its beginning is taken.
    pub instruction: Option<&'a str>,
    /// What it may use.
    pub budget: Budget,
}

/// A message prompt and what goes with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MessagePrompt {
    /// To send.
    pub prompt: Prompt,
    /// Texts that end the answer.
    pub stop: Vec<String>,
    /// Tokens the answer may have.
    pub max_tokens: u32,
    /// Whether parts of the diff had no room.
    pub shortened: bool,
}

/// Writes the prompt. Every file keeps its header; long changes are cut, and the prompt says so.
///
/// # Errors
/// When the model has no room for a diff at all.
pub fn commit_message(ask: &MessageAsk<'_>) -> Result<MessagePrompt, ContextOverflow> {
    let usable = ask.budget.usable_tokens();
    let examples = examples(ask.examples);
    let task = task(ask, &examples);
    let fixed = estimate_tokens(SYSTEM) + estimate_tokens(&task) + FIXED_WORDS_TOKENS;
    let needed = fixed + ANSWER_TOKENS + DIFF_TOKENS_MIN;
    if needed > usable {
        return Err(ContextOverflow {
            needed_tokens: needed + (ask.budget.context_tokens - usable),
            context_tokens: ask.budget.context_tokens,
        });
    }
    let cut = diff::cut(ask.diff, usable - fixed - ANSWER_TOKENS);
    let fence = fence_around([cut.text.as_str()]);
    let user = format!("The change:\n{fence}diff\n{}\n{fence}\n\n{task}", cut.text.trim_end());
    let user = neutralise(&user);
    let rules = SYSTEM.trim_end();
    let (prompt, stop) = match Template::of(ask.facts.template) {
        Some(template) => {
            let mut out = String::new();
            template.write(&mut out, rules, &user);
            let stop = template.stop.iter().map(|&text| text.to_owned()).collect();
            (Prompt::Raw(out), stop)
        }
        None => {
            let messages = vec![
                Message { role: Role::System, content: rules.to_owned() },
                Message { role: Role::User, content: user.into_owned() },
            ];
            (Prompt::Chat(messages), Vec::new())
        }
    };
    Ok(MessagePrompt { prompt, stop, max_tokens: ANSWER_TOKENS, shortened: cut.is_cut })
}

fn examples(given: &[String]) -> Vec<String> {
    let subjects = given.iter().filter_map(|message| message.lines().next());
    let subjects = subjects.map(str::trim).filter(|subject| !subject.is_empty());
    let short = |subject: &str| subject.chars().take(EXAMPLE_CHARS_MAX).collect();
    subjects.take(EXAMPLES_MAX).map(short).collect()
}

fn task(ask: &MessageAsk<'_>, examples: &[String]) -> String {
    let mut out = String::new();
    if !examples.is_empty() {
        out.push_str("The last messages here, whose manner is to be followed:\n");
        for subject in examples {
            out.push_str(&format!("- {subject}\n"));
        }
        out.push('\n');
    }
    let in_korean = is_in_korean(ask.language, examples);
    out.push_str(if in_korean {
        "이 변경에 대한 커밋 메시지를 한국어로 작성하세요. 메시지만 답하세요."
    } else {
        "Write the commit message for this change in English. Answer with the message only."
    });
    let wish = ask.instruction.map(str::trim).filter(|wish| !wish.is_empty());
    if let Some(wish) = wish {
        // Last, where it is heeded most: it may ask for another language too.
        out.push_str(if in_korean {
            "\n다음 요청을 따르세요: "
        } else {
            "\nDo as asked here: "
        });
        out.extend(wish.chars().take(INSTRUCTION_CHARS_MAX));
    }
    out
}

fn is_in_korean(language: Option<&str>, examples: &[String]) -> bool {
    if let Some(language) = language.map(str::trim).filter(|language| !language.is_empty()) {
        return language.to_lowercase().starts_with("ko");
    }
    let korean = examples.iter().filter(|subject| subject.chars().any(hangul::is_hangul)).count();
    korean * 2 > examples.len()
}
