//! What reading a workspace may cost.

use std::time::Duration;

use saga_context::IndexLimits;

/// What reading a workspace may cost.
#[derive(Clone, Copy, Debug)]
pub(crate) struct WorkspaceLimits {
    /// What the index holds.
    pub(crate) index: IndexLimits,
    /// Folders of a workspace.
    pub(crate) folders_max: usize,
    /// Files that can be looked for by their names.
    pub(crate) listed_files_max: usize,
    /// Bytes of a file that is read for a conversation, or of the lines that are asked for.
    pub(crate) asked_bytes_max: usize,
    /// Bytes of a file of which some lines are asked for.
    pub(crate) asked_file_bytes_max: usize,
    /// Files and folders that one pass looks at.
    pub(crate) entries_max: usize,
    /// Bytes that one pass reads.
    pub(crate) read_bytes_max: u64,
    /// How long one pass takes: long, since on a busy machine the lowest priority gets little.
    pub(crate) pass_time_max: Duration,
    /// Changed paths that wait; with more of them everything is looked at again.
    pub(crate) changed_paths_max: usize,
    /// How long nothing must have changed before changes are read.
    pub(crate) quiet: Duration,
    /// How long changes wait at most, when there is no quiet.
    pub(crate) quiet_max: Duration,
}

impl WorkspaceLimits {
    /// What the engine uses.
    pub(crate) const USUAL: Self = Self {
        index: IndexLimits::USUAL,
        folders_max: 64,
        listed_files_max: 50_000,
        asked_bytes_max: 256 << 10,
        asked_file_bytes_max: 4 << 20,
        entries_max: 200_000,
        read_bytes_max: 200 << 20,
        pass_time_max: Duration::from_secs(120),
        changed_paths_max: 1_000,
        quiet: Duration::from_millis(150),
        quiet_max: Duration::from_secs(2),
    };
}
