//! Code without the problems that a language server or a linter reports.

use std::sync::Arc;

use saga_context::{Snapshot, enclosing_definition};
use saga_domain::{Diagnostic, Failure, FailureCode, Span};

use crate::documents;
use crate::edit::{Rewrite, rewrite};
use crate::refactor::line_of;
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
) -> Result<Reply, Failure> {
    let document = documents::snapshot(shared, uri)?;
    for found in diagnostics {
        documents::check_span(&document, found.span)?;
    }
    let Some(span) = span_of(&document, diagnostics) else {
        return Err(Failure::new(FailureCode::InvalidRequest, "`diagnostics` is empty."));
    };
    let diagnostics = diagnostics.iter().take(DIAGNOSTICS_MAX).cloned().collect();
    let asked = Rewrite { document, span, instruction: String::new(), diagnostics };
    Ok(rewrite(shared, runner, asked))
}

/// The definition that holds all the problems, else the lines from the first to the last.
fn span_of(document: &Snapshot, diagnostics: &[Diagnostic]) -> Option<Span> {
    let start = diagnostics.iter().map(|found| found.span.start).min()?;
    let end = diagnostics.iter().map(|found| found.span.end).max()?;
    let places = Span { start, end };
    let lines = || Span { start: line_of(document, start).start, end: line_of(document, end).end };
    Some(enclosing_definition(document, places).unwrap_or_else(lines))
}
