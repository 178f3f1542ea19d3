//! Taking the code out of what an instruct model says about an edit.
//!
//! Whatever stands around the code is left out, and nothing of the code is lost. Where that
//! cannot be told apart the answer is not code: a wrong edit costs more than a second try.

mod around;
mod blocks;
mod choose;
mod elided;
mod filled;
mod foreign;
mod fragment;
mod labels;
mod layout;
mod lines;
mod numbers;
mod patch;
mod signs;
mod talk;
mod thoughts;

use std::borrow::Cow;

use saga_domain::control;

use crate::fence::fence_around;
use blocks::{Block, Parts};
use filled::Filled;
use labels::Label;
use patch::Change;

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
    let said = signs::plain(answer);
    let token = control::first_token(&said);
    let finished = finished || token.is_some();
    let until =
        token.unwrap_or_else(|| if finished { said.len() } else { control::undecided_from(&said) });
    let said = control::restore(&said[..until]);
    let Some(said) = thoughts::without(&said, asked.code, finished) else {
        return Reading::Nothing;
    };
    if let Some(pairs) = patch::pairs(&said, asked.code) {
        return patched(&pairs, asked);
    }
    let parts = parts_of(&said, asked, finished);
    if let Some(change) = replacement(&parts.blocks, asked) {
        return patched(&[change], asked);
    }
    let talk = if parts.blocks.is_empty() {
        Cow::Borrowed(said.as_ref())
    } else {
        Cow::Owned(parts.talk.clone())
    };
    match find_code(&said, parts, asked, finished) {
        Some(block) if !patch::is_diff(&block, asked.code) => {
            placed(&block.code, &talk, asked, finished)
        }
        Some(block) if finished => patched(&patch::hunks(&block.code), asked),
        _ => Reading::Nothing,
    }
}

/// Whether the code in an answer that reached its length limit may lack its end. One that only
/// talked on after its code is whole.
#[must_use]
pub fn is_cut_off(answer: &str, asked: &AskedCode<'_>) -> bool {
    let said = signs::plain(answer);
    let Some(said) = thoughts::without(&said, asked.code, true) else { return true };
    let Parts { blocks, is_prefilled, .. } = parts_of(&said, asked, true);
    let block = if is_prefilled { blocks.first() } else { blocks.last() };
    block.is_none_or(|block| !block.is_closed)
}

fn parts_of(said: &str, asked: &AskedCode<'_>, finished: bool) -> Parts {
    let is_prefilled = (asked.prefilled && !blocks::begins_anew(said, asked.language))
        || (finished && is_unopened(said, asked));
    // As long as the prompt's own fence, or shorter where the code itself needs no longer one.
    let opened = is_prefilled.then(|| fence_around([asked.code]).len());
    blocks::of(said, asked, opened, finished)
}

/// Whether the answer closes a block that it never opened: code, a fence, and words.
fn is_unopened(said: &str, asked: &AskedCode<'_>) -> bool {
    blocks::before_lone_fence(said).is_some_and(|(code, words)| {
        let code = talk::without(code, asked.language);
        !code.trim().is_empty()
            && choose::resembles(&code, asked.code)
            && talk::without(words, asked.language).trim().is_empty()
    })
}

/// Lines that the answer shows, and what it shows to put in their place.
fn replacement(blocks: &[Block], asked: &AskedCode<'_>) -> Option<Change> {
    let [old, new] = blocks else { return None };
    let is_pair = (old.label, new.label) == (Some(Label::Old), Some(Label::New));
    let holds = |text: &str| fragment::is_part(text, asked.code);
    if !is_pair || !holds(&old.code) || !fragment::lacks_definition(&new.code, asked.code) {
        return None;
    }
    let lines = |text: &str| text.trim_matches('\n').lines().map(str::to_owned).collect();
    Some(Change { old: lines(&old.code), new: lines(&new.code) })
}

fn patched(changes: &[Change], asked: &AskedCode<'_>) -> Reading {
    match patch::apply(changes, asked) {
        Some(code) => finally(layout::fit(&code, asked), asked),
        None => Reading::Uncertain,
    }
}

/// The code as it takes its place.
fn placed(code: &str, talk: &str, asked: &AskedCode<'_>, finished: bool) -> Reading {
    let code = numbers::without(code, asked).map_or(Cow::Borrowed(code), Cow::Owned);
    let code = signs::without_entities(&code, asked).map_or(code, Cow::Owned);
    if numbers::are_broken(&code, asked) {
        return Reading::Uncertain;
    }
    let Some(code) = around::cut(&code, asked, finished) else {
        let leaves_out = code.lines().any(|line| elided::is_marker(line, asked.code));
        return if leaves_out { Reading::Elided } else { Reading::Uncertain };
    };
    if code.trim().is_empty() {
        return Reading::Nothing;
    }
    if finished && (fragment::is_one(&code, asked.code) || foreign::is_code(&code, asked.language))
    {
        return Reading::Uncertain;
    }
    if elided::is_said(talk) && fragment::leaves_definitions_out(&code, asked.code) {
        return Reading::Elided;
    }
    finally(layout::fit(&code, asked), asked)
}

/// Code that is laid out already, without the marks of what was left out.
fn finally(code: String, asked: &AskedCode<'_>) -> Reading {
    match filled::fill(&code, asked.code) {
        Filled::Whole => Reading::Code(code),
        Filled::Again(code) => Reading::Code(code),
        Filled::Unknown => Reading::Elided,
    }
}

fn find_code(said: &str, parts: Parts, asked: &AskedCode<'_>, finished: bool) -> Option<Block> {
    let block = if parts.is_prefilled {
        // What follows the first block is talk about it.
        let block = parts.blocks.into_iter().next();
        block
            .map(|block| without_talk(block, asked, true))
            .filter(|block| finished || !talk::may_begin(&block.code, asked.language))
    } else if parts.blocks.is_empty() {
        // While it streams a fence may still come.
        let pieces = if finished { talk::pieces(said, asked) } else { Vec::new() };
        choose::best(pieces, asked).filter(|piece| choose::is_code_like(&piece.code, asked.code))
    } else {
        choose::best(parts.blocks, asked).map(|block| without_talk(block, asked, false))
    };
    block.filter(|block| !block.code.trim().is_empty())
}

/// A block that was not closed, or not opened, by the model may have talk at its ends.
fn without_talk(block: Block, asked: &AskedCode<'_>, prefilled: bool) -> Block {
    let code = if block.is_closed && !prefilled {
        talk::without_heading(&block.code, asked).to_owned()
    } else {
        talk::without(&block.code, asked.language)
    };
    // Where what was asked about reads like sentences itself, sentences are no talk about it.
    let is_like_asked = || talk::without(asked.code, asked.language).trim().is_empty();
    if code.trim().is_empty() && is_like_asked() { block } else { Block { code, ..block } }
}
