//! Completions by prefix: typing what a suggestion says, deleting back, accepting a word of it,
//! going away and coming back all find it again without asking a model.
//!
//! A completion is kept under the line it was asked on, and what stands before that line. Below
//! that a radix tree holds the line's text and the completion as one path, so every point on the
//! path finds what is left of it. Nothing here knows what happens below the cursor's line, the
//! time, or the model; whoever changes the model clears the cache.

#![warn(clippy::disallowed_methods)]

mod closers;
mod place;
mod tree;

use lru::LruCache;

pub use place::{Place, TAIL_BYTES};

use place::Key;
use tree::Tree;

/// What the cache may hold; what was used least recently goes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CacheLimits {
    /// Lines that have completions.
    pub entries_max: usize,
    /// Bytes of all texts, bookkeeping included.
    pub bytes_max: usize,
}

/// What is left of a completion at a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hit {
    /// The text to show at the cursor; never empty.
    pub text: String,
    /// Bytes before the cursor that `text` replaces: a Hangul syllable under composition that
    /// becomes the text's first one. 0 otherwise.
    pub replace_back_bytes: usize,
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
        let (key, line) = place::origin(at);
        let path = place::without_trailing_blanks(&format!("{}{text}", line));
        if text.is_empty() || path.len() > self.limits.bytes_max / 4 {
            return;
        }
        self.inserted += 1;
        let tree = self.lines.get_or_insert_mut(key, Tree::default);
        let before = tree.bytes();
        tree.insert(&path, self.inserted);
        if !path.starts_with(line) {
            // Until the line ends, the blanks at its end are still there.
            let text = place::without_trailing_blanks(text);
            tree.insert(&format!("{}{text}", line), self.inserted);
        }
        self.bytes = self.bytes - before + tree.bytes();
        while self.lines.len() > self.limits.entries_max || self.bytes > self.limits.bytes_max {
            let Some((_, tree)) = self.lines.pop_lru() else { break };
            self.bytes -= tree.bytes();
        }
    }

    /// What is left of the newest completion that fits `at`.
    pub fn lookup(&mut self, at: &Place<'_>) -> Option<Hit> {
        place::possible_origins(at).find_map(|(key, line, closers)| {
            let tree = self.lines.get(&key)?;
            let hit = tree.find(&place::without_trailing_blanks(line))?;
            let text = match closers.chars().next() {
                None => hit.text,
                Some(closer) => closers::before_unmatched(&hit.text, closer)?.to_owned(),
            };
            (!text.is_empty()).then_some(Hit { text, ..hit })
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
