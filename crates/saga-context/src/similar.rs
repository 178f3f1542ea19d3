//! Code that looks like the code around a cursor: windows of other places that use many of the
//! same names, measured as the share of all their names that both use (Jaccard).

use rustc_hash::FxHashSet;
use saga_domain::{Snippet, SnippetKind};

use crate::limits::ContextLimits;
use crate::names;
use crate::related::{Spot, Surroundings};
use crate::snapshot::Snapshot;
use crate::text;
use crate::windows::{Window, Windows};

/// With fewer names around the cursor nothing can be said.
const NAMES_MIN: usize = 5;
/// Names a window must share.
const SHARED_MIN: usize = 4;
/// The share of names that both must use, in thousandths; what was never open must be closer.
const OPEN_SHARE_MIN: usize = 150;
const CLOSED_SHARE_MIN: usize = 250;
/// Lines around the cursor that windows are compared with: about the size of a window.
const LINES_BEFORE: usize = 20;
const LINES_AFTER: usize = 6;

/// The windows closest to the spot, in the order of their files.
pub(crate) fn find(
    spot: &Spot<'_>,
    around: &Surroundings<'_>,
    limits: &ContextLimits,
) -> Vec<Snippet> {
    let asked = Asked::new(spot);
    if asked.names.len() < NAMES_MIN || limits.similar_max == 0 {
        return Vec::new();
    }
    let mut found = asked.in_open(around, limits);
    found.extend(asked.in_seen(around));
    found.extend(asked.in_index(around));
    // The closest first; among equals the order of their files, so that it never changes.
    found.sort_by_key(|found| (usize::MAX - found.share, found.path, found.place));
    let mut chosen: Vec<(&str, usize, String)> = Vec::new();
    let mut bytes_left = limits.similar_bytes_max;
    for found in found {
        if chosen.len() >= limits.similar_max {
            break;
        }
        let text = found.text.read();
        let is_new = chosen.iter().all(|(_, _, other)| *other != text);
        if is_new && text.len() <= bytes_left {
            bytes_left -= text.len();
            chosen.push((found.path, found.place, text));
        }
    }
    chosen.sort_by_key(|(path, place, _)| (*path, *place));
    let snippets = chosen.into_iter().map(|(path, _, text)| Snippet {
        path: path.to_owned(),
        kind: SnippetKind::Similar,
        text,
    });
    snippets.collect()
}

/// A window that is close enough.
struct Found<'a> {
    share: usize,
    path: &'a str,
    place: usize,
    text: Text<'a>,
}

/// A text that is copied only when it is chosen.
enum Text<'a> {
    Of(&'a Windows, &'a Window),
    Whole(&'a str),
}

impl Text<'_> {
    fn read(&self) -> String {
        match self {
            Self::Of(windows, window) => windows.text(window),
            Self::Whole(text) => (*text).to_owned(),
        }
    }
}

/// What is looked for.
struct Asked<'a> {
    spot: &'a Spot<'a>,
    /// In ascending order.
    names: Vec<u32>,
    /// The same, as a set of bits by a few bits of each: most names of most windows end here.
    bits: Box<[u64; BITS / 64]>,
}

const BITS: usize = 4096;

impl<'a> Asked<'a> {
    fn new(spot: &'a Spot<'a>) -> Self {
        let start = spot.before.rmatch_indices('\n').nth(LINES_BEFORE).map_or(0, |(at, _)| at + 1);
        let lines_after = spot.after.match_indices('\n').nth(LINES_AFTER);
        let end = lines_after.map_or(spot.after.len(), |(at, _)| at);
        // Together, so that a word the cursor stands in is read as one.
        let names = names::fingerprints(&[&spot.before[start..], &spot.after[..end]].concat());
        let mut bits = Box::new([0; BITS / 64]);
        for name in &names {
            let bit = *name as usize % BITS;
            bits[bit / 64] |= 1 << (bit % 64);
        }
        Self { spot, names, bits }
    }

    /// The share of names both use, in thousandths, when it is enough.
    fn share(&self, names: &[u32], share_min: usize) -> Option<usize> {
        let may_hold = |name: &u32| {
            let bit = *name as usize % BITS;
            self.bits[bit / 64] & (1 << (bit % 64)) != 0
        };
        let is_shared = |name: &&u32| may_hold(name) && self.names.binary_search(name).is_ok();
        let shared = names.iter().filter(is_shared).count();
        let all = names.len() + self.names.len() - shared;
        let share = shared * 1000 / all.max(1);
        (shared >= SHARED_MIN && share >= share_min).then_some(share)
    }

    fn in_open(&self, around: &'a Surroundings<'_>, limits: &ContextLimits) -> Vec<Found<'a>> {
        let doc = self.spot.doc;
        let others = around.open.iter().filter(|other| other.uri() != doc.uri());
        let others = others.filter(|other| is_relative(doc, other)).take(limits.other_files_max);
        let mut found = Vec::new();
        for other in others.chain([doc]) {
            let Some(windows) = &other.windows else { continue };
            let is_own = other.uri() == doc.uri();
            // Where things stand in this file must be known exactly.
            if is_own && windows.version != doc.version {
                continue;
            }
            for window in &windows.all {
                let share = self.share(&window.names, OPEN_SHARE_MIN);
                let Some(share) = share else { continue };
                if is_own && self.is_shown(window) {
                    continue;
                }
                let (path, place) = (other.path(), window.bytes.start);
                found.push(Found { share, path, place, text: Text::Of(windows, window) });
            }
        }
        found
    }

    /// Whether the model sees some of the window anyway.
    fn is_shown(&self, window: &Window) -> bool {
        let rope = &self.spot.doc.rope;
        let first = text::line_of(rope, window.bytes.start);
        let last = text::line_of(rope, window.bytes.end);
        first < self.spot.shown.end && last >= self.spot.shown.start
    }

    fn in_seen(&self, around: &'a Surroundings<'_>) -> Vec<Found<'a>> {
        let open: FxHashSet<&str> =
            around.open.iter().chain([self.spot.doc]).map(Snapshot::uri).collect();
        let seen = around.recent.seen().filter(|seen| !open.contains(&*seen.uri));
        let seen = seen.filter(|seen| family(self.spot.doc) == seen.family);
        seen.filter_map(|seen| {
            let share = self.share(&seen.names, OPEN_SHARE_MIN)?;
            Some(Found { share, path: &seen.path, place: seen.line, text: Text::Whole(&seen.text) })
        })
        .collect()
    }

    fn in_index(&self, around: &'a Surroundings<'_>) -> Vec<Found<'a>> {
        let Some(family) = family(self.spot.doc) else { return Vec::new() };
        let open: FxHashSet<&str> =
            around.open.iter().chain([self.spot.doc]).map(Snapshot::path).collect();
        let windows = around.index.windows_with(&self.names, family).into_iter();
        windows
            .filter(|window| !open.contains(window.path))
            .filter_map(|window| {
                let share = self.share(window.names, CLOSED_SHARE_MIN)?;
                let (path, place) = (window.path, usize::from(window.place));
                Some(Found { share, path, place, text: Text::Whole(window.text) })
            })
            .collect()
    }
}

fn family(doc: &Snapshot) -> Option<&'static str> {
    doc.language().map(|language| language.family)
}

/// Whether two documents are of one family of languages, or of the same unknown one.
fn is_relative(doc: &Snapshot, other: &Snapshot) -> bool {
    match (family(doc), family(other)) {
        (None, None) => doc.language_id() == other.language_id(),
        (one, another) => one == another,
    }
}
