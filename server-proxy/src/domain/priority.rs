//! What a request says of its place among others, and whose it is.

use saga_protocol::class::RequestClass;
use tokio::sync::watch;

use crate::domain::ports::Caller;

/// Whose request it is, how urgent, what it is about, and who is told how long it has to wait.
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
    place: watch::Sender<u32>,
}

/// What a model is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Task {
    /// Text that belongs at a cursor.
    Completion,
    /// The next message of a conversation.
    Chat,
    /// Changed code.
    Edit,
}

impl Task {
    /// Every task, in the order of urgency.
    pub const ALL: [Self; 3] = [Self::Completion, Self::Chat, Self::Edit];

    /// The name used on the wire and in metrics.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Completion => "completion",
            Self::Chat => "chat",
            Self::Edit => "edit",
        }
    }
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
        (Self { caller, task, class, document, session: None, place }, places)
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
