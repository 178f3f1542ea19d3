//! What the files of the workspace say that are not open: an index made in the background.
//!
//! The folders are walked and read on threads of their own with the lowest priority, never on the
//! way of a key; what changes is read again. This is the only place on the user's side that reads
//! files. It writes none, and it never opens one that is private, ignored or outside the folders.

mod asked;
mod catalog;
mod find;
mod left_out;
mod limits;
mod pass;
mod pending;
mod read;
mod rules;
mod run;
#[cfg(test)]
mod tests;
mod walk;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use parking_lot::Mutex;
use saga_context::{PrivateFiles, WorkspaceIndex};
use saga_domain::Failure;

pub(crate) use asked::AskedFile;
pub use find::{FoundFile, FoundSymbol};
pub(crate) use limits::WorkspaceLimits;
use rules::{Rules, private_files};
use run::Run;

/// The folders that may be read, and what of them may not.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WorkspaceAsk {
    /// The folders; none means no index.
    pub folders: Vec<WorkspaceFolder>,
    /// Patterns of what the editor does not show, as in its `files.exclude`.
    pub exclude: Vec<String>,
    /// Patterns of files that are never read, besides those that everybody keeps to themselves.
    pub private: Vec<String>,
}

/// A folder of the workspace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorkspaceFolder {
    /// Where it is on disk.
    pub path: String,
    /// What the editor calls it; begins the paths shown to a model when there are several.
    pub name: String,
}

/// What is known of the workspace's files.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WorkspaceCounts {
    /// Whether files are being read.
    pub indexing: bool,
    /// Files in the index.
    pub indexed_files: u64,
    /// Bytes that the index takes.
    pub indexed_bytes: u64,
    /// Files that were looked at and left out since the folders were given, by why. The names are
    /// stable.
    pub left_out: BTreeMap<&'static str, u64>,
}

/// The index of the workspace, and who keeps it.
pub(crate) struct Workspace {
    limits: WorkspaceLimits,
    state: Mutex<State>,
}

struct State {
    /// What was asked last.
    asked: WorkspaceAsk,
    private: Arc<PrivateFiles>,
    run: Option<Arc<Run>>,
}

impl Workspace {
    /// No folders yet.
    pub(crate) fn new(limits: WorkspaceLimits) -> Result<Self, Failure> {
        let (private, _) = private_files(&[])?;
        let state = State { asked: WorkspaceAsk::default(), private: Arc::new(private), run: None };
        Ok(Self { limits, state: Mutex::new(state) })
    }

    /// Takes other folders and begins to read them; the same ones are looked at again. What is
    /// wrong with them leaves none to read.
    pub(crate) fn set(&self, ask: &WorkspaceAsk) -> Result<(), Failure> {
        let mut state = self.state.lock();
        if let Some(run) = state.run.as_ref().filter(|_| state.asked == *ask) {
            run.all_changed();
            return Ok(());
        }
        if let Some(run) = state.run.take() {
            run.stop();
        }
        let (private, wrong) = private_files(&ask.private)?;
        state.private = Arc::new(private);
        if let Some(wrong) = wrong {
            return Err(wrong);
        }
        if !ask.folders.is_empty() {
            let rules = Rules::new(ask, Arc::clone(&state.private), &self.limits)?;
            state.run = Some(Run::start(rules, self.limits)?);
        }
        state.asked = ask.clone();
        Ok(())
    }

    /// Has files or folders read again; those outside the workspace are passed over.
    pub(crate) fn changed(&self, paths: &[String]) {
        if let Some(run) = self.run() {
            run.changed(paths.iter().map(PathBuf::from));
        }
    }

    /// Whether the file must be neither read nor sent, wherever it is.
    pub(crate) fn is_private(&self, path: &str) -> bool {
        let private = Arc::clone(&self.state.lock().private);
        private.is_private(path)
    }

    /// Looks something up. Files are taken in between two looks, so a look should be short.
    pub(crate) fn with_index<T>(&self, look: impl FnOnce(&WorkspaceIndex) -> T) -> T {
        match self.run() {
            Some(run) => look(run.catalog().read().index()),
            None => look(&WorkspaceIndex::new(self.limits.index)),
        }
    }

    pub(crate) fn counts(&self) -> WorkspaceCounts {
        self.run().map(|run| run.counts()).unwrap_or_default()
    }

    /// Ends the reading. What is in the index stays.
    pub(crate) fn stop(&self) {
        if let Some(run) = self.run() {
            run.stop();
        }
    }

    fn run(&self) -> Option<Arc<Run>> {
        self.state.lock().run.clone()
    }
}

impl Drop for Workspace {
    fn drop(&mut self) {
        self.stop();
    }
}
