//! What a completion is asked with.

use saga_domain::{ByteOffset, TextEdit, Trigger};

/// The text that belongs at a cursor is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CompleteAsk {
    /// The document.
    pub uri: String,
    /// The cursor.
    pub at: ByteOffset,
    /// Why it is asked.
    pub trigger: Trigger,
    /// The choice in an open suggest widget, as the edit that accepting it would be. The answer
    /// then begins with the choice, and its span covers what the choice replaces.
    pub selected: Option<TextEdit>,
    /// Notebooks: the cells above, the topmost first.
    pub above: Vec<String>,
    /// Where nothing is wanted.
    pub skip: Skip,
}

impl CompleteAsk {
    /// A plain question.
    #[must_use]
    pub fn new(uri: impl Into<String>, at: ByteOffset, trigger: Trigger) -> Self {
        Self {
            uri: uri.into(),
            at,
            trigger,
            selected: None,
            above: Vec::new(),
            skip: Skip::default(),
        }
    }
}

/// Places where the user wants no completion while typing. Asked by hand, there is one everywhere.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Skip {
    /// Nothing inside comments.
    pub comments: bool,
    /// Nothing inside strings.
    pub strings: bool,
}
