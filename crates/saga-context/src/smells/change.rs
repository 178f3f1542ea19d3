//! Where two versions of a file differ, by their trees.

use std::ops::Range;

use tree_sitter::Node;

use super::query::Sight;
use super::source::Source;

/// A range of each version, outside of which a query finds the same in both.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Change {
    pub(super) old: Range<usize>,
    pub(super) new: Range<usize>,
    /// Bytes by which what follows has moved. The ranges cannot tell: a node may end before a space in
    /// one version and behind it in the other.
    pub(super) by: isize,
}

/// One version.
#[derive(Clone, Copy)]
pub(super) struct Version<'a> {
    pub(super) root: Node<'a>,
    pub(super) source: &'a Source,
}

/// Children of one node that are not those of its other version.
struct Apart<'a> {
    old: Vec<Node<'a>>,
    new: Vec<Node<'a>>,
    /// Those that are, at the beginning and at the end, and as far from the file's.
    same: (usize, usize),
}

/// What has to be read again by patterns that see so far; `None` when it is everything.
///
/// A pattern that looks at what changed, or at what stands beside it, begins in the node so many
/// levels further up: outside of that one nothing changes. A node whose text is read changed as a
/// whole, such as an attribute that decides what the function beside it is. Near the top it is the
/// children of the file that differ, with their neighbours: no pattern looks at more than two, side
/// by side.
pub(super) fn between(old: Version<'_>, new: Version<'_>, sight: &Sight) -> Option<Change> {
    // Around an error the same nodes fit a pattern in more ways than one, and which is found depends on
    // where the query begins.
    let is_broken = old.root.has_error() || new.root.has_error();
    if is_broken || old.root.kind_id() != new.root.kind_id() {
        return None;
    }
    let mut path = vec![(old.root, new.root)];
    let mut outermost = None;
    while let Some((older, newer)) = path.last().copied() {
        let apart = Apart::of((older, old.source), (newer, new.source));
        let inside = apart.only();
        outermost.get_or_insert(apart);
        match inside {
            Some(inside) => path.push(inside),
            None => break,
        }
        if inside.is_some_and(|(_, newer)| sight.read_whole.contains(&newer.kind_id())) {
            break;
        }
    }
    let by = new.source.text().len() as isize - old.source.text().len() as isize;
    let level = path.len().checked_sub(sight.levels).filter(|level| *level > 0);
    match level.and_then(|level| path.get(level)) {
        Some((older, newer)) => {
            Some(Change { old: older.byte_range(), new: newer.byte_range(), by })
        }
        None => outermost?.change(by),
    }
}

impl<'a> Apart<'a> {
    fn of(old: (Node<'a>, &Source), new: (Node<'a>, &Source)) -> Self {
        let ((older, old_source), (newer, new_source)) = (old, new);
        let is_same =
            |one: &Node<'_>, other: &Node<'_>| is_same((*one, old_source), (*other, new_source));
        let before = |(one, other): &(&Node<'_>, &Node<'_>)| {
            one.start_byte() == other.start_byte() && is_same(one, other)
        };
        let (old_end, new_end) = (old_source.text().len(), new_source.text().len());
        let behind = |(one, other): &(&Node<'_>, &Node<'_>)| {
            old_end - one.end_byte() == new_end - other.end_byte() && is_same(one, other)
        };
        let (old, new) = (children(older), children(newer));
        let first = old.iter().zip(&new).take_while(before).count();
        let rest = old.iter().skip(first).rev().zip(new.iter().skip(first).rev());
        let last = rest.take_while(behind).count();
        Self { old, new, same: (first, last) }
    }

    /// The one child that differs, where it is one and still of its kind.
    fn only(&self) -> Option<(Node<'a>, Node<'a>)> {
        let (first, last) = self.same;
        let is_one = [&self.old, &self.new].iter().all(|nodes| nodes.len() == first + last + 1);
        let (old, new) = (*self.old.get(first)?, *self.new.get(first)?);
        (is_one && old.kind_id() == new.kind_id() && new.child_count() > 0).then_some((old, new))
    }

    /// The children that differ, with their neighbours.
    fn change(&self, by: isize) -> Option<Change> {
        let (first, last) = self.same;
        let range = |nodes: &[Node<'_>]| {
            let from = nodes.get(first.saturating_sub(1))?;
            let to = nodes.get((nodes.len() - last).min(nodes.len().checked_sub(1)?))?;
            Some(from.start_byte()..to.end_byte().max(from.start_byte()))
        };
        Some(Change { old: range(&self.old)?, new: range(&self.new)?, by })
    }
}

/// Whether two nodes hold the same: text and shape. A node that the parser took over would be known
/// by where it lies in memory, but it makes many anew that did not change, such as all that end with
/// an indentation.
fn is_same((one, old): (Node<'_>, &Source), (other, new): (Node<'_>, &Source)) -> bool {
    let shape = |node: Node<'_>| {
        (node.kind_id(), node.descendant_count(), node.has_error(), node.is_missing())
    };
    shape(one) == shape(other) && old.of(one.byte_range()) == new.of(other.byte_range())
}

fn children(node: Node<'_>) -> Vec<Node<'_>> {
    node.children(&mut node.walk()).collect()
}
