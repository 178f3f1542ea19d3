//! Answers that say what to change instead of giving the changed code: unified diffs, and pairs of
//! searched and replacing lines. Applied where each old part stands exactly once; never in part.

use std::ops::Range;

use super::AskedCode;
use super::blocks::Block;

/// Lines to find and the lines that take their place.
#[derive(Debug, Default)]
pub(super) struct Change {
    pub(super) old: Vec<String>,
    pub(super) new: Vec<String>,
}

/// Whether a block is a unified diff. One that was asked about is code.
pub(super) fn is_diff(block: &Block, asked: &str) -> bool {
    let is_tagged = matches!(block.tag.as_str(), "diff" | "patch");
    looks_like_diff(&block.code, is_tagged) && !looks_like_diff(asked, is_tagged)
}

fn looks_like_diff(code: &str, is_tagged: bool) -> bool {
    let is_hunk_head = |line: &str| line.starts_with("@@ ") || line.trim_end() == "@@";
    let mut signs = (false, false);
    let mut all = true;
    for line in code.lines().filter(|line| !line.trim().is_empty()) {
        if is_hunk_head(line) {
            return true;
        }
        let is_head = line.starts_with("--- ") || line.starts_with("+++ ");
        signs.0 |= line.starts_with('+') && !is_head;
        signs.1 |= line.starts_with('-') && !is_head;
        all &= is_head || line.starts_with(['+', '-', ' ']);
    }
    all && if is_tagged { signs.0 || signs.1 } else { signs.0 && signs.1 }
}

/// The hunks of a diff.
pub(super) fn hunks(diff: &str) -> Vec<Change> {
    let mut hunks = vec![Change::default()];
    for line in diff.lines() {
        if line.starts_with("@@") {
            hunks.push(Change::default());
            continue;
        }
        let is_head = ["--- ", "+++ ", "diff --git ", "index ", "\\ No newline", "*** "]
            .iter()
            .any(|head| line.starts_with(head));
        let Some(hunk) = hunks.last_mut().filter(|_| !is_head) else { continue };
        if let Some(line) = line.strip_prefix('+') {
            hunk.new.push(line.to_owned());
        } else if let Some(line) = line.strip_prefix('-') {
            hunk.old.push(line.to_owned());
        } else {
            // Some models write what stays without the blank before it.
            let line = line.strip_prefix(' ').unwrap_or(line);
            hunk.old.push(line.to_owned());
            hunk.new.push(line.to_owned());
        }
    }
    for hunk in &mut hunks {
        // Blank lines at its ends are the answer's.
        while is_blank_end(hunk.old.last(), hunk.new.last()) {
            hunk.old.pop();
            hunk.new.pop();
        }
        while is_blank_end(hunk.old.first(), hunk.new.first()) {
            hunk.old.remove(0);
            hunk.new.remove(0);
        }
    }
    hunks.retain(|hunk| !hunk.old.is_empty() || !hunk.new.is_empty());
    hunks
}

fn is_blank_end(old: Option<&String>, new: Option<&String>) -> bool {
    matches!((old, new), (Some(old), Some(new)) if old.trim().is_empty() && new.trim().is_empty())
}

/// The pairs of an answer in search-and-replace blocks; none when it has no such block, or when the
/// code that was asked about holds such lines itself.
pub(super) fn pairs(said: &str, asked: &str) -> Option<Vec<Change>> {
    let mark = |line: &str, sign: char| {
        let rest = line.trim().trim_start_matches(sign);
        let length = line.trim().len() - rest.len();
        (5..=9).contains(&length) && (rest.is_empty() || rest.starts_with(' '))
    };
    let has_marks =
        |text: &str| ['<', '>'].iter().all(|sign| text.lines().any(|line| mark(line, *sign)));
    if !has_marks(said) || has_marks(asked) {
        return None;
    }
    let mut pairs = Vec::new();
    let mut open: Option<Change> = None;
    let mut is_new = false;
    for line in said.lines() {
        if mark(line, '<') {
            open = Some(Change::default());
            is_new = false;
        } else if open.is_some() && mark(line, '=') {
            is_new = true;
        } else if mark(line, '>') {
            pairs.extend(open.take());
        } else if let Some(pair) = &mut open {
            let side = if is_new { &mut pair.new } else { &mut pair.old };
            side.push(line.to_owned());
        }
    }
    Some(pairs)
}

