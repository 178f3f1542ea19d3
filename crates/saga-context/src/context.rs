//! What stands around a cursor, as `saga_domain::Context`: bounded windows of text, the scopes,
//! the imports, and the signatures of what is used nearby. Total: half-written code and files
//! without a tree give what can be had.

use saga_domain::{ByteOffset, Context, Snippet, SnippetKind};

use crate::definitions::Definition;
use crate::limits::ContextLimits;
use crate::names;
use crate::outline::{Outline, Place};
use crate::scopes;
use crate::snapshot::Snapshot;
use crate::text;

/// Text before and after the cursor in which a definition counts as seen by the model anyway.
const SEEN_BEFORE_BYTES: usize = 4 << 10;
const SEEN_AFTER_BYTES: usize = 1 << 10;

/// Definitions of one name that are shown; with more than twice as many the name says nothing.
const SAME_NAME_MAX: usize = 2;

/// Gathers what is known around `at`.
///
/// `others` are the other open files, the most relevant first; those of another language family
/// are skipped. An offset outside the text, or inside a character, is moved back to the nearest
/// place; use [`Snapshot::check`] to refuse it instead.
#[must_use]
pub fn context_at(
    doc: &Snapshot,
    at: ByteOffset,
    others: &[Snapshot],
    limits: &ContextLimits,
) -> Context {
    let at = place_of(doc, at);
    let prefix = prefix_window(doc, at, limits.prefix_bytes_max);
    let suffix = suffix_window(doc, at, limits.suffix_bytes_max);
    let scopes = scopes::around(doc, at, &prefix, limits.scopes_max);
    let snippets = signatures(doc, &prefix, &suffix, &scopes, others, limits);
    Context {
        path: doc.path().to_owned(),
        language: doc.language_id().to_owned(),
        imports: imports(doc, limits.imports_bytes_max),
        scopes,
        snippets,
        prefix,
        suffix,
    }
}

/// A place in the text, never between the two characters of a line end.
pub(crate) fn place_of(doc: &Snapshot, at: ByteOffset) -> usize {
    let at = text::floor(&doc.rope, at.0);
    let splits_crlf = at > 0
        && at < doc.rope.byte_len()
        && doc.rope.byte(at - 1) == b'\r'
        && doc.rope.byte(at) == b'\n';
    if splits_crlf { at - 1 } else { at }
}

/// The text before the cursor. Its start is found from a multiple of a step, so that it does not
/// move with every character typed: a prompt whose start moves is evaluated as a whole again.
pub(crate) fn prefix_window(doc: &Snapshot, at: usize, bytes_max: usize) -> String {
    let step = (bytes_max / 4).max(1);
    let earliest = at.saturating_sub(bytes_max).next_multiple_of(step).min(at);
    let start = if earliest == 0 {
        0
    } else {
        // The first line that starts inside the window, or the window itself in one long line.
        let next_line = text::next_line_start(&doc.rope, earliest);
        if next_line <= at { next_line } else { earliest }
    };
    text::unix_lines(text::slice(&doc.rope, start..at))
}

/// The text after the cursor, ending with a whole line where there is one.
pub(crate) fn suffix_window(doc: &Snapshot, at: usize, bytes_max: usize) -> String {
    let latest = at.saturating_add(bytes_max).min(doc.rope.byte_len());
    let mut end = latest;
    if latest < doc.rope.byte_len() {
        let line = text::line_start(&doc.rope, latest);
        end = if line > at { line } else { latest };
    }
    text::unix_lines(text::slice(&doc.rope, at..end))
}

fn imports(doc: &Snapshot, bytes_max: usize) -> Vec<String> {
    let Some(syntax) = &doc.syntax else { return Vec::new() };
    let mut left = bytes_max;
    let fits = |line: &&str| {
        let fits = line.len() <= left;
        left = left.saturating_sub(line.len());
        fits
    };
    syntax.outline.imports().take_while(fits).map(str::to_owned).collect()
}

/// A definition that might be shown.
struct Candidate<'a> {
    path: &'a str,
    place: Place,
    definition: &'a Definition,
}

