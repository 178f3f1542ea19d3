//! Notices that files were changed, by looking at them once a second: this works on every file
//! system, and a second is soon enough for keys and certificates.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

const LOOK_EVERY: Duration = Duration::from_secs(1);

/// What changes whenever a file is written or replaced.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Stamp {
    modified: Option<SystemTime>,
    bytes: u64,
    /// A file that replaces another within the clock's resolution is still another one.
    number: u64,
}

/// How files stood when they were last looked at.
#[derive(Clone, Debug)]
pub(crate) struct FileWatch {
    paths: Vec<PathBuf>,
    seen: Vec<Option<Stamp>>,
}

impl FileWatch {
    /// Must be made before the files are read, so that no change between the two is missed.
    pub(crate) fn new(paths: &[&Path]) -> Self {
        let paths: Vec<PathBuf> = paths.iter().map(|path| path.to_path_buf()).collect();
        let seen = stamps(&paths);
        Self { paths, seen }
    }

    /// Returns when one of the files is not what it was.
    pub(crate) async fn changed(&mut self) {
        loop {
            tokio::time::sleep(LOOK_EVERY).await;
            let paths = self.paths.clone();
            // A network file system may take its time.
            let looked = tokio::task::spawn_blocking(move || stamps(&paths)).await;
            let Ok(now) = looked else { continue };
            if now != self.seen {
                self.seen = now;
                return;
            }
        }
    }
}

fn stamps(paths: &[PathBuf]) -> Vec<Option<Stamp>> {
    paths.iter().map(|path| stamp(path)).collect()
}

fn stamp(path: &Path) -> Option<Stamp> {
    let found = fs::metadata(path).ok()?;
    #[cfg(unix)]
    let number = std::os::unix::fs::MetadataExt::ino(&found);
    #[cfg(not(unix))]
    let number = 0;
    Some(Stamp { modified: found.modified().ok(), bytes: found.len(), number })
}
