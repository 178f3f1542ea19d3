//! One file as the index holds it: packed, since a workspace has thousands. Made on any thread.

use std::sync::Arc;

use crop::Rope;

use super::Symbol;
use crate::definitions::{Definition, SymbolKind};
use crate::find::LetterSet;
use crate::language::Language;
use crate::limits::IndexLimits;
use crate::names;
use crate::outline::Outline;
use crate::parse::parse;
use crate::text;
use crate::windows::{self, cut};

/// A place in a file is a number of this size.
const PLACES_MAX: usize = u16::MAX as usize;

/// What a file offers to others.
#[derive(Debug)]
pub struct IndexedFile {
    pub(super) path: Arc<str>,
    pub(super) family: &'static str,
    /// Names and texts of the definitions, one after another.
    definitions: Box<str>,
    /// For each definition where its name and its text end; each starts where the one before ends.
    ends: Box<[(u32, u32)]>,
    /// For each definition what it is found by.
    facts: Box<[Facts]>,
    pub(super) windows: Box<[PackedWindow]>,
    /// The windows, one after another.
    source: Box<str>,
    /// The names of the windows, one window after another.
    names: Box<[u32]>,
}

/// What a definition is, where it stands, and which letters its name has.
#[derive(Debug)]
struct Facts {
    kind: SymbolKind,
    lines: (u32, u32),
    letters: LetterSet,
}

/// A window by where its text and its names lie in the file's.
#[derive(Debug)]
pub(super) struct PackedWindow {
    text: (u32, u32),
    names: (u32, u32),
}

/// Whether a file of that name can be indexed, so that no other is opened.
#[must_use]
pub fn is_indexable(path: &str) -> bool {
    Language::of_path(path).is_some()
}

/// Reads a file for the index: its definitions, when its language has any and parsing stays
/// within its limit, and its windows.
///
/// `path` is what a model is shown, and the same that an open document has. `None` for a file of
/// no known language, a binary one, and one that is too large.
#[must_use]
pub fn index_file(path: &str, text: &str, limits: &IndexLimits) -> Option<IndexedFile> {
    let language = Language::of_path(path)?;
    if text.len() > limits.file_bytes_max || text.as_bytes().contains(&0) {
        return None;
    }
    let mut file = Packing::default();
    let rope = Rope::from(text);
    let loaded = language.load()?;
    if let Some(tree) = parse(loaded, &rope, None, limits.parse_steps_max) {
        let outline = Outline::read(language, loaded, &tree, &rope, None);
        let usable = outline.symbols();
        for (definition, lines) in usable.take(limits.file_definitions_max.min(PLACES_MAX)) {
            file.add_definition(definition, lines);
        }
    }
    for bytes in cut(text).into_iter().take(limits.file_windows_max.min(PLACES_MAX)) {
        file.add_window(&text[bytes]);
    }
    Some(IndexedFile {
        path: path.into(),
        family: language.family,
        definitions: file.definitions.into(),
        ends: file.ends.into(),
        facts: file.facts.into(),
        windows: file.windows.into(),
        source: file.source.into(),
        names: file.names.into(),
    })
}

impl IndexedFile {
    /// What a model is shown as its path.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// About how much memory it takes in an index, with what leads to it.
    #[must_use]
    pub fn bytes(&self) -> usize {
        const DEFINITION_BYTES: usize = size_of::<(u32, u32)>() + size_of::<Facts>() + 64;
        const NAME_BYTES: usize = size_of::<u32>() + 24;
        size_of::<Self>()
            + 2 * self.path.len()
            + self.definitions.len()
            + self.ends.len() * DEFINITION_BYTES
            + self.windows.len() * size_of::<PackedWindow>()
            + self.source.len()
            + self.names.len() * NAME_BYTES
    }

    pub(super) fn definition_names(&self) -> impl Iterator<Item = &str> {
        (0..self.ends.len()).map(|place| self.name_and_text(place).0)
    }

    /// Name and text of a definition.
    pub(super) fn definition(&self, place: u16) -> Option<(&str, &str)> {
        let place = usize::from(place);
        (place < self.ends.len()).then(|| self.name_and_text(place))
    }

    /// The definitions as what can be looked for.
    pub(super) fn symbols(&self) -> impl Iterator<Item = Symbol<'_>> {
        self.facts.iter().enumerate().map(|(place, facts)| Symbol {
            name: self.name_and_text(place).0,
            path: &self.path,
            kind: facts.kind,
            lines: facts.lines,
            letters: facts.letters,
        })
    }

    pub(super) fn names_of(&self, window: &PackedWindow) -> &[u32] {
        &self.names[window.names.0 as usize..window.names.1 as usize]
    }

    pub(super) fn text_of(&self, window: &PackedWindow) -> &str {
        &self.source[window.text.0 as usize..window.text.1 as usize]
    }

    fn name_and_text(&self, place: usize) -> (&str, &str) {
        let start = if place == 0 { 0 } else { self.ends[place - 1].1 as usize };
        let (name_end, end) = self.ends[place];
        (
            &self.definitions[start..name_end as usize],
            &self.definitions[name_end as usize..end as usize],
        )
    }
}

/// An [`IndexedFile`] while it grows. Its numbers fit: a file is smaller than 4 GiB.
#[derive(Default)]
struct Packing {
    definitions: String,
    ends: Vec<(u32, u32)>,
    facts: Vec<Facts>,
    windows: Vec<PackedWindow>,
    source: String,
    names: Vec<u32>,
}

impl Packing {
    fn add_definition(&mut self, definition: &Definition, lines: (u32, u32)) {
        let Definition { name, text, kind, .. } = definition;
        self.facts.push(Facts { kind: *kind, lines, letters: LetterSet::of(name) });
        self.definitions.push_str(name);
        let name_end = self.definitions.len() as u32;
        self.definitions.push_str(text);
        self.ends.push((name_end, self.definitions.len() as u32));
    }

    fn add_window(&mut self, text: &str) {
        let names = names::fingerprints(text);
        if names.len() < windows::NAMES_MIN {
            return;
        }
        let (source_start, names_start) = (self.source.len() as u32, self.names.len() as u32);
        self.source.push_str(&text::unix_lines(text.to_owned()));
        self.names.extend(names);
        self.windows.push(PackedWindow {
            text: (source_start, self.source.len() as u32),
            names: (names_start, self.names.len() as u32),
        });
    }
}
