//! Reading what a model says in words: an explanation, or a message to be used as it is.

use saga_domain::control;

use crate::fence::SHORTEST;
use crate::prose::{is_prose, without_thoughts};

/// Words that name what follows, in lower case.
const LABELS: &[&str] = &[
    "commit message",
    "commit",
    "message",
    "subject",
    "title",
    "커밋 메시지",
    "커밋 메세지",
    "메시지",
    "제목",
];

/// Pairs that stand around a whole message.
const QUOTES: &[(char, char)] = &[('"', '"'), ('\'', '\''), ('`', '`'), ('“', '”'), ('‘', '’')];

/// The words of an answer, whole or so far: without thoughts, and up to a control token.
#[must_use]
pub fn read_words(answer: &str, finished: bool) -> String {
    let said = answer.replace("\r\n", "\n");
    let token = control::first_token(&said);
    let finished = finished || token.is_some();
    let until =
        token.unwrap_or_else(|| if finished { said.len() } else { control::undecided_from(&said) });
    let words = without_thoughts(&said[..until], finished).unwrap_or_default();
    let words = control::restore(words.trim_start());
    if finished { words.trim_end().to_owned() } else { words.into_owned() }
}

/// The message of an answer, without what a model says around it, its fence and its quotes.
///
/// While it streams, what may still turn out not to belong to it is held back; the message so far
/// is the beginning of the later one.
#[must_use]
pub fn read_message(answer: &str, finished: bool) -> String {
    let words = read_words(answer, finished);
    let mut lines: Vec<&str> = words.lines().collect();
    // The last line may go on, or close what was opened.
    if !finished {
        lines.pop();
    }
    let fence = lines.iter().position(|line| line.trim_start().starts_with(SHORTEST));
    let lines = match fence {
        Some(at) if lines[..at].iter().all(|line| is_talk(line)) => {
            let inside = &lines[at + 1..];
            let end = inside.iter().position(|line| line.trim_start().starts_with(SHORTEST));
            &inside[..end.unwrap_or(inside.len())]
        }
        _ => &lines[..],
    };
    let start = lines.iter().position(|line| !is_talk(line)).unwrap_or(lines.len());
    let mut lines = lines[start..].to_vec();
    let end = lines.iter().enumerate().skip(1).find(|(at, line)| ends_it(lines[at - 1], line));
    if let Some((end, _)) = end {
        lines.truncate(end);
    }
    let Some(first) = lines.first_mut() else { return String::new() };
    *first = without_label(first);
    let message = lines.join("\n");
    let message = message.trim();
    // A quote that opens it closes it only at its end.
    let may_be_quoted = QUOTES.iter().any(|(open, _)| message.starts_with(*open));
    match (finished, may_be_quoted) {
        (true, _) => unquoted(message).to_owned(),
        (false, true) => String::new(),
        (false, false) => message.to_owned(),
    }
}

/// Whether a line comes before a message: blank, or a sentence that announces it.
fn is_talk(line: &str) -> bool {
    let line = line.trim();
    line.is_empty()
        || (line.ends_with([':', '：']) && (is_prose(line) || is_label(line.trim_matches('*'))))
        || is_label(line.trim_matches(['*', '#', ' ']))
}

fn is_label(line: &str) -> bool {
    let line = line.trim_end_matches([':', '：', '*']).trim().to_lowercase();
    LABELS.contains(&line.as_str())
}

/// Whether a paragraph begins that talks about the message.
fn ends_it(before: &str, line: &str) -> bool {
    const ABOUT: &[&str] = &[
        "This commit message",
        "This message",
        "The commit message",
        "Note:",
        "Explanation",
        "이 커밋 메시지",
        "위 커밋 메시지",
        "이 메시지",
        "설명:",
    ];
    let line = line.trim_start_matches(['*', ' ']);
    before.trim().is_empty() && ABOUT.iter().any(|about| line.starts_with(about))
}

/// `Commit message: Fix it` is `Fix it`.
fn without_label(line: &str) -> &str {
    let line = line.trim();
    let line = line.strip_prefix("**").unwrap_or(line);
    match line.split_once([':', '：']) {
        Some((label, rest)) if is_label(label) && !rest.trim().is_empty() => {
            rest.trim_start_matches('*').trim()
        }
        _ => line,
    }
}

fn unquoted(message: &str) -> &str {
    for (open, close) in QUOTES {
        let inside = message.strip_prefix(*open).and_then(|rest| rest.strip_suffix(*close));
        if let Some(inside) = inside.filter(|inside| !inside.contains([*open, *close])) {
            return inside.trim();
        }
    }
    message
}
