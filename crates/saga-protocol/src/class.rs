//! What a request is for, how urgent it is, how long it may wait, and which document it is about:
//! headers of `/v1/completions` and `/v1/chat/completions`.
//!
//! They are headers because the bodies are OpenAI's. Other servers ignore them.

/// Header that names a request's [`RequestClass`].
pub const CLASS_HEADER: &str = "x-codesaga-class";

/// Header with an id of the document that is being completed, of the client's own making: 1 to 64
/// of `A-Z a-z 0-9 - _`, without meaning to the server. The newest automatic completion of a
/// document takes the place of an older one that still waits, which ends with `superseded`.
pub const DOCUMENT_HEADER: &str = "x-codesaga-document";

/// Header that names a request's [`Task`], where it is not the one that its call is made for.
pub const TASK_HEADER: &str = "x-codesaga-task";

/// Header with the milliseconds that a request is worth waiting for before its answer begins, 1 to
/// [`WORTH_MS_MAX`]. One that still waits in the queue after that ends with `expired`, and one that
/// would have to is refused so at once.
pub const WORTH_HEADER: &str = "x-codesaga-worth-ms";

/// The longest time that [`WORTH_HEADER`] takes, in milliseconds.
pub const WORTH_MS_MAX: u64 = 600_000;

/// How urgent a request is. The more urgent one stands first, and is answered first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RequestClass {
    /// A person asked and waits for the answer; also every request that names no class.
    #[default]
    Invoke,
    /// The client asks because somebody types.
    Automatic,
    /// Nobody waits for it yet: speculation, prefill. It is answered while no other request waits,
    /// gives way until its first byte, and ends with `preempted` when it had to wait too long.
    Background,
}

impl RequestClass {
    /// The value of the header.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Invoke => "invoke",
            Self::Automatic => "automatic",
            Self::Background => "background",
        }
    }

    /// The class with that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Invoke, Self::Automatic, Self::Background]
            .into_iter()
            .find(|class| class.name() == name)
    }
}

/// What a model is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Task {
    /// Text that belongs at a cursor; what `/v1/completions` is for.
    Completion,
    /// The next message of a conversation; what the chat calls are for.
    Chat,
    /// Changed code: a refactoring, a fix.
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

    /// The task with that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|task| task.name() == name)
    }
}
