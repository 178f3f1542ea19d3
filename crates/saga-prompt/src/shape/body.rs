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
    let code = match after_repeated(around, code.trim_start_matches('\n'), ended) {
        Some(code) => code,
        None if ended => return Body::Misfit(StopReason::Repetition),
        None => return Body::NotYet,
    };
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

/// Chat models like to write again what stands above the cursor: the part after it, or none while
/// its end was not reached.
fn after_repeated<'a>(around: &Around, code: &'a str, ended: bool) -> Option<&'a str> {
    let (first, has_more) = code.split_once('\n').map_or((code, false), |(line, _)| (line, true));
    let first = first.trim();
    let (is_whole, line) = (has_more || ended, around.line.trim());
    let repeats = |above: &String| if is_whole { above == first } else { above.starts_with(first) };
    let is_own_line = !line.is_empty() && first.starts_with(line);
    if is_own_line || !around.above.iter().any(repeats) {
        return Some(code);
    }
    let nearest = around.above.first()?;
    let mut at = 0;
    for written in code.split_inclusive('\n') {
        at += written.len();
        let next = code[at..].trim_start();
        let is_decided = written.ends_with('\n') && (ended || next.len() >= line.len());
        if is_decided && written.trim() == nearest && next.starts_with(line) {
            return Some(code[at..].trim_start_matches('\n'));
        }
    }
    None
}

/// Code that a model wrote at another column, moved to the cursor's.
fn at_column<'a>(code: &'a str, indentation: &str) -> Cow<'a, str> {
    if let Some(in_place) = code.strip_prefix(indentation) {
        return Cow::Borrowed(in_place);
    }
    let own = &code[..code.len() - code.trim_start_matches([' ', '\t']).len()];
    let mut out = String::with_capacity(code.len());
    for (number, line) in code.split('\n').enumerate() {
        let moved = line.strip_prefix(own).unwrap_or(line.trim_start());
        if number > 0 {
            out.push('\n');
            if !moved.is_empty() {
                out.push_str(indentation);
            }
        }
        out.push_str(moved);
    }
    Cow::Owned(out)
}
