//! What a request says of its place among others, and whose it is.

use std::time::Duration;

use saga_protocol::class::RequestClass;
pub use saga_protocol::class::Task;
use tokio::sync::watch;
use tokio::time::Instant;

use crate::domain::limits::Limits;
use crate::domain::ports::Caller;

/// Whose request it is, how urgent, what it is about, how long it may wait, and who is told its
/// place while it does.
#[derive(Clone, Debug)]
pub struct Priority {
    /// Who asks.
    pub caller: Caller,
    /// What is asked for.
    pub task: Task,
    /// How urgent it is.
    pub class: RequestClass,
    /// The client's name for the document it completes, when it said so. Two callers may use the
    /// same name and never meet.
    pub document: Option<String>,
    /// The conversation it belongs to, when the server keeps it.
    pub session: Option<String>,
    /// It is part of work that is charged as a whole, if it succeeds.
    pub is_charged_by_name: bool,
    came: Instant,
    worth: Option<Duration>,
    place: watch::Sender<u32>,
}

impl Priority {
    /// A request's priority, and its places in the queue as they change: 1 is next, 0 is not
    /// waiting.
    #[must_use]
    pub fn new(
        caller: Caller,
        task: Task,
        class: RequestClass,
        document: Option<String>,
    ) -> (Self, watch::Receiver<u32>) {
        let (place, places) = watch::channel(0);
        let came = Instant::now();
        let priority = Self {
            caller,
            task,
            class,
            document,
            session: None,
            is_charged_by_name: false,
            came,
            worth: None,
            place,
        };
        (priority, places)
    }

    /// The same for an answer that is worth that much waiting from now on.
    #[must_use]
    pub fn worth(self, time: Duration) -> Self {
        Self { worth: Some(time), ..self }
    }

    /// Until when it may wait before its answer begins; `None` when a person asked, who decides
    /// that alone.
    #[must_use]
    pub fn waits_until(&self, limits: &Limits) -> Option<Instant> {
        let usual = match self.class {
            RequestClass::Invoke => None,
            RequestClass::Automatic => Some(limits.automatic_wait_time_max),
            RequestClass::Background => Some(limits.background_wait_time_max),
        };
        let time = match (self.worth, self.class) {
            // Background work fills gaps; what it says cannot keep it longer.
            (Some(worth), RequestClass::Background) => usual.map(|usual| usual.min(worth)),
            (Some(worth), _) => Some(worth),
            (None, _) => usual,
        };
        time.map(|time| self.came + time)
    }

    /// What is left of the time that the answer is worth, where that was said.
    #[must_use]
    pub fn worth_left(&self) -> Option<Duration> {
        Some(self.worth?.saturating_sub(self.came.elapsed()))
    }

    /// The places, for one more who wants to know them.
    pub(crate) fn places(&self) -> watch::Receiver<u32> {
        self.place.subscribe()
    }

    /// Whether a request with this priority makes one with the other needless while that waits: it
    /// is as urgent, newer, and about the same document. What a person asked for is never needless.
    pub(crate) fn supersedes(&self, waiting: &Self) -> bool {
        self.document.is_some()
            && self.document == waiting.document
            && self.caller == waiting.caller
            && waiting.class != RequestClass::Invoke
            && self.class <= waiting.class
    }

    pub(crate) fn stand_at(&self, place: usize) {
        let place = u32::try_from(place).unwrap_or(u32::MAX);
        self.place.send_if_modified(|known| std::mem::replace(known, place) != place);
    }
}
