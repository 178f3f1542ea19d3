//! The thread that keeps the index of one set of folders, from the first pass until other folders
//! are asked for.

use std::path::PathBuf;
use std::sync::Arc;

use parking_lot::RwLock;
use saga_domain::{Failure, FailureCode};
use thread_priority::ThreadPriority;

use super::WorkspaceCounts;
use super::catalog::Catalog;
use super::limits::WorkspaceLimits;
use super::pass::Pass;
use super::pending::{Changes, Pending};
use super::rules::Rules;
use super::walk::Targets;

/// An index and what keeps it.
pub(super) struct Run {
    rules: Arc<Rules>,
    limits: WorkspaceLimits,
    catalog: RwLock<Catalog>,
    pending: Pending,
}

impl Run {
    /// Begins to read.
    pub(super) fn start(rules: Rules, limits: WorkspaceLimits) -> Result<Arc<Self>, Failure> {
        let run = Arc::new(Self {
            rules: Arc::new(rules),
            limits,
            catalog: RwLock::new(Catalog::new(&limits)),
            pending: Pending::new(&limits),
        });
        let run_inside = Arc::clone(&run);
        std::thread::Builder::new()
            .name("codesaga-index".to_owned())
            .spawn(move || {
                lower_priority();
                run_inside.keep();
            })
            .map_err(|error| {
                Failure::new(
                    FailureCode::Internal,
                    format!("The thread that reads the workspace cannot be started: {error}."),
                )
            })?;
        Ok(run)
    }

    pub(super) fn rules(&self) -> &Arc<Rules> {
        &self.rules
    }

    pub(super) fn limits(&self) -> &WorkspaceLimits {
        &self.limits
    }

    /// Nobody holds it while a file is read.
    pub(super) fn catalog(&self) -> &RwLock<Catalog> {
        &self.catalog
    }

    /// Has these read again.
    pub(super) fn changed(&self, paths: impl Iterator<Item = PathBuf>) {
        self.pending.add(paths.filter(|path| self.rules.shown(path).is_some()));
    }

    /// Has everything looked at again; what is as it was is not read.
    pub(super) fn all_changed(&self) {
        self.pending.add_all();
    }

    pub(super) fn counts(&self) -> WorkspaceCounts {
        // Before the counts: what is done is then counted.
        let indexing = self.pending.is_busy();
        let catalog = self.catalog.read();
        WorkspaceCounts {
            indexing,
            indexed_files: catalog.index().len() as u64,
            indexed_bytes: catalog.index().bytes() as u64,
            left_out: catalog.left_out().clone(),
        }
    }

    /// Ends the reading, without waiting for its thread.
    pub(super) fn stop(&self) {
        self.pending.end();
    }

    pub(super) fn is_stopped(&self) -> bool {
        self.pending.is_over()
    }

    #[cfg(test)]
    pub(super) fn pending(&self) -> &Pending {
        &self.pending
    }

    fn keep(&self) {
        Pass::new(self, None).go();
        while let Some(Changes { paths, are_all }) = self.pending.wait() {
            let targets = if are_all {
                Targets::new(self.rules.roots().map(PathBuf::from))
            } else {
                Targets::new(paths)
            };
            Pass::new(self, Some(targets)).go();
        }
    }
}

/// Lets every other thread go first. A system that does not allow it makes nothing worse.
pub(super) fn lower_priority() {
    let _ = ThreadPriority::Min.set_for_current();
}
