//! The prompts of other assistants, rebuilt from what is known of them, for the same model.
//!
//! All of them see as much of the file as our own prompts do and may answer as long. None has a
//! second try, and their answers are taken as they come, but for a fence around a chat's answer.

use saga_client::{Client, Failure, Piece, Purpose};
use saga_domain::{Message, Role};
use saga_protocol::openai::{
    ChatCompletionRequest, ChatMessage, CompletionRequest, Sampling, Stop, StreamOptions,
};

use crate::sample::Case;

const PREFIX_LINES_MAX: usize = 160;
const SUFFIX_LINES_MAX: usize = 40;
const ONE_LINE_TOKENS_MAX: u32 = 64;
const BLOCK_TOKENS_MAX: u32 = 192;

/// A layout of others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Peer {
    /// The text before the cursor and nothing else.
    RawPrefix,
    /// The most common tokens for holes, on a model that never learned them.
    FimTemplate,
    /// A chat with a few examples of a marked cursor before the question.
    FewShot,
    /// A chat that describes the hole.
    HoleByChat,
}

impl Peer {
    /// All, in the order of tables.
    pub(crate) const ALL: [Self; 4] =
        [Self::RawPrefix, Self::FimTemplate, Self::FewShot, Self::HoleByChat];

    /// Its name in settings and tables.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::RawPrefix => "raw-prefix",
            Self::FimTemplate => "fim-template",
            Self::FewShot => "few-shot",
            Self::HoleByChat => "hole-by-chat",
        }
    }

    /// What it would show at the cursor.
    pub(crate) async fn answer(
        self,
        client: &Client,
        model: Option<&str>,
        case: &Case<'_>,
    ) -> Result<String, Failure> {
        let prefix = last_lines(case.prefix(), PREFIX_LINES_MAX);
        let suffix = first_lines(case.suffix(), SUFFIX_LINES_MAX);
        let raw = match self {
            Self::RawPrefix => prefix.to_owned(),
            Self::FimTemplate => format!("<fim_prefix>{prefix}<fim_suffix>{suffix}<fim_middle>"),
            Self::FewShot => {
                let answer = chat(client, model, case, few_shot(prefix, suffix)).await?;
                return Ok(without_fence(&answer).to_owned());
            }
            Self::HoleByChat => {
                let answer = chat(client, model, case, hole_in_words(prefix, suffix)).await?;
                return Ok(without_fence(&answer).to_owned());
            }
        };
        let stop = if case.hole.kind.one_line() { vec!["\n".to_owned()] } else { Vec::new() };
        let request = CompletionRequest {
            model: model.map(str::to_owned),
            prompt: raw,
            suffix: None,
            sampling: sampling(case, stop),
            stream: true,
            stream_options: Some(StreamOptions { include_usage: true }),
            ..CompletionRequest::default()
        };
        read(client.completions(request, Purpose::default()).await?).await
    }
}

fn few_shot(prefix: &str, suffix: &str) -> Vec<Message> {
    let rules = "You complete code in an editor. The cursor is marked <CURSOR>. Answer with the \
                 text that belongs at the cursor and nothing else.";
    let examples = [
        ("def add(a, b):\n    return <CURSOR>\n", "a + b"),
        ("for (const item of items) {\n  <CURSOR>\n}\n", "console.log(item);"),
        ("let total: u32 = values.iter().<CURSOR>;\n", "sum()"),
    ];
    let mut messages = vec![says(Role::System, rules)];
    for (question, answer) in examples {
        messages.extend([says(Role::User, question), says(Role::Assistant, answer)]);
    }
    messages.push(says(Role::User, &format!("{prefix}<CURSOR>{suffix}")));
    messages
}

fn hole_in_words(prefix: &str, suffix: &str) -> Vec<Message> {
    let rules = "You fill holes in source files. You are given a file with the mark {{HOLE}}. \
                 Answer only with the code that replaces the mark: no explanation, and nothing of \
                 what stands before or after it.";
    vec![says(Role::System, rules), says(Role::User, &format!("{prefix}{{{{HOLE}}}}{suffix}"))]
}

fn says(role: Role, content: &str) -> Message {
    Message { role, content: content.to_owned() }
}

async fn chat(
    client: &Client,
    model: Option<&str>,
    case: &Case<'_>,
    messages: Vec<Message>,
) -> Result<String, Failure> {
    let messages =
        messages.into_iter().map(|message| ChatMessage::new(message.role.name(), message.content));
    let request = ChatCompletionRequest {
        model: model.map(str::to_owned),
        messages: messages.collect(),
        sampling: sampling(case, Vec::new()),
        stream: true,
        stream_options: Some(StreamOptions { include_usage: true }),
        ..ChatCompletionRequest::default()
    };
    read(client.chat_completions(request, Purpose::default()).await?).await
}

fn sampling(case: &Case<'_>, stop: Vec<String>) -> Sampling {
    let max_tokens = if case.hole.kind.one_line() { ONE_LINE_TOKENS_MAX } else { BLOCK_TOKENS_MAX };
    Sampling {
        max_tokens: Some(max_tokens),
        temperature: Some(0.0),
        stop: if stop.is_empty() { Stop::None } else { Stop::Many(stop) },
        ..Sampling::default()
    }
}

async fn read(mut answer: saga_client::Answer) -> Result<String, Failure> {
    let mut text = String::new();
    while let Some(piece) = answer.next().await {
        match piece? {
            Piece::Text(piece) => text.push_str(&piece),
            Piece::Done { .. } => break,
        }
    }
    Ok(text)
}

/// What stands in the first code block, where there is one.
fn without_fence(answer: &str) -> &str {
    let Some((_, block)) = answer.split_once("```") else { return answer };
    let Some((_, code)) = block.split_once('\n') else { return answer };
    code.split_once("\n```").map_or(code, |(code, _)| code)
}

fn last_lines(text: &str, count: usize) -> &str {
    let start = text.rmatch_indices('\n').nth(count).map_or(0, |(at, _)| at + 1);
    &text[start..]
}

fn first_lines(text: &str, count: usize) -> &str {
    let end = text.match_indices('\n').nth(count).map_or(text.len(), |(at, _)| at);
    &text[..end]
}
