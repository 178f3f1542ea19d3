//! Whose turn it is to ask for a completion, and in which rhythm turns come.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use saga_cache::Hit;
use saga_domain::TextEdit;

use crate::pause::{Foresight, Moment, PauseAt, Rhythm, share_waited};

/// Whose turn it is, and in which rhythm turns come.
#[derive(Default)]
pub(crate) struct Turn {
    newest: AtomicU64,
    typing: Mutex<Typing>,
}

#[derive(Default)]
struct Typing {
    rhythm: Rhythm,
    foresight: Foresight,
    last_key: Option<Instant>,
    /// Characters of the suggestion that were left when the cache last had one.
    left_of_hit: Option<usize>,
    /// Whether the cursor has just come to the end of a suggestion.
    at_end_of_hit: bool,
    /// Answers since the line began that said something else than was typed.
    misfits: u32,
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

    /// Notes what the cache had. A suggestion that is there no longer has come to its end, or was
    /// left for something else.
    pub(crate) fn note_lookup(&self, hit: Option<&Hit>) {
        let mut typing = self.typing.lock();
        let left = hit.map(|hit| hit.text.chars().count());
        let left_before = std::mem::replace(&mut typing.left_of_hit, left);
        let has_ended = left.is_none() && left_before.is_some();
        typing.at_end_of_hit = has_ended && left_before <= Some(1);
        if has_ended && !typing.at_end_of_hit {
            typing.note_foresight(false);
        }
    }

    /// Notes whether an answer said what was typed after its question.
    pub(crate) fn note_foresight(&self, fitted: bool) {
        self.typing.lock().note_foresight(fitted);
    }

    /// Time since the last key; none before the first.
    pub(crate) fn since_last_key(&self) -> Option<Duration> {
        self.typing.lock().last_key.map(|key| key.elapsed())
    }

    /// What the pause depends on, now.
    pub(crate) fn moment(&self, place: PauseAt, first_token_ms: Option<u32>) -> Moment {
        let mut typing = self.typing.lock();
        if place == PauseAt::LineStart {
            typing.misfits = 0;
        }
        let share = share_waited(typing.foresight.share(), first_token_ms);
        Moment {
            next_key_within: typing.rhythm.within(share),
            since_last_key: typing.last_key.map_or_else(Default::default, |key| key.elapsed()),
            place,
            at_end_of_hit: typing.at_end_of_hit,
            misfits: typing.misfits,
        }
    }
}

impl Typing {
    fn note_foresight(&mut self, fitted: bool) {
        self.foresight.note(fitted);
        self.misfits = if fitted { 0 } else { self.misfits + 1 };
    }
}
