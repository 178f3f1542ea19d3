//! Where an answer ends, line by line from the cursor on.

use std::ops::Range;

use super::StopReason;
use super::around::{Around, column, opens_block};
use super::brackets::{closer_of, scan};
use super::repeats::{self, says_something};
use crate::prose::is_prose;

const FENCE: &str = "```";
/// A line shorter than this may well stand twice in a row.
const REPEATED_LINE_BYTES_MIN: usize = 10;
/// What goes on with a block at the column where it began.
const BLOCK_GOES_ON: &[&str] = &[
    "else", "elif", "elsif", "except", "finally", "case ", "catch", "rescue", "ensure", "when ",
    "then", "do",
];
/// So much of the rest of the line, with a letter in it, is not written by chance.
const REST_BYTES_MIN: usize = 6;
/// A shorter line may stand again among those that follow soon.
const SOON_BELOW_BYTES_MIN: usize = 12;

/// The part of `text` that is taken, and why it ends; `ended` when no more of it will come.
pub(super) fn fit(around: &Around, text: &str, ended: bool) -> (String, Option<StopReason>) {
    let mut walk = Walk {
        around,
        at: 0,
        own: Vec::new(),
        closed: 0,
        opened: false,
        lines: Vec::new(),
        blank_before: false,
    };
    for line in text.split_inclusive('\n') {
        let is_whole = ended || line.ends_with('\n');
        if let Some(cut) = walk.take(line.trim_end_matches('\n'), is_whole, line.ends_with('\n')) {
            let stop = (is_whole || cut.is_certain).then_some(cut.reason);
            return (text[..cut.at].to_owned(), stop);
        }
        walk.at += line.len();
    }
    (text.to_owned(), None)
}

/// The end of what is taken.
struct Cut {
    at: usize,
    reason: StopReason,
    /// Whether it holds though more of the line may come.
    is_certain: bool,
}

struct Walk<'a, 't> {
    around: &'a Around,
    /// Where the line begins in the text.
    at: usize,
    /// Closers of the brackets that the text itself opened, innermost last.
    own: Vec<char>,
    /// How many of the brackets open at the cursor the text has closed.
    closed: usize,
    /// Whether the cursor's line ends in something that the next lines belong to.
    opened: bool,
    /// Lines so far that are not blank, with where they begin.
    lines: Vec<(usize, &'t str)>,
    blank_before: bool,
}

impl<'t> Walk<'_, 't> {
    fn take(&mut self, line: &'t str, is_whole: bool, has_end: bool) -> Option<Cut> {
        let is_first = self.at == 0;
        let cut = if is_first { self.first(line, is_whole) } else { self.further(line, is_whole) };
        if cut.is_some() {
            return cut;
        }
        if !line.trim().is_empty() {
            self.lines.push((self.at, line));
            self.blank_before = false;
        } else if !is_first {
            self.blank_before = true;
        }
        (is_first && has_end && self.around.one_line)
            .then(|| self.cut(line.len(), StopReason::OneLine))
    }

    /// The rest of the cursor's line.
    fn first(&mut self, line: &'t str, is_whole: bool) -> Option<Cut> {
        let Some(rest) = self.rest_begins(line) else { return self.first_alone(line, is_whole) };
        // Nothing behind it was waited for.
        let cut = self.first_alone(&line[..rest.end], false);
        let filled = self.cut(rest.start, StopReason::Follows);
        let cut = cut.filter(|cut| cut.at < filled.at).unwrap_or(filled);
        Some(Cut { is_certain: true, ..cut })
    }

    fn first_alone(&mut self, line: &'t str, is_whole: bool) -> Option<Cut> {
        let around = self.around;
        if around.line_is_blank()
            && let Some(cut) = self.fence(line, is_whole)
        {
            return Some(cut);
        }
        if let Some(second) = repeats::piece(line) {
            return Some(Cut { is_certain: true, ..self.cut(second, StopReason::Repetition) });
        }
        if let Some(cut) = self.fence_at_end(line) {
            return Some(cut);
        }
        let whole = format!("{}{line}", around.line);
        if self.is_below(&whole) {
            return Some(self.cut(0, StopReason::Follows));
        }
        if around.above.first().is_some_and(|above| repeats(&whole, above)) {
            return Some(self.cut(0, StopReason::Repetition));
        }
        if around.line_is_blank() && !around.talks && is_prose(line) {
            return Some(self.cut(0, StopReason::Prose));
        }
        self.opened = !around.line_is_blank() && opens_block(&whole);
        let before = scan(&around.line, around.marks, None);
        if !before.in_comment
            && let Some(cut) = self.brackets(line, before.open_quote)
        {
            return Some(self.without_rest(line, cut));
        }
        let end = self.without_rest(line, self.cut(line.len(), StopReason::Follows));
        (end.at < self.at + line.len()).then_some(end)
    }

