//! What a parser could not understand, without what stands inside of it.

use tree_sitter::Node;

/// Tells of the outermost errors and missing tokens below `root`, in the order of the text, of
/// `count_max` at most.
pub(crate) fn each_outermost_error(
    root: Node<'_>,
    count_max: usize,
    mut tell: impl FnMut(Node<'_>),
) {
    let mut cursor = root.walk();
    let mut descends = true;
    let mut told = 0;
    while told < count_max {
        let node = cursor.node();
        let is_error = node.is_error() || node.is_missing();
        if descends && is_error {
            told += 1;
            tell(node);
        }
        let goes_in = descends && !is_error && node.has_error();
        if goes_in && cursor.goto_first_child() {
            continue;
        }
        if cursor.goto_next_sibling() {
            descends = true;
        } else if cursor.goto_parent() {
            descends = false;
        } else {
            break;
        }
    }
}
