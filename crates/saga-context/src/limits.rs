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
    /// Lines before the cursor that a prompt shows at most: nothing of them is told twice.
    pub shown_lines_before_max: usize,
    /// Lines after the cursor that a prompt shows at most.
    pub shown_lines_after_max: usize,
    /// Signatures found.
    pub signatures_max: usize,
    /// All signatures together.
    pub signatures_bytes_max: usize,
    /// Pieces of similar code.
    pub similar_max: usize,
    /// All of them together.
    pub similar_bytes_max: usize,
    /// Places edited a moment ago.
    pub edits_max: usize,
    /// All of them together.
    pub edits_bytes_max: usize,
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
        shown_lines_before_max: 200,
        shown_lines_after_max: 60,
        signatures_max: 12,
        signatures_bytes_max: 4 << 10,
        similar_max: 2,
        similar_bytes_max: 2 << 10,
        edits_max: 3,
        edits_bytes_max: 2 << 10,
        imports_bytes_max: 4 << 10,
        scopes_max: 8,
    };
}

/// What an index of a workspace holds at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IndexLimits {
    /// A larger file is left out.
    pub file_bytes_max: usize,
    /// Definitions of one file.
    pub file_definitions_max: usize,
    /// Windows of one file.
    pub file_windows_max: usize,
    /// Progress reports of tree-sitter after which a file goes without definitions.
    pub parse_steps_max: usize,
    /// Files in all.
    pub files_max: usize,
    /// Memory in all.
    pub bytes_max: usize,
}

impl IndexLimits {
    /// What the engine uses. 2,000 files of ordinary size take about a quarter of `bytes_max`.
    pub const USUAL: Self = Self {
        file_bytes_max: 256 << 10,
        file_definitions_max: 2_000,
        file_windows_max: 256,
        parse_steps_max: 25_000,
        files_max: 20_000,
        bytes_max: 128 << 20,
    };
}
