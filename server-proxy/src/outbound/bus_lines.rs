//! Who is next: of each key one message is in somebody's hands, the others wait behind it.

use std::collections::{HashMap, VecDeque};

/// The lines of all keys. A message stands for itself here, by something small.
#[derive(Debug)]
pub(crate) struct Lines<T> {
    /// A key is here while its first message is out.
    behind: HashMap<String, VecDeque<T>>,
}

impl<T> Default for Lines<T> {
    fn default() -> Self {
        Self { behind: HashMap::new() }
    }
}

impl<T> Lines<T> {
    /// A message comes; gives it back when it is next.
    pub(crate) fn join(&mut self, key: &str, message: T) -> Option<T> {
        if let Some(line) = self.behind.get_mut(key) {
            line.push_back(message);
            return None;
        }
        self.behind.insert(key.to_owned(), VecDeque::new());
        Some(message)
    }

    /// The message of this key that was out is settled; gives the next one.
    pub(crate) fn leave(&mut self, key: &str) -> Option<T> {
        let next = self.behind.get_mut(key)?.pop_front();
        if next.is_none() {
            self.behind.remove(key);
        }
        next
    }
}