    /// Where the answer has filled the hole and goes on with what follows on the cursor's line,
    /// be it to the end or not.
    fn rest_begins(&self, line: &str) -> Option<Range<usize>> {
        let rest = self.around.rest.trim_start();
        let is_enough =
            |end: usize| end >= REST_BYTES_MIN && rest[..end].contains(char::is_alphabetic);
        let ends = rest.char_indices().map(|(at, c)| at + c.len_utf8());
        let start = match ends.into_iter().find(|end| is_enough(*end)) {
            Some(end) => &rest[..end],
            None if rest.len() >= 3 && rest.contains(char::is_alphanumeric) => rest,
            None => return None,
        };
        let is_word = |c: char| c.is_alphanumeric() || c == '_';
        let splits_word = |at: usize| line[..at].ends_with(is_word) && start.starts_with(is_word);
        let found = line.match_indices(start).find(|(at, _)| !splits_word(*at));
        found.map(|(at, start)| at..at + start.len())
    }

    fn further(&mut self, line: &'t str, is_whole: bool) -> Option<Cut> {
        if let Some(cut) = self.fence(line, is_whole) {
            return Some(cut);
        }
        if let Some(second) = repeats::piece(line) {
            return Some(Cut { is_certain: true, ..self.cut(second, StopReason::Repetition) });
        }
        if line.trim().is_empty() {
            return None;
        }
        if let Some(cut) = self.fence_at_end(line) {
            return Some(cut);
        }
        let may_be_below = !is_whole && self.may_be_below(line);
        if self.is_below(line) || may_be_below || (is_whole && self.is_soon_below(line)) {
            return Some(self.cut(0, StopReason::Follows));
        }
        if !self.around.talks && column(line) <= self.around.base && is_prose(line) {
            return Some(self.cut(0, StopReason::Prose));
        }
        self.block_repeats(line).or_else(|| self.scope(line))
    }

    fn fence(&self, line: &str, is_whole: bool) -> Option<Cut> {
        let begins = line.trim_start();
        let may_become_one = !is_whole && !begins.is_empty() && FENCE.starts_with(begins);
        if self.around.holds_fences || !(begins.starts_with(FENCE) || may_become_one) {
            return None;
        }
        let is_certain = begins.starts_with(FENCE);
        Some(Cut { is_certain, ..self.cut(0, StopReason::Fence) })
    }

    /// Models that end their code without a line end close its block on the same line.
    fn fence_at_end(&self, line: &str) -> Option<Cut> {
        let code = line.strip_suffix(FENCE)?;
        let is_comment = code.trim_start().starts_with(['/', '#', '*', '-']);
        let closes = !self.around.holds_fences && !is_comment && !code.contains(FENCE);
        closes.then(|| self.cut(code.len(), StopReason::Fence))
    }

    /// Whether the line is the one that already follows the cursor.
    fn is_below(&self, line: &str) -> bool {
        !line.trim().is_empty() && self.around.below.as_deref() == Some(line.trim_end())
    }

    /// Whether the line is one of those a little further down: the answer has left something out
    /// and written on.
    fn is_soon_below(&self, line: &str) -> bool {
        let line = line.trim_end();
        line.trim().len() >= SOON_BELOW_BYTES_MIN
            && says_something(line)
            && self.around.soon_below.iter().any(|below| below == line)
    }

    fn may_be_below(&self, line: &str) -> bool {
        self.around.below.as_deref().is_some_and(|below| below.starts_with(line))
    }

