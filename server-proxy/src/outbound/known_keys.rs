//! The keys of a file as a running server knows them: read again when the file changes.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::domain::access::Access;
use crate::outbound::file_watch::FileWatch;
use crate::outbound::keys_file;

/// Keeps who may ask in step with the keys file.
#[derive(Debug)]
pub struct KnownKeys {
    path: PathBuf,
    access: Arc<Access>,
    watch: FileWatch,
}

impl KnownKeys {
    /// Reads the file for the first time.
    ///
    /// # Errors
    /// When it cannot be read, is no keys file, or holds no key.
    pub fn read(path: &Path) -> io::Result<Self> {
        let watch = FileWatch::new(&[path]);
        let ring = keys_file::read(path)?;
        if ring.is_empty() {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "it holds no key"));
        }
        Ok(Self { path: path.to_owned(), access: Arc::new(Access::keys(ring)), watch })
    }

    /// Who may ask.
    #[must_use]
    pub fn access(&self) -> Arc<Access> {
        Arc::clone(&self.access)
    }

    /// Reads the file again and writes to the log what came of it. When it cannot be used the known
    /// keys stay.
    pub fn reload(&self) {
        match keys_file::read(&self.path) {
            Ok(ring) => {
                let count = ring.len();
                self.access.replace(ring);
                if count == 0 {
                    tracing::warn!("the keys file holds no key any more: nobody may ask");
                } else {
                    tracing::info!(count, "the keys file was read");
                }
            }
            Err(error) => {
                self.access.keep();
                tracing::error!(%error, "the keys file cannot be used; the known keys stay");
            }
        }
    }

    /// Reads the file whenever it changes. Runs until dropped.
    pub async fn watch(self: &Arc<Self>) {
        let mut watch = self.watch.clone();
        loop {
            watch.changed().await;
            let known = Arc::clone(self);
            // It fails only while the runtime stops.
            let _read = tokio::task::spawn_blocking(move || known.reload()).await;
        }
    }
}
