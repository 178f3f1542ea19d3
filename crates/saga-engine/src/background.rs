//! What a server is asked while nobody waits for it, and when it is left alone.
//!
//! Such work never stands before real work: it begins when the server has nothing else to do as far
//! as is known here, is marked as background so that a server with a queue can put it last, and is
//! let go the moment somebody asks for something.

use std::time::{Duration, Instant};

use parking_lot::Mutex;
use saga_cache::{CacheLimits, CompletionCache};
use saga_domain::{Failure, FailureCode, Prompt};
use tokio_util::sync::CancellationToken;

use crate::flight::Flights;
use crate::shared::Shared;

/// A server that is slower is not given more to do than is asked of it.
const FIRST_TOKEN_MS_MAX: u32 = 1_500;
const TOKENS_PER_SECOND_MIN: f32 = 8.0;
/// How long a server that refused background work, or failed at it, is left alone.
const REST: Duration = Duration::from_secs(30);
/// Another server than ours knows no background work. It gets some when nobody has pressed a key
/// for so long.
const IDLE: Duration = Duration::from_secs(1);

const CACHE: CacheLimits = CacheLimits { entries_max: 200, bytes_max: 1 << 20 };

/// What is asked while nobody waits.
pub(crate) struct Background {
    is_wanted: bool,
    /// The completion that is asked ahead.
    pub(crate) ahead: Flights,
    /// Answers to such. Kept apart: what was asked for must not grow by what comes after it.
    pub(crate) cache: Mutex<CompletionCache>,
    reading: Mutex<CancellationToken>,
    rests_until: Mutex<Option<Instant>>,
    /// What was looked for ahead last, so that it is not looked for again with every key that
    /// leads there.
    ahead_last: Mutex<u64>,
    /// The place whose completion was asked ahead and is in the cache.
    ready: Mutex<Option<u64>>,
    /// The prompt that the server has read last.
    read_last: Mutex<Option<Prompt>>,
}

impl Background {
    pub(crate) fn new(is_wanted: bool) -> Self {
        Self {
            is_wanted,
            ahead: Flights::default(),
            cache: Mutex::new(CompletionCache::new(CACHE)),
            reading: Mutex::default(),
            rests_until: Mutex::default(),
            ahead_last: Mutex::default(),
            ready: Mutex::default(),
            read_last: Mutex::default(),
        }
    }

    /// Lets go of everything: real work begins.
    pub(crate) fn give_way(&self) {
        self.ahead.let_go_of_all();
        self.reading.lock().cancel();
    }

    /// The mark of a new reading; the one before is let go.
    pub(crate) fn begin_reading(&self) -> CancellationToken {
        let mut reading = self.reading.lock();
        reading.cancel();
        *reading = CancellationToken::new();
        reading.clone()
    }

    /// Whether `place` is not the one that was looked for ahead last.
    pub(crate) fn is_new_ahead(&self, place: u64) -> bool {
        self.is_wanted && std::mem::replace(&mut *self.ahead_last.lock(), place) != place
    }

    /// Notes that the completion for a place is in the cache before anybody asked.
    pub(crate) fn note_ready(&self, place: u64) {
        *self.ready.lock() = Some(place);
    }

    /// Whether the completion for a place was asked ahead; true once.
    pub(crate) fn take_ready(&self, place: u64) -> bool {
        self.ready.lock().take_if(|ready| *ready == place).is_some()
    }

    /// Waits until there may be a moment for background work; false when there is none.
    pub(crate) async fn moment(&self, shared: &Shared) -> bool {
        if !self.has_time(shared) {
            return false;
        }
        if !shared.model.is_served_by_proxy() {
            tokio::time::sleep(IDLE).await;
            let is_idle = shared.turn.since_last_key().is_none_or(|since| since >= IDLE);
            return is_idle && self.has_time(shared);
        }
        true
    }

    /// Leaves the server alone for a while, when a failure says that it has enough to do.
    pub(crate) fn note_failure(&self, failure: &Failure) {
        if failure.code != FailureCode::Superseded {
            *self.rests_until.lock() = Some(Instant::now() + REST);
        }
    }

    /// Notes that the server has read a prompt.
    pub(crate) fn note_read(&self, prompt: Prompt) {
        *self.read_last.lock() = Some(prompt);
    }

    /// Whether the server would have to read something anew for `prompt`.
    pub(crate) fn is_unread(&self, prompt: &Prompt) -> bool {
        !self.read_last.lock().as_ref().is_some_and(|read| is_nearly_same(read, prompt))
    }

    fn has_time(&self, shared: &Shared) -> bool {
        let is_slow = shared.stats.speed().is_some_and(|speed| {
            speed.first_token_ms > FIRST_TOKEN_MS_MAX
                || speed.tokens_per_second < TOKENS_PER_SECOND_MIN
        });
        let rests = self.rests_until.lock().is_some_and(|until| Instant::now() < until);
        self.is_wanted && !is_slow && !rests && !shared.stats.is_busy()
    }
}

/// Whether nine tenths of the second are the beginning of the first.
fn is_nearly_same(read: &Prompt, prompt: &Prompt) -> bool {
    let (Some(read), Some(prompt)) = (beginning(read), beginning(prompt)) else { return false };
    let common = read.bytes().zip(prompt.bytes()).take_while(|(a, b)| a == b).count();
    common * 10 >= prompt.len() * 9
}

fn beginning(prompt: &Prompt) -> Option<&str> {
    match prompt {
        Prompt::Raw(text) | Prompt::Fim { prefix: text, .. } => Some(text),
        Prompt::Chat(messages) => messages.last().map(|message| message.content.as_str()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_just_read_is_not_read_again() {
        let background = Background::new(true);
        let prompt = |text: &str| Prompt::Raw(text.to_owned());
        assert!(background.is_unread(&prompt("a stable beginning, x")));
        background.note_read(prompt("a stable beginning, x"));
        assert!(!background.is_unread(&prompt("a stable beginning, y")));
        assert!(background.is_unread(&prompt("another beginning, y")));
    }
}
