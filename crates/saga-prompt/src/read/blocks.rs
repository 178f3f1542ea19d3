//! The fenced blocks of an answer.

use super::AskedCode;
use super::labels::Label;
use crate::fence::{is_prose_language, tag};
use crate::prose::is_prose;

const FENCE_MIN: usize = 3;

/// A fenced block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Block {
    /// The tag after the opening fence, in lower case; empty when there is none.
    pub(super) tag: String,
    pub(super) code: String,
    pub(super) is_closed: bool,
    /// What the words before it say it is.
    pub(super) label: Option<Label>,
}

/// An answer in its parts.
#[derive(Debug, Default)]
pub(super) struct Parts {
    pub(super) blocks: Vec<Block>,
    /// What stands outside the blocks.
    pub(super) talk: String,
    /// Whether the first block was opened by the prompt.
    pub(super) is_prefilled: bool,
}

/// Whether an answer that was to go on inside an open block opens one of its own.
pub(super) fn begins_anew(said: &str, language: &str) -> bool {
    let mut lines = said.lines().skip_while(|line| line.trim().is_empty());
    let Some(first) = lines.next() else { return false };
    let opens_later = || lines.clone().any(|line| Fence::of(line).is_some());
    match Fence::of(first) {
        Some(fence) => !fence.tag.is_empty() || opens_later(),
        None => !is_prose_language(language) && is_prose(first) && opens_later(),
    }
}

/// The text before the one fence of an answer, which closes a block that was never opened.
pub(super) fn before_lone_fence(said: &str) -> Option<(&str, &str)> {
    // One on the line of other words counts too.
    if said.matches("```").count() != 1 {
        return None;
    }
    let mut at = 0;
    let mut found = None;
    for line in said.split_inclusive('\n') {
        if let Some(fence) = Fence::of(line) {
            if found.is_some() || !fence.is_bare() {
                return None;
            }
            found = Some((&said[..at], &said[at + line.len()..]));
        }
        at += line.len();
    }
    found
}

/// The blocks in their order. With `prefilled` a fence of that length is open from the start.
pub(super) fn of(
    said: &str,
    asked: &AskedCode<'_>,
    prefilled: Option<usize>,
    finished: bool,
) -> Parts {
    let said = if finished { said } else { without_half_fence(said) };
    if let Some(whole) = one_block(said, asked).filter(|_| prefilled.is_none()) {
        return whole;
    }
    let nested = parse(said, asked, prefilled, true);
    // An opening fence inside a block that never closes belongs to the next block.
    let is_broken = finished && nested.blocks.last().is_some_and(|block| !block.is_closed);
    if is_broken { parse(said, asked, prefilled, false) } else { nested }
}

/// A text with blocks of its own in one block, whose last line is the last of the answer.
fn one_block(said: &str, asked: &AskedCode<'_>) -> Option<Parts> {
    let lines: Vec<&str> = said.trim_end().split_inclusive('\n').collect();
    let (open, opening) =
        lines.iter().enumerate().find_map(|(at, line)| Some((at, Fence::of(line)?)))?;
    let own = [tag(asked.language), "markdown", "md"];
    if !is_prose_language(asked.language) || !own.contains(&opening.tag.as_str()) {
        return None;
    }
    let bare = |line: &&&str| Fence::of(line).is_some_and(|fence| fence.is_bare());
    let last = lines.len() - 1;
    let fences = lines[open + 1..].iter().filter(|line| Fence::of(line).is_some()).count();
    if fences % 2 == 0
        || !bare(&&lines[last])
        || !lines[open + 1..].iter().filter(|l| Fence::of(l).is_some()).all(|l| bare(&l))
    {
        return None;
    }
    let talk = lines[..open].concat();
    let label = Label::of(last_words(&talk));
    let code = lines[open + 1..last].concat();
    Some(Parts {
        blocks: vec![Block { tag: opening.tag, code, is_closed: true, label }],
        talk,
        is_prefilled: false,
    })
}

