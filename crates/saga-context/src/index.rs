//! What the files of a workspace offer, whether they are open or not: definitions by name, and
//! windows by the names they use.
//!
//! Files come in as texts that were read elsewhere, one [`IndexedFile`] each, and leave by their
//! path; looking up is hashing, never a walk through the files. Bounded in files and in bytes:
//! what does not fit stays out, and what is in keeps its place.

mod file;

use std::collections::HashMap;
use std::sync::Arc;

use rustc_hash::FxHashMap;

pub use file::{IndexedFile, index_file, is_indexable};

use crate::definitions::SymbolKind;
use crate::find::LetterSet;
use crate::limits::IndexLimits;
use crate::names;

/// A name or a definition that so many have says nothing, and is not followed.
const COMMON_MIN: usize = 256;
/// The rarest names of a text that are followed to the windows that hold them.
const FOLLOWED_NAMES_MAX: usize = 24;
/// Names a window must share with a text before the two are compared.
const SHARED_NAMES_MIN: u32 = 3;
/// Windows compared with a text.
const COMPARED_WINDOWS_MAX: usize = 48;
/// What an entry of a hash map and of a list takes beside its contents.
const ENTRY_BYTES: usize = 32;

/// Definitions and windows of many files.
#[derive(Debug)]
pub struct WorkspaceIndex {
    limits: IndexLimits,
    files: Vec<Option<IndexedFile>>,
    slots: HashMap<Arc<str>, u32>,
    free: Vec<u32>,
    /// Places of definitions, by the hash of their name; in ascending order.
    definitions: FxHashMap<u32, Vec<Place>>,
    /// Places of windows, by the hash of each name in them; in ascending order.
    windows: FxHashMap<u32, Vec<Place>>,
    bytes: usize,
}

/// A file's slot, and which of its definitions or windows.
type Place = (u32, u16);

/// A name that is defined somewhere, as what can be looked for.
#[derive(Clone, Copy, Debug)]
pub struct Symbol<'a> {
    /// The name itself.
    pub name: &'a str,
    /// The path of its file, as a model is shown it.
    pub path: &'a str,
    /// What it is.
    pub kind: SymbolKind,
    /// First and last line of the whole definition, counted from 0.
    pub lines: (u32, u32),
    /// The letters of the name.
    pub letters: LetterSet,
}

/// A definition that was found.
pub(crate) struct FoundDefinition<'a> {
    pub(crate) path: &'a str,
    pub(crate) place: u16,
    pub(crate) text: &'a str,
}

/// A window that was found, with what it is compared by.
pub(crate) struct FoundWindow<'a> {
    pub(crate) path: &'a str,
    pub(crate) place: u16,
    pub(crate) names: &'a [u32],
    pub(crate) text: &'a str,
}

impl Default for WorkspaceIndex {
    fn default() -> Self {
        Self::new(IndexLimits::USUAL)
    }
}

impl WorkspaceIndex {
    /// Nothing yet.
    #[must_use]
    pub fn new(limits: IndexLimits) -> Self {
        Self {
            limits,
            files: Vec::new(),
            slots: HashMap::new(),
            free: Vec::new(),
            definitions: FxHashMap::default(),
            windows: FxHashMap::default(),
            bytes: 0,
        }
    }

    /// Takes a file, also in place of what is here under its path. False when it does not fit any
    /// more; then nothing is here under its path.
    pub fn add(&mut self, file: IndexedFile) -> bool {
        self.remove(file.path());
        let bytes = self.bytes + file.bytes() + ENTRY_BYTES;
        if self.len() >= self.limits.files_max || bytes > self.limits.bytes_max {
            return false;
        }
        let slot = match self.free.pop() {
            Some(slot) => slot,
            None => {
                let Ok(slot) = u32::try_from(self.files.len()) else { return false };
                self.files.push(None);
                slot
            }
        };
        self.bytes = bytes;
        self.slots.insert(Arc::clone(&file.path), slot);
        for (place, name) in (0..).zip(file.definition_names()) {
            add_place(self.definitions.entry(names::fingerprint(name)).or_default(), (slot, place));
        }
        for (place, window) in (0..).zip(&file.windows) {
            for name in file.names_of(window) {
                add_place(self.windows.entry(*name).or_default(), (slot, place));
            }
        }
        self.files[slot as usize] = Some(file);
        true
    }

