//! What a file offers to others: its definitions by name, and its imports. Read once per parse, off
//! the path of a keystroke, so that a lookup while somebody types is a hash and nothing more.
//!
//! What was read from a top-level piece of the file is kept by a fingerprint of its text: after a
//! keystroke only the piece that holds the cursor is read again. (Node identity would not do: a
//! parser that tried two ways through a node builds it anew each time.)

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use crop::Rope;
use rustc_hash::{FxHashMap, FxHasher};
use tree_sitter::{Node, Tree};

use crate::definitions::{Definition, Piece};
use crate::doc_line;
use crate::language::{Language, Loaded};
use crate::text;

const DEFINITIONS_MAX: usize = 20_000;
const IMPORTS_MAX: usize = 400;

/// Definitions and imports of one text.
#[derive(Debug, Default)]
pub(crate) struct Outline {
    /// In file order; one for each top-level node that has any.
    pieces: Vec<Arc<Piece>>,
    /// The first line of each.
    first_lines: Vec<u32>,
    /// Which definitions have a name, as places in file order.
    by_name: FxHashMap<Box<str>, Vec<Place>>,
    by_fingerprint: FxHashMap<u64, Arc<Piece>>,
}

/// Where a definition stands: its piece, and its place in it.
pub(crate) type Place = (u32, u32);

impl Outline {
    /// Reads `tree`, which is of `rope`; what `earlier` knows of the same text is taken from there.
    pub(crate) fn read(
        language: &'static Language,
        loaded: &Loaded,
        tree: &Tree,
        rope: &Rope,
        earlier: Option<&Self>,
    ) -> Self {
        let mut outline = Self::default();
        let root = tree.root_node();
        let mut cursor = root.walk();
        let mut definitions = 0;
        // A node without children is a token, a comment for example, and defines nothing.
        for node in root.children(&mut cursor).filter(|node| node.child_count() > 0) {
            let fingerprint = fingerprint(language, rope, node);
            // What is wrong in a text depends on the text around it.
            let reusable = earlier.filter(|_| !node.has_error());
            let known = reusable.and_then(|earlier| earlier.by_fingerprint.get(&fingerprint));
            let piece = match known {
                Some(known) => Arc::clone(known),
                None => Arc::new(Piece::read(language, loaded, rope, node)),
            };
            definitions += piece.definitions.len();
            if definitions > DEFINITIONS_MAX {
                break;
            }
            outline.add(&piece, node.start_position().row);
            if !node.has_error() {
                outline.by_fingerprint.insert(fingerprint, piece);
            }
        }
        outline
    }

    /// Definitions with that name, in file order.
    pub(crate) fn named(&self, name: &str) -> impl Iterator<Item = (Place, &Definition)> {
        let places = self.by_name.get(name).map_or(&[][..], Vec::as_slice);
        places.iter().filter_map(|place| {
            let piece = self.pieces.get(place.0 as usize)?;
            Some((*place, piece.definitions.get(place.1 as usize)?))
        })
    }

    /// Import lines, in file order.
    pub(crate) fn imports(&self) -> impl Iterator<Item = &str> {
        let all = self.pieces.iter().flat_map(|piece| &piece.imports);
        all.take(IMPORTS_MAX).map(String::as_str)
    }

    /// All definitions, in file order.
    #[cfg(test)]
    pub(crate) fn definitions(&self) -> impl Iterator<Item = &Definition> {
        self.pieces.iter().flat_map(|piece| &piece.definitions)
    }

    /// What other files can name, with its first and last line, counted from 0.
    pub(crate) fn symbols(&self) -> impl Iterator<Item = (&Definition, (u32, u32))> {
        let pieces = self.pieces.iter().zip(&self.first_lines);
        let all = pieces.flat_map(|(piece, first)| {
            let place = |lines: (u32, u32)| {
                (lines.0.saturating_add(*first), lines.1.saturating_add(*first))
            };
            piece.definitions.iter().map(move |it| (it, place(it.lines)))
        });
        all.filter(|(definition, _)| !definition.is_local)
    }

    fn add(&mut self, piece: &Arc<Piece>, first_line: usize) {
        if piece.definitions.is_empty() && piece.imports.is_empty() {
            return;
        }
        let Ok(index) = u32::try_from(self.pieces.len()) else { return };
        for (place, definition) in (0..).zip(&piece.definitions) {
            // Most names are known already in a file of many definitions: look before copying.
            match self.by_name.get_mut(&definition.name) {
                Some(places) => places.push((index, place)),
                None => {
                    self.by_name.insert(definition.name.clone(), vec![(index, place)]);
                }
            }
        }
        self.pieces.push(Arc::clone(piece));
        self.first_lines.push(u32::try_from(first_line).unwrap_or(u32::MAX));
    }
}

/// All that a piece is read from: the node's kind and text, and the comment above it.
fn fingerprint(language: &Language, rope: &Rope, node: Node<'_>) -> u64 {
    let mut hasher = FxHasher::default();
    node.kind_id().hash(&mut hasher);
    doc_line::comment_above(language, rope, node.start_byte()).hash(&mut hasher);
    let start = text::floor(rope, node.start_byte());
    let end = text::floor(rope, node.end_byte()).max(start);
    for chunk in rope.byte_slice(start..end).chunks() {
        hasher.write(chunk.as_bytes());
    }
    hasher.finish()
}
