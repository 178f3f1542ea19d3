//! How much a parser could not understand.

use std::ops::Range;

use tree_sitter::Tree;

use crate::outermost::each_outermost_error;

/// Errors that are counted; a text with more is beyond help.
const COUNTED_MAX: usize = 64;

/// How far an error's recovery is thought to reach.
const NEAR_BYTES: usize = 2000;

/// The outermost errors of a tree.
#[derive(Clone, Debug)]
pub(super) struct Errors {
    places: Vec<Range<usize>>,
    /// Bytes of them outside of the cursor's line, the answer included.
    spilt_bytes: usize,
    is_hopeless: bool,
}

impl Errors {
    /// Finds them; `line` is the cursor's line with the answer in it.
    pub(super) fn of(tree: &Tree, line: &Range<usize>) -> Self {
        let root = tree.root_node();
        let mut places = Vec::new();
        each_outermost_error(root, COUNTED_MAX, |node| places.push(node.byte_range()));
        let spilt = |place: &Range<usize>| {
            let inside = place.end.min(line.end).saturating_sub(place.start.max(line.start));
            place.len() - inside
        };
        let is_hopeless = root.is_error() || places.len() == COUNTED_MAX;
        Self { spilt_bytes: places.iter().map(spilt).sum(), places, is_hopeless }
    }

    /// Whether the text near the cursor's line is half-written too: how a parser gets over that
    /// may change with every line, also with a right one.
    pub(super) fn are_near(&self, line: &Range<usize>) -> bool {
        let near = line.start.saturating_sub(NEAR_BYTES)..line.end + NEAR_BYTES;
        let is_near = |place: &Range<usize>| place.start <= near.end && near.start <= place.end;
        let is_beyond = |place: &Range<usize>| place.start < line.start || place.end > line.end;
        self.is_hopeless || self.places.iter().any(|place| is_near(place) && is_beyond(place))
    }

    pub(super) fn is_worse_than(&self, other: &Self) -> bool {
        self.is_hopeless
            || self.places.len() > other.places.len()
            || self.spilt_bytes > other.spilt_bytes
    }
}
