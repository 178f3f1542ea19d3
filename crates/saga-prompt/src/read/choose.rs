//! Which of an answer's blocks is the code that was asked for.

use std::collections::BTreeSet;

use unicode_ident::{is_xid_continue, is_xid_start};

use super::AskedCode;
use super::blocks::Block;
use crate::fence::tag;

/// Tags of blocks that show what to type or what is printed.
const BESIDE: &[&str] = &[
    "bash",
    "sh",
    "shell",
    "zsh",
    "console",
    "terminal",
    "powershell",
    "text",
    "txt",
    "output",
    "diff",
    "patch",
];

/// Share of the asked names that blocks must add together before they are taken as parts of one
/// answer.
const PART_GAIN: f64 = 0.15;

/// Share of the asked names that makes a text without a fence the same program.
const CODE_SHARE: f64 = 0.4;

/// The block to take; several joined when the answer was given in parts.
pub(super) fn best(blocks: Vec<Block>, asked: &AskedCode<'_>) -> Option<Block> {
    let tag = tag(asked.language);
    let wanted: Vec<Block> = if blocks.len() == 1 {
        blocks
    } else {
        let candidates = without(blocks, |block| {
            BESIDE.contains(&block.tag.as_str()) && !block.tag.eq_ignore_ascii_case(tag)
        });
        // A block that only quotes the question is not the answer.
        without(candidates, |block| block.code.trim() == asked.code.trim())
    };
    let names = names(asked.code);
    let share = |block: &Block| share_of(&names, &block.code);
    let closest = wanted.iter().max_by(|a, b| share(a).total_cmp(&share(b)))?;
    // Of two versions the later one is the answer.
    let chosen = wanted.iter().rfind(|block| head(block) == head(closest))?;
    let parts: Vec<&str> = wanted.iter().map(|block| block.code.trim_end()).collect();
    let whole = parts.join("\n\n");
    let adds = share_of(&names, &whole) >= share(closest) + PART_GAIN;
    if wanted.len() > 1 && adds && are_parts(&wanted) {
        return Some(Block { tag: String::new(), code: whole, is_closed: true });
    }
    Some(chosen.clone())
}

/// What a block defines, by its first line.
fn head(block: &Block) -> &str {
    let first = block.code.trim_start().lines().next().unwrap_or_default();
    first.split('(').next().unwrap_or_default().trim_end()
}

/// Whether blocks are different things rather than versions of one.
fn are_parts(blocks: &[Block]) -> bool {
    let heads: BTreeSet<&str> = blocks.iter().map(head).collect();
    heads.len() == blocks.len()
}

/// Whether text without a fence is code rather than words.
pub(super) fn is_code_like(text: &str, asked: &str) -> bool {
    let lines = || text.lines().map(str::trim).filter(|line| !line.is_empty());
    let repeats =
        lines().any(|line| line.len() > 3 && asked.lines().any(|other| other.trim() == line));
    let with_signs = lines().filter(|line| line.contains(['=', '(', '{', '[', ';', '<'])).count();
    let is_same_program = share_of(&names(asked), text) >= CODE_SHARE;
    repeats || is_same_program || with_signs * 2 > lines().count()
}

/// Whether the code is a patch, to be read by a person and not to be put in place.
pub(super) fn is_patch(code: &str) -> bool {
    let mut lines = code.lines().filter(|line| !line.trim().is_empty()).peekable();
    let has_hunk = code.lines().any(|line| line.starts_with("@@ -"));
    let (mut added, mut removed, mut all) = (false, false, lines.peek().is_some());
    for line in lines {
        added |= line.starts_with('+');
        removed |= line.starts_with('-');
        all &= line.starts_with(['+', '-', ' ']);
    }
    has_hunk || (all && added && removed)
}

/// Leaves out what `is_beside`, unless that is everything.
fn without(blocks: Vec<Block>, is_beside: impl Fn(&Block) -> bool) -> Vec<Block> {
    if blocks.iter().all(&is_beside) {
        return blocks;
    }
    blocks.into_iter().filter(|block| !is_beside(block)).collect()
}

fn share_of(names: &BTreeSet<&str>, code: &str) -> f64 {
    if names.is_empty() {
        return 0.0;
    }
    let found = self::names(code);
    let common = names.iter().filter(|name| found.contains(*name)).count();
    // Counts of names in one selection are far below the precision of an f64.
    f64::from(u32::try_from(common).unwrap_or(u32::MAX))
        / f64::from(u32::try_from(names.len()).unwrap_or(u32::MAX))
}

fn names(code: &str) -> BTreeSet<&str> {
    code.split(|c: char| !is_xid_continue(c))
        .filter(|word| word.starts_with(|c: char| is_xid_start(c) || c == '_'))
        .collect()
}
