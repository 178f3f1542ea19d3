//! The index, and what is known of the files in it.

use std::collections::{BTreeMap, HashSet};

use saga_context::{IndexedFile, LetterSet, WorkspaceIndex};

use super::left_out::LeftOut;
use super::limits::WorkspaceLimits;
use super::read::Stamp;

/// The index, and what is known of the files in it.
pub(super) struct Catalog {
    index: WorkspaceIndex,
    stamps: BTreeMap<String, Stamp>,
    /// What can be looked for by its name: also texts of no known language, which nobody opened.
    listed: BTreeMap<String, LetterSet>,
    listed_max: usize,
    left_out: BTreeMap<&'static str, u64>,
}

impl Catalog {
    pub(super) fn new(limits: &WorkspaceLimits) -> Self {
        Self {
            index: WorkspaceIndex::new(limits.index),
            stamps: BTreeMap::new(),
            listed: BTreeMap::new(),
            listed_max: limits.listed_files_max,
            left_out: BTreeMap::new(),
        }
    }

    pub(super) fn index(&self) -> &WorkspaceIndex {
        &self.index
    }

    pub(super) fn left_out(&self) -> &BTreeMap<&'static str, u64> {
        &self.left_out
    }

    /// The files that are in.
    #[cfg(test)]
    pub(super) fn files(&self) -> impl Iterator<Item = &str> {
        self.stamps.keys().map(String::as_str)
    }

    /// The files that can be looked for, with the letters of their paths.
    pub(super) fn listed(&self) -> impl Iterator<Item = (&str, LetterSet)> {
        self.listed.iter().map(|(shown, letters)| (shown.as_str(), *letters))
    }

    /// Has a file found by its name.
    pub(super) fn list(&mut self, shown: &str) {
        if self.listed.len() < self.listed_max && !self.listed.contains_key(shown) {
            self.listed.insert(shown.to_owned(), LetterSet::of(shown));
        }
    }

    /// Whether the file is in as it is on disk.
    pub(super) fn holds(&self, shown: &str, stamp: Stamp) -> bool {
        self.stamps.get(shown) == Some(&stamp)
    }

    /// Takes a file in, in place of what it was before.
    pub(super) fn add(&mut self, shown: String, stamp: Stamp, file: IndexedFile) {
        if self.index.add(file) {
            self.stamps.insert(shown, stamp);
        } else {
            self.leave_out(Some(&shown), LeftOut::OverLimit);
        }
    }

    /// Counts a file that is left out, and forgets what it was before.
    pub(super) fn leave_out(&mut self, shown: Option<&str>, why: LeftOut) {
        *self.left_out.entry(why.name()).or_default() += 1;
        if let Some(shown) = shown {
            self.index.remove(shown);
            self.stamps.remove(shown);
            if !why.is_listed() {
                self.listed.remove(shown);
            }
        }
    }

    /// Forgets the files at or below `shown` that are not in `seen`; an empty name means all.
    pub(super) fn keep_only(&mut self, shown: &str, seen: &HashSet<String>) {
        let folder = shown.trim_end_matches('/');
        let is_below = |path: &str| {
            let rest = path.strip_prefix(folder);
            folder.is_empty() || rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        // What is in the index is listed too, unless the list is full.
        let indexed = self.stamps.range(folder.to_owned()..).map(|(path, _)| path);
        let listed = self.listed.range(folder.to_owned()..).map(|(path, _)| path);
        let is_near = |path: &&String| path.starts_with(folder);
        let gone: Vec<String> = indexed
            .take_while(is_near)
            .chain(listed.take_while(is_near))
            .filter(|path| is_below(path) && !seen.contains(*path))
            .cloned()
            .collect();
        for path in gone {
            self.index.remove(&path);
            self.stamps.remove(&path);
            self.listed.remove(&path);
        }
    }
}
