//! Private keys in PEM, also those that a window's edge cuts: what is left of one is still most of
//! a key.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

const BEGIN: &str = "-----BEGIN ";
const END: &str = "-----END ";
const DASHES: &str = "-----";
/// What PEM calls all of them.
const PRIVATE: &str = "PRIVATE KEY";
const LABEL_BYTES_MAX: usize = 48;
/// A run of key material; shorter ones are words.
const RUN_BYTES_MIN: usize = 40;
/// Lines of nothing but key material that are one without a mark around them.
const BARE_LINES_MIN: usize = 3;
const BARE_LINE_BYTES: Range<usize> = 60..77;
const INDENTED_BYTES_MAX: usize = 120;

#[expect(clippy::expect_used, reason = "the pattern is a constant, and every test compiles it")]
static MARK: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(&format!("{BEGIN}|{END}")).expect("a pattern"));

/// Where they stand, marks included.
pub(super) fn private_keys(text: &str) -> Vec<Range<usize>> {
    let mut found = bare(text);
    if !MARK.is_match(text) {
        return found;
    }
    let mut at = 0;
    while let Some(start) = text[at..].find(BEGIN).map(|start| at + start) {
        at = start + BEGIN.len();
        let Some(label_end) = label_end(text, at) else { continue };
        let end = body_end(text, label_end);
        if end > label_end {
            found.push(start..end);
            at = end;
        }
    }
    found.extend(cut_at_its_start(text));
    found
}

/// Behind the dashes of a label that says it is a private key.
fn label_end(text: &str, at: usize) -> Option<usize> {
    let line = text[at..].lines().next()?;
    let dashes = line.find(DASHES).filter(|length| *length <= LABEL_BYTES_MAX)?;
    line[..dashes].contains(PRIVATE).then_some(at + dashes + DASHES.len())
}

/// Where the key that starts at `at` ends: behind its mark, or with its last run of key material.
/// `at` itself when there is none, as in code that looks for the mark.
fn body_end(text: &str, at: usize) -> usize {
    let mut end = at;
    let mut run = 0;
    for (index, byte) in text.bytes().enumerate().skip(at) {
        if text.as_bytes()[index..].starts_with(END.as_bytes()) {
            let marked = label_end(text, index + END.len()).filter(|_| end > at);
            return marked.unwrap_or(end);
        }
        if text.as_bytes()[index..].starts_with(BEGIN.as_bytes()) {
            break;
        }
        run = if is_material(byte) { run + 1 } else { 0 };
        if run >= RUN_BYTES_MIN || (run > 0 && end > at) {
            end = index + 1;
        }
        if !is_material(byte) && !is_between(byte) {
            break;
        }
    }
    end
}

/// A key whose beginning stands before the text.
fn cut_at_its_start(text: &str) -> Option<Range<usize>> {
    let mark = text.find(END)?;
    let end = label_end(text, mark + END.len())?;
    let body = &text[..mark];
    let is_body = !body.contains(BEGIN)
        && body.bytes().all(|byte| is_material(byte) || is_between(byte))
        && !body.trim().is_empty();
    is_body.then_some(0..end)
}

/// Lines in the middle of a key, where neither of its marks is in the text.
fn bare(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let (mut start, mut end, mut lines, mut at) = (0, 0, 0, 0);
    for line in text.split('\n').chain([""]) {
        // Most lines end here: they are far shorter, or far longer.
        let may_be_bare = BARE_LINE_BYTES.start <= line.len() && line.len() <= INDENTED_BYTES_MAX;
        if may_be_bare && is_bare(line.trim_ascii()) {
            if lines == 0 {
                start = at;
            }
            lines += 1;
            end = at + line.trim_ascii_end().len();
        } else if lines > 0 {
            let rest = line.trim_ascii();
            let is_rest = rest.ends_with('=') && rest.bytes().all(is_material);
            let end = if is_rest { at + line.trim_ascii_end().len() } else { end };
            if lines >= BARE_LINES_MIN {
                found.push(start..end);
            }
            lines = 0;
        }
        at += line.len() + 1;
    }
    found
}

fn is_bare(line: &str) -> bool {
    BARE_LINE_BYTES.contains(&line.len())
        && line.bytes().all(is_material)
        && line.bytes().any(|byte| byte.is_ascii_digit())
        && line.bytes().any(|byte| byte.is_ascii_uppercase())
        && line.bytes().any(|byte| byte.is_ascii_lowercase())
}

fn is_material(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=')
}

/// What stands between the lines of a key: line ends, also written as escapes in a string, quotes
/// and pluses of strings, and the headers of old formats.
fn is_between(byte: u8) -> bool {
    byte.is_ascii_whitespace() || matches!(byte, b'\\' | b'"' | b'\'' | b',' | b':' | b'-')
}
