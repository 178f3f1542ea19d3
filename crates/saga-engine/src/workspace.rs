//! What the files of the workspace say that are not open: an index made in the background.

use std::collections::BTreeMap;

use saga_domain::Failure;

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
    /// Files that were looked at and left out, by why. The names are stable.
    pub left_out: BTreeMap<&'static str, u64>,
}

/// The index of the workspace, and who keeps it.
#[derive(Debug, Default)]
pub(crate) struct Workspace {}

impl Workspace {
    /// Takes other folders.
    pub(crate) fn set(&self, _ask: &WorkspaceAsk) -> Result<(), Failure> {
        Ok(())
    }

    /// Has files read again.
    pub(crate) fn changed(&self, _paths: &[String]) {}

    /// Ends the reading.
    pub(crate) fn stop(&self) {}

    pub(crate) fn counts(&self) -> WorkspaceCounts {
        WorkspaceCounts::default()
    }
}
