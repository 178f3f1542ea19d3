//! The fenced blocks of an answer.

use crate::fence::is_prose_language;
use crate::prose::is_prose;

const FENCE_MIN: usize = 3;

/// A fenced block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Block {
    /// The tag after the opening fence, in lower case; empty when there is none.
    pub(super) tag: String,
    pub(super) code: String,
    pub(super) is_closed: bool,
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

/// The blocks in their order. With `prefilled` a fence of that length is open from the start.
pub(super) fn of(said: &str, prefilled: Option<usize>, finished: bool) -> Vec<Block> {
    let said = if finished { said } else { without_half_fence(said) };
    let nested = parse(said, prefilled, true);
    // An opening fence inside a block that never closes belongs to the next block.
    let is_broken = finished && nested.last().is_some_and(|block| !block.is_closed);
    if is_broken { parse(said, prefilled, false) } else { nested }
}

fn parse(said: &str, prefilled: Option<usize>, nesting: bool) -> Vec<Block> {
    let mut done = Vec::new();
    let mut open = prefilled.map(|length| Open::new(Fence::untagged(length)));
    for line in said.split_inclusive('\n') {
        let fence = Fence::of(line);
        let Some(block) = &mut open else {
            open = fence.map(Open::new);
            continue;
        };
        match fence {
            Some(fence) if block.is_closed_by(&fence) => {
                if block.close_innermost(line) {
                    done.extend(open.take().map(|block| block.finish(true)));
                }
            }
            Some(fence) if fence.can_open_inside(&block.fence) => {
                if nesting {
                    block.inner.push(fence);
                    block.code.push_str(line);
                } else {
                    done.extend(open.take().map(|block| block.finish(false)));
                    open = Some(Open::new(fence));
                }
            }
            _ => match closed_at_line_end(line, &block.fence) {
                Some(last) if block.inner.is_empty() => {
                    block.code.push_str(last);
                    done.extend(open.take().map(|block| block.finish(true)));
                }
                _ => block.code.push_str(line),
            },
        }
    }
    done.extend(open.map(|block| block.finish(false)));
    done
}

/// A block while it is read.
struct Open {
    fence: Fence,
    /// Fences opened inside it.
    inner: Vec<Fence>,
    code: String,
}

impl Open {
    fn new(fence: Fence) -> Self {
        let code = fence.first_line.clone();
        Self { fence, inner: Vec::new(), code }
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
        let Self { fence, mut code, .. } = self;
        if !is_closed && let Some(end) = short_closing(&code) {
            code.truncate(end);
            return Block { tag: fence.tag, code, is_closed: true };
        }
        Block { tag: fence.tag, code, is_closed }
    }
}

/// A line that opens or closes a block.
struct Fence {
    mark: char,
    length: usize,
    tag: String,
    /// Code that a model wrote on the fence's own line.
    first_line: String,
}

impl Fence {
    fn untagged(length: usize) -> Self {
        Self { mark: '`', length, tag: String::new(), first_line: String::new() }
    }

    fn of(line: &str) -> Option<Self> {
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
            return Some(Self { mark, length, tag, first_line: String::new() });
        }
        Some(Self { mark, length, tag: String::new(), first_line: format!("{info}\n") })
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
