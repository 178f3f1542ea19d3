//! All that was said of one answer, kept small: the texts in one piece, and where each ended.

use crate::domain::said::{Numbered, Said};

/// Bytes that one entry takes beside its text.
const ENTRY_BYTES: usize = size_of::<Entry>();

/// What was said so far.
#[derive(Debug, Default)]
pub(crate) struct Log {
    text: String,
    entries: Vec<Entry>,
    over: bool,
}

#[derive(Debug)]
enum Entry {
    /// Text that ends there; it begins where the text before it ended.
    Text {
        start: usize,
        end: usize,
    },
    Other(Box<Said>),
}

impl Log {
    /// Adds what was said next; nothing is added after the end.
    pub(crate) fn push(&mut self, said: Said) {
        if self.over {
            return;
        }
        self.over = said.is_end();
        self.entries.push(match said {
            Said::Text(text) => {
                let start = self.text.len();
                self.text.push_str(&text);
                Entry::Text { start, end: self.text.len() }
            }
            other => Entry::Other(Box::new(other)),
        });
    }

    /// What came after so much of it; `None` when nothing has yet.
    pub(crate) fn after(&self, seq: u64) -> Option<Numbered> {
        let at = usize::try_from(seq).ok()?;
        let said = match self.entries.get(at)? {
            Entry::Text { start, end } => Said::Text(self.text.get(*start..*end)?.to_owned()),
            Entry::Other(said) => Said::clone(said),
        };
        Some(Numbered { seq: seq + 1, said })
    }

    /// The number of the last entry; 0 when there is none.
    pub(crate) fn last(&self) -> u64 {
        self.entries.len() as u64
    }

    /// Whether the end was said.
    pub(crate) fn is_over(&self) -> bool {
        self.over
    }

    /// Whether it ended without being complete.
    pub(crate) fn has_failed(&self) -> bool {
        let Some(Entry::Other(last)) = self.entries.last() else { return false };
        matches!(**last, Said::Failed(_) | Said::Cancelled)
    }

    /// Bytes held.
    pub(crate) fn bytes(&self) -> usize {
        self.text.len() + self.entries.len() * ENTRY_BYTES
    }
}
