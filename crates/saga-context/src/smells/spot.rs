//! Where nodes stand. Kept without their tree, so that what was read of one version of a file can be
//! moved to where the next version has it.

use std::ops::Range;

use tree_sitter::Node;

/// Where a node stands, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Spot {
    pub(super) start: usize,
    pub(super) end: usize,
    /// Told from others that stand at the same place.
    kind: u16,
    pub(super) has_error: bool,
}

/// A function, or an item that other files may use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Item {
    pub(super) whole: Spot,
    pub(super) name: Spot,
    pub(super) parameters: Option<Spot>,
    /// Parameters that a caller has to pass by their place.
    pub(super) parameter_count: u32,
    pub(super) body: Option<Spot>,
}

/// A branch, and where what it does begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Branch {
    pub(super) whole: Spot,
    pub(super) start: usize,
    pub(super) is_case: bool,
}

/// An import, with a name it brings in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Import {
    pub(super) whole: Spot,
    pub(super) name: Spot,
    /// Not in a condition or an attempt.
    pub(super) is_outermost: bool,
}

/// What has a place that can be moved.
pub(super) trait Placed: Copy {
    fn whole(&self) -> Spot;
    /// The same, so many bytes further down.
    fn moved(self, by: isize) -> Self;
}

impl Spot {
    pub(super) fn of(node: Node<'_>) -> Self {
        let (start, end) = (node.start_byte(), node.end_byte());
        Self { start, end, kind: node.kind_id(), has_error: node.has_error() }
    }

    pub(super) fn range(&self) -> Range<usize> {
        self.start..self.end
    }

    /// What it is sorted by: outer ones before what is in them.
    pub(super) fn order(&self) -> (usize, usize, u16) {
        (self.start, usize::MAX - self.end, self.kind)
    }

    pub(super) fn holds(&self, at: usize) -> bool {
        self.range().contains(&at)
    }

    /// Whether a byte of a range is in it or beside it.
    pub(super) fn touches(&self, range: &Range<usize>) -> bool {
        self.start <= range.end && range.start <= self.end
    }

    /// The node that stands here.
    pub(super) fn find<'tree>(&self, root: Node<'tree>) -> Option<Node<'tree>> {
        let mut node = root.descendant_for_byte_range(self.start, self.end)?;
        while node.kind_id() != self.kind {
            node = node.parent().filter(|node| node.byte_range() == self.range())?;
        }
        Some(node)
    }
}

impl Placed for Spot {
    fn whole(&self) -> Spot {
        *self
    }

    fn moved(self, by: isize) -> Self {
        let (start, end) =
            (self.start.saturating_add_signed(by), self.end.saturating_add_signed(by));
        Self { start, end, ..self }
    }
}

impl Placed for Item {
    fn whole(&self) -> Spot {
        self.whole
    }

    fn moved(self, by: isize) -> Self {
        let part = |part: Option<Spot>| part.map(|part| part.moved(by));
        let (whole, name) = (self.whole.moved(by), self.name.moved(by));
        Self { whole, name, parameters: part(self.parameters), body: part(self.body), ..self }
    }
}

impl Placed for Branch {
    fn whole(&self) -> Spot {
        self.whole
    }

    fn moved(self, by: isize) -> Self {
        let start = self.start.saturating_add_signed(by);
        Self { whole: self.whole.moved(by), start, ..self }
    }
}

impl Placed for Import {
    fn whole(&self) -> Spot {
        self.whole
    }

    fn moved(self, by: isize) -> Self {
        Self { whole: self.whole.moved(by), name: self.name.moved(by), ..self }
    }
}
