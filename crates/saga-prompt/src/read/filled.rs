//! Putting back what a model left out, where the lines on both sides of its marker say which lines
//! of the code that was asked about those are.

use super::elided::is_marker;
use super::lines::is_blank;

/// An answer without its markers.
pub(super) enum Filled {
    /// It had none.
    Whole,
    /// What they stood for is there again.
    Again(String),
    /// What they stand for cannot be told.
    Unknown,
}

/// `code` is laid out as `asked` is. A marker is filled only where the line before it and the line
/// after it stand exactly once in both, byte for byte; a marker at an end begins or ends with the
/// code that was asked about.
pub(super) fn fill(code: &str, asked: &str) -> Filled {
    let lines: Vec<&str> = code.lines().collect();
    if !lines.iter().any(|line| is_marker(line, asked)) {
        return Filled::Whole;
    }
    if lines.iter().all(|line| is_blank(line) || is_marker(line, asked)) {
        return Filled::Unknown;
    }
    let known: Vec<&str> = asked.lines().collect();
    let mut out: Vec<&str> = Vec::new();
    // Where in the known lines what was written so far may end.
    let mut reached = 0;
    let mut has_filled = false;
    for (at, line) in lines.iter().enumerate() {
        if !is_marker(line, asked) {
            // The blank lines at both sides come back with what was left out.
            if !(has_filled && is_blank(line)) {
                has_filled = false;
                out.push(line);
            }
            continue;
        }
        let is_inside = |side: &Side<'_>| matches!(side, Side::Line(_));
        let (above, below) =
            (neighbour(lines[..at].iter().rev(), asked), neighbour(lines[at + 1..].iter(), asked));
        let is_between = is_inside(&above) && is_inside(&below);
        let start = match above {
            Side::End => Some(0),
            Side::Line(line) => place(line, &known, &lines).map(|place| place + 1),
            Side::Marker => None,
        };
        let end = match below {
            Side::End => Some(known.len()),
            Side::Line(line) => place(line, &known, &lines),
            Side::Marker => None,
        };
        let (Some(start), Some(end)) = (start, end) else { return Filled::Unknown };
        // A marker for nothing stands for something else.
        if start < reached || end < start || (is_between && end == start) {
            return Filled::Unknown;
        }
        reached = end;
        while out.last().is_some_and(|line| is_blank(line)) {
            out.pop();
        }
        out.extend(&known[start..end]);
        has_filled = true;
    }
    let text = out.join("\n");
    let text = format!("{}{}", text.trim_end(), &asked[asked.trim_end().len()..]);
    // An answer that says nothing new left out what it was to say.
    if text == asked { Filled::Unknown } else { Filled::Again(text) }
}

enum Side<'a> {
    End,
    Line(&'a str),
    Marker,
}

/// The next line that is not blank.
fn neighbour<'a>(mut lines: impl Iterator<Item = &'a &'a str>, asked: &str) -> Side<'a> {
    match lines.find(|line| !is_blank(line)) {
        None => Side::End,
        Some(line) if is_marker(line, asked) => Side::Marker,
        Some(line) => Side::Line(line),
    }
}

/// Where the line stands, when it stands there once, and once in the answer.
fn place(line: &str, known: &[&str], answer: &[&str]) -> Option<usize> {
    let is_once =
        |lines: &[&str]| lines.iter().filter(|other| other.trim() == line.trim()).count() == 1;
    (is_once(known) && is_once(answer))
        .then(|| known.iter().position(|other| *other == line))
        .flatten()
}
