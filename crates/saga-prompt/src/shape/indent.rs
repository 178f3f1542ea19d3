//! The file's way to indent, kept whatever the model writes.

use std::borrow::Cow;

use super::around::{Around, opens_block};

/// What lines are indented by, as the lines around the cursor show it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Indent {
    Tabs,
    Spaces(usize),
    /// Nothing around is indented.
    Unknown,
}

const SPACES_USUAL: usize = 4;
const SPACES_MAX: usize = 8;
/// Lines on either side that are looked at.
const LINES_MAX: usize = 200;

impl Indent {
    /// What most lines near the cursor have.
    pub(super) fn of(prefix: &str, suffix: &str) -> Self {
        let lines = || prefix.lines().rev().take(LINES_MAX).chain(suffix.lines().take(LINES_MAX));
        let tabs = lines().filter(|line| line.starts_with('\t')).count();
        let mut widths: Vec<usize> = lines().map(spaces).filter(|width| *width > 1).collect();
        if tabs > widths.len() {
            return Self::Tabs;
        }
        widths.sort_unstable();
        widths.dedup();
        // The smallest step between two depths.
        let steps = widths.iter().zip([0].iter().chain(&widths)).map(|(width, less)| width - less);
        steps
            .filter(|step| (2..=SPACES_MAX).contains(step))
            .min()
            .map_or(Self::Unknown, Self::Spaces)
    }
}

/// The text with its lines indented as the file is.
pub(super) fn as_the_file<'a>(around: &Around, text: Cow<'a, str>) -> Cow<'a, str> {
    let is_foreign = |line: &str| match around.indent {
        Indent::Tabs => blanks(line).contains(' '),
        Indent::Spaces(_) => blanks(line).contains('\t'),
        Indent::Unknown => false,
    };
    let begins_line = around.line.is_empty();
    let is_own = |number: usize| number > 0 || begins_line;
    let foreign = |(number, line): (usize, &str)| is_own(number) && is_foreign(line);
    if !text.split('\n').enumerate().any(foreign) {
        return text;
    }
    let unit = written_unit(around, &text);
    let lines = text.split('\n').enumerate().map(|(number, line)| {
        if foreign((number, line)) { converted(line, around.indent, unit) } else { line.to_owned() }
    });
    Cow::Owned(lines.collect::<Vec<_>>().join("\n"))
}

/// How many spaces the model takes for one step: its first indented line is as deep as the
/// cursor's, or one deeper where a block was opened.
fn written_unit(around: &Around, text: &str) -> usize {
    let above = around.above_raw.as_deref().unwrap_or_default();
    let line = if around.line_is_blank() { above } else { around.line.as_str() };
    let depth = blanks(line).matches('\t').count() + usize::from(opens_block(line));
    let first = text.lines().skip(usize::from(!around.line.is_empty()));
    let width = first.map(spaces).find(|width| *width > 1).unwrap_or(SPACES_USUAL);
    match width.checked_div(depth) {
        Some(unit) if width % depth == 0 && (2..=SPACES_MAX).contains(&unit) => unit,
        _ if width % SPACES_USUAL == 0 => SPACES_USUAL,
        _ => 2,
    }
}

fn converted(line: &str, indent: Indent, unit: usize) -> String {
    let blanks = blanks(line);
    let said = &line[blanks.len()..];
    let (tabs, spaces) = (blanks.matches('\t').count(), blanks.matches(' ').count());
    match indent {
        Indent::Spaces(own) => format!("{}{said}", " ".repeat(tabs * own + spaces)),
        // What is left of a step aligns something.
        _ => format!("{}{}{said}", "\t".repeat(tabs + spaces / unit), " ".repeat(spaces % unit)),
    }
}

fn blanks(line: &str) -> &str {
    &line[..line.len() - line.trim_start_matches([' ', '\t']).len()]
}

/// Spaces at the start of a line that says something.
fn spaces(line: &str) -> usize {
    let said = line.trim_start_matches(' ');
    if said.trim().is_empty() { 0 } else { line.len() - said.len() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_lines_around_are_indented_by() {
        for (text, expected) in [
            ("a\n\tb\n\t\tc\n", Indent::Tabs),
            ("a\n  b\n    c\n", Indent::Spaces(2)),
            ("a\n    b\n        c\n", Indent::Spaces(4)),
            ("    b\n    c\n", Indent::Spaces(4)),
            ("a\n\tb\n    c\n    d\n", Indent::Spaces(4)),
            ("a\n b\n", Indent::Unknown),
            ("", Indent::Unknown),
        ] {
            assert_eq!(Indent::of(text, ""), expected, "{text:?}");
        }
    }
}
