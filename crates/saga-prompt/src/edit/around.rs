//! What stands around the code, and beside it, as far as the budget has room for it.

use saga_domain::Context;

use crate::edit::Beside;
use crate::tokens::{Budget, estimate_tokens};

/// The file around the code, and what other places say.
pub(super) struct Around<'a> {
    pub(super) related: String,
    pub(super) before: &'a str,
    pub(super) after: &'a str,
}

pub(super) fn surroundings<'a>(
    context: &'a Context,
    budget: Budget,
    tokens_max: u32,
) -> Around<'a> {
    let before = last_lines(&context.prefix, budget.prefix_lines_max, tokens_max * 2 / 5);
    let after = first_lines(&context.suffix, budget.suffix_lines_max, tokens_max / 5);
    let mut related = String::new();
    let mut tokens = 0;
    let snippets = context.snippets.iter().map(|snippet| snippet.text.as_str());
    let above = context.imports.iter().chain(&context.scopes).map(String::as_str);
    for text in snippets.chain(above.filter(|line| !before.contains(line.trim_end()))) {
        tokens += estimate_tokens(text) + 1;
        if tokens > tokens_max / 4 {
            break;
        }
        related.push_str(text.trim_end());
        related.push('\n');
    }
    Around { related, before, after }
}

/// What is given along, each piece by as many of its first lines as fit; whether all of it does.
pub(super) fn beside<'a>(pieces: &'a [Beside<'a>], tokens_max: u32) -> (Vec<Beside<'a>>, bool) {
    let mut left = tokens_max;
    let mut is_whole = true;
    let mut kept = Vec::with_capacity(pieces.len());
    for piece in pieces {
        let title_tokens = estimate_tokens(piece.path) + TITLE_TOKENS;
        let room = left.saturating_sub(title_tokens);
        let text = first_lines(piece.text, usize::MAX, room);
        is_whole &= text.len() == piece.text.len();
        if text.trim().is_empty() {
            continue;
        }
        left = room.saturating_sub(estimate_tokens(text));
        kept.push(Beside { text, ..*piece });
    }
    (kept, is_whole)
}

/// A section's title and fences.
pub(super) const TITLE_TOKENS: u32 = 16;

fn last_lines(text: &str, lines_max: usize, tokens_max: u32) -> &str {
    let mut tokens = 0;
    let kept: usize = text
        .split_inclusive('\n')
        .rev()
        .take(lines_max)
        .take_while(|line| {
            tokens += estimate_tokens(line);
            tokens <= tokens_max
        })
        .map(str::len)
        .sum();
    &text[text.len() - kept..]
}

/// The first lines that fit.
pub(super) fn first_lines(text: &str, lines_max: usize, tokens_max: u32) -> &str {
    let mut tokens = 0;
    let kept: usize = text
        .split_inclusive('\n')
        .take(lines_max)
        .take_while(|line| {
            tokens += estimate_tokens(line);
            tokens <= tokens_max
        })
        .map(str::len)
        .sum();
    &text[..kept]
}