fn parse(said: &str, asked: &AskedCode<'_>, prefilled: Option<usize>, nesting: bool) -> Parts {
    let lines: Vec<&str> = said.split_inclusive('\n').collect();
    let mut parts = Parts { is_prefilled: prefilled.is_some(), ..Parts::default() };
    let mut open = prefilled.map(|length| Open::new(Fence::untagged(length), None));
    for (at, line) in lines.iter().enumerate() {
        let fence = Fence::of(line);
        let Some(block) = &mut open else {
            match fence.or_else(|| fence_after_words(line)) {
                Some(fence) => open = Some(Open::new(fence, Label::of(last_words(&parts.talk)))),
                None => parts.talk.push_str(line),
            }
            continue;
        };
        match fence {
            Some(fence) if block.is_closed_by(&fence) => {
                if block.inner.is_empty() && begins_inside(&lines[at..], &block.fence, asked) {
                    block.inner.push(fence);
                    block.code.push_str(line);
                } else if block.close_innermost(line) {
                    parts.talk.push('\n');
                    parts.blocks.extend(open.take().map(|block| block.finish(true)));
                }
            }
            Some(fence) if fence.can_open_inside(&block.fence) => {
                if nesting {
                    block.inner.push(fence);
                    block.code.push_str(line);
                } else {
                    let label = Label::of(last_words(&block.code));
                    parts.blocks.extend(open.take().map(|block| block.finish(false)));
                    open = Some(Open::new(fence, label));
                }
            }
            _ => match closed_at_line_end(line, &block.fence) {
                Some(last) if block.inner.is_empty() => {
                    block.code.push_str(last);
                    parts.blocks.extend(open.take().map(|block| block.finish(true)));
                }
                _ => block.code.push_str(line),
            },
        }
    }
    parts.blocks.extend(open.map(|block| block.finish(false)));
    parts
}

/// Whether a fence without a tag, first of `lines`, begins a block inside the code: it stands
/// deeper than the block's own and has a fellow before that closes, or the code that was asked
/// about goes on after such a fence as the answer does.
fn begins_inside(lines: &[&str], opening: &Fence, asked: &AskedCode<'_>) -> bool {
    let fences: Vec<Fence> = lines.iter().filter_map(|line| Fence::of(line)).collect();
    let column = fences[0].column;
    if column > opening.column {
        let inner =
            fences.iter().take_while(|fence| fence.is_bare() && fence.column > opening.column);
        let count = inner.count();
        let closes = fences.get(count).is_some_and(|fence| {
            fence.is_bare() && fence.column <= opening.column && fence.length >= opening.length
        });
        return count % 2 == 0 && closes;
    }
    let bare = fences.iter().filter(|fence| fence.is_bare()).count();
    let next = lines.get(1).map_or("", |line| line.trim());
    let known = || asked.code.lines().zip(asked.code.lines().skip(1));
    bare >= 3
        && !next.is_empty()
        && known().any(|(line, after)| {
            after.trim() == next && Fence::of(line).is_some_and(|fence| fence.is_bare())
        })
}

/// A fence that opens at the end of a line of words.
fn fence_after_words(line: &str) -> Option<Fence> {
    let at = line.find("```")?;
    let ends = line[..at].trim_end().ends_with([':', '：']);
    Fence::of(&line[at..]).filter(|fence| ends && !fence.tag.is_empty())
}

/// The last line that is not blank.
fn last_words(talk: &str) -> &str {
    talk.lines().rfind(|line| !line.trim().is_empty()).unwrap_or_default()
}

/// A block while it is read.
struct Open {
    fence: Fence,
    /// Fences opened inside it.
    inner: Vec<Fence>,
    code: String,
    label: Option<Label>,
}

impl Open {
    fn new(fence: Fence, label: Option<Label>) -> Self {
        let code = fence.first_line.clone();
        Self { fence, inner: Vec::new(), code, label }
    }

