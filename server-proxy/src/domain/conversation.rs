//! What the model is shown of a conversation, and what is kept of it.
//!
//! The order is append-only: system prompt, the digest of the oldest turns if there is one,
//! remembered turns as they were said, the new message. A model server reuses its KV cache for the
//! longest common beginning, so nothing before the new message may change from one turn to the next.
//! The beginning changes when a digest takes the place of the oldest turns, which is rare, and when
//! turns that no longer fit are left out, several at a time.
//!
//! Everything people and models said is untrusted: control tokens in it are neutralised here and
//! restored in the answer ([`crate::domain::guards`]).

use std::fmt::Write;

use saga_domain::{Calibration, Failure, FailureCode};
use saga_protocol::chat::{ChatContext, Digest, Session, Turn};
use saga_protocol::control;
use saga_protocol::openai::ChatMessage;

use crate::domain::ports::{ServedModel, SessionLimits, VersionedSession};
use crate::domain::prompts::Prompt;

/// How freely words are chosen when a request does not say: little, since code is about one right
/// answer. At the servers' own 0.8 a small model changes its language in the middle.
pub const TEMPERATURE: f32 = 0.2;

/// How far an estimate may lie below the truth, in percent of it.
const MARGIN_PERCENT: usize = 8;
/// The share of the context from which on a conversation is digested.
const DIGEST_FROM_PERCENT: usize = 75;
/// The share of the context that a digest may have.
const DIGEST_PERCENT: usize = 15;
/// Said before a digest, and after it in the model's place.
const DIGEST_INTRO: &str = "지금까지의 대화 요약 / Our conversation so far:\n\n";
const DIGEST_REPLY: &str = "네, 이어서 하겠습니다. / Understood, let us go on.";

/// Tokens a template puts around one message, rounded up.
const MESSAGE_TOKENS: usize = 8;
/// Turns left out at a time, so that the beginning stays the same for as many messages.
const LEFT_OUT_STEP: usize = 4;
/// Characters of a title.
const TITLE_CHARS_MAX: usize = 80;

impl SessionLimits {
    /// As the server runs.
    pub const STANDARD: Self = Self {
        turns_max: 200,
        session_bytes_max: 256 * 1024,
        sessions_max: 50,
        idle_ttl: std::time::Duration::from_secs(24 * 3600),
        age_max: std::time::Duration::from_secs(30 * 24 * 3600),
        right_time: std::time::Duration::from_secs(30),
    };

    /// Bytes a message may have with its code, so that a turn always fits with its answer.
    #[must_use]
    pub fn message_bytes_max(&self) -> usize {
        self.session_bytes_max / 2
    }
}

/// What is shown to the model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// In order, the system prompt first.
    pub messages: Vec<ChatMessage>,
    /// Oldest turns that did not fit.
    pub turns_left_out: usize,
    /// Turns that a digest stands for.
    pub turns_digested: usize,
}

/// Tokens that prompt and answer may have, and how they are counted.
#[derive(Clone, Copy, Debug)]
pub struct Room {
    /// Both together.
    pub context_tokens: usize,
    /// Kept free for the answer.
    pub answer_tokens: usize,
    /// How many tokens texts have on this model.
    pub counted: Calibration,
}

impl Room {
    /// For a model, with at most so many tokens for the answer, and a quarter of the context.
    #[must_use]
    pub fn of(model: &ServedModel, answer_tokens_max: u32, counted: Calibration) -> Self {
        let answer_tokens = answer_tokens_max.min(model.context_tokens / 4).max(1);
        Self {
            context_tokens: model.context_tokens as usize,
            answer_tokens: answer_tokens as usize,
            counted,
        }
    }

    fn prompt_tokens(&self) -> usize {
        self.context_tokens.saturating_sub(self.answer_tokens)
    }

    /// A server that counts more refuses, and fewer turns are shown.
    fn tokens(&self, message: &ChatMessage) -> usize {
        let estimated = self.counted.estimate(&message.content) as usize;
        (estimated * (100 + MARGIN_PERCENT)).div_ceil(100) + MESSAGE_TOKENS
    }

