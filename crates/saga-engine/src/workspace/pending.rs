//! Changes that wait to be read: gathered until nothing has changed for a moment, since one `git
//! checkout` changes a thousand files.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use parking_lot::{Condvar, Mutex};

use super::limits::WorkspaceLimits;

/// Changes that wait. Bounded: too many of them become "everything".
pub(super) struct Pending {
    paths_max: usize,
    quiet: Duration,
    quiet_max: Duration,
    state: Mutex<State>,
    arrived: Condvar,
    settled: Condvar,
}

#[derive(Default)]
struct State {
    changes: Changes,
    is_busy: bool,
    is_over: bool,
}

/// What changed.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Changes {
    /// Files and folders.
    pub(super) paths: BTreeSet<PathBuf>,
    /// Whether there were more than can be told apart.
    pub(super) are_all: bool,
}

impl Changes {
    fn is_empty(&self) -> bool {
        self.paths.is_empty() && !self.are_all
    }
}

impl Pending {
    /// The first pass is on its way.
    pub(super) fn new(limits: &WorkspaceLimits) -> Self {
        let state = State { is_busy: true, ..State::default() };
        Self {
            paths_max: limits.changed_paths_max,
            quiet: limits.quiet,
            quiet_max: limits.quiet_max,
            state: Mutex::new(state),
            arrived: Condvar::new(),
            settled: Condvar::new(),
        }
    }

    pub(super) fn add(&self, paths: impl Iterator<Item = PathBuf>) {
        let changes = &mut self.state.lock().changes;
        for path in paths {
            if changes.are_all {
                break;
            }
            changes.paths.insert(path);
            if changes.paths.len() > self.paths_max {
                *changes = Changes { are_all: true, ..Changes::default() };
            }
        }
        self.arrived.notify_all();
    }

    pub(super) fn add_all(&self) {
        self.state.lock().changes = Changes { are_all: true, ..Changes::default() };
        self.arrived.notify_all();
    }

    /// Waits for changes, and then for a moment without more of them. `None` when it is over.
    pub(super) fn wait(&self) -> Option<Changes> {
        let mut state = self.state.lock();
        while state.changes.is_empty() && !state.is_over {
            state.is_busy = false;
            self.settled.notify_all();
            self.arrived.wait(&mut state);
        }
        let latest = Instant::now() + self.quiet_max;
        while !state.is_over {
            let until = latest.min(Instant::now() + self.quiet);
            if self.arrived.wait_until(&mut state, until).timed_out() {
                break;
            }
        }
        state.is_busy = !state.is_over;
        state.is_busy.then(|| std::mem::take(&mut state.changes))
    }

    /// Whether something is being read or waits to be.
    pub(super) fn is_busy(&self) -> bool {
        let state = self.state.lock();
        !state.is_over && (state.is_busy || !state.changes.is_empty())
    }

    /// Waits until nothing is being read or waits to be.
    #[cfg(test)]
    pub(super) fn wait_until_settled(&self) {
        let mut state = self.state.lock();
        while !state.is_over && (state.is_busy || !state.changes.is_empty()) {
            self.settled.wait(&mut state);
        }
    }

    /// Ends all waiting.
    pub(super) fn end(&self) {
        self.state.lock().is_over = true;
        self.arrived.notify_all();
    }

    pub(super) fn is_over(&self) -> bool {
        self.state.lock().is_over
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pending(paths_max: usize) -> Pending {
        let quiet = Duration::from_millis(1);
        let limits =
            WorkspaceLimits { changed_paths_max: paths_max, quiet, ..WorkspaceLimits::USUAL };
        Pending::new(&limits)
    }

    fn paths(count: usize) -> impl Iterator<Item = PathBuf> {
        (0..count).map(|nth| PathBuf::from(format!("/a/{nth}")))
    }

    #[test]
    fn changes_are_gathered() {
        let pending = pending(3);
        pending.add(paths(2));
        pending.add(paths(3));
        assert_eq!(pending.wait().expect("changes").paths, paths(3).collect());
        assert!(pending.is_busy());
    }

    #[test]
    fn too_many_changes_are_everything() {
        let pending = pending(3);
        pending.add(paths(4));
        pending.add(paths(2));
        let changes = pending.wait();
        assert_eq!(changes, Some(Changes { paths: BTreeSet::new(), are_all: true }));
    }

    #[test]
    fn nobody_waits_after_the_end() {
        let pending = pending(3);
        std::thread::scope(|scope| {
            let waiting = scope.spawn(|| pending.wait());
            pending.end();
            assert_eq!(waiting.join().expect("no panic"), None);
        });
        pending.add(paths(1));
        assert_eq!(pending.wait(), None);
        assert!(!pending.is_busy());
    }
}
