//! Completions by prefix: typing what a suggestion says, deleting back, accepting a word of it,
//! going away and coming back all find it again without asking a model.
//!
//! A completion is kept under the line it was asked on, what stands before that line, and what
//! follows the cursor: the rest of its line, or else the next line that is not blank. Below that a
//! radix tree holds the line's text and the completion as one path, so every point on the path
//! finds what is left of it. What changes further down is not noticed, since most of it changes
//! nothing here. Neither the time nor the model is known; whoever changes the model clears the
//! cache.

#![warn(clippy::disallowed_methods)]

mod closers;
mod place;
mod tree;

use lru::LruCache;

pub use place::{HEAD_BYTES, Place, TAIL_BYTES};

use place::{Key, Origin};
use tree::Tree;

/// What the cache may hold; what was used least recently goes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CacheLimits {
    /// Lines that have completions.
    pub entries_max: usize,
    /// Bytes of all texts, bookkeeping included.
    pub bytes_max: usize,
}

/// What a line costs beside its tree, in the table and in the list of what was used last.
const LINE_BYTES: usize = size_of::<(Key, Tree)>() + 4 * size_of::<usize>();

/// What is left of a completion at a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hit {
    /// The text to show at the cursor; never empty.
    pub text: String,
    /// Bytes before the cursor that `text` replaces: a Hangul syllable under composition that
    /// becomes the text's first one. 0 otherwise.
    pub replace_back_bytes: usize,
    /// Bytes after the cursor that `text` replaces: brackets and quotes that the editor wrote by
    /// itself and that `text` begins with. 0 otherwise.
    pub replace_forward_bytes: usize,
}

/// Completions by prefix.
#[derive(Debug)]
pub struct CompletionCache {
    limits: CacheLimits,
    lines: LruCache<Key, Tree>,
    bytes: usize,
    /// Counts insertions: of two completions that fit, the newer one is served.
    inserted: u64,
}

impl CompletionCache {
    /// An empty cache.
    #[must_use]
    pub fn new(limits: CacheLimits) -> Self {
        Self { limits, lines: LruCache::unbounded(), bytes: 0, inserted: 0 }
    }

    /// Keeps `text` as what follows at `at`. Empty texts, and texts that alone exceed the limits,
    /// are not kept.
    pub fn insert(&mut self, at: &Place<'_>, text: &str) {
        let Origin { key, typed, .. } = at.origin();
        let path = place::without_trailing_blanks(&format!("{typed}{text}"));
        if text.is_empty() || path.len() > self.limits.bytes_max / 4 {
            return;
        }
        self.inserted += 1;
        if !self.lines.contains(&key) {
            self.bytes += LINE_BYTES;
        }
        let tree = self.lines.get_or_insert_mut(key, Tree::default);
        let before = tree.bytes();
        tree.insert(&path, self.inserted);
        if !path.starts_with(typed) {
            // Until the line ends, the blanks at its end are still there.
            let text = place::without_trailing_blanks(text);
            tree.insert(&format!("{typed}{text}"), self.inserted);
        }
        self.bytes = self.bytes - before + tree.bytes();
        while self.lines.len() > self.limits.entries_max || self.bytes > self.limits.bytes_max {
            let Some((_, tree)) = self.lines.pop_lru() else { break };
            self.bytes -= tree.bytes() + LINE_BYTES;
        }
    }

    /// What is left of the newest completion that fits `at`.
    pub fn lookup(&mut self, at: &Place<'_>) -> Option<Hit> {
        at.possible_origins().find_map(|Origin { key, typed, closed }| {
            let tree = self.lines.get(&key)?;
            let hit = tree.find(&place::without_trailing_blanks(typed))?;
            beside(hit, closed, at.ends_line())
        })
    }

    /// Forgets everything.
    pub fn clear(&mut self) {
        self.lines.clear();
        self.bytes = 0;
    }

    /// Bytes of all texts, bookkeeping included.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.bytes
    }
}

/// What of a hit is left beside brackets that the editor closed meanwhile. They stay where they
/// are; only when nothing comes before them do they give way to what comes behind.
fn beside(hit: Hit, closed: &str, ends_line: bool) -> Option<Hit> {
    let inside = match closed.trim_start().chars().next() {
        None => hit.text.as_str(),
        Some(closer) => closers::before_unmatched(&hit.text, closer)?,
    };
    // A line end was left for a bracket that stands on its own line by now.
    let inside = if ends_line { inside.trim_end() } else { inside };
    if !inside.is_empty() {
        let text = inside.to_owned();
        return Some(Hit { text, ..hit });
    }
    let (on_line, below) = closed.split_at(closed.find('\n').unwrap_or(closed.len()));
    let after =
        closers::after_all(&hit.text, on_line.trim_end()).filter(|_| !on_line.is_empty())?;
    let behind = match below.trim_start().chars().next() {
        None => &hit.text[after..],
        Some(closer) => closers::before_unmatched(&hit.text[after..], closer)?.trim_end(),
    };
    let text = hit.text[..after + behind.len()].to_owned();
    (!behind.is_empty()).then_some(Hit { text, replace_forward_bytes: on_line.len(), ..hit })
}
