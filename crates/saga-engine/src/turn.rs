//! Whose turn it is to ask for a completion, and in which rhythm turns come.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use saga_domain::TextEdit;

use crate::pause::{Foresight, Moment, PauseAt, Rhythm, share_waited};

/// Whose turn it is, and in which rhythm turns come.
#[derive(Default)]
pub(crate) struct Turn {
    newest: AtomicU64,
    typing: Mutex<Typing>,
    after_hit: AtomicBool,
    was_hit: AtomicBool,
}

#[derive(Default)]
struct Typing {
    rhythm: Rhythm,
    foresight: Foresight,
    last_key: Option<Instant>,
}

impl Turn {
    /// Notes a change that somebody may have typed.
    pub(crate) fn note_change(&self, edits: &[TextEdit]) {
        let is_key = matches!(edits, [edit] if edit.text.chars().count() <= 1);
        if !is_key {
            return;
        }
        let now = Instant::now();
        let mut typing = self.typing.lock();
        if let Some(last_key) = typing.last_key.replace(now) {
            typing.rhythm.note(now - last_key);
        }
    }

    /// Takes a turn; whoever had the one before is overtaken.
    pub(crate) fn take(&self) -> u64 {
        self.newest.fetch_add(1, Ordering::Relaxed) + 1
    }

    /// Whether somebody has taken a turn since.
    pub(crate) fn is_over(&self, ticket: u64) -> bool {
        self.newest.load(Ordering::Relaxed) != ticket
    }

    /// Notes whether the cache had the answer.
    pub(crate) fn note_lookup(&self, is_hit: bool) {
        let before = self.was_hit.swap(is_hit, Ordering::Relaxed);
        self.after_hit.store(before, Ordering::Relaxed);
    }

    /// Notes whether an answer said what was typed after its question.
    pub(crate) fn note_foresight(&self, fitted: bool) {
        self.typing.lock().foresight.note(fitted);
    }

    /// Time since the last key; none before the first.
    pub(crate) fn since_last_key(&self) -> Option<Duration> {
        self.typing.lock().last_key.map(|key| key.elapsed())
    }

    /// What the pause depends on, now.
    pub(crate) fn moment(&self, place: PauseAt, first_token_ms: Option<u32>) -> Moment {
        let typing = self.typing.lock();
        let share = share_waited(typing.foresight.share(), first_token_ms);
        Moment {
            next_key_within: typing.rhythm.within(share),
            since_last_key: typing.last_key.map_or_else(Default::default, |key| key.elapsed()),
            place,
            after_hit: self.after_hit.load(Ordering::Relaxed),
        }
    }
}
