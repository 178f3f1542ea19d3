//! Requests for completions that are in flight: one that somebody waits for, and one ahead of them.
//!
//! A request belongs to no reply: replies follow it. While the user types what its answer says, the
//! next reply takes it over. It is let go, which closes its stream, as soon as what was typed does
//! not fit, or nobody follows it and nothing was typed.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use parking_lot::Mutex;
use saga_context::Snapshot;
use saga_domain::{Failure, Trigger, Usage};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::documents;
use crate::fit::{Fit, fit};
use crate::place::{Cursor, Typed};
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
    /// What is left of the answer for somebody who typed on from `cursor`.
    pub(crate) fn fit(&self, cursor: &Cursor, typed: &Typed) -> Fit {
        let is_silent = self.text.is_empty() && self.end.is_none();
        if is_silent && typed.text.len() > TYPED_UNANSWERED_BYTES_MAX {
            return Fit::No;
        }
        let replaces_syllable = self.back > 0 && !self.text.is_empty();
        let said = if replaces_syllable {
            self.text.clone()
        } else {
            format!("{}{}", cursor.syllable(), self.text)
        };
        fit(&said, self.end.is_some(), &typed.text)
    }
}

/// A request in flight.
pub(crate) struct Flight {
    pub(crate) cursor: Cursor,
    /// Why it was asked; absent for one that nobody has asked for yet.
    pub(crate) trigger: Option<Trigger>,
    progress: watch::Sender<Progress>,
    let_go: CancellationToken,
    /// The version of the document that it was last asked for.
    asked_version: AtomicI64,
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
            () = self.abandoned(shared), if self.trigger.is_some() => {}
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

    /// Whether a key was pressed since the last question, and the answer may say what it typed.
    fn is_being_typed(&self, shared: &Shared) -> bool {
        let Ok(now) = documents::snapshot(shared, self.cursor.document.uri()) else {
            return false;
        };
        now.version() != self.asked_version.load(Ordering::Relaxed) && self.may_serve(&now)
    }

    /// Whether the answer may still be of use in the document as it is `now`. What becomes of a
    /// choice in the suggest widget, the next question tells.
    fn may_serve(&self, now: &Snapshot) -> bool {
        if self.cursor.is_supposed {
            return true;
        }
        let typed = self.cursor.typed_by(now);
        typed.is_some_and(|typed| self.progress.borrow().fit(&self.cursor, &typed) != Fit::No)
    }
}

/// A request that somebody has joined, and what was typed since it was asked.
pub(crate) struct Joined {
    pub(crate) flight: Arc<Flight>,
    pub(crate) progress: watch::Receiver<Progress>,
    pub(crate) typed: Typed,
}

/// Holds the newest request; there is no other.
#[derive(Default)]
pub(crate) struct Flights {
    newest: Mutex<Option<Arc<Flight>>>,
}

impl Flights {
    /// The request in flight, when its answer may fit `cursor`; otherwise it is let go.
    pub(crate) fn join(&self, cursor: &Cursor) -> Option<Joined> {
        let mut newest = self.newest.lock();
        let flight = newest.as_ref()?;
        if let Some(typed) = flight.cursor.typed_until(cursor) {
            let progress = flight.progress.subscribe();
            let fits = progress.borrow().fit(&flight.cursor, &typed) != Fit::No;
            if fits && !flight.let_go.is_cancelled() {
                flight.asked_version.store(cursor.document.version(), Ordering::Relaxed);
                return Some(Joined { flight: Arc::clone(flight), progress, typed });
            }
        }
        flight.let_go.cancel();
        *newest = None;
        None
    }

    /// Begins a new request and lets go of the one before.
    pub(crate) fn begin(&self, cursor: Cursor, trigger: Option<Trigger>) -> Joined {
        let (sender, progress) = watch::channel(Progress::default());
        let typed = Typed { text: cursor.syllable().to_owned(), closed: false };
        let asked_version = AtomicI64::new(cursor.document.version());
        let flight = Arc::new(Flight {
            cursor,
            trigger,
            progress: sender,
            let_go: CancellationToken::new(),
            asked_version,
        });
        let before = self.newest.lock().replace(Arc::clone(&flight));
        if let Some(before) = before {
            before.let_go.cancel();
        }
        Joined { flight, progress, typed }
    }

    /// Lets go of the request at once when a change to its document does not fit its answer; tells
    /// whether it did.
    pub(crate) fn note_change(&self, now: &Snapshot) -> bool {
        let mut newest = self.newest.lock();
        let misfits = |flight: &mut Arc<Flight>| {
            flight.cursor.document.uri() == now.uri() && !flight.may_serve(now)
        };
        newest.take_if(misfits).inspect(|flight| flight.let_go.cancel()).is_some()
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

    /// Lets go of whatever is in flight.
    pub(crate) fn let_go_of_all(&self) {
        if let Some(flight) = self.newest.lock().take() {
            flight.let_go.cancel();
        }
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
