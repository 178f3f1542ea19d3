//! How good an answer is. Every strategy's answers are judged alike.
//!
//! Judged is as much of an answer as the hole is long: its first line where the hole lies within
//! one, else as many lines as are missing. What an answer goes on to say is not held against it,
//! since every editor cuts answers in its own way.

use saga_domain::control;

use crate::hole::Kind;
use crate::prose::has_prose;
use crate::sample::Case;

/// What is said of one answer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Score {
    /// Whether it is what was missing, to the letter; blanks at its end do not count.
    pub(crate) exact: bool,
    /// 1 less the Levenshtein distance by characters to what was missing, as a share of the longer
    /// of both.
    pub(crate) similarity: f64,
    /// Whether the file with the answer in it has no syntax error; `None` where none is shown.
    pub(crate) valid: Option<bool>,
    /// What should never be shown, wherever in the answer.
    pub(crate) garbage: Option<Garbage>,
}

/// What should never be shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Garbage {
    /// A control token of a chat template.
    ControlToken,
    /// The fence of a code block.
    Fence,
    /// A sentence that is no comment.
    Prose,
}

impl Garbage {
    /// Its name in the result.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::ControlToken => "control token",
            Self::Fence => "fence",
            Self::Prose => "prose",
        }
    }
}

/// Judges the text that would be shown at the cursor; empty when nothing is.
pub(crate) fn score(case: &Case<'_>, answer: &str) -> Score {
    if answer.trim().is_empty() {
        return Score { exact: false, similarity: 0.0, valid: None, garbage: None };
    }
    let missing = case.missing();
    let judged = judged(case, answer);
    let exact = judged == missing.trim_end() || goes_on(case, judged);
    let similarity = if exact { 1.0 } else { similarity(judged, missing.trim_end()) };
    let inserted = if exact { missing } else { judged };
    Score {
        exact,
        similarity,
        valid: Some(is_valid(case, inserted)),
        garbage: garbage(case, answer),
    }
}

/// Whether the answer is what was missing and then writes what already follows on the line, or
/// closes the brackets of the call: an editor has that there and shows only the rest.
fn goes_on(case: &Case<'_>, judged: &str) -> bool {
    let kind = case.hole.kind;
    let after = judged.strip_prefix(case.missing());
    let repeats_rest = after.is_some_and(|after| after == case.rest_of_line().trim_end());
    let closes_call = after.is_some_and(|after| after.starts_with(')'));
    (kind.one_line() && repeats_rest) || (kind == Kind::Arguments && closes_call)
}

fn judged<'a>(case: &Case<'_>, answer: &'a str) -> &'a str {
    let lines = if case.hole.kind.one_line() { 1 } else { case.missing().lines().count() };
    let end = answer.match_indices('\n').nth(lines - 1).map_or(answer.len(), |(at, _)| at);
    answer[..end].trim_end()
}

fn similarity(one: &str, other: &str) -> f64 {
    let one: Vec<char> = one.chars().collect();
    let other: Vec<char> = other.chars().collect();
    let longer = one.len().max(other.len());
    let distance = u32::try_from(distance(&one, &other)).unwrap_or(u32::MAX);
    let longer = u32::try_from(longer.max(1)).unwrap_or(u32::MAX);
    1.0 - f64::from(distance) / f64::from(longer)
}

/// Levenshtein's, row by row.
fn distance(one: &[char], other: &[char]) -> usize {
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (line, c) in one.iter().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], line + 1);
        for (column, d) in other.iter().enumerate() {
            let replaced = diagonal + usize::from(c != d);
            diagonal = row[column + 1];
            row[column + 1] = replaced.min(diagonal + 1).min(row[column] + 1);
        }
    }
    row[other.len()]
}

fn is_valid(case: &Case<'_>, inserted: &str) -> bool {
    let merged = format!("{}{inserted}{}", case.prefix(), case.suffix());
    case.file.language.parse(&merged).is_some_and(|tree| !tree.root_node().has_error())
}

/// What the file itself holds somewhere is no garbage in it.
fn garbage(case: &Case<'_>, answer: &str) -> Option<Garbage> {
    let file = case.file.text.as_str();
    let has_token = control::first_token(answer).is_some() && control::first_token(file).is_none();
    let has_fence =
        ["```", "~~~"].iter().any(|fence| answer.contains(fence) && !file.contains(fence));
    if has_token {
        Some(Garbage::ControlToken)
    } else if has_fence {
        Some(Garbage::Fence)
    } else if !case.hole.kind.is_prose() && has_prose(case, answer) {
        Some(Garbage::Prose)
    } else {
        None
    }
}
