//! The only socket on the user's side.
//!
//! Speaks to `codesaga-proxy` and to any OpenAI-compatible server. One error type leaves it:
//! [`Failure`]. An answer never ends silently, a redirect is never followed, everything read has a
//! limit, and dropping an answer closes its connection. It never asks twice and remembers nothing:
//! that is the engine's business. Only an answer of a conversation is read on where it was when its
//! connection breaks.

mod answer;
mod calls;
mod conversation;
mod events;
mod failure;
mod options;
mod sessions;
mod tls;
mod traffic;
mod transport;

pub use answer::{Answer, Finish, Piece};
pub use calls::{Client, Purpose};
pub use conversation::{Conversation, Heard};
pub use options::{ClientOptions, ProxyOptions, Timeouts};
pub use saga_domain::Failure;
pub use saga_protocol::class::{RequestClass, Task};
pub use traffic::Traffic;