    fn tokens_of(&self, messages: &[ChatMessage]) -> usize {
        messages.iter().map(|message| self.tokens(message)).sum()
    }
}

/// The messages for a new message of a conversation; the oldest turns are left out as far as they
/// do not fit, and `leave_out_at_least` of them in any case.
///
/// # Errors
/// `context_overflow`, with both numbers, when the message does not fit even alone.
pub fn shown(
    prompt: &Prompt,
    history: &Session,
    text: &str,
    context: &[ChatContext],
    room: Room,
    leave_out_at_least: usize,
) -> Result<Shown, Failure> {
    let system = message("system", &prompt.text);
    let question = message("user", &user_text(text, context));
    let alone = room.tokens(&system) + room.tokens(&question);
    check_fits(alone, room.prompt_tokens())?;

    let (digest, turns_digested) = digested(history);
    let digest = digest.filter(|digest| alone + room.tokens_of(digest) <= room.prompt_tokens());
    let pairs: Vec<[ChatMessage; 2]> = history.log[turns_digested..].iter().map(pair).collect();
    let mut used = alone + digest.as_ref().map_or(0, |digest| room.tokens_of(digest));
    let fitting = pairs
        .iter()
        .rev()
        .take_while(|pair| {
            used += room.tokens_of(*pair);
            used <= room.prompt_tokens()
        })
        .count();
    let turns_left_out =
        in_steps(pairs.len() - fitting, pairs.len()).max(leave_out_at_least).min(pairs.len());
    let kept = pairs.into_iter().skip(turns_left_out).flatten();
    let digest = digest.into_iter().flatten();
    let messages = std::iter::once(system).chain(digest).chain(kept).chain([question]).collect();
    Ok(Shown { messages, turns_left_out, turns_digested })
}

/// What is asked for a digest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DigestAsk {
    /// The beginning of the conversation as it is always shown, so that the model server has read
    /// it already, and the wish.
    pub messages: Vec<ChatMessage>,
    /// Tokens that the digest may have.
    pub tokens_max: u32,
    /// The digest, without its words.
    pub digest: Digest,
}

/// What to ask for the next digest of a conversation; `None` while it is short enough.
#[must_use]
pub fn digest_ask(
    prompt: &Prompt,
    wish: &Prompt,
    known: &VersionedSession,
    room: Room,
) -> Option<DigestAsk> {
    let history = &known.session;
    let system = message("system", &prompt.text);
    let (before, turns_digested) = digested(history);
    let turns = &history.log[turns_digested..];
    let pairs: Vec<[ChatMessage; 2]> = turns.iter().map(pair).collect();
    let tokens: Vec<usize> = pairs.iter().map(|pair| room.tokens_of(pair)).collect();
    let begin: Vec<ChatMessage> =
        std::iter::once(system).chain(before.into_iter().flatten()).collect();
    let used = room.tokens_of(&begin) + tokens.iter().sum::<usize>();
    if used * 100 < room.context_tokens * DIGEST_FROM_PERCENT {
        return None;
    }
    let tokens_max = (room.context_tokens * DIGEST_PERCENT / 100).max(1);
    let wish = message("user", &wish.text);
    let fits = room.context_tokens.saturating_sub(tokens_max + room.tokens(&wish));
    let mut read = room.tokens_of(&begin);
    let mut older = 0;
    // The older half, as far as it can be read with its digest; the last turn always stays.
    while older + 1 < pairs.len() && read + tokens[older] <= fits && read * 2 < used {
        read += tokens[older];
        older += 1;
    }
    let last = turns[..older].last()?;
    let epoch = known.epoch + 1;
    let digest = Digest { epoch, until: last.request_id.clone(), text: String::new() };
    let messages =
        begin.into_iter().chain(pairs.into_iter().take(older).flatten()).chain([wish]).collect();
    let tokens_max = u32::try_from(tokens_max).unwrap_or(u32::MAX);
    Some(DigestAsk { messages, tokens_max, digest })
}

