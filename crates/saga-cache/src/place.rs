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

/// The cursor's line, and its text up to the cursor.
pub(crate) fn origin<'a>(at: &Place<'a>) -> (Key, &'a str) {
    let start = at.prefix.rfind('\n').map_or(0, |end| end + 1);
    let rest_of_line = hash(at.rest_of_line.trim().as_bytes());
    let before = hash(before(at.prefix, start));
    (Key { uri: hash(at.uri.as_bytes()), before, rest_of_line }, &at.prefix[start..])
}

/// Every line that a completion which fits `at` may have been asked on, the nearest first: its
/// key, the text from its start to the cursor, and the closing characters that were not yet
/// after the cursor then.
pub(crate) fn possible_origins<'a>(
    at: &Place<'a>,
) -> impl Iterator<Item = (Key, &'a str, &'a str)> {
    let prefix = at.prefix;
    let uri = hash(at.uri.as_bytes());
    let rests: Vec<(u64, &str)> = possible_rests(at.rest_of_line.trim_end())
        .map(|(rest, closers)| (hash(rest.trim().as_bytes()), closers))
        .collect();
    prefix.rmatch_indices('\n').map(|(end, _)| end + 1).chain([0]).take(LINES_MAX).flat_map(
        move |start| {
            let before = hash(before(prefix, start));
            let keys = rests.clone().into_iter();
            keys.map(move |(rest_of_line, closers)| {
                (Key { uri, before, rest_of_line }, &prefix[start..], closers)
            })
        },
    )
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

/// The rest of the line as it is, and as it was before the editor closed what was typed.
fn possible_rests(rest: &str) -> impl Iterator<Item = (&str, &str)> {
    let closers = rest
        .char_indices()
        .take(CLOSERS_MAX)
        .take_while(|(_, c)| crate::closers::is_closer(*c))
        .map(|(at, c)| at + c.len_utf8());
    std::iter::once(0).chain(closers).map(|at| (&rest[at..], &rest[..at]))
}

fn before(prefix: &str, line_start: usize) -> &[u8] {
    &prefix.as_bytes()[line_start.saturating_sub(BEFORE_BYTES)..line_start]
}

fn hash(bytes: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    bytes.hash(&mut hasher);
    hasher.finish()
}
