//! How urgent a request is, and which document it is about: two headers of `/v1/completions` and
//! `/v1/chat/completions`.
//!
//! They are headers because the bodies are OpenAI's. Other servers ignore them.

/// Header that names a request's [`RequestClass`].
pub const CLASS_HEADER: &str = "x-codesaga-class";

/// Header with an id of the document that is being completed, of the client's own making: 1 to 64
/// of `A-Z a-z 0-9 - _`, without meaning to the server. The newest automatic completion of a
/// document takes the place of an older one that still waits, which ends with `superseded`.
pub const DOCUMENT_HEADER: &str = "x-codesaga-document";

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
