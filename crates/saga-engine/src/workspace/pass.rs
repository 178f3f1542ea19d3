//! One pass over the workspace or parts of it: two threads take files from one walk, read them, and
//! put them into the index. Bounded in files, bytes and time.

use std::collections::HashSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Instant;

use parking_lot::Mutex;
use saga_context::{IndexLimits, IndexedFile, index_file};

use super::left_out::LeftOut;
use super::read;
use super::run::{Run, lower_priority};
use super::walk::{Candidate, Targets, Walk};

/// One pass.
pub(super) struct Pass<'a> {
    run: &'a Run,
    targets: Option<Arc<Targets>>,
    work: Mutex<Work>,
}

struct Work {
    walk: Walk,
    entries_left: usize,
    bytes_left: u64,
    ends: Instant,
    /// Whether a limit, or somebody who lost patience, ended the walk.
    is_cut: bool,
    /// Files that are known and belong there.
    seen: HashSet<String>,
}

impl<'a> Pass<'a> {
    pub(super) fn new(run: &'a Run, targets: Option<Targets>) -> Self {
        let targets = targets.map(Arc::new);
        let limits = run.limits();
        let work = Work {
            walk: Walk::new(run.rules(), targets.as_ref()),
            entries_left: limits.entries_max,
            bytes_left: limits.read_bytes_max,
            ends: Instant::now() + limits.pass_time_max,
            is_cut: false,
            seen: HashSet::new(),
        };
        Self { run, targets, work: Mutex::new(work) }
    }

    /// Reads everything. Returns when it is read, or when the run is stopped.
    pub(super) fn go(self) {
        std::thread::scope(|scope| {
            let other = std::thread::Builder::new().name("codesaga-index".to_owned());
            // Without the second thread it takes longer, that is all.
            let _ = other.spawn_scoped(scope, || {
                lower_priority();
                self.take_files();
            });
            self.take_files();
        });
        let work = self.work.into_inner();
        if work.is_cut {
            return;
        }
        let mut catalog = self.run.catalog().write();
        for target in self.targets.iter().flat_map(|targets| targets.iter()) {
            if let Some(shown) = self.run.rules().shown(target) {
                catalog.keep_only(&shown, &work.seen);
            }
        }
    }

    fn take_files(&self) {
        while let Some(found) = self.next() {
            match found {
                Ok(Some(candidate)) => self.take(&candidate),
                Ok(None) => {}
                Err(why) => self.run.catalog().write().leave_out(None, why),
            }
            std::thread::yield_now();
        }
    }

    fn next(&self) -> Option<Result<Option<Candidate>, LeftOut>> {
        let mut work = self.work.lock();
        if work.is_cut {
            return None;
        }
        let is_late = work.entries_left == 0 || Instant::now() > work.ends;
        if is_late || self.run.is_stopped() {
            work.is_cut = true;
            return is_late.then_some(Err(LeftOut::OverLimit));
        }
        work.entries_left -= 1;
        work.walk.next()
    }

    fn take(&self, candidate: &Candidate) {
        let Candidate { path, shown, is_named, is_code } = candidate;
        if !is_code {
            self.list(shown);
            return self.run.catalog().write().leave_out(None, LeftOut::UnknownLanguage);
        }
        let taken: Result<_, LeftOut> = (|| {
            let opened = read::open(path)?;
            let stamp = opened.stamp;
            // A second change may come within what the disk's clock can tell apart.
            if !is_named && self.run.catalog().read().holds(shown, stamp) {
                return Ok(None);
            }
            self.spend(opened.bytes())?;
            let text = opened.text(self.run.limits().index.file_bytes_max)?;
            Ok(Some((stamp, indexed(shown, &text, &self.run.limits().index)?)))
        })();
        let is_listed = taken.as_ref().map_or_else(|why| why.is_listed(), |_| true);
        match taken {
            Ok(None) => {}
            Ok(Some((stamp, file))) => self.run.catalog().write().add(shown.clone(), stamp, file),
            Err(why) => self.run.catalog().write().leave_out(Some(shown), why),
        }
        if is_listed {
            self.list(shown);
        }
    }

    fn list(&self, shown: &str) {
        self.run.catalog().write().list(shown);
        if self.targets.is_some() {
            self.work.lock().seen.insert(shown.to_owned());
        }
    }

    fn spend(&self, bytes: u64) -> Result<(), LeftOut> {
        let mut work = self.work.lock();
        work.bytes_left = work.bytes_left.checked_sub(bytes).ok_or(LeftOut::OverLimit)?;
        Ok(())
    }
}

/// A parser that panics costs one file.
fn indexed(shown: &str, text: &str, limits: &IndexLimits) -> Result<IndexedFile, LeftOut> {
    let file = catch_unwind(AssertUnwindSafe(|| index_file(shown, text, limits)));
    file.ok().flatten().ok_or(LeftOut::Unreadable)
}