    fn is_closed_by(&self, fence: &Fence) -> bool {
        let innermost = self.inner.last().unwrap_or(&self.fence);
        fence.is_bare() && fence.mark == innermost.mark && fence.length >= innermost.length
    }

    /// Closes the innermost fence; true when that was the block's own.
    fn close_innermost(&mut self, line: &str) -> bool {
        if self.inner.pop().is_none() {
            return true;
        }
        self.code.push_str(line);
        false
    }

    fn finish(self, is_closed: bool) -> Block {
        let Self { fence, mut code, label, .. } = self;
        if !is_closed && let Some((whole, "`" | "``")) = code.trim_end().rsplit_once('\n') {
            code.truncate(whole.len() + 1);
        }
        if !is_closed && let Some(end) = short_closing(&code) {
            code.truncate(end);
            return Block { tag: fence.tag, code, is_closed: true, label };
        }
        Block { tag: fence.tag, code, is_closed, label }
    }
}

/// A line that opens or closes a block.
struct Fence {
    mark: char,
    length: usize,
    tag: String,
    /// Code that a model wrote on the fence's own line.
    first_line: String,
    /// Blanks before it.
    column: usize,
}

impl Fence {
    fn untagged(length: usize) -> Self {
        Self { mark: '`', length, tag: String::new(), first_line: String::new(), column: 0 }
    }

    fn of(line: &str) -> Option<Self> {
        let column = line.len() - line.trim_start().len();
        let line = line.trim();
        let mark = line.chars().next().filter(|c| matches!(c, '`' | '~'))?;
        let info = line.trim_start_matches(mark);
        let length = line.len() - info.len();
        if length < FENCE_MIN || info.contains('`') {
            return None;
        }
        let info = info.trim();
        let mut words = info.split_whitespace();
        let tag = words.next().unwrap_or_default();
        let is_tag = tag.chars().all(|c| c.is_alphanumeric() || "+#-_./:{}".contains(c));
        let is_attributed = words.all(|word| word.contains(['=', '{', '}', '.', '/']));
        if is_tag && is_attributed && !tag.ends_with(':') {
            let tag = tag.to_lowercase();
            return Some(Self { mark, length, tag, first_line: String::new(), column });
        }
        Some(Self { mark, length, tag: String::new(), first_line: format!("{info}\n"), column })
    }

    fn is_bare(&self) -> bool {
        self.tag.is_empty() && self.first_line.is_empty()
    }

    fn can_open_inside(&self, outer: &Self) -> bool {
        !self.tag.is_empty() && self.mark == outer.mark
    }
}

/// Where a last line begins that closes the block with a shorter fence than it was opened with:
/// the one fence too many.
fn short_closing(code: &str) -> Option<usize> {
    let last = code.trim_end();
    let start = last.rfind('\n').map_or(0, |end| end + 1);
    let is_bare = Fence::of(&last[start..]).is_some_and(|fence| fence.is_bare());
    let fences = last.lines().filter(|line| Fence::of(line).is_some()).count();
    (is_bare && fences % 2 == 1).then_some(start)
}

/// The last line of a block whose fence stands at its end.
fn closed_at_line_end<'a>(line: &'a str, fence: &Fence) -> Option<&'a str> {
    let closer: String = std::iter::repeat_n(fence.mark, fence.length).collect();
    let code = line.trim_end().strip_suffix(&closer)?;
    let is_comment = code.trim_start().starts_with(['/', '#', '*', '-', '%', ';']);
    (!is_comment && !code.contains(fence.mark)).then_some(code)
}

/// While an answer streams its last line may become a fence.
fn without_half_fence(said: &str) -> &str {
    let line = said.rfind('\n').map_or(0, |end| end + 1);
    if said[line..].trim_start().starts_with(['`', '~']) { &said[..line] } else { said }
}
