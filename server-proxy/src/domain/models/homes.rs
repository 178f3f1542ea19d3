//! Which model server answered a session or a document last.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::num::NonZeroUsize;

use lru::LruCache;

use crate::domain::priority::Priority;

/// Sessions and documents that are remembered, the ones used longest ago going first.
const HOMES_MAX: NonZeroUsize = NonZeroUsize::new(8192).expect("more than none");

/// Names a session or a document of one caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct HomeKey(u64);

impl HomeKey {
    /// A conversation has its session, a completion its document; others have no home.
    pub(crate) fn of(priority: &Priority) -> Option<Self> {
        let name = priority.session.as_ref().or(priority.document.as_ref())?;
        let mut hasher = DefaultHasher::new();
        (&priority.caller, priority.session.is_some(), name).hash(&mut hasher);
        Some(Self(hasher.finish()))
    }

    /// How strongly it belongs to what has that name: of several, the one with the largest weight is
    /// its home, and one that comes or goes moves only what belongs to it.
    pub(crate) fn weight(self, name: &str) -> u64 {
        let mut hasher = DefaultHasher::new();
        (self, name).hash(&mut hasher);
        hasher.finish()
    }
}

/// The number of the server that each was answered by.
#[derive(Debug)]
pub(crate) struct Homes(LruCache<HomeKey, usize>);

impl Default for Homes {
    fn default() -> Self {
        Self(LruCache::new(HOMES_MAX))
    }
}

impl Homes {
    pub(crate) fn get(&mut self, key: Option<HomeKey>) -> Option<usize> {
        self.0.get(&key?).copied()
    }

    pub(crate) fn set(&mut self, key: Option<HomeKey>, server: usize) {
        if let Some(key) = key {
            self.0.put(key, server);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ports::Caller;
    use crate::domain::priority::Task;
    use saga_protocol::class::RequestClass;

    fn key(user: &str, document: Option<&str>, session: Option<&str>) -> Option<HomeKey> {
        let caller = Caller { tenant: "team".to_owned(), user: user.to_owned() };
        let document = document.map(str::to_owned);
        let (mut priority, _) = Priority::new(caller, Task::Chat, RequestClass::Invoke, document);
        priority.session = session.map(str::to_owned);
        HomeKey::of(&priority)
    }

    #[test]
    fn a_home_belongs_to_one_caller_and_one_kind_of_name() {
        let mut homes = Homes::default();
        homes.set(key("minji", Some("x"), None), 1);
        homes.set(key("minji", None, None), 2);
        assert_eq!(homes.get(key("minji", Some("x"), None)), Some(1));
        assert_eq!(homes.get(key("jun", Some("x"), None)), None);
        assert_eq!(homes.get(key("minji", None, Some("x"))), None);
        assert_eq!(homes.get(key("minji", None, None)), None);
    }

    #[test]
    fn the_one_used_longest_ago_is_forgotten() {
        let mut homes = Homes::default();
        for number in 0..=HOMES_MAX.get() {
            homes.set(Some(HomeKey(number as u64)), number);
        }
        assert_eq!(homes.get(Some(HomeKey(0))), None);
        assert_eq!(homes.get(Some(HomeKey(1))), Some(1));
    }
}
