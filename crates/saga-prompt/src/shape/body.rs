//! From what the model said to the text that begins at the cursor.

use std::borrow::Cow;

use saga_domain::hangul;

use super::around::{Around, column};
use super::{AnswerForm, StopReason};
use crate::prose::{is_prose, without_thoughts};

const FENCE: &str = "```";

/// What an answer so far holds for the cursor.
pub(super) enum Body<'a> {
    /// Too little was said to know.
    NotYet,
    /// Nothing in it can stand at the cursor.
    Misfit(StopReason),
    /// What begins at the cursor.
    Text {
        text: Cow<'a, str>,
        /// Bytes before the cursor that it replaces.
        replaces: usize,
        /// Whether the answer ended it itself.
        closed: bool,
    },
}

/// Finds it; `ended` when nothing more will be said.
pub(super) fn of_answer<'a>(around: &Around, said: &'a str, ended: bool) -> Body<'a> {
    match around.form {
        AnswerForm::Continues => continued(around, said, ended),
        AnswerForm::Says => quoted(around, said, ended),
    }
}

fn continued<'a>(around: &Around, said: &'a str, ended: bool) -> Body<'a> {
    let taken = around.taken_back.as_str();
    if let Some(text) = said.strip_prefix(taken) {
        return beginning(around, text, ended, 0);
    }
    if taken.starts_with(said) && !ended {
        return Body::NotYet;
    }
    let partial = taken.chars().next_back().filter(|c| hangul::is_hangul(*c));
    let rest = partial.and_then(|c| said.strip_prefix(&taken[..taken.len() - c.len_utf8()]));
    match (partial, rest) {
        (Some(partial), Some(rest)) if hangul::composes_into(partial, rest) => {
            Body::Text { text: Cow::Borrowed(rest), replaces: partial.len_utf8(), closed: false }
        }
        (Some(_), Some(rest))
            if !ended && rest.chars().all(hangul::is_hangul) && rest.chars().count() < 2 =>
        {
            Body::NotYet
        }
        _ => Body::Misfit(StopReason::NotContinued),
    }
}

/// Evens out how the answer begins: the blank that a tokenizer joins to a word must not stand
/// twice, and an answer that starts on a new line is moved up to the cursor's blank one.
fn beginning<'a>(around: &Around, text: &'a str, ended: bool, replaces: usize) -> Body<'a> {
    let body = |text: &'a str| Body::Text { text: Cow::Borrowed(text), replaces, closed: false };
    if !around.line_is_blank() {
        let has_blank = around.line.ends_with([' ', '\t']);
        return body(if has_blank { text.trim_start_matches([' ', '\t']) } else { text });
    }
    let first = text.trim_start();
    if first.is_empty() && !ended {
        return Body::NotYet;
    }
    let blanks = &text[..text.len() - first.len()];
    match blanks.rfind('\n') {
        Some(line_end) => match blanks[line_end + 1..].strip_prefix(&around.line) {
            Some(deeper) => body(&text[blanks.len() - deeper.len()..]),
            None if column(&blanks[line_end + 1..]) < column(&around.line) => {
                Body::Misfit(StopReason::ScopeEnd)
            }
            None => body(first),
        },
        // No file is indented by one more column than its own.
        None if blanks == " " && !around.line.is_empty() => body(first),
        None => body(text),
    }
}

/// For answers with words and a fence around the code.
fn quoted<'a>(around: &Around, said: &'a str, ended: bool) -> Body<'a> {
    let Some(said) = without_thoughts(said, ended) else { return Body::NotYet };
    let (code, closed) = match first_code(said, ended) {
        Some(found) => found,
        None if ended => return Body::Misfit(StopReason::Prose),
        None => return Body::NotYet,
    };
    let ended = ended || closed;
    let code = code.trim_start_matches('\n');
    let line = around.line.trim_start();
    let begins = code.trim_start();
    if !ended && (begins.is_empty() || line.starts_with(begins)) {
        return Body::NotYet;
    }
    let text = match begins.strip_prefix(line).filter(|_| !line.is_empty()) {
        Some(rest) => Cow::Borrowed(rest),
        None if around.line_is_blank() => at_column(code, &around.line),
        None => Cow::Borrowed(code),
    };
    Body::Text { text, replaces: 0, closed }
}

/// What stands inside the first fence, or from the first whole line on that is no sentence; and
/// whether a fence closes it.
fn first_code(said: &str, ended: bool) -> Option<(&str, bool)> {
    let mut at = 0;
    for line in said.split_inclusive('\n') {
        let is_whole = line.ends_with('\n') || ended;
        if line.starts_with(FENCE) {
            return is_whole.then(|| until_fence(&said[at + line.len()..]));
        }
        if is_whole && !line.trim().is_empty() && !is_prose(line) {
            return Some((&said[at..], false));
        }
        at += line.len();
    }
    None
}

fn until_fence(inside: &str) -> (&str, bool) {
    if inside.starts_with(FENCE) {
        return ("", true);
    }
    inside.find("\n```").map_or((inside, false), |end| (&inside[..end], true))
}

/// Code that a model wrote from the left edge, moved to the cursor's column.
fn at_column<'a>(code: &'a str, indentation: &str) -> Cow<'a, str> {
    let Some(below) = code.strip_prefix(indentation) else {
        let mut lines = code.lines();
        let mut out = lines.next().unwrap_or_default().trim_start().to_owned();
        for line in lines {
            out.push('\n');
            if !line.trim().is_empty() {
                out.push_str(indentation);
                out.push_str(line);
            }
        }
        if code.ends_with('\n') {
            out.push('\n');
        }
        return Cow::Owned(out);
    };
    Cow::Borrowed(below)
}
