//! Asking a tree: which captures of a language's query lie in a range. The only place that runs
//! queries.

use std::ops::Range;

use crop::Rope;
use streaming_iterator::StreamingIterator as _;
use tree_sitter::{Node, Query, QueryCapture, QueryCursor};

use crate::language::{Capture, Loaded};
use crate::text;

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

/// Calls `each` for all matches inside `node`, which is of `rope`, or for those that touch `range`.
pub(crate) fn matches<'tree>(
    loaded: &Loaded,
    rope: &Rope,
    node: Node<'tree>,
    range: Option<Range<usize>>,
    mut each: impl FnMut(Found<'tree>),
) {
    each_match(&loaded.query, rope, node, range, |captures| {
        let captured = captures.iter().filter_map(|capture| {
            let kind = (*loaded.captures.get(capture.index as usize)?)?;
            Some((kind, capture.node))
        });
        each(Found { nodes: captured.collect() });
    });
}

/// Calls `each` with the captures of each match of a query inside `node`, which is of `rope`.
pub(crate) fn each_match<'tree>(
    query: &Query,
    rope: &Rope,
    node: Node<'tree>,
    range: Option<Range<usize>>,
    mut each: impl FnMut(&[QueryCapture<'tree>]),
) {
    let mut cursor = QueryCursor::new();
    if let Some(range) = range {
        cursor.set_byte_range(range);
    }
    // For predicates. A tree that is behind its text may reach beyond it.
    let text_of = |node: Node<'_>| {
        let start = text::floor(rope, node.start_byte());
        let end = text::floor(rope, node.end_byte()).max(start);
        rope.byte_slice(start..end).chunks().map(str::as_bytes)
    };
    let mut matches = cursor.matches(query, node, text_of);
    while let Some(found) = matches.next() {
        each(found.captures());
    }
}
