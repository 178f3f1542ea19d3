//! Words that stream.

use saga_domain::ReplyEvent;

use crate::reply::Giver;

/// What was said so far.
#[derive(Default)]
pub(crate) struct Said {
    given: String,
}

impl Said {
    /// Gives what is new in `words`, which hold everything so far.
    pub(crate) fn say(&mut self, giver: &Giver, words: String) {
        let Some(new) = words.strip_prefix(&self.given) else { return };
        if !new.is_empty() {
            giver.give(ReplyEvent::Text(new.to_owned()));
            self.given = words;
        }
    }

    /// Whether nothing was said.
    pub(crate) fn is_nothing(&self) -> bool {
        self.given.is_empty()
    }
}