    /// The end of the scope that the cursor is in, or of the block that the text wrote. The
    /// line's brackets are counted on the way.
    fn scope(&mut self, line: &'t str) -> Option<Cut> {
        let (around, place) = (self.around, column(line));
        let begins = line.trim_start();
        let is_outside = place < around.base || (self.opened && place == around.base);
        let closes = begins.starts_with(['}', ')', ']']);
        if self.own.is_empty() && around.marks.ends_block(begins) {
            return self.end_word(line, is_outside);
        }
        if self.own.is_empty()
            && self.blank_before
            && !self.lines.is_empty()
            && place <= around.base
        {
            return Some(self.cut(0, StopReason::ScopeEnd));
        }
        if !closes {
            let goes_on =
                place == around.base && BLOCK_GOES_ON.iter().any(|word| begins.starts_with(word));
            let leaves = is_outside && self.own.is_empty() && !goes_on;
            let cut = leaves.then(|| self.cut(0, StopReason::ScopeEnd));
            return cut.or_else(|| self.brackets(line, None));
        }
        let ends_own = self.own == ['}'] && place <= around.base && begins.starts_with('}');
        let ends_cursors = self.own.is_empty();
        if let Some(cut) = self.brackets(line, None) {
            // What closes before anything else on its line goes with the line.
            let nothing_before = line[..cut.at - self.at].trim().is_empty();
            return Some(if nothing_before { self.cut(0, StopReason::ScopeEnd) } else { cut });
        }
        let is_end = (ends_own || (ends_cursors && begins.starts_with('}'))) && !opens_block(line);
        is_end.then(|| self.cut(line.len(), StopReason::ScopeEnd))
    }

    /// A line that closes a block by a word or a tag: the text's own, or the one the cursor is in,
    /// which may be closed below already.
    fn end_word(&mut self, line: &'t str, is_outside: bool) -> Option<Cut> {
        let (around, place) = (self.around, column(line));
        if !is_outside {
            let ends_own = place == around.base && !self.lines.is_empty();
            return ends_own.then(|| self.cut(line.len(), StopReason::ScopeEnd));
        }
        let is_closed_below = around.below.as_deref().is_some_and(|below| {
            let begins = below.trim_start();
            let goes_on = BLOCK_GOES_ON.iter().any(|word| begins.starts_with(word));
            column(below) > place
                || (column(below) == place && (goes_on || around.marks.ends_block(begins)))
        });
        let kept = if is_closed_below { 0 } else { line.len() };
        Some(self.cut(kept, StopReason::ScopeEnd))
    }

    fn block_repeats(&self, line: &str) -> Option<Cut> {
        let lines: Vec<&str> =
            self.lines.iter().map(|(_, line)| line.trim()).chain([line.trim()]).collect();
        let second = repeats::block(&lines)?;
        let at = self.lines.get(second).map_or(self.at, |(at, _)| *at);
        Some(Cut { at, reason: StopReason::Repetition, is_certain: false })
    }

    /// The first bracket or quote that the text after the cursor has already.
    fn brackets(&mut self, line: &str, quote: Option<char>) -> Option<Cut> {
        let around = self.around;
        let scan = scan(line, around.marks, quote);
        let string_end = scan.string_end.filter(|_| quote.is_some_and(|q| around.rest.contains(q)));
        if let Some(end) = string_end {
            return Some(self.cut(end, StopReason::Follows));
        }
        for (at, c) in scan.brackets {
            if let Some(closer) = closer_of(c) {
                self.own.push(closer);
            } else if let Some(opened) = self.own.iter().rposition(|closer| *closer == c) {
                // What was opened in between is no bracket: a pattern, or a word's apostrophe.
                self.own.truncate(opened);
            } else if self.own.is_empty() {
                match around.open.get(self.closed) {
                    Some(open) if open.closer == c && !open.closed_below => self.closed += 1,
                    Some(open) if open.closer == c => {
                        return Some(self.cut(at, StopReason::Follows));
                    }
                    _ if c == ')' && around.marks.paren_may_stand_alone => {}
                    _ => return Some(self.cut(at, StopReason::ScopeEnd)),
                }
            }
        }
        None
    }

    /// Takes the start of what follows on the cursor's line away from the end of what is kept.
    fn without_rest(&self, line: &str, cut: Cut) -> Cut {
        let rest = self.around.rest.trim_start();
        let kept = &line[..cut.at - self.at];
        let is_bracket = |c: char| "()[]{}\"'`".contains(c);
        let overlap = rest
            .char_indices()
            .map(|(at, c)| at + c.len_utf8())
            .filter(|end| {
                let start = &rest[..*end];
                let is_word = start.chars().any(char::is_alphanumeric);
                let says_enough = start.len() >= 3 || !is_word;
                says_enough && !start.contains(is_bracket) && kept.ends_with(start)
            })
            .max();
        match overlap {
            Some(length) => Cut { at: cut.at - length, ..cut },
            None => cut,
        }
    }

    fn cut(&self, kept: usize, reason: StopReason) -> Cut {
        Cut { at: self.at + kept, reason, is_certain: false }
    }
}

/// Whether the line says again what stands right above it.
fn repeats(line: &str, above: &str) -> bool {
    let line = line.trim();
    line.len() >= REPEATED_LINE_BYTES_MIN && line == above && says_something(line)
}
