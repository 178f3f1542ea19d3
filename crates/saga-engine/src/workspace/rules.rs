//! Which files belong to the workspace, decided by their paths alone.

use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};
use saga_context::{BadGlob, PrivateFiles};
use saga_domain::{Failure, FailureCode};

use super::WorkspaceAsk;
use super::left_out::LeftOut;
use super::limits::WorkspaceLimits;

/// Folders that tools fill; a project without an ignore file has them too.
const TOOL_FOLDERS: &[&str] = &["node_modules", "bower_components", "site-packages", "__pycache__"];
/// Files by which tools mark the folders they fill.
const TOOL_MARKS: &[&str] = &["CACHEDIR.TAG", "pyvenv.cfg"];

/// Ends of the names of files that hold no text, so that nobody looks for them to read them.
const NO_TEXT: &[&str] = &[
    "7z",
    "a",
    "avi",
    "bin",
    "bmp",
    "class",
    "db",
    "dll",
    "doc",
    "docx",
    "dylib",
    "eot",
    "exe",
    "flac",
    "gguf",
    "gif",
    "gz",
    "ico",
    "jar",
    "jpeg",
    "jpg",
    "lib",
    "mov",
    "mp3",
    "mp4",
    "node",
    "o",
    "obj",
    "odt",
    "ogg",
    "onnx",
    "otf",
    "pdf",
    "png",
    "ppt",
    "pptx",
    "psd",
    "pyc",
    "rar",
    "safetensors",
    "so",
    "sqlite",
    "tar",
    "tgz",
    "ttf",
    "vsix",
    "war",
    "wasm",
    "wav",
    "webm",
    "webp",
    "woff",
    "woff2",
    "xls",
    "xlsx",
    "xz",
    "zip",
    "zst",
];

/// Which files belong to the workspace.
pub(super) struct Rules {
    folders: Vec<Folder>,
    exclude: GlobSet,
    private: Arc<PrivateFiles>,
}

/// A folder of the workspace.
struct Folder {
    root: PathBuf,
    /// What the paths in it begin with when they are shown; empty, or a name and a slash.
    shown: String,
}

impl Rules {
    pub(super) fn new(
        ask: &WorkspaceAsk,
        private: Arc<PrivateFiles>,
        limits: &WorkspaceLimits,
    ) -> Result<Self, Failure> {
        let wrong = |message: String| Failure::new(FailureCode::InvalidSetting, message);
        if ask.folders.len() > limits.folders_max {
            return Err(wrong(format!("More than {} folders.", limits.folders_max)));
        }
        let is_only_one = ask.folders.len() == 1;
        let folders = ask.folders.iter().map(|folder| {
            let root = PathBuf::from(&folder.path);
            if !root.is_absolute() {
                return Err(wrong(format!("The folder {:?} is no absolute path.", folder.path)));
            }
            let shown = if is_only_one { String::new() } else { format!("{}/", folder.name) };
            Ok(Folder { root, shown })
        });
        Ok(Self { folders: folders.collect::<Result<_, _>>()?, exclude: globs(ask)?, private })
    }

    /// The folders on disk.
    pub(super) fn roots(&self) -> impl Iterator<Item = &Path> {
        self.folders.iter().map(|folder| folder.root.as_path())
    }

    /// What a file or folder is called in the index and in prompts; `None` outside the workspace
    /// and for names that are no text.
    pub(super) fn shown(&self, path: &Path) -> Option<String> {
        let (folder, within) = self.place(path)?;
        let mut shown = folder.shown.clone();
        for (nth, part) in within.components().enumerate() {
            let Component::Normal(part) = part else { return None };
            if nth > 0 {
                shown.push('/');
            }
            shown.push_str(part.to_str()?);
        }
        Some(shown)
    }

    /// The folder of a file by the name it is shown with, and its path from there.
    pub(super) fn folder_of<'a>(&self, shown: &'a str) -> Option<(&Path, &'a str)> {
        let within = |folder: &Folder| shown.strip_prefix(folder.shown.as_str());
        let places = self.folders.iter().filter_map(|folder| Some((folder, within(folder)?)));
        let (folder, within) = places.min_by_key(|(_, within)| within.len())?;
        Some((&folder.root, within))
    }

    /// Whether a folder found in the folder `root` is looked into.
    pub(super) fn enters(&self, root: &Path, folder: &Path) -> bool {
        let is_tools =
            folder.file_name().is_some_and(|name| TOOL_FOLDERS.iter().any(|t| name == *t))
                || TOOL_MARKS.iter().any(|mark| folder.join(mark).exists());
        let is_another = self.roots().any(|other| other != root && other == folder);
        !is_tools && !is_another && !self.is_excluded(folder)
    }

    /// Whether a file may be opened; `shown` is its name in the index.
    pub(super) fn check(&self, path: &Path, shown: &str) -> Result<(), LeftOut> {
        if self.is_excluded(path) {
            return Err(LeftOut::Excluded);
        }
        if self.private.is_private(shown) {
            return Err(LeftOut::Private);
        }
        let extension = shown.rsplit_once('.').map(|(_, extension)| extension.to_lowercase());
        if extension.is_some_and(|extension| NO_TEXT.contains(&extension.as_str())) {
            return Err(LeftOut::UnknownLanguage);
        }
        Ok(())
    }

    fn is_excluded(&self, path: &Path) -> bool {
        self.place(path).is_some_and(|(_, within)| self.exclude.is_match(within))
    }

    /// The innermost folder that a path is in, and its path from there.
    fn place<'a>(&self, path: &'a Path) -> Option<(&Folder, &'a Path)> {
        let within = |folder: &Folder| path.strip_prefix(&folder.root).ok();
        let places = self.folders.iter().filter_map(|folder| Some((folder, within(folder)?)));
        places.min_by_key(|(_, within)| within.as_os_str().len())
    }
}

/// Files that everybody keeps to themselves, and those that the user names. A pattern that is none
/// comes back as a failure, and takes nothing from what the others protect.
pub(super) fn private_files(globs: &[String]) -> Result<(PrivateFiles, Option<Failure>), Failure> {
    let failure = |bad: BadGlob| Failure::new(bad.code(), bad.to_string());
    match PrivateFiles::new(globs) {
        Ok(private) => Ok((private, None)),
        Err(bad) => {
            let is_good = |glob: &&String| PrivateFiles::new(std::slice::from_ref(*glob)).is_ok();
            let good: Vec<String> = globs.iter().filter(is_good).cloned().collect();
            Ok((PrivateFiles::new(&good).map_err(failure)?, Some(failure(bad))))
        }
    }
}

fn globs(ask: &WorkspaceAsk) -> Result<GlobSet, Failure> {
    let wrong = |why: &globset::Error| {
        Failure::new(
            FailureCode::InvalidSetting,
            format!("A pattern of excluded files cannot be read: {why}."),
        )
    };
    let mut set = GlobSetBuilder::new();
    for pattern in &ask.exclude {
        let glob = GlobBuilder::new(pattern.trim_end_matches('/'))
            .literal_separator(true)
            .empty_alternates(true)
            .build();
        set.add(glob.map_err(|why| wrong(&why))?);
    }
    set.build().map_err(|why| wrong(&why))
}
