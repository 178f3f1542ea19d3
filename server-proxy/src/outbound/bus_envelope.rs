//! A message and a dead letter as they are written where each is one value.

use serde::{Deserialize, Serialize};

use crate::domain::bus::{DeadLetter, Message, Topic};

#[derive(Serialize, Deserialize)]
struct Written {
    id: String,
    key: String,
    kind: String,
    #[serde(default)]
    attempt: u32,
    body: String,
}

#[derive(Serialize, Deserialize)]
struct WrittenDead {
    topic: String,
    group: String,
    why: String,
    at: u64,
    #[serde(flatten)]
    message: Written,
}

/// A message as it is published; whoever receives it counts its attempts.
pub(crate) fn write(message: &Message) -> Vec<u8> {
    bytes(&Written::from(&Message { attempt: 0, ..message.clone() }))
}

/// `None` for what this version cannot read.
pub(crate) fn read(bytes: &[u8]) -> Option<Message> {
    serde_json::from_slice::<Written>(bytes).ok().map(Message::from)
}

pub(crate) fn write_dead(letter: &DeadLetter) -> Vec<u8> {
    let DeadLetter { topic, group, message, why, at } = letter;
    bytes(&WrittenDead {
        topic: topic.name().to_owned(),
        group: group.clone(),
        why: why.clone(),
        at: *at,
        message: message.into(),
    })
}

/// `None` for what this version cannot read.
pub(crate) fn read_dead(bytes: &[u8]) -> Option<DeadLetter> {
    let WrittenDead { topic, group, why, at, message } = serde_json::from_slice(bytes).ok()?;
    Some(DeadLetter { topic: Topic::named(&topic)?, group, message: message.into(), why, at })
}

/// Texts and numbers; nothing in them can fail to serialise.
fn bytes(value: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(value).unwrap_or_default()
}

impl From<&Message> for Written {
    fn from(message: &Message) -> Self {
        let Message { id, key, kind, attempt, body } = message.clone();
        Self { id, key, kind, attempt, body }
    }
}

impl From<Written> for Message {
    fn from(written: Written) -> Self {
        let Written { id, key, kind, attempt, body } = written;
        Self { id, key, kind, attempt, body }
    }
}
