//! Where and how a conversation stands in Redis.

use saga_protocol::chat::{SessionSummary, Turn};

use crate::domain::ports::Caller;
use crate::outbound::redis_store::encoded;

/// The fields that tell of a conversation, in the order of [`Meta`].
pub(crate) const META: [&str; 7] =
    ["version", "title", "name", "turns", "created_at", "updated_at", "fork"];

/// What stands in those fields.
pub(crate) type Meta = (
    Option<u64>,
    Option<String>,
    Option<String>,
    Option<u32>,
    Option<u64>,
    Option<u64>,
    Option<String>,
);

/// A conversation's version, its name, and what a list says of it; `None` when there is none.
pub(crate) fn known(id: &str, meta: Meta) -> Option<(u64, Option<String>, SessionSummary)> {
    let (version, title, name, turns, created_at, updated_at, fork) = meta;
    let summary = SessionSummary {
        id: id.to_owned(),
        title: name.clone().or(title).unwrap_or_default(),
        turns: turns.unwrap_or_default(),
        created_at: created_at.unwrap_or_default(),
        updated_at: updated_at.unwrap_or_default(),
        fork_of: fork.and_then(|json| serde_json::from_str(&json).ok()),
        excerpt: None,
    };
    Some((version?, name, summary))
}

/// An entry of the log: the request's id, a new line, the turn.
pub(crate) fn turn(entry: &str) -> Option<Turn> {
    let (_, json) = entry.split_once('\n')?;
    serde_json::from_str(json).ok()
}

/// What is kept of a conversation.
#[derive(Clone, Copy)]
pub(crate) enum Part {
    Meta,
    Log,
    Digest,
    Right,
}

impl Part {
    /// All of them, in the order in which scripts take them.
    pub(crate) const ALL: [Self; 4] = [Self::Meta, Self::Log, Self::Digest, Self::Right];
}

/// Where a part is kept.
pub(crate) fn key(caller: &Caller, id: &str, part: Part) -> String {
    let part = match part {
        Part::Meta => "meta",
        Part::Log => "log",
        Part::Digest => "sum",
        Part::Right => "right",
    };
    let Caller { tenant, user } = caller;
    format!("cs:{{{}:{}:{}}}:{part}", encoded(tenant), encoded(user), encoded(id))
}

/// Where the caller's conversations are listed.
pub(crate) fn index_key(caller: &Caller) -> String {
    format!("cs:{{{}:{}}}:index", encoded(&caller.tenant), encoded(&caller.user))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn p9_no_name_breaks_out_of_its_key() {
        let key = |tenant: &str, user: &str, id: &str| {
            key(&Caller { tenant: tenant.to_owned(), user: user.to_owned() }, id, Part::Meta)
        };
        assert_eq!(key("team", "minji", "s-1"), "cs:{team:minji:s-1}:meta");
        assert_eq!(key("a:b", "}{", "민"), "cs:{a%3Ab:%7D%7B:%EB%AF%BC}:meta");
        assert_ne!(key("a", "b:c", "d"), key("a", "b", "c:d"));
        assert_ne!(key("a%3A", "b", "c"), key("a:", "b", "c"));
    }
}
