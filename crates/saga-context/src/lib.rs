//! What stands around a cursor: documents kept in step by edits, and the only home of tree-sitter.