fn signatures(
    doc: &Snapshot,
    prefix: &str,
    suffix: &str,
    scopes: &[String],
    others: &[Snapshot],
    limits: &ContextLimits,
) -> Vec<Snippet> {
    let before = last_lines(prefix, limits.names_lines_before_max);
    let after = first_lines(suffix, limits.names_lines_after_max);
    let names = names::near(before, after, scopes, limits.names_max);
    let search = Search {
        doc,
        own: doc.syntax.as_ref().map(|syntax| &*syntax.outline),
        others: relatives(doc, others, limits.other_files_max),
        seen_before: text::tail(prefix, SEEN_BEFORE_BYTES),
        seen_after: text::head(suffix, SEEN_AFTER_BYTES),
    };

    let mut chosen: Vec<Candidate<'_>> = Vec::new();
    let mut bytes_left = limits.snippets_bytes_max;
    for candidate in names.iter().flat_map(|name| search.find(name)) {
        let is_new = chosen
            .iter()
            .all(|other| (other.path, other.place) != (candidate.path, candidate.place));
        if is_new && candidate.definition.text.len() <= bytes_left {
            bytes_left -= candidate.definition.text.len();
            chosen.push(candidate);
        }
        if chosen.len() >= limits.snippets_max {
            break;
        }
    }
    // By place and not by nearness: the order then stays while the cursor moves.
    chosen.sort_by_key(|candidate| (candidate.path, candidate.place));
    let snippets = chosen.into_iter().map(|candidate| Snippet {
        path: candidate.path.to_owned(),
        kind: SnippetKind::Signature,
        text: candidate.definition.text.clone(),
    });
    snippets.collect()
}

/// Where names are looked up.
struct Search<'a> {
    doc: &'a Snapshot,
    own: Option<&'a Outline>,
    others: Vec<(&'a Snapshot, &'a Outline)>,
    seen_before: &'a str,
    seen_after: &'a str,
}

impl<'a> Search<'a> {
    /// What `name` may mean: this file's own definition, else an imported one, else any.
    fn find(&self, name: &str) -> Vec<Candidate<'a>> {
        let own: Vec<_> =
            self.own.into_iter().flat_map(|own| own.named(name)).take(SAME_NAME_MAX + 1).collect();
        if !own.is_empty() {
            let unseen = own.into_iter().filter(|(_, definition)| !self.is_seen(definition));
            let path = self.doc.path();
            return unseen
                .take(SAME_NAME_MAX)
                .map(|(place, definition)| Candidate { path, place, definition })
                .collect();
        }
        let mut found: Vec<Candidate<'a>> = Vec::new();
        for (other, outline) in &self.others {
            let usable = outline.named(name).filter(|(_, definition)| !definition.is_local);
            let candidates = usable.map(|(place, definition)| Candidate {
                path: other.path(),
                place,
                definition,
            });
            found.extend(candidates.take(2 * SAME_NAME_MAX + 1));
        }
        if found.iter().any(|candidate| self.is_imported(name, candidate.path)) {
            found.retain(|candidate| self.is_imported(name, candidate.path));
        }
        if found.len() > 2 * SAME_NAME_MAX {
            return Vec::new();
        }
        found.truncate(SAME_NAME_MAX);
        found
    }

    fn is_seen(&self, definition: &Definition) -> bool {
        self.seen_before.contains(&definition.first_line)
            || self.seen_after.contains(&definition.first_line)
    }

    /// Whether an import line speaks of both the name and the file it comes from.
    fn is_imported(&self, name: &str, path: &str) -> bool {
        let file = path.rsplit('/').next().unwrap_or(path);
        let stem = file.split('.').next().unwrap_or(file);
        let mut imports = self.own.into_iter().flat_map(Outline::imports);
        imports.any(|line| line.contains(name) && line.contains(stem))
    }
}

fn relatives<'a>(
    doc: &Snapshot,
    others: &'a [Snapshot],
    files_max: usize,
) -> Vec<(&'a Snapshot, &'a Outline)> {
    let Some(language) = doc.language() else { return Vec::new() };
    let outlines = others.iter().filter(|other| other.uri() != doc.uri()).filter_map(|other| {
        let syntax = other.syntax.as_ref()?;
        (syntax.language.family == language.family).then_some((other, &*syntax.outline))
    });
    outlines.take(files_max).collect()
}

fn last_lines(text: &str, lines_max: usize) -> &str {
    let start = text.rmatch_indices('\n').nth(lines_max).map_or(0, |(at, _)| at + 1);
    text::tail(&text[start..], SEEN_BEFORE_BYTES)
}

fn first_lines(text: &str, lines_max: usize) -> &str {
    let end = text.match_indices('\n').nth(lines_max).map_or(text.len(), |(at, _)| at);
    text::head(&text[..end], SEEN_AFTER_BYTES)
}
