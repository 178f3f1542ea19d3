//! Code without the problems that a language server or a linter reports.

use std::sync::Arc;

use saga_context::{Snapshot, enclosing_definition};
use saga_domain::{Diagnostic, EditTask, Failure, FailureCode, Span, Tried};

use crate::documents;
use crate::edit::{Target, Wish, answer, line_of};
use crate::guard;
use crate::reply::Reply;
use crate::runner::Runner;
use crate::shared::Shared;

/// More problems than this are not one fix.
const DIAGNOSTICS_MAX: usize = 50;

pub(crate) fn fix(
    shared: &Arc<Shared>,
    runner: &Runner,
    uri: &str,
    diagnostics: &[Diagnostic],
    tried: Option<Tried>,
) -> Result<Reply, Failure> {
    let document = documents::snapshot(shared, uri)?;
    guard::refuse_private(shared, &document)?;
    for found in diagnostics {
        documents::check_span(&document, found.span)?;
    }
    let diagnostics: Vec<Diagnostic> = diagnostics.iter().take(DIAGNOSTICS_MAX).cloned().collect();
    let Some(places) = places(&diagnostics) else {
        return Err(Failure::new(FailureCode::InvalidRequest, "`diagnostics` is empty."));
    };
    let target = Box::new(move |document: &Snapshot| Target::of(range(document, places)));
    let (instruction, context) = (String::new(), Vec::new());
    let task = EditTask::Fix;
    answer(
        shared,
        runner,
        Wish { document, task, target, instruction, diagnostics, tried, context },
    )
}

fn places(diagnostics: &[Diagnostic]) -> Option<Span> {
    let start = diagnostics.iter().map(|found| found.span.start).min()?;
    let end = diagnostics.iter().map(|found| found.span.end).max()?;
    Some(Span { start, end })
}

/// The definition that holds all the problems, else the lines from the first to the last.
fn range(document: &Snapshot, places: Span) -> Span {
    enclosing_definition(document, places).unwrap_or_else(|| Span {
        start: line_of(document, places.start).start,
        end: line_of(document, places.end).end,
    })
}
