//! Words in an answer that no fence keeps apart from its code.

use super::AskedCode;
use super::blocks::Block;
use super::labels::Label;
use super::signs::is_markup;
use crate::fence::is_prose_language;
use crate::prose::is_prose;

/// Tags that some models put around their code.
const WRAPPERS: &[&str] =
    &["code", "pre", "answer", "output", "result", "response", "updated_code", "solution", "final"];

/// Takes sentences away before and after code.
pub(super) fn without(text: &str, language: &str) -> String {
    if is_prose_language(language) {
        return text.to_owned();
    }
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let is_talk = |line: &str| line.trim().is_empty() || is_talk(line, language);
    let start = lines.iter().position(|line| !is_talk(line)).unwrap_or(lines.len());
    let tail = lines
        .iter()
        .rposition(|line| !is_talk(line) && !is_listed(line))
        .map_or(start, |last| last + 1);
    // Lists are talk only where a sentence leads them.
    let end =
        (tail..lines.len()).find(|at| self::is_talk(lines[*at], language)).unwrap_or(lines.len());
    lines[start..end.max(start)].concat()
}

/// The pieces of code of an answer without fences, with what is said between them.
pub(super) fn pieces(said: &str, asked: &AskedCode<'_>) -> Vec<Block> {
    let language = asked.language;
    if is_prose_language(language) {
        return vec![piece(said.to_owned(), "")];
    }
    let lines: Vec<&str> = said.split_inclusive('\n').collect();
    let mut pieces: Vec<Block> = Vec::new();
    let mut start = 0;
    let mut words = "";
    let mut quotes = Quotes::default();
    for (at, line) in lines.iter().enumerate() {
        if !quotes.is_open() && is_between(&lines, at, language) {
            pieces.push(piece(without(&lines[start..at].concat(), language), words));
            words = line.trim();
            start = at + 1;
        } else {
            quotes.read(line);
        }
    }
    pieces.push(piece(without(&lines[start..].concat(), language), words));
    pieces.retain(|piece| !piece.code.trim().is_empty());
    pieces
}

fn piece(code: String, words: &str) -> Block {
    Block { tag: String::new(), code, is_closed: false, label: Label::of(words) }
}

/// Whether a sentence stands apart from the code around it.
fn is_between(lines: &[&str], at: usize, language: &str) -> bool {
    let is_apart = |line: Option<&&str>| {
        line.is_none_or(|line| line.trim().is_empty() || is_talk(line, language) || is_listed(line))
    };
    let before = at.checked_sub(1).and_then(|before| lines.get(before));
    !lines[at].starts_with([' ', '\t'])
        && is_talk(lines[at], language)
        && (is_apart(before) || is_apart(lines.get(at + 1)))
}

/// Texts of several lines that are open.
#[derive(Default)]
struct Quotes {
    open: Option<&'static str>,
}

impl Quotes {
    fn is_open(&self) -> bool {
        self.open.is_some()
    }

    fn read(&mut self, line: &str) {
        const PAIRS: &[(&str, &str)] =
            &[("\"\"\"", "\"\"\""), ("'''", "'''"), ("/*", "*/"), ("<!--", "-->"), ("`", "`")];
        let mut rest = line;
        loop {
            match self.open {
                Some(close) => {
                    let Some((_, after)) = rest.split_once(close) else { return };
                    self.open = None;
                    rest = after;
                }
                None => {
                    let first = PAIRS
                        .iter()
                        .filter_map(|(open, close)| Some((rest.find(open)?, *open, *close)))
                        .min_by_key(|(at, ..)| *at);
                    let Some((at, open, close)) = first else { return };
                    self.open = Some(close);
                    rest = &rest[at + open.len()..];
                }
            }
        }
    }
}

/// Without the sentences that a model wrote inside its block, before the code.
pub(super) fn without_heading<'a>(code: &'a str, asked: &AskedCode<'_>) -> &'a str {
    let is_known = |line: &str| asked.code.contains(line.trim());
    let mut rest = code;
    while !is_prose_language(asked.language)
        && let Some((line, after)) = rest.split_once('\n')
        && (line.trim().is_empty()
            || (is_prose(line) && line.trim_end().ends_with(':') && !is_known(line)))
        && !after.trim().is_empty()
    {
        rest = after;
    }
    rest
}

/// Whether what streams may turn out to be a sentence: its one line has nothing but words so far.
pub(super) fn may_begin(code: &str, language: &str) -> bool {
    let line = code.trim();
    !is_prose_language(language)
        && !code.trim_end_matches(' ').ends_with('\n')
        && !line.contains('\n')
        && line.starts_with(|c: char| c.is_uppercase() || (c.is_alphabetic() && !c.is_ascii()))
}

fn is_talk(line: &str, language: &str) -> bool {
    is_prose(line) || (is_wrapper(line) && !is_markup(language))
}

fn is_wrapper(line: &str) -> bool {
    let line = line.trim();
    let Some(tag) = line.strip_prefix('<').and_then(|rest| rest.strip_suffix('>')) else {
        return false;
    };
    let name = tag.trim_start_matches('/');
    let name = name.split([' ', '>']).next().unwrap_or_default();
    WRAPPERS.contains(&name)
}

fn is_listed(line: &str) -> bool {
    let begins = line.trim_start();
    begins.starts_with(['-', '*', '•']) || begins.starts_with(|c: char| c.is_ascii_digit())
}
