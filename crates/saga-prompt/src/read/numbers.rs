//! Taking line numbers off: `12 | code`, `12: code`, or `12` and a tab.

use super::AskedCode;
use super::choose::resembles;
use crate::fence::is_prose_language;

const SEPARATORS: &[char] = &['|', ':', '\t', '│', '.', ')'];

/// The code without its line numbers, when every line has one, they count up by one, and the
/// code that was asked about has none.
///
/// Rows of a table by number are not taken for them: each of those ends with a comma.
pub(super) fn without(code: &str, asked: &AskedCode<'_>) -> Option<String> {
    let begins_with_digit = code.trim_start().starts_with(|c: char| c.is_ascii_digit());
    if !begins_with_digit || is_numbered(asked.code) || is_prose_language(asked.language) {
        return None;
    }
    let plain = numbered(code)?;
    (asked.code.trim().is_empty() || resembles(&plain, asked.code)).then_some(plain)
}

/// Whether every line has a number and a bar, which no code has, and yet they do not count up.
pub(super) fn are_broken(code: &str, asked: &AskedCode<'_>) -> bool {
    let has_number = |line: &str| {
        let begins = line.trim_start();
        let rest = begins.trim_start_matches(|c: char| c.is_ascii_digit());
        rest.len() < begins.len() && rest.trim_start().starts_with(['|', '│'])
    };
    let all = |text: &str| {
        let mut lines = text.lines().filter(|line| !line.trim().is_empty()).peekable();
        lines.peek().is_some() && lines.all(has_number)
    };
    all(code) && !all(asked.code)
}

fn is_numbered(code: &str) -> bool {
    !code.trim().is_empty() && numbered(code).is_some()
}

/// Whether the lines may be a table by number; one line is none where a statement ends it.
fn are_rows(rests: &[&str]) -> bool {
    let ends = |rest: &str, signs: &[char]| rest.trim_end().ends_with(signs);
    match rests {
        [one] => !ends(one, &[';', '{', '}', ')', ':']),
        [rows @ .., _] => rows.iter().all(|row| row.trim().is_empty() || ends(row, &[','])),
        [] => true,
    }
}

fn numbered(code: &str) -> Option<String> {
    let mut next = None;
    let mut mark = None;
    let mut rests = Vec::new();
    for line in code.trim_end().lines() {
        let begins = line.trim_start();
        let rest = begins.trim_start_matches(|c: char| c.is_ascii_digit());
        let number: u32 = begins[..begins.len() - rest.len()].parse().ok()?;
        if next.is_some_and(|next| next != number) {
            return None;
        }
        next = Some(number.checked_add(1)?);
        let rest = rest.trim_start_matches(' ');
        let found = rest.chars().next().filter(|c| SEPARATORS.contains(c));
        // A line without code may end before its separator.
        match (found, mark) {
            (None, _) if rest.is_empty() => {}
            (Some(found), None) => mark = Some(found),
            (Some(found), Some(mark)) if found == mark => {}
            _ => return None,
        }
        rests.push(found.map_or(rest, |found| &rest[found.len_utf8()..]));
    }
    if mark? != '|' && are_rows(&rests) {
        return None;
    }
    // The blank after the separator is not the code's, where every line has it.
    let is_spaced = rests.iter().all(|rest| rest.is_empty() || rest.starts_with(' '));
    let lines = rests
        .iter()
        .map(|rest| if is_spaced { rest.strip_prefix(' ').unwrap_or(rest) } else { rest });
    Some(lines.fold(String::with_capacity(code.len()), |mut out, line| {
        out.push_str(line);
        out.push('\n');
        out
    }))
}