/// The code that was asked about with every change made; none unless each old part stands exactly
/// once in the document around, and all that changes is in that code.
pub(super) fn apply(changes: &[Change], asked: &AskedCode<'_>) -> Option<String> {
    let document = Document::of(asked);
    let mut edits = Vec::new();
    for change in changes {
        edits.push(document.edit(change)?);
    }
    edits.sort_by_key(|(range, _)| range.start);
    let mut out = String::new();
    let mut copied = document.inside.start;
    for (range, new) in &edits {
        if range.start < copied || range.end > document.inside.end {
            return None;
        }
        out.push_str(&document.text[copied..range.start]);
        out.push_str(new);
        copied = range.end;
    }
    out.push_str(&document.text[copied..document.inside.end]);
    (!edits.is_empty()).then_some(out)
}

/// What was asked about with what stands around it.
struct Document {
    text: String,
    /// The whole lines that may change.
    inside: Range<usize>,
    line_starts: Vec<usize>,
}

impl Document {
    fn of(asked: &AskedCode<'_>) -> Self {
        let AskedCode { before, code, after, .. } = *asked;
        let text = format!("{before}{code}{after}");
        let line = before.rfind('\n').map_or(0, |end| end + 1);
        let start = if before[line..].trim().is_empty() { line } else { before.len() };
        let mut end = before.len() + code.len();
        if !code.ends_with('\n') && text[end..].starts_with('\n') {
            end += 1;
        }
        let mut line_starts = vec![0];
        line_starts.extend(text.match_indices('\n').map(|(at, _)| at + 1));
        Self { text, inside: start..end, line_starts }
    }

    fn line(&self, index: usize) -> &str {
        let end = self.line_starts.get(index + 1).map_or(self.text.len(), |next| next - 1);
        self.text[self.line_starts[index]..end].trim_end()
    }

    /// The lines that change and what takes their place, when the old part stands exactly once.
    fn edit(&self, change: &Change) -> Option<(Range<usize>, String)> {
        let Change { old, new } = change;
        let first = old.iter().position(|line| !line.trim().is_empty())?;
        // Models give pieces at the left edge: all lines are then moved by the same blanks.
        let moved = |at: usize| self.line(at + first).strip_suffix(old[first].trim_end());
        let fits = |at: &usize| {
            let Some(blanks) = moved(*at).filter(|blanks| blanks.trim().is_empty()) else {
                return false;
            };
            old.iter().enumerate().all(|(index, old)| {
                let line = self.line(at + index);
                let old = old.trim_end();
                line == old && old.is_empty() || line.strip_prefix(blanks) == Some(old)
            })
        };
        let last = (self.line_starts.len() + 1).checked_sub(old.len())?;
        let mut places = (0..last).filter(fits);
        let (at, None) = (places.next()?, places.next()) else { return None };
        let blanks = moved(at)?;
        // The lines that stay at both ends may be the neighbours.
        let lead = old.iter().zip(new).take_while(|(a, b)| a == b).count();
        let left = old.len().min(new.len()) - lead;
        let tail = old.iter().rev().zip(new.iter().rev()).take_while(|(a, b)| a == b).count();
        let tail = tail.min(left);
        let mut text = String::new();
        for line in &new[lead..new.len() - tail] {
            if !line.trim().is_empty() {
                text.push_str(blanks);
                text.push_str(line);
            }
            text.push('\n');
        }
        let start_of = |line: usize| self.line_starts.get(line).copied().unwrap_or(self.text.len());
        Some((start_of(at + lead)..start_of(at + old.len() - tail), text))
    }
}
