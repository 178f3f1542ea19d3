//! Asking a tree: which captures of a language's query lie in a range. The only place that runs
//! queries.

use std::ops::Range;

use streaming_iterator::StreamingIterator as _;
use tree_sitter::{Node, QueryCursor};

use crate::language::{Capture, Loaded};

/// One match of a query: what its nodes were captured as.
pub(crate) struct Found<'tree> {
    nodes: Vec<(Capture, Node<'tree>)>,
}

impl<'tree> Found<'tree> {
    /// The node captured as `capture`.
    pub(crate) fn node(&self, capture: Capture) -> Option<Node<'tree>> {
        self.nodes.iter().find(|(found, _)| *found == capture).map(|(_, node)| *node)
    }

    /// Whether anything was captured as `capture`.
    pub(crate) fn is(&self, capture: Capture) -> bool {
        self.node(capture).is_some()
    }

    /// The node that is the thing itself, and not its name or body.
    pub(crate) fn whole(&self) -> Option<Node<'tree>> {
        let part = |capture| matches!(capture, Capture::Name | Capture::Body);
        self.nodes.iter().find(|(capture, _)| !part(*capture)).map(|(_, node)| *node)
    }
}

/// Calls `each` for all matches inside `node`, or for those that touch `range`.
pub(crate) fn matches<'tree>(
    loaded: &Loaded,
    node: Node<'tree>,
    range: Option<Range<usize>>,
    mut each: impl FnMut(Found<'tree>),
) {
    let mut cursor = QueryCursor::new();
    if let Some(range) = range {
        cursor.set_byte_range(range);
    }
    // The text is needed for predicates only, and our queries have none.
    let no_text = |_: Node<'_>| std::iter::empty::<&[u8]>();
    let mut matches = cursor.matches(&loaded.query, node, no_text);
    while let Some(found) = matches.next() {
        let captured = found.captures().iter().filter_map(|capture| {
            Some((*loaded.captures.get(capture.index as usize)?, capture.node))
        });
        each(Found { nodes: captured.collect() });
    }
}
