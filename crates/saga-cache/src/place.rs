//! Where a completion was asked for, in terms that survive typing.

use std::hash::{DefaultHasher, Hash, Hasher};

/// How much of the text before the cursor is looked at. Give at least this much of it, or all
/// of it when there is less.
pub const TAIL_BYTES: usize = 4096;

/// Bytes before a line that tell it from its like elsewhere in the file.
const BEFORE_BYTES: usize = 256;
/// Lines that may have been typed since the completion was asked for.
const LINES_MAX: usize = 40;
/// Characters that an editor may have closed after the cursor meanwhile.
const CLOSERS_MAX: usize = 4;

/// A cursor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place<'a> {
    /// The document.
    pub uri: &'a str,
    /// Text before the cursor: all of it, or at least its last [`TAIL_BYTES`].
    pub prefix: &'a str,
    /// Text from the cursor to the end of its line.
    pub rest_of_line: &'a str,
}

/// A line by its surroundings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Key {
    uri: u64,
    before: u64,
    rest_of_line: u64,
}

/// A line that a completion was, or may have been, asked on.
#[derive(Debug)]
pub(crate) struct Origin {
    pub(crate) key: Key,
    /// Text from the start of that line to the cursor, no blanks at the ends of whole lines.
    pub(crate) line: String,
}

impl Origin {
    pub(crate) fn of_insertion(at: &Place<'_>) -> Self {
        let start = at.prefix.rfind('\n').map_or(0, |end| end + 1);
        Self { key: key(at, start, at.rest_of_line), line: at.prefix[start..].to_owned() }
    }
}

/// Every origin that a completion which fits `at` can have, the nearest first, each with the
/// closing characters that were not yet after the cursor then.
pub(crate) fn possible_origins<'a>(at: &Place<'a>) -> Vec<(Origin, &'a str)> {
    let tail = tail(at.prefix);
    let is_whole = tail.len() == at.prefix.len() && tail.len() < TAIL_BYTES;
    let cut = at.prefix.len() - tail.len();
    let rests = possible_rests(at.rest_of_line.trim_end());
    let starts = tail
        .rmatch_indices('\n')
        .map(|(end, _)| end + 1)
        .chain(is_whole.then_some(0))
        .take_while(|start| is_whole || *start >= BEFORE_BYTES)
        .take(LINES_MAX);
    let mut origins = Vec::new();
    for start in starts {
        let line = without_trailing_blanks(&tail[start..]);
        for (rest, closers) in &rests {
            let key = key(at, cut + start, rest);
            origins.push((Origin { key, line: line.clone() }, *closers));
        }
    }
    origins
}

/// `text` without the blanks at the ends of its whole lines: editors indent an empty line and
/// take the blanks away again.
pub(crate) fn without_trailing_blanks(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        match line.strip_suffix('\n') {
            Some(line) => {
                out.push_str(line.trim_end_matches([' ', '\t', '\r']));
                out.push('\n');
            }
            None => out.push_str(line),
        }
    }
    out
}

fn tail(prefix: &str) -> &str {
    let from = prefix.len().saturating_sub(TAIL_BYTES);
    let from = (from..prefix.len()).find(|at| prefix.is_char_boundary(*at));
    &prefix[from.unwrap_or(prefix.len())..]
}

/// The rest of the line as it is, and as it was before the editor closed what was typed.
fn possible_rests(rest: &str) -> Vec<(&str, &str)> {
    let closers = rest
        .char_indices()
        .take(CLOSERS_MAX)
        .take_while(|(_, c)| crate::closers::is_closer(*c))
        .map(|(at, c)| at + c.len_utf8());
    std::iter::once(0).chain(closers).map(|at| (&rest[at..], &rest[..at])).collect()
}

fn key(at: &Place<'_>, line_start: usize, rest_of_line: &str) -> Key {
    let bytes = at.prefix.as_bytes();
    let before = &bytes[line_start.saturating_sub(BEFORE_BYTES)..line_start];
    Key {
        uri: hash(at.uri.as_bytes()),
        before: hash(before),
        rest_of_line: hash(rest_of_line.trim().as_bytes()),
    }
}

fn hash(bytes: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    bytes.hash(&mut hasher);
    hasher.finish()
}
