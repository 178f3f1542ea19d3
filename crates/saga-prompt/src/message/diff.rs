//! Cutting a diff to a number of tokens, so that every file is still named and each shows as much
//! of its change as the others leave it.

use crate::tokens::estimate_tokens;

/// Files whose change says nothing beyond their name.
const GENERATED: &[&str] = &[
    "package-lock.json",
    "yarn.lock",
    "pnpm-lock.yaml",
    "Cargo.lock",
    "poetry.lock",
    "uv.lock",
    "Gemfile.lock",
    "composer.lock",
    "go.sum",
    ".min.js",
    ".min.css",
    ".map",
    ".snap",
];

/// Tokens of a line that says what was left out.
const NOTE_TOKENS: u32 = 16;

/// A diff that fits.
pub(super) struct Cut {
    pub(super) text: String,
    pub(super) is_cut: bool,
}

/// A file's part of a diff.
struct File<'a> {
    /// Up to the first hunk.
    header: &'a str,
    /// The hunks.
    body: &'a str,
}

pub(super) fn cut(diff: &str, tokens_max: u32) -> Cut {
    let files = files(diff);
    let is_whole = estimate_tokens(diff) <= tokens_max;
    if is_whole && !files.iter().any(is_generated) {
        return Cut { text: diff.to_owned(), is_cut: false };
    }
    let mut left = tokens_max.saturating_sub(NOTE_TOKENS);
    let needs = |file: &File<'_>| estimate_tokens(file.header) + NOTE_TOKENS;
    let named = files
        .iter()
        .take_while(|file| {
            let needed = needs(file);
            let fits = needed <= left;
            left = if fits { left - needed } else { 0 };
            fits
        })
        .count();
    let (named, unnamed) = files.split_at(named);
    let shares = shares(named, left);
    let mut text = String::new();
    let mut is_cut = !unnamed.is_empty();
    for (file, share) in named.iter().zip(shares) {
        text.push_str(file.header);
        is_cut |= write_body(&mut text, file.body, share);
    }
    if !unnamed.is_empty() {
        text.push_str(&format!("({} more files are left out)\n", unnamed.len()));
    }
    Cut { text, is_cut }
}

/// What each file's change may take: the small ones are shown whole, and the large ones share
/// what is left.
fn shares(files: &[File<'_>], tokens: u32) -> Vec<u32> {
    let wanted: Vec<u32> = files
        .iter()
        .map(|file| if is_generated(file) { 0 } else { tokens_of_lines(file.body) })
        .collect();
    let mut order: Vec<usize> = (0..files.len()).collect();
    order.sort_by_key(|index| wanted[*index]);
    let mut shares = vec![0; files.len()];
    let mut left = tokens;
    let mut waiting = u32::try_from(files.len()).unwrap_or(u32::MAX);
    for index in order {
        shares[index] = wanted[index].min(left / waiting.max(1));
        left -= shares[index];
        waiting -= 1;
    }
    shares
}

/// As they are counted when they are written.
fn tokens_of_lines(text: &str) -> u32 {
    text.split_inclusive('\n').map(estimate_tokens).sum()
}

/// Writes as many lines as fit; whether some did not.
fn write_body(out: &mut String, body: &str, tokens_max: u32) -> bool {
    let mut tokens = 0;
    let mut end = 0;
    for line in body.split_inclusive('\n') {
        tokens += estimate_tokens(line);
        if tokens > tokens_max {
            let left_out = body[end..].lines().count();
            out.push_str(&format!("({left_out} more lines of this file are left out)\n"));
            return true;
        }
        out.push_str(line);
        end += line.len();
    }
    if !body.is_empty() && !body.ends_with('\n') {
        out.push('\n');
    }
    false
}

fn is_generated(file: &File<'_>) -> bool {
    let first = file.header.lines().next().unwrap_or_default();
    first.starts_with("diff --") && GENERATED.iter().any(|end| first.ends_with(end))
}

/// Cuts before each `diff --git`; what is no diff is one file without a header.
fn files(diff: &str) -> Vec<File<'_>> {
    let is_start = |line: &str| line.starts_with("diff --");
    let mut starts = Vec::new();
    let mut at = 0;
    for line in diff.split_inclusive('\n') {
        if at == 0 || is_start(line) {
            starts.push(at);
        }
        at += line.len();
    }
    let ends = starts.iter().skip(1).copied().chain([diff.len()]);
    let parts = starts.iter().zip(ends).map(|(start, end)| &diff[*start..end]);
    parts.map(file).collect()
}

fn file(part: &str) -> File<'_> {
    if !part.starts_with("diff --") {
        return File { header: "", body: part };
    }
    let hunk = part.find("\n@@").map_or(part.len(), |at| at + 1);
    File { header: &part[..hunk], body: &part[hunk..] }
}
