//! How far a group is in one partition: a position, and what is not in order around it.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::domain::bus::Message;
use crate::outbound::bus_lines::Lines;

/// Most offsets of each kind in the note; a broker takes 4 KiB.
const NOTED_MAX: usize = 120;

/// One partition as a receiver knows it.
#[derive(Default)]
pub(super) struct Progress {
    /// The offset after the last one received.
    next: i64,
    open: BTreeMap<i64, Open>,
    /// Settled, while an older one is open.
    done: BTreeSet<i64>,
    lines: Lines<i64>,
    /// What the receiver before has left.
    left: Note,
}

/// A message that is not settled.
pub(super) struct Open {
    pub(super) message: Message,
    /// It is with the receiver, whose death would be a failure.
    in_hand: bool,
}

/// What is committed along with the position.
#[derive(Default, Serialize, Deserialize)]
struct Note {
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    done: BTreeSet<i64>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    failed: BTreeMap<i64, u32>,
}

impl Progress {
    /// Goes on from what the receiver before has noted; what cannot be read is as good as nothing.
    pub(super) fn after(note: &str) -> Self {
        Self { left: serde_json::from_str(note).unwrap_or_default(), ..Self::default() }
    }

    /// A message comes, or what is none of ours; gives the offset that is next in its line.
    pub(super) fn receive(&mut self, offset: i64, message: Option<Message>) -> Option<i64> {
        if offset < self.next {
            // Read again after the brokers moved; it is known here.
            return None;
        }
        self.next = offset + 1;
        let Some(mut message) = message.filter(|_| !self.left.done.contains(&offset)) else {
            self.finish(offset);
            return None;
        };
        message.attempt = self.left.failed.get(&offset).copied().unwrap_or(0);
        let key = message.key.clone();
        self.open.insert(offset, Open { message, in_hand: false });
        self.lines.join(&key, offset)
    }

    /// Gives it to the receiver.
    pub(super) fn hand(&mut self, offset: i64) -> Option<&Message> {
        let open = self.open.get_mut(&offset)?;
        open.in_hand = true;
        Some(&open.message)
    }

    /// The receiver has put it back; `failed` when that counts. Gives how often it failed.
    pub(super) fn back(&mut self, offset: i64, failed: bool) -> Option<u32> {
        let open = self.open.get_mut(&offset)?;
        open.in_hand = false;
        open.message.attempt += u32::from(failed);
        Some(open.message.attempt)
    }

    /// The receiver gives it up: it has failed so often.
    pub(super) fn give_up(&mut self, offset: i64, attempts_max: u32) -> Option<Message> {
        let open = self.open.get_mut(&offset)?;
        open.in_hand = false;
        open.message.attempt = attempts_max;
        Some(Message { attempt: attempts_max.saturating_sub(1), ..open.message.clone() })
    }

    pub(super) fn message(&self, offset: i64) -> Option<&Message> {
        self.open.get(&offset).map(|open| &open.message)
    }

    pub(super) fn in_hand(&self, offset: i64) -> bool {
        self.open.get(&offset).is_some_and(|open| open.in_hand)
    }

    /// It is settled; gives the next of its line.
    pub(super) fn settle(&mut self, offset: i64) -> Option<i64> {
        let open = self.open.remove(&offset)?;
        self.finish(offset);
        self.lines.leave(&open.message.key)
    }

    /// Messages that are not settled.
    pub(super) fn open_count(&self) -> usize {
        self.open.len()
    }

    /// Messages that are with the receiver.
    pub(super) fn in_hand_count(&self) -> usize {
        self.open.values().filter(|open| open.in_hand).count()
    }

    /// Where the next receiver has to begin.
    pub(super) fn position(&self) -> i64 {
        self.open.first_key_value().map_or(self.next, |(oldest, _)| *oldest)
    }

    /// What it has to know beside.
    pub(super) fn note(&self) -> String {
        let failures = |(offset, open): (&i64, &Open)| {
            let failures = open.message.attempt + u32::from(open.in_hand);
            (failures > 0).then_some((*offset, failures))
        };
        let note = Note {
            done: self.done.iter().copied().take(NOTED_MAX).collect(),
            failed: self.open.iter().filter_map(failures).take(NOTED_MAX).collect(),
        };
        // Numbers; nothing in it can fail to serialise.
        serde_json::to_string(&note).unwrap_or_default()
    }

    fn finish(&mut self, offset: i64) {
        self.done.insert(offset);
        self.done = self.done.split_off(&self.position());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(key: &str) -> Option<Message> {
        let (id, kind, body) = (String::new(), String::new(), String::new());
        Some(Message { id, key: key.to_owned(), kind, attempt: 0, body })
    }

    #[test]
    fn the_next_receiver_skips_what_is_done_and_knows_what_failed() {
        let mut first = Progress::after("");
        for (offset, key) in [(5, "a"), (6, "b"), (7, "a"), (8, "c")] {
            first.receive(offset, message(key));
        }
        for offset in [5, 6, 8] {
            first.hand(offset);
        }
        first.settle(6);
        first.back(8, true);
        assert_eq!(
            (first.position(), first.note().as_str()),
            (5, r#"{"done":[6],"failed":{"5":1,"8":1}}"#)
        );

        let mut next = Progress::after(&first.note());
        let handed: Vec<_> = [(5, "a"), (6, "b"), (7, "a"), (8, "c")]
            .into_iter()
            .filter_map(|(offset, key)| next.receive(offset, message(key)))
            .collect();
        assert_eq!(handed, [5, 8], "6 is done, 7 waits behind 5");
        assert_eq!(next.hand(8).map(|message| message.attempt), Some(1));
        assert_eq!(next.settle(5), Some(7), "the one behind it is next");
        next.settle(7);
        next.settle(8);
        assert_eq!((next.position(), next.note().as_str()), (9, "{}"));
    }

    #[test]
    fn a_note_that_cannot_be_read_is_none() {
        for note in ["", "x", "[]", r#"{"done":"all"}"#, r#"{"failed":{"-":1}}"#] {
            assert_eq!(Progress::after(note).receive(3, message("a")), Some(3), "{note}");
        }
    }
}
