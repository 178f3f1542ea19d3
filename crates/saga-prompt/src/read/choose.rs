//! Which of an answer's blocks is the code that was asked for.

use std::collections::BTreeSet;

use unicode_ident::{is_xid_continue, is_xid_start};

use super::AskedCode;
use super::blocks::Block;
use super::labels::Label;
use super::lines::is_telling;
use crate::fence::{is_prose_language, tag};

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
    let names = names(asked.code);
    // A text is not replaced by one of several blocks that have nothing in common with it.
    let is_open_choice = blocks.len() > 1 && is_prose_language(asked.language);
    let wanted: Vec<Block> = if blocks.len() == 1 {
        blocks
    } else {
        let candidates = without(blocks, |block| {
            BESIDE.contains(&block.tag.as_str()) && !block.tag.eq_ignore_ascii_case(tag)
        });
        let candidates = without_foreign(candidates, asked.language, &names);
        // A block that only quotes the question is not the answer.
        let candidates = without(candidates, |block| block.code.trim() == asked.code.trim());
        let candidates = without_labelled(candidates, Label::Old, &names);
        without_labelled(candidates, Label::Beside, &names)
    };
    let share = |block: &Block| share_of(&names, &block.code);
    let closest = wanted.iter().max_by(|a, b| share(a).total_cmp(&share(b)))?;
    // Of two versions the later one is the answer.
    let is_version = |block: &&Block| head(block) == head(closest) && !is_declaration(block);
    let chosen = wanted.iter().rfind(is_version).unwrap_or(closest);
    let parts: Vec<&str> = wanted.iter().map(|block| block.code.trim_end()).collect();
    let whole = parts.join("\n\n");
    let adds = share_of(&names, &whole) >= share(closest) + PART_GAIN;
    if wanted.len() > 1 && adds && are_parts(&wanted) {
        return Some(Block { tag: String::new(), code: whole, is_closed: true, label: None });
    }
    let is_strange = is_open_choice && !resembles(&chosen.code, asked.code);
    (!is_strange).then(|| chosen.clone())
}

/// What a block defines, by its first line.
fn head(block: &Block) -> &str {
    let first = block.code.trim_start().lines().next().unwrap_or_default();
    first.split('(').next().unwrap_or_default().trim_end()
}

/// Whether a block only says that something is defined elsewhere.
fn is_declaration(block: &Block) -> bool {
    let code = block.code.trim();
    !code.contains('\n') && code.ends_with(");")
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

/// Whether two texts are about the same: they share a line, or many names.
pub(super) fn resembles(text: &str, asked: &str) -> bool {
    let shares_line = text
        .lines()
        .map(str::trim)
        .any(|line| is_telling(line) && asked.lines().any(|other| other.trim() == line));
    shares_line || share_of(&names(asked), text) >= CODE_SHARE
}

/// Leaves out what `is_beside`, unless that is everything.
fn without(blocks: Vec<Block>, is_beside: impl Fn(&Block) -> bool) -> Vec<Block> {
    if blocks.iter().all(&is_beside) {
        return blocks;
    }
    blocks.into_iter().filter(|block| !is_beside(block)).collect()
}

/// Leaves out the blocks in another language, where one in the language that was asked about says as
/// much. Tags may be wrong, so none is left out for its tag alone.
fn without_foreign(blocks: Vec<Block>, language: &str, names: &BTreeSet<&str>) -> Vec<Block> {
    let is_foreign = |block: &Block| !block.tag.is_empty() && !names_language(&block.tag, language);
    if !blocks.iter().any(|block| names_language(&block.tag, language)) {
        return blocks;
    }
    without_less(blocks, names, is_foreign)
}

fn names_language(tag: &str, language: &str) -> bool {
    const SHORT: &[(&str, &str)] = &[
        ("py", "python"),
        ("python3", "python"),
        ("ts", "typescript"),
        ("tsx", "typescriptreact"),
        ("js", "javascript"),
        ("jsx", "javascriptreact"),
        ("rs", "rust"),
        ("golang", "go"),
        ("c++", "cpp"),
        ("cc", "cpp"),
        ("kt", "kotlin"),
        ("rb", "ruby"),
        ("cs", "csharp"),
        ("c#", "csharp"),
        ("sh", "shellscript"),
        ("yml", "yaml"),
        ("md", "markdown"),
    ];
    let name = tag.split([':', '{', '.', '/']).next().unwrap_or_default();
    name == language
        || name == self::tag(language)
        || SHORT.iter().any(|(short, long)| *short == name && *long == language)
}

/// Leaves out the blocks with a label, where others say as much of what was asked about. Words are
/// not always what they seem: "an example of the code as you want it".
fn without_labelled(blocks: Vec<Block>, label: Label, names: &BTreeSet<&str>) -> Vec<Block> {
    without_less(blocks, names, |block| block.label == Some(label))
}

fn without_less(
    blocks: Vec<Block>,
    names: &BTreeSet<&str>,
    is_beside: impl Fn(&Block) -> bool,
) -> Vec<Block> {
    let share = |chosen: bool| {
        let chosen = blocks.iter().filter(|block| is_beside(block) == chosen);
        chosen.map(|block| share_of(names, &block.code)).fold(0.0, f64::max)
    };
    if names.is_empty() || share(false) < share(true) / 2.0 {
        return blocks;
    }
    without(blocks, is_beside)
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
