//! A selection rewritten by an instruction.

use std::sync::Arc;

use saga_context::{Snapshot, selection_to_edit};
use saga_domain::{ByteOffset, Failure, FailureCode, Span};

use crate::documents;
use crate::edit::{Wish, rewrite};
use crate::guard;
use crate::reply::Reply;
use crate::runner::Runner;
use crate::shared::Shared;

const INSTRUCTION_BYTES_MAX: usize = 16 << 10;

pub(crate) fn refactor(
    shared: &Arc<Shared>,
    runner: &Runner,
    uri: &str,
    selection: Span,
    instruction: &str,
) -> Result<Reply, Failure> {
    let document = documents::snapshot(shared, uri)?;
    guard::refuse_private(shared, &document)?;
    documents::check_span(&document, selection)?;
    let instruction = instruction.trim();
    if instruction.is_empty() {
        return Err(invalid("`instruction` is empty: say what to do with the code."));
    }
    if instruction.len() > INSTRUCTION_BYTES_MAX {
        return Err(Failure::new(
            FailureCode::TooLarge,
            format!("`instruction` is longer than {INSTRUCTION_BYTES_MAX} bytes."),
        ));
    }
    let selection =
        if selection.is_empty() { line_of(&document, selection.start) } else { selection };
    if document.text(selection).trim().is_empty() {
        return Err(invalid("There is no code in the selection."));
    }
    let instruction = instruction.to_owned();
    let range = Box::new(move |document: &Snapshot| selection_to_edit(document, selection));
    Ok(rewrite(shared, runner, Wish { document, range, instruction, diagnostics: Vec::new() }))
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

fn invalid(message: &str) -> Failure {
    Failure::new(FailureCode::InvalidRequest, message)
}
