//! Code that is less than what was asked about, and would delete the rest of it in its place.

use super::lines::{
    defined, holds_name, indentation, is_blank, is_comment, is_telling, leads_definition, same,
};

/// A piece this short is replaced by anything.
const LINES_MIN: usize = 3;

/// Whether the answer gives a piece of the code only: comments in place of code, or a part of a
/// definition without the definition.
pub(super) fn is_one(code: &str, asked: &str) -> bool {
    let has_code = |text: &str| text.lines().any(|line| !is_blank(line) && !is_comment(line));
    if has_code(asked) && !has_code(code) && !code.contains("\"\"\"") {
        return true;
    }
    if is_inner_part(code, asked) || keeps_conflict(code, asked) {
        return true;
    }
    lacks_definition(code, asked) && has_lines(asked) && {
        let known = inner_definitions(asked);
        let given = top_definitions(code);
        // A class may become the functions that it held; all of them.
        given.iter().all(|name| known.contains(name)) && given.len() < known.len().max(1)
    }
}

/// Whether some marks of a conflict that was asked about are left, and not all.
fn keeps_conflict(code: &str, asked: &str) -> bool {
    let has = |text: &str, mark: &str| text.lines().any(|line| line.starts_with(mark));
    let marks = ["<<<<<<<", "=======", ">>>>>>>"];
    let kept = marks.iter().filter(|mark| has(code, mark)).count();
    (1..marks.len()).contains(&kept) && marks.iter().all(|mark| has(asked, mark))
}

/// Whether every line is one of a definition's, and the definition's own line is not among them.
fn is_inner_part(code: &str, asked: &str) -> bool {
    let Some(first) = asked.lines().find(|line| !leads_definition(line)) else { return false };
    let is_known = |line: &str| asked.lines().any(|other| same(other, line));
    let mut lines = code.lines().filter(|line| !is_blank(line));
    defined(first).is_some() && lines.all(|line| is_known(line) && !same(line, first))
}

/// Whether what the asked code defines is not even named.
pub(super) fn lacks_definition(code: &str, asked: &str) -> bool {
    let first = asked.lines().find(|line| !leads_definition(line));
    let name = first.and_then(defined);
    name.is_some_and(|name| !holds_name(code, name))
}

/// Whether definitions of the asked code are missing.
pub(super) fn leaves_definitions_out(code: &str, asked: &str) -> bool {
    asked.lines().filter_map(defined).any(|name| !holds_name(code, name))
        || code.lines().count() * 2 < asked.lines().count()
}

/// Whether `text` is some lines of the asked code, not all, and says where.
pub(super) fn is_part(text: &str, asked: &str) -> bool {
    let text = text.trim_matches('\n');
    let telling = |text: &str| text.lines().filter(|line| is_telling(line)).count();
    text.lines().any(is_telling) && telling(text) < telling(asked)
}

fn has_lines(asked: &str) -> bool {
    asked.lines().filter(|line| !is_blank(line)).count() >= LINES_MIN
}

fn top_definitions(code: &str) -> Vec<&str> {
    let first = code.lines().find(|line| !leads_definition(line)).unwrap_or_default();
    let column = indentation(first).len();
    let top = code.lines().filter(|line| indentation(line).len() <= column);
    top.filter_map(defined).collect()
}

fn inner_definitions(asked: &str) -> Vec<&str> {
    asked.lines().filter_map(defined).skip(1).collect()
}
