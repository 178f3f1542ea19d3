//! Every limit of this crate, unit last.

/// What the document store holds at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DocumentLimits {
    /// A larger document is refused.
    pub document_bytes_max: usize,
    /// A larger document works without a syntax tree.
    pub tree_bytes_max: usize,
    /// When more are open, the one unused for longest is forgotten.
    pub open_documents_max: usize,
    /// When all open ones together have more, the one unused for longest is forgotten.
    pub open_bytes_max: usize,
    /// Edits kept to bring a tree that is parsed meanwhile up to date; with more it is dropped.
    pub edits_pending_max: usize,
    /// Progress reports of tree-sitter after which parsing is given up for this document.
    pub parse_steps_max: usize,
}

impl DocumentLimits {
    /// What the engine uses. A file of `tree_bytes_max` needs about a tenth of
    /// `parse_steps_max`.
    pub const USUAL: Self = Self {
        document_bytes_max: 4 << 20,
        tree_bytes_max: 1 << 20,
        open_documents_max: 256,
        open_bytes_max: 64 << 20,
        edits_pending_max: 4096,
        parse_steps_max: 100_000,
    };
}

/// How much of the surroundings of a cursor is gathered at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ContextLimits {
    /// Text before the cursor; its start moves in steps of a quarter of this, so that it stays
    /// where it is while somebody types.
    pub prefix_bytes_max: usize,
    /// Text after the cursor.
    pub suffix_bytes_max: usize,
    /// Lines before the cursor whose names are looked up.
    pub names_lines_before_max: usize,
    /// Lines after the cursor whose names are looked up.
    pub names_lines_after_max: usize,
    /// Different names looked up.
    pub names_max: usize,
    /// Open files searched besides the one with the cursor.
    pub other_files_max: usize,
    /// Signatures found.
    pub snippets_max: usize,
    /// All signatures together.
    pub snippets_bytes_max: usize,
    /// All import lines together.
    pub imports_bytes_max: usize,
    /// Scope headers; the innermost ones are kept.
    pub scopes_max: usize,
}

impl ContextLimits {
    /// What the engine uses.
    pub const USUAL: Self = Self {
        prefix_bytes_max: 64 << 10,
        suffix_bytes_max: 16 << 10,
        names_lines_before_max: 40,
        names_lines_after_max: 10,
        names_max: 128,
        other_files_max: 20,
        snippets_max: 12,
        snippets_bytes_max: 4 << 10,
        imports_bytes_max: 4 << 10,
        scopes_max: 8,
    };
}
