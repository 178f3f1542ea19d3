//! The one completion request that is in flight.
//!
//! A request belongs to no reply: replies follow it. While the user types what its answer says, the
//! next reply takes it over. It is let go, which closes its connection, as soon as what was typed
//! does not fit, or nobody follows it and nothing was typed.

use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use saga_domain::{Failure, Usage};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::documents;
use crate::place::Cursor;
use crate::shared::Shared;

/// How long a request whose reply was cancelled by a key waits for the question that follows the
/// key: editors wait for a moment themselves before they ask.
const ORPHAN_GRACE: Duration = Duration::from_millis(300);

/// What may be typed while a request has said nothing yet. Keeping it warms the server for the
/// next one, but a server that hangs must not hold back every later question.
const TYPED_UNANSWERED_BYTES_MAX: usize = 32;

/// Where a request stands.
#[derive(Clone, Debug, Default)]
pub(crate) struct Progress {
    /// All of the answer that is to be shown at the cursor it was asked for, line ends as `\n`.
    pub(crate) text: String,
    /// Bytes before the cursor that the text replaces: a Hangul syllable under composition.
    pub(crate) back: usize,
    /// Set once nothing more comes.
    pub(crate) end: Option<End>,
}

/// How a request ended.
#[derive(Clone, Debug)]
pub(crate) enum End {
    /// The answer is complete.
    Done(Usage),
    /// The answer failed.
    Failed(Failure),
    /// It was let go.
    LetGo,
}

impl Progress {
    /// Whether the answer says what was typed, or may still come to say it.
    pub(crate) fn fits(&self, typed: &str) -> bool {
        if self.back > 0 {
            return typed.is_empty();
        }
        if self.text.is_empty() && self.end.is_none() {
            return typed.len() <= TYPED_UNANSWERED_BYTES_MAX;
        }
        self.text.starts_with(typed) || (self.end.is_none() && typed.starts_with(&self.text))
    }
}

/// A request in flight.
pub(crate) struct Flight {
    pub(crate) cursor: Cursor,
    progress: watch::Sender<Progress>,
    let_go: CancellationToken,
}

impl Flight {
    /// Publishes the answer so far.
    pub(crate) fn show(&self, text: &str, back: usize) {
        self.progress.send_if_modified(|progress| {
            let is_new = progress.text != text;
            if is_new {
                text.clone_into(&mut progress.text);
                progress.back = back;
            }
            is_new
        });
    }

    /// Publishes the end.
    pub(crate) fn end(&self, end: End) {
        self.progress.send_modify(|progress| progress.end = Some(end));
    }

    /// Completes when the request is wanted no longer.
    pub(crate) async fn unwanted(&self, shared: &Shared) {
        tokio::select! {
            biased;
            () = self.let_go.cancelled() => {}
            () = self.abandoned(shared) => {}
        }
    }

    async fn abandoned(&self, shared: &Shared) {
        loop {
            self.progress.closed().await;
            if self.is_being_typed(shared) {
                tokio::time::sleep(ORPHAN_GRACE).await;
            }
            if shared.flights.give_up(self) {
                return;
            }
        }
    }

    /// Whether a key was pressed since the question, and the answer may say what it typed.
    fn is_being_typed(&self, shared: &Shared) -> bool {
        let Ok(now) = documents::snapshot(shared, self.cursor.document.uri()) else {
            return false;
        };
        let was_changed = now.version() != self.cursor.document.version();
        let typed = self.cursor.typed_by(&now);
        was_changed && typed.is_some_and(|typed| self.progress.borrow().fits(&typed))
    }
}

/// A request that a reply follows, and what was typed since it was asked.
pub(crate) struct Followed {
    pub(crate) flight: Arc<Flight>,
    pub(crate) progress: watch::Receiver<Progress>,
    pub(crate) typed: String,
}

/// Holds the newest request; there is no other.
#[derive(Default)]
pub(crate) struct Flights {
    newest: Mutex<Option<Arc<Flight>>>,
}

impl Flights {
    /// The request in flight, when its answer may fit `cursor`; otherwise it is let go.
    pub(crate) fn join(&self, cursor: &Cursor) -> Option<Followed> {
        let mut newest = self.newest.lock();
        let flight = newest.as_ref()?;
        if let Some(typed) = flight.cursor.typed_until(cursor) {
            let progress = flight.progress.subscribe();
            let joins = progress.borrow().fits(&typed) && !flight.let_go.is_cancelled();
            if joins {
                return Some(Followed { flight: Arc::clone(flight), progress, typed });
            }
        }
        flight.let_go.cancel();
        *newest = None;
        None
    }

    /// Begins a new request and lets go of the one before.
    pub(crate) fn begin(&self, cursor: Cursor) -> Followed {
        let (sender, progress) = watch::channel(Progress::default());
        let flight =
            Arc::new(Flight { cursor, progress: sender, let_go: CancellationToken::new() });
        let before = self.newest.lock().replace(Arc::clone(&flight));
        if let Some(before) = before {
            before.let_go.cancel();
        }
        Followed { flight, progress, typed: String::new() }
    }

    /// Forgets a request, unless somebody has come to follow it.
    fn give_up(&self, flight: &Flight) -> bool {
        let mut newest = self.newest.lock();
        if flight.progress.receiver_count() > 0 {
            return false;
        }
        newest.take_if(|newest| std::ptr::eq(newest.as_ref(), flight));
        true
    }

    /// Lets go of a request that does not fit.
    pub(crate) fn let_go(&self, flight: &Arc<Flight>) {
        flight.let_go.cancel();
        self.finished(flight);
    }

    /// Lets go of a request for a document that is closed or replaced.
    pub(crate) fn let_go_of(&self, uri: &str) {
        let mut newest = self.newest.lock();
        if let Some(flight) = newest.take_if(|flight| flight.cursor.document.uri() == uri) {
            flight.let_go.cancel();
        }
    }

    /// Forgets a request that has come to its end: its answer is in the cache.
    pub(crate) fn finished(&self, flight: &Arc<Flight>) {
        self.newest.lock().take_if(|newest| Arc::ptr_eq(newest, flight));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fits(text: &str, typed: &str) -> bool {
        Progress { text: text.to_owned(), ..Progress::default() }.fits(typed)
    }

    #[test]
    fn a_request_is_kept_while_its_answer_may_say_what_is_typed() {
        assert!(fits("self.items", "self."));
        assert!(fits("self.", "self.items"));
        assert!(!fits("self.", "items"));
    }

    #[test]
    fn a_silent_request_is_kept_for_a_few_words_only() {
        assert!(fits("", "self.items.append"));
        assert!(!fits("", "self.items.append(item)  # and goes on"));
    }
}
