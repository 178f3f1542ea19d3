//! Taking nothing but the comments from an answer: the code keeps every byte, whatever a model made
//! of it.

use std::ops::Range;

use saga_domain::TextEdit;

use super::lines::{self, Line};
use crate::snapshot::Snapshot;

/// Pairs of lines that are compared; more take too long.
const COMPARED_MAX: usize = 4_000_000;

/// What is left of an edit when only its comments are taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CommentsOnly {
    /// The edit with the document's own code.
    Taken {
        /// It.
        edit: TextEdit,
        /// Whether the answer's code was another one.
        code_differed: bool,
    },
    /// There are no other comments in it than there were.
    Unchanged,
    /// It cannot be told what is comment and what is code, or the two cannot be brought together.
    Unclear,
}

/// The edit with nothing changed but comments, and strings that document where a language has them.
#[must_use]
pub fn only_comments(document: &Snapshot, edit: &TextEdit) -> CommentsOnly {
    merged(document, edit).unwrap_or(CommentsOnly::Unclear)
}

fn merged(document: &Snapshot, edit: &TextEdit) -> Option<CommentsOnly> {
    let own = lines::of(document, edit.span.range())?;
    let start = edit.span.start.0;
    let of_edit = |edit: &TextEdit| {
        let after = document.with_edit(edit).ok()?;
        lines::of(&after, start..start + edit.text.len())
    };
    let other = of_edit(edit)?;
    let code_differed = code(&own) != code(&other);
    let lines = bring_together(&own, &other)?;
    let text = lines.join(document.eol());
    let result = TextEdit { span: edit.span, text };
    if result.text == document.text(edit.span) {
        return Some(CommentsOnly::Unchanged);
    }
    // What was put together is read once more: half of a comment may have been taken.
    let is_same_code = code(&of_edit(&result)?) == code(&own);
    is_same_code.then_some(CommentsOnly::Taken { edit: result, code_differed })
}

fn code(lines: &[Line]) -> Vec<&str> {
    lines.iter().filter(|line| line.has_code()).map(|line| line.code.as_str()).collect()
}

/// The document's own lines with the comments of the others.
fn bring_together(own: &[Line], other: &[Line]) -> Option<Vec<String>> {
    let mut out = Vec::new();
    let (mut at, mut other_at) = (0, 0);
    for (index, other_index) in pairs(own, other)? {
        write_gap(&mut out, &own[at..index], &other[other_at..other_index]);
        out.push(line_of(&own[index], &other[other_index]));
        (at, other_at) = (index + 1, other_index + 1);
    }
    write_gap(&mut out, &own[at..], &other[other_at..]);
    Some(out)
}

/// A line of the document's own code, with the other's comment where that has one.
fn line_of(own: &Line, other: &Line) -> String {
    let is_same = own.code == other.code;
    if is_same && other.has_comment { other.text.clone() } else { own.text.clone() }
}

/// What stands between two lines that both have. Where both have as many lines of code in between,
/// these are the same ones, changed.
fn write_gap(out: &mut Vec<String>, own: &[Line], other: &[Line]) {
    let places = |lines: &[Line]| -> Vec<usize> {
        (0..lines.len()).filter(|at| lines[*at].has_code()).collect()
    };
    let (own_code, other_code) = (places(own), places(other));
    if own_code.is_empty() {
        let other_end = other_code.first().copied().unwrap_or(other.len());
        return write_comments(out, own, &other[..other_end]);
    }
    if own_code.len() != other_code.len() {
        out.extend(own.iter().map(|line| line.text.clone()));
        return;
    }
    let (mut at, mut other_at) = (0, 0);
    for (index, other_index) in own_code.into_iter().zip(other_code) {
        write_comments(out, &own[at..index], &other[other_at..other_index]);
        out.push(line_of(&own[index], &other[other_index]));
        (at, other_at) = (index + 1, other_index + 1);
    }
    write_comments(out, &own[at..], &other[other_at..]);
}

/// Comments and blank lines between two lines of code: the other's comments between the
/// document's own blank lines.
fn write_comments(out: &mut Vec<String>, own: &[Line], other: &[Line]) {
    let text = |lines: &[Line]| lines.iter().map(|line| line.text.clone()).collect::<Vec<_>>();
    let inner = without_blank(other);
    if inner.is_empty() {
        out.extend(text(own));
        return;
    }
    let own_inner = without_blank(own);
    let lead = if own.is_empty() { 0..inner.start } else { 0..own_inner.start };
    let tail = if own_inner.is_empty() { inner.end..other.len() } else { own_inner.end..own.len() };
    out.extend(text(if own.is_empty() { &other[lead] } else { &own[lead] }));
    out.extend(text(&other[inner]));
    out.extend(text(if own_inner.is_empty() { &other[tail] } else { &own[tail] }));
}

/// Where the first line that is not blank begins, up to the last one; empty and at the end of the
/// lines when all are blank.
fn without_blank(lines: &[Line]) -> Range<usize> {
    let start = lines.iter().position(|line| !line.is_blank()).unwrap_or(lines.len());
    let end = lines.iter().rposition(|line| !line.is_blank()).map_or(start, |last| last + 1);
    start..end
}

/// Lines of the same code, by the longest common sequence of them.
fn pairs(own: &[Line], other: &[Line]) -> Option<Vec<(usize, usize)>> {
    if own.len() * other.len() > COMPARED_MAX {
        return None;
    }
    let width = other.len() + 1;
    let is_pair =
        |at: usize, other_at: usize| own[at].has_code() && own[at].code == other[other_at].code;
    let mut longest = vec![0_u32; (own.len() + 1) * width];
    for at in (0..own.len()).rev() {
        for other_at in (0..other.len()).rev() {
            let skipped =
                longest[(at + 1) * width + other_at].max(longest[at * width + other_at + 1]);
            let paired = longest[(at + 1) * width + other_at + 1] + 1;
            longest[at * width + other_at] =
                if is_pair(at, other_at) { paired.max(skipped) } else { skipped };
        }
    }
    let mut pairs = Vec::new();
    let (mut at, mut other_at) = (0, 0);
    while at < own.len() && other_at < other.len() {
        let here = longest[at * width + other_at];
        let paired = longest[(at + 1) * width + other_at + 1] + 1;
        if is_pair(at, other_at) && here == paired {
            pairs.push((at, other_at));
            (at, other_at) = (at + 1, other_at + 1);
        } else if here == longest[(at + 1) * width + other_at] {
            at += 1;
        } else {
            other_at += 1;
        }
    }
    Some(pairs)
}
