//! Code without the problems that a language server or a linter reports.

use std::sync::Arc;

use saga_context::{Snapshot, enclosing_definition};
use saga_domain::{Diagnostic, EditTask, Failure, FailureCode, Span, Tried};

use crate::documents;
use crate::edit::{Target, Wish, answer, lines_of};
use crate::guard;
use crate::reply::Reply;
use crate::runner::Runner;
use crate::shared::Shared;

/// More problems than this are not one fix.
const DIAGNOSTICS_MAX: usize = 50;
/// A piece of code with more bytes is not one fix either.
const RANGE_BYTES_MAX: usize = 16 << 10;
/// Other places of one problem that are told.
const RELATED_MAX: usize = 8;

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
    if diagnostics.is_empty() {
        return Err(Failure::new(FailureCode::InvalidRequest, "`diagnostics` is empty."));
    }
    let mut diagnostics: Vec<Diagnostic> = diagnostics.to_vec();
    for found in &mut diagnostics {
        found.related.truncate(RELATED_MAX);
        found.related.retain(|place| guard::refuse_private_path(shared, &place.path).is_ok());
    }
    // The worst first, as far as they are one fix; then in the order of the text.
    diagnostics.sort_by_key(|found| (found.severity, found.span.start));
    diagnostics.dedup();
    diagnostics.truncate(DIAGNOSTICS_MAX);
    let places: Vec<Span> = diagnostics.iter().map(|found| found.span).collect();
    diagnostics.sort_by_key(|found| found.span.start);
    let target = Box::new(move |document: &Snapshot| Target::of(range(document, &places)));
    let (instruction, context) = (String::new(), Vec::new());
    let task = EditTask::Fix;
    answer(
        shared,
        runner,
        Wish { document, task, target, instruction, diagnostics, tried, context },
    )
}

/// The definitions that hold the problems, or their lines outside of any, from the first to the
/// last; problems that would make it too long are left for another fix.
fn range(document: &Snapshot, places: &[Span]) -> Span {
    let around = |place: Span| {
        enclosing_definition(document, place).unwrap_or_else(|| lines_of(document, place))
    };
    let joined = |a: Span, b: Span| Span { start: a.start.min(b.start), end: a.end.max(b.end) };
    let whole = places.iter().copied().reduce(joined).unwrap_or_default();
    if let Some(definition) = enclosing_definition(document, whole) {
        return definition;
    }
    let mut spans = places.iter().map(|place| around(*place));
    let first = spans.next().unwrap_or_default();
    spans.fold(first, |range, span| {
        let joined = joined(range, span);
        if joined.len() <= RANGE_BYTES_MAX { joined } else { range }
    })
}
