//! Where a completion was asked for, in terms that survive typing.

use std::hash::{DefaultHasher, Hash, Hasher};

/// How much of the text before the cursor is looked at. Give at least this much of it, or all
/// of it when there is less.
pub const TAIL_BYTES: usize = 4096;

/// How much of the text after the cursor is looked at.
pub const HEAD_BYTES: usize = 1024;

/// Bytes before a line that tell it from its like elsewhere in the file.
const BEFORE_BYTES: usize = 256;
/// Lines that may have been typed since the completion was asked for.
const LINES_MAX: usize = 40;
/// Characters that an editor may have closed after the cursor meanwhile.
const CLOSERS_MAX: usize = 6;
/// Bytes of what follows that are compared.
const FOLLOWED_BYTES: usize = 256;

/// A cursor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place<'a> {
    /// The document.
    pub uri: &'a str,
    /// Text before the cursor: all of it, or at least its last [`TAIL_BYTES`].
    pub prefix: &'a str,
    /// Text after the cursor: all of it, or at least its first [`HEAD_BYTES`].
    pub suffix: &'a str,
}

/// A line by its surroundings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Key {
    uri: u64,
    before: u64,
    followed_by: u64,
}

/// A line that a completion may have been asked on.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Origin<'a> {
    pub(crate) key: Key,
    /// From the line's start to the cursor.
    pub(crate) typed: &'a str,
    /// Closing characters after the cursor that were not there yet, blanks between them included.
    pub(crate) closed: &'a str,
}

impl<'a> Place<'a> {
    /// Whether nothing stands after the cursor on its line.
    pub(crate) fn ends_line(&self) -> bool {
        self.suffix.lines().next().is_none_or(|rest| rest.trim().is_empty())
    }

    /// Where the completion for this very cursor is kept.
    pub(crate) fn origin(&self) -> Origin<'a> {
        let start = self.prefix.rfind('\n').map_or(0, |end| end + 1);
        let before = hash(before(self.prefix, start));
        let followed_by = hash(followed_by(self.suffix));
        let key = Key { uri: hash(self.uri.as_bytes()), before, followed_by };
        Origin { key, typed: &self.prefix[start..], closed: "" }
    }

    /// Every line that a completion which fits here may have been asked on, the nearest first.
    pub(crate) fn possible_origins(&self) -> impl Iterator<Item = Origin<'a>> {
        let (prefix, suffix) = (self.prefix, self.suffix);
        let uri = hash(self.uri.as_bytes());
        let followers: Vec<(u64, &str)> = std::iter::once(0)
            .chain(closed_ends(suffix))
            .map(|at| (hash(followed_by(&suffix[at..])), &suffix[..at]))
            .collect();
        let line_ends = prefix.rmatch_indices('\n').map(|(end, _)| end + 1);
        line_ends.chain([0]).take(LINES_MAX).flat_map(move |start| {
            let before = hash(before(prefix, start));
            let followers = followers.clone().into_iter();
            followers.map(move |(followed_by, closed)| Origin {
                key: Key { uri, before, followed_by },
                typed: &prefix[start..],
                closed,
            })
        })
    }
}

/// What an answer stands before: the rest of the line when it says something, else the next line
/// that does. So a bracket that a new line pushes down is the same as before, and any other change
/// there is noticed.
fn followed_by(suffix: &str) -> &[u8] {
    let line = suffix.trim_start().lines().next().unwrap_or_default().trim_end();
    &line.as_bytes()[..line.len().min(FOLLOWED_BYTES)]
}

/// The ends of what an editor may have closed after the cursor, on its line and on those below.
fn closed_ends(suffix: &str) -> impl Iterator<Item = usize> {
    suffix
        .char_indices()
        .filter(|(_, c)| !c.is_whitespace())
        .take(CLOSERS_MAX)
        .take_while(|(_, c)| crate::closers::is_closer(*c))
        .map(|(at, c)| at + c.len_utf8())
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

fn before(prefix: &str, line_start: usize) -> &[u8] {
    &prefix.as_bytes()[line_start.saturating_sub(BEFORE_BYTES)..line_start]
}

fn hash(bytes: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    bytes.hash(&mut hasher);
    hasher.finish()
}
