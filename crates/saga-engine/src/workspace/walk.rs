//! The files of the workspace, one after another: always in the same order, so that a limit always
//! leaves out the same ones.

use std::collections::BTreeSet;
use std::fs::FileType;
use std::ops::Bound;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ignore::{DirEntry, WalkBuilder};
use saga_context::is_indexable;

use super::left_out::LeftOut;
use super::rules::Rules;

/// Ignore files of ours; they hold what `.gitignore` holds.
const IGNORE_FILE: &str = ".codesagaignore";
/// Files that change what a whole folder holds.
const IGNORE_FILES: &[&str] = &[IGNORE_FILE, ".gitignore", ".ignore"];
/// Deeper than this nobody keeps sources.
const DEPTH_MAX: usize = 64;

/// A file that may be read.
pub(super) struct Candidate {
    pub(super) path: PathBuf,
    /// What it is called in the index.
    pub(super) shown: String,
    /// Whether it may be read for the index.
    pub(super) is_code: bool,
    /// Whether just this file is said to have changed.
    pub(super) is_named: bool,
}

/// The parts of the workspace that a walk is about.
#[derive(Debug, Default)]
pub(super) struct Targets {
    paths: BTreeSet<PathBuf>,
}

impl Targets {
    pub(super) fn new(changed: impl IntoIterator<Item = PathBuf>) -> Self {
        Self { paths: changed.into_iter().map(whole).collect() }
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Path> {
        self.paths.iter().map(PathBuf::as_path)
    }

    fn hold(&self, path: &Path) -> bool {
        path.ancestors().any(|part| self.paths.contains(part))
    }

    /// Whether the way to a target leads through the folder.
    fn lead_through(&self, folder: &Path) -> bool {
        let next = self.paths.range::<Path, _>((Bound::Included(folder), Bound::Unbounded)).next();
        next.is_some_and(|target| target.starts_with(folder))
    }
}

/// An ignore file stands for the folder it rules.
fn whole(changed: PathBuf) -> PathBuf {
    let rules = changed.file_name().is_some_and(|name| IGNORE_FILES.iter().any(|it| name == *it));
    match changed.parent() {
        Some(folder) if rules => folder.to_owned(),
        _ => changed,
    }
}

/// Walks through the folders of a workspace.
pub(super) struct Walk {
    rules: Arc<Rules>,
    /// All of it, when absent.
    targets: Option<Arc<Targets>>,
    entries: Box<dyn Iterator<Item = Result<DirEntry, ignore::Error>> + Send>,
}

impl Walk {
    pub(super) fn new(rules: &Arc<Rules>, targets: Option<&Arc<Targets>>) -> Self {
        let roots: Vec<PathBuf> = rules.roots().map(Path::to_owned).collect();
        let (rules_inside, targets_inside) = (Arc::clone(rules), targets.cloned());
        let entries = roots.into_iter().flat_map(move |root| {
            walk_folder(&root, Arc::clone(&rules_inside), targets_inside.clone())
        });
        Self { rules: Arc::clone(rules), targets: targets.cloned(), entries: Box::new(entries) }
    }

    /// The next file, or why one is left out; `Ok(None)` for what is no file.
    pub(super) fn next(&mut self) -> Option<Result<Option<Candidate>, LeftOut>> {
        let entry = self.entries.next()?;
        Some(entry.map_err(|_| LeftOut::Unreadable).and_then(|entry| self.candidate(entry)))
    }

    fn candidate(&self, entry: DirEntry) -> Result<Option<Candidate>, LeftOut> {
        let is_wanted = |targets: &Arc<Targets>| targets.hold(entry.path());
        if entry.file_type().is_none_or(|kind| kind.is_dir())
            || !self.targets.as_ref().is_none_or(is_wanted)
        {
            return Ok(None);
        }
        if entry.path_is_symlink() {
            return Err(LeftOut::Link);
        }
        if !entry.file_type().is_some_and(|kind| kind.is_file()) {
            return Err(LeftOut::Unreadable);
        }
        let path = entry.into_path();
        let shown = self.rules.shown(&path).ok_or(LeftOut::Unreadable)?;
        self.rules.check(&path, &shown)?;
        let is_code = is_indexable(&shown);
        let is_named = self.targets.as_ref().is_some_and(|targets| targets.paths.contains(&path));
        Ok(Some(Candidate { path, shown, is_code, is_named }))
    }
}

fn walk_folder(root: &Path, rules: Arc<Rules>, targets: Option<Arc<Targets>>) -> ignore::Walk {
    let within = root.to_owned();
    WalkBuilder::new(root)
        .standard_filters(true)
        .add_custom_ignore_filename(IGNORE_FILE)
        .follow_links(false)
        .max_depth(Some(DEPTH_MAX))
        .sort_by_file_name(std::ffi::OsStr::cmp)
        .filter_entry(move |entry| {
            let path = entry.path();
            let is_wanted =
                |targets: &Arc<Targets>| targets.hold(path) || targets.lead_through(path);
            let is_folder = entry.file_type().as_ref().is_some_and(FileType::is_dir);
            targets.as_ref().is_none_or(is_wanted) && (!is_folder || rules.enters(&within, path))
        })
        .build()
}
