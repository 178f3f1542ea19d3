//! Fitting the answer so far: from what the model said to what can stand at the cursor.

use std::borrow::Cow;

use saga_domain::control;

use super::around::Around;
use super::body::{self, Body};
use super::{DropReason, Shaped, StopReason, indent, lines, sentences};

/// Fits `raw`, of which no more will come when it is `finished`.
pub(super) fn fit(around: &Around, raw: &str, finished: bool) -> Shaped {
    let token = control::first_token(raw);
    let ended = finished || token.is_some();
    let said = &raw[..token.unwrap_or_else(|| shown_until(raw, finished))];
    let (text, stop, replace_back_bytes) = match body::of_answer(around, said, ended) {
        Body::NotYet => (String::new(), None, 0),
        Body::Misfit(reason) => (String::new(), Some(reason), 0),
        Body::Text { text, replaces, closed } => {
            let (text, stop) = fit_text(around, text, ended || closed);
            (text, stop.or(closed.then_some(StopReason::Fence)), replaces)
        }
    };
    let stop = stop.or(token.map(|_| StopReason::ControlToken));
    let tidied = tidy(around, &text);
    let is_there = tidied.is_none() && !text.trim().is_empty() && (ended || stop.is_some());
    let text = tidied.unwrap_or_default();
    let replace_back_bytes = if text.is_empty() { 0 } else { replace_back_bytes };
    let drop = is_there.then_some(DropReason::AlreadyThere);
    Shaped { text, replace_back_bytes, stop, drop }
}

fn fit_text(around: &Around, text: Cow<'_, str>, ended: bool) -> (String, Option<StopReason>) {
    if !around.talks {
        return lines::fit(around, &indent::as_the_file(around, text), ended);
    }
    match sentences::repeated(&text, ended) {
        None => lines::fit(around, &text, ended),
        Some(second) => {
            let (text, stop) = lines::fit(around, text[..second].trim_end(), true);
            (text, stop.or(Some(StopReason::Repetition)))
        }
    }
}

/// The start of what may become a control token is not shown.
fn shown_until(raw: &str, finished: bool) -> usize {
    if finished { raw.len() } else { control::undecided_from(raw) }
}

/// Takes away what nobody wants to accept: blanks at line ends, and a text that the file already
/// has right after the cursor, of which nothing is left.
fn tidy(around: &Around, text: &str) -> Option<String> {
    let lines: Vec<&str> = text.trim_end().split('\n').map(str::trim_end).collect();
    let mut tidied = control::restore(&lines.join("\n")).into_owned();
    let said = tidied.trim();
    if said.is_empty() || around.suffix.trim_start().starts_with(said) {
        return None;
    }
    let rest = around.rest.as_str();
    let line_ended = text[text.trim_end().len()..].contains('\n');
    if text.ends_with(' ') && rest.starts_with(|c: char| c.is_alphanumeric() || c == '_') {
        // A blank before a word that stands there already is not at the line's end.
        tidied.push(' ');
    } else if line_ended && tidied.contains('\n') && rest.starts_with([')', ']', '}']) {
        // The bracket after the cursor closes several lines, from a line of its own.
        tidied.push('\n');
        tidied.push_str(&around.line[..around.line.len() - around.line.trim_start().len()]);
    }
    Some(tidied)
}
