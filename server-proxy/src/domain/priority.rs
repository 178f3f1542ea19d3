//! What a request says of its place among others.

use saga_protocol::class::RequestClass;
use tokio::sync::watch;

use crate::domain::ports::Caller;

/// How urgent a request is, what it is about, and who is told how long it has to wait.
#[derive(Clone, Debug)]
pub struct Priority {
    /// How urgent it is.
    pub class: RequestClass,
    /// The document it completes, when it said so.
    pub document: Option<Document>,
    place: watch::Sender<u32>,
}

/// A document of one caller; two callers may use the same id and never meet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    /// Whose it is.
    pub caller: Caller,
    /// The client's name for it.
    pub id: String,
}

impl Priority {
    /// A request's priority, and its places in the queue as they change: 1 is next, 0 is not
    /// waiting.
    #[must_use]
    pub fn new(class: RequestClass, document: Option<Document>) -> (Self, watch::Receiver<u32>) {
        let (place, places) = watch::channel(0);
        (Self { class, document, place }, places)
    }

    /// Whether a request with this priority makes one with the other needless while that waits: it
    /// is as urgent, newer, and about the same document. What a person asked for is never needless.
    pub(crate) fn supersedes(&self, waiting: &Self) -> bool {
        self.document.is_some()
            && self.document == waiting.document
            && waiting.class != RequestClass::Invoke
            && self.class <= waiting.class
    }

    pub(crate) fn stand_at(&self, place: usize) {
        let place = u32::try_from(place).unwrap_or(u32::MAX);
        self.place.send_if_modified(|known| std::mem::replace(known, place) != place);
    }
}
