//! Taking the code out of what an instruct model says about an edit.
//!
//! Whatever stands around the code is left out, and nothing of the code is lost. Where that
//! cannot be told apart the answer is not code: a wrong edit costs more than a second try.

mod blocks;
mod choose;
mod elided;
mod layout;

use saga_domain::control;

use crate::fence::{fence_around, is_prose_language};
use crate::prose::{is_prose, without_thoughts};
use blocks::Block;

/// The code that was asked about.
#[derive(Clone, Copy, Debug, Default)]
pub struct AskedCode<'a> {
    /// The code that the answer is to replace.
    pub code: &'a str,
    /// The document right before the code, as much of it as the model may have seen.
    pub before: &'a str,
    /// The document right after the code.
    pub after: &'a str,
    /// The editor's language id.
    pub language: &'a str,
    /// Whether the answer begins inside an open code block, as
    /// [`EditPrompt`](crate::EditPrompt) says.
    pub prefilled: bool,
}

/// What an answer holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reading {
    /// Code to put in place of the code that was asked about, with its indentation and line end.
    Code(String),
    /// Code with parts left out ("rest unchanged"): putting it in place would delete them.
    Elided,
    /// Code of which it cannot be told what belongs in place of the code that was asked about: a
    /// patch that does not fit, a fragment, or changes beyond it.
    Uncertain,
    /// Nothing that can be put in place: the answer is prose, to be shown as text.
    Nothing,
}

/// Reads an answer, whole or so far (`finished` is false while it streams).
#[must_use]
pub fn read_code(answer: &str, asked: &AskedCode<'_>, finished: bool) -> Reading {
    let said = answer.replace("\r\n", "\n");
    let token = control::first_token(&said);
    let finished = finished || token.is_some();
    let until =
        token.unwrap_or_else(|| if finished { said.len() } else { control::undecided_from(&said) });
    let Some(said) = without_thoughts(&said[..until], finished) else { return Reading::Nothing };
    let Some(code) = find_code(said, asked, finished) else { return Reading::Nothing };
    if choose::is_patch(&code) {
        return Reading::Uncertain;
    }
    let code = control::restore(&code);
    if elided::leaves_out(&code, asked.code) {
        return Reading::Elided;
    }
    Reading::Code(layout::fit(&code, asked.code))
}

/// Whether the code in an answer that reached its length limit may lack its end. One that only
/// talked on after its code is whole.
#[must_use]
pub fn is_cut_off(answer: &str, asked: &AskedCode<'_>) -> bool {
    let said = answer.replace("\r\n", "\n");
    let Some(said) = without_thoughts(&said, true) else { return true };
    let (blocks, prefilled) = blocks_of(said, asked, true);
    let block = if prefilled { blocks.first() } else { blocks.last() };
    block.is_none_or(|block| !block.is_closed)
}

/// The blocks of an answer, and whether the first of them was opened by the prompt.
fn blocks_of(said: &str, asked: &AskedCode<'_>, finished: bool) -> (Vec<Block>, bool) {
    let prefilled = asked.prefilled && !blocks::begins_anew(said, asked.language);
    // As long as the prompt's own fence, or shorter where the code itself needs no longer one.
    let opened = prefilled.then(|| fence_around([asked.code]).len());
    (blocks::of(said, opened, finished), prefilled)
}

fn find_code(said: &str, asked: &AskedCode<'_>, finished: bool) -> Option<String> {
    let (blocks, prefilled) = blocks_of(said, asked, finished);
    let code = if prefilled {
        // What follows the first block is talk about it.
        blocks.into_iter().next().map(|block| block_code(block, asked, true))
    } else if blocks.is_empty() {
        // While it streams a fence may still come.
        finished
            .then(|| without_talk(said, asked.language))
            .filter(|code| choose::is_code_like(code, asked.code))
    } else {
        choose::best(blocks, asked).map(|block| block_code(block, asked, false))
    };
    code.filter(|code| !code.trim().is_empty())
}

/// A block that was not closed, or not opened, by the model may have talk at its ends.
fn block_code(block: Block, asked: &AskedCode<'_>, prefilled: bool) -> String {
    if block.is_closed && !prefilled {
        return block.code;
    }
    let code = without_talk(&block.code, asked.language);
    // Where what was asked about reads like sentences itself, sentences are no talk about it.
    let is_like_asked = || without_talk(asked.code, asked.language).trim().is_empty();
    if code.trim().is_empty() && is_like_asked() { block.code } else { code }
}

/// Takes sentences away before and after code that no fence keeps apart.
fn without_talk(text: &str, language: &str) -> String {
    if is_prose_language(language) {
        return text.to_owned();
    }
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let is_talk = |line: &str| line.trim().is_empty() || is_prose(line);
    let start = lines.iter().position(|line| !is_talk(line)).unwrap_or(lines.len());
    let is_listed = |line: &str| {
        let begins = line.trim_start();
        begins.starts_with(['-', '*', '•']) || begins.starts_with(|c: char| c.is_ascii_digit())
    };
    let tail = lines
        .iter()
        .rposition(|line| !is_talk(line) && !is_listed(line))
        .map_or(start, |last| last + 1);
    // Lists are talk only where a sentence leads them.
    let end = (tail..lines.len()).find(|at| is_prose(lines[*at])).unwrap_or(lines.len());
    lines[start..end.max(start)].concat()
}
