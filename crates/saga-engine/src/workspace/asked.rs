//! One file that somebody asked for: read by the same rules as the index, whether it is in or not.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use saga_domain::{Failure, FailureCode};

use super::Workspace;
use super::left_out::LeftOut;
use super::read;
use super::run::Run;
use super::walk::{Targets, Walk};

/// Where a file is that somebody asked for.
pub(crate) struct AskedFile {
    /// What a model is shown as its path.
    pub(crate) shown: String,
    disk: PathBuf,
    run: Arc<Run>,
}

impl Workspace {
    /// Finds the place of a file: a path from `folder`, an absolute one, or one as a model is shown
    /// it. `None` outside the workspace.
    pub(crate) fn place_of(&self, path: &str, folder: Option<&str>) -> Option<AskedFile> {
        let run = self.run()?;
        let rules = run.rules();
        let disk = match folder {
            Some(folder) => rules.roots().find(|root| *root == Path::new(folder))?.join(path),
            None if Path::new(path).is_absolute() => PathBuf::from(path),
            None => {
                let (folder, within) = rules.folder_of(path)?;
                folder.join(within)
            }
        };
        let shown = rules.shown(&disk)?;
        Some(AskedFile { shown, disk, run })
    }
}

impl AskedFile {
    /// The text, line ends as `\n`. Blocks for as long as the disk does.
    ///
    /// # Errors
    /// `private_file`, `too_large`, `not_found`, also for what is ignored or excluded, and
    /// `invalid_request` for what is no text.
    pub(crate) fn text(&self, bytes_max: usize) -> Result<String, Failure> {
        self.allowed()
            .and_then(|()| read::open(&self.disk))
            .and_then(|opened| opened.any_text(bytes_max))
            .map_err(|why| self.failure(why, bytes_max))
    }

    /// Walks to the file as the index does, so that no rule is forgotten here.
    fn allowed(&self) -> Result<(), LeftOut> {
        // A folder has no text, and what is wrong with a file in it is not asked.
        if self.disk.is_dir() {
            return Err(LeftOut::Unreadable);
        }
        let targets = Arc::new(Targets::new([self.disk.clone()]));
        let mut walk = Walk::new(self.run.rules(), Some(&targets));
        let mut entries = 0;
        while let Some(found) = walk.next() {
            if found?.is_some_and(|candidate| candidate.path == self.disk) {
                return Ok(());
            }
            entries += 1;
            if entries > self.run.limits().entries_max {
                break;
            }
        }
        Err(LeftOut::Unreadable)
    }

    fn failure(&self, why: LeftOut, bytes_max: usize) -> Failure {
        let shown = &self.shown;
        let (code, message) = match why {
            LeftOut::Private => (
                FailureCode::PrivateFile,
                format!("{shown} is a private file: nothing of it is sent to a model."),
            ),
            LeftOut::TooLarge => (
                FailureCode::TooLarge,
                format!("{shown} has more than {bytes_max} bytes. Ask for some of its lines."),
            ),
            LeftOut::Binary | LeftOut::NotUtf8 | LeftOut::UnknownLanguage => {
                (FailureCode::InvalidRequest, format!("{shown} is no text."))
            }
            _ => (FailureCode::NotFound, format!("There is no file {shown} in the workspace.")),
        };
        Failure::new(code, message)
    }
}
