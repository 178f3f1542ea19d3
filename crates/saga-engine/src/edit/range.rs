//! Which code a task is about.

use saga_context::{Snapshot, enclosing_definition, selection_to_edit};
use saga_domain::{ByteOffset, EditTask, Span};

/// What an answer takes the place of.
pub(crate) struct Target {
    pub(crate) span: Span,
    /// Where nothing stands yet: how new code is put there.
    pub(crate) frame: Option<Frame>,
}

/// What stands around new code at its place.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Frame {
    pub(crate) before: String,
    /// The blanks at the start of each of its lines.
    pub(crate) indent: String,
    pub(crate) after: String,
}

impl Target {
    /// Code that is there.
    pub(crate) fn of(span: Span) -> Self {
        Self { span, frame: None }
    }
}

/// What is selected where a cursor alone stands for more: the line, or the whole document where
/// that is what the task is about. `None` when there is no code in it.
pub(super) fn selected(document: &Snapshot, selection: Span, task: EditTask) -> Option<Span> {
    let selection =
        if selection.is_empty() { line_of(document, selection.start) } else { selection };
    let has_code = |span: Span| !document.text(span).trim().is_empty();
    if has_code(selection) {
        return Some(selection);
    }
    let whole = Span::new(0, document.rope().byte_len());
    (task == EditTask::TranslateComments && has_code(whole)).then_some(whole)
}

/// The code that a task is about when `selected` is selected.
pub(super) fn of(document: &Snapshot, selected: Span, task: EditTask) -> Span {
    let is_in_one_line = !document.text(selected).contains('\n');
    let around = match task {
        // A line alone is documented or explained with what it belongs to.
        EditTask::Document | EditTask::Explain | EditTask::TranslateComments if is_in_one_line => {
            enclosing_definition(document, selected)
        }
        _ => None,
    };
    around.unwrap_or_else(|| selection_to_edit(document, selected))
}

/// The line that holds `at`, without its line end.
pub(crate) fn line_of(document: &Snapshot, at: ByteOffset) -> Span {
    let rope = document.rope();
    let line = rope.line_of_byte(at.0);
    // The place behind the last line end is a line of its own, with nothing in it.
    if line >= rope.line_len() {
        return Span::at(at);
    }
    let start = rope.byte_of_line(line);
    let length = rope.line(line).byte_len();
    Span::new(start, start + length)
}