/// The digest as it is shown, and how many turns of the log it stands for.
fn digested(history: &Session) -> (Option<[ChatMessage; 2]>, usize) {
    let Some(digest) = &history.digest else {
        return (None, 0);
    };
    // Turns that are no longer kept were older than its last one.
    let last = history.log.iter().position(|turn| turn.request_id == digest.until);
    let told = message("user", &format!("{DIGEST_INTRO}{}", digest.text));
    (Some([told, message("assistant", DIGEST_REPLY)]), last.map_or(0, |last| last + 1))
}

fn pair(turn: &Turn) -> [ChatMessage; 2] {
    let asked = message("user", &user_text(&turn.user, &turn.context));
    [asked, message("assistant", &turn.assistant)]
}

/// The messages for one request that belongs to no conversation.
///
/// # Errors
/// `context_overflow`, with both numbers, when it does not fit.
pub fn single(
    prompt: &Prompt,
    input: &str,
    code: &str,
    language: &str,
    room: Room,
) -> Result<Vec<ChatMessage>, Failure> {
    let system = message("system", &prompt.text);
    let mut text = String::new();
    if !code.is_empty() {
        fenced(&mut text, code, language);
    }
    text.push_str(input);
    let question = message("user", &text);
    check_fits(room.tokens(&system) + room.tokens(&question), room.prompt_tokens())?;
    Ok(vec![system, question])
}

/// What a conversation is called in a list: the beginning of its first message.
#[must_use]
pub fn title(first_message: &str) -> String {
    let line = first_message.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or("");
    match line.char_indices().nth(TITLE_CHARS_MAX) {
        None => line.to_owned(),
        Some((end, _)) => format!("{}…", line[..end].trim_end()),
    }
}

/// More than necessary are left out, in whole steps, as long as the latest ones stay.
fn in_steps(least: usize, all: usize) -> usize {
    least.next_multiple_of(LEFT_OUT_STEP).min(all.saturating_sub(LEFT_OUT_STEP)).max(least)
}

fn check_fits(prompt_tokens: usize, room_tokens: usize) -> Result<(), Failure> {
    if prompt_tokens <= room_tokens {
        return Ok(());
    }
    let message = format!(
        "the message has about {prompt_tokens} tokens with its code, and the model takes \
         {room_tokens} beside its answer; send less code"
    );
    Err(Failure::new(FailureCode::ContextOverflow, message))
}

fn message(role: &str, untrusted: &str) -> ChatMessage {
    ChatMessage::new(role, control::neutralise(untrusted))
}

/// The code first, the words last: what follows it is then the next turn.
fn user_text(text: &str, context: &[ChatContext]) -> String {
    let mut out = String::new();
    for block in context {
        let path = one_line(&block.path);
        // Writing into a String cannot fail.
        let _ = match (block.start_line, block.end_line) {
            (Some(from), Some(to)) => writeln!(out, "`{path}`, lines {from} to {to}:"),
            (Some(from), None) => writeln!(out, "`{path}`, from line {from}:"),
            _ => writeln!(out, "`{path}`:"),
        };
        fenced(&mut out, &block.text, &block.language);
    }
    out.push_str(text);
    out
}

/// The fence is longer than any in the code, so that code cannot end its own block.
fn fenced(out: &mut String, code: &str, language: &str) {
    let longest = code.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest.max(2) + 1);
    let language: String =
        language.chars().filter(|c| c.is_ascii_alphanumeric() || "+#-_.".contains(*c)).collect();
    let end = if code.ends_with('\n') { "" } else { "\n" };
    let _ = write!(out, "{fence}{language}\n{code}{end}{fence}\n\n");
}

fn one_line(path: &str) -> String {
    path.chars().map(|c| if c.is_control() || c == '`' { ' ' } else { c }).collect()
}

#[cfg(test)]
mod tests;
