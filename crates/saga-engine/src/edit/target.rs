//! Which code a task is about, and what its answer takes the place of.

use saga_context::{Snapshot, enclosing_definition, selection_to_edit, with_heading};
use saga_domain::{ByteOffset, EditTask, Span};

/// What an answer takes the place of.
pub(crate) struct Target {
    pub(crate) span: Span,
    /// Where nothing stands yet: how new code is put there.
    pub(crate) frame: Option<Frame>,
    /// Code elsewhere in the document that new code is about.
    pub(crate) about: Option<Span>,
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
        Self { span, frame: None, about: None }
    }

    /// A place for new code.
    pub(super) fn new_code(span: Span, frame: Frame) -> Self {
        Self { span, frame: Some(frame), about: None }
    }

    /// The answer's code as it stands in place.
    pub(super) fn place(&self, code: &str) -> String {
        match &self.frame {
            Some(frame) => frame.around(code),
            None => code.to_owned(),
        }
    }
}

impl Frame {
    fn around(&self, code: &str) -> String {
        let code = code.trim_matches('\n');
        let is_blank = |line: &str| line.trim().is_empty();
        let blanks = |line: &str| line.len() - line.trim_start_matches([' ', '\t']).len();
        let least = code.lines().filter(|line| !is_blank(line)).map(blanks).min();
        let least = least.unwrap_or_default();
        let indented = |line: &str| match line.get(least..) {
            Some(rest) if !is_blank(line) => format!("{}{rest}", self.indent),
            _ => String::new(),
        };
        let lines: Vec<String> = code.split('\n').map(indented).collect();
        format!("{}{}{}", self.before, lines.join("\n"), self.after)
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
    let selected_lines = document.text(selected).trim().lines().count();
    let around = match task {
        EditTask::Refactor | EditTask::Fix | EditTask::Generate => None,
        // A line alone is documented, explained or tested with what it belongs to.
        _ if selected_lines <= 1 => enclosing_definition(document, selected),
        _ => None,
    };
    let span = around.unwrap_or_else(|| selection_to_edit(document, selected));
    match task {
        EditTask::Document | EditTask::TranslateComments => {
            with_heading(document, lines_of(document, span))
        }
        EditTask::Explain | EditTask::WriteTests => with_heading(document, span),
        EditTask::Refactor | EditTask::Fix | EditTask::Generate => span,
    }
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

/// The whole lines of a span, without the last line end.
pub(crate) fn lines_of(document: &Snapshot, span: Span) -> Span {
    Span { start: line_of(document, span.start).start, end: line_of(document, span.end).end }
}
