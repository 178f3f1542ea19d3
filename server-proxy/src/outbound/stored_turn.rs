//! A turn as it is kept: JSON, whose length is what the limit of a conversation counts.

use saga_protocol::chat::Turn;

/// The turn's JSON.
pub(crate) fn stored(turn: &Turn) -> String {
    // A turn is strings and numbers; nothing in it can fail to serialise.
    serde_json::to_string(turn).unwrap_or_default()
}

/// Bytes it takes.
pub(crate) fn stored_bytes(turn: &Turn) -> usize {
    stored(turn).len()
}