    /// Forgets a file; one that is not here is fine.
    pub fn remove(&mut self, path: &str) {
        let Some(slot) = self.slots.remove(path) else { return };
        let Some(file) = self.files[slot as usize].take() else { return };
        self.bytes -= file.bytes() + ENTRY_BYTES;
        for (place, name) in (0..).zip(file.definition_names()) {
            remove_place(&mut self.definitions, names::fingerprint(name), (slot, place));
        }
        for (place, window) in (0..).zip(&file.windows) {
            for name in file.names_of(window) {
                remove_place(&mut self.windows, *name, (slot, place));
            }
        }
        self.free.push(slot);
    }

    /// Forgets all files.
    pub fn clear(&mut self) {
        *self = Self::new(self.limits);
    }

    /// How many files are in.
    #[must_use]
    pub fn len(&self) -> usize {
        self.slots.len()
    }

    /// Whether no file is in.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.slots.is_empty()
    }

    /// About how much memory it takes.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// Whether the file is in.
    #[must_use]
    pub fn holds(&self, path: &str) -> bool {
        self.slots.contains_key(path)
    }

    /// All names that are defined, file by file.
    pub fn symbols(&self) -> impl Iterator<Item = Symbol<'_>> {
        self.files.iter().flatten().flat_map(IndexedFile::symbols)
    }

    /// Names that lead somewhere.
    #[cfg(test)]
    pub(crate) fn held_lists(&self) -> usize {
        self.definitions.len() + self.windows.len()
    }

    /// Definitions with that name in files of the family; none when the name is a common one.
    pub(crate) fn named(
        &self,
        name: &str,
        family: &str,
    ) -> impl Iterator<Item = FoundDefinition<'_>> {
        let places = self.definitions.get(&names::fingerprint(name));
        let places = places.filter(|places| places.len() < COMMON_MIN).into_iter().flatten();
        places.filter_map(move |(slot, place)| {
            let file = self.files.get(*slot as usize)?.as_ref()?;
            let (found, text) = file.definition(*place)?;
            let is_it = found == name && file.family == family;
            is_it.then_some(FoundDefinition { path: &file.path, place: *place, text })
        })
    }

    /// The windows in files of the family that share most of the rare ones of these names; the
    /// names are in ascending order.
    pub(crate) fn windows_with(&self, names: &[u32], family: &str) -> Vec<FoundWindow<'_>> {
        let mut lists: Vec<&Vec<Place>> = names
            .iter()
            .filter_map(|name| self.windows.get(name))
            .filter(|places| places.len() < COMMON_MIN)
            .collect();
        lists.sort_by_key(|places| places.len());
        let mut shared: FxHashMap<Place, u32> = FxHashMap::default();
        for place in lists.into_iter().take(FOLLOWED_NAMES_MAX).flatten() {
            *shared.entry(*place).or_default() += 1;
        }
        let enough = shared.into_iter().filter(|(_, shared)| *shared >= SHARED_NAMES_MIN);
        let mut best: Vec<(Place, u32)> = enough.collect();
        best.sort_unstable_by_key(|(place, shared)| (u32::MAX - shared, *place));
        let found = best.into_iter().filter_map(|((slot, place), _)| {
            let file =
                self.files.get(slot as usize)?.as_ref().filter(|file| file.family == family)?;
            let window = file.windows.get(usize::from(place))?;
            let (names, text) = (file.names_of(window), file.text_of(window));
            Some(FoundWindow { path: &file.path, place, names, text })
        });
        found.take(COMPARED_WINDOWS_MAX).collect()
    }
}

fn add_place(places: &mut Vec<Place>, place: Place) {
    // Nearly always the last one: files come with ascending slots.
    let at = places.binary_search(&place).unwrap_or_else(|at| at);
    places.insert(at, place);
}

fn remove_place(lists: &mut FxHashMap<u32, Vec<Place>>, name: u32, place: Place) {
    let Some(places) = lists.get_mut(&name) else { return };
    if let Ok(at) = places.binary_search(&place) {
        places.remove(at);
    }
    if places.is_empty() {
        lists.remove(&name);
    }
}
