//! `POST /v1/feedback`: what became of suggestions, in numbers, and of single answers. Counts of a
//! model that is served no more, and verdicts on answers that are not known any more, are dropped.

use std::collections::BTreeMap;

use axum::extract::State;
use http::StatusCode;
use saga_domain::FailureCode;
use saga_protocol::feedback::{
    COUNT_MAX, COUNTS_MAX, Feedback, FeedbackCounts, FeedbackKind, FeedbackVerdict,
    LANGUAGE_BYTES_MAX, MODEL_BYTES_MAX, REASON_CHARS_MAX, VERDICTS_MAX,
};

use crate::domain::feedback::Totals;
use crate::domain::ports::{Caller, MemoryError};
use crate::inbound::AppState;
use crate::inbound::body::JsonBody;
use crate::inbound::error::ApiError;

pub(crate) async fn feedback(
    State(state): State<AppState>,
    caller: Caller,
    JsonBody(report): JsonBody<Feedback>,
) -> Result<StatusCode, ApiError> {
    take(&state, &caller, report).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Counts a report.
///
/// # Errors
/// Names the field that is wrong, or says that nothing can be counted now.
pub(crate) async fn take(
    state: &AppState,
    caller: &Caller,
    report: Feedback,
) -> Result<(), ApiError> {
    if report.counts.len() > COUNTS_MAX {
        return Err(ApiError::wrong_field("counts", format!("at most {COUNTS_MAX} are taken")));
    }
    for (index, counts) in report.counts.iter().enumerate() {
        check(index, counts)?;
    }
    if report.verdicts.len() > VERDICTS_MAX {
        return Err(ApiError::wrong_field("verdicts", format!("at most {VERDICTS_MAX} are taken")));
    }
    for (index, said) in report.verdicts.iter().enumerate() {
        let chars = said.reason.as_ref().map_or(0, |reason| reason.chars().count());
        if chars > REASON_CHARS_MAX {
            let what = format!("expected {REASON_CHARS_MAX} characters at most");
            return Err(ApiError::wrong_field(format!("verdicts[{index}].reason"), what));
        }
    }
    let mut by_model: BTreeMap<String, Totals> = BTreeMap::new();
    for counts in &report.counts {
        match state.models.resolve(None, Some(&counts.model)).await {
            Ok(model) => by_model.entry(model.name).or_default().add(&Totals::from(counts)),
            Err(failure) if failure.code == FailureCode::UnknownModel => {}
            Err(failure) => return Err(failure.into()),
        }
    }
    for FeedbackVerdict { request_id, verdict, reason } in report.verdicts {
        let judged = state.records.judge(caller, &request_id, verdict, reason).await;
        if let Some((model, kind)) = judged.map_err(unavailable)? {
            by_model.entry(model).or_default().add(&Totals::of_verdict(kind, verdict));
        }
    }
    let added = state.feedback.add(&caller.tenant, &by_model).await;
    added.map_err(unavailable)
}

fn unavailable(_: MemoryError) -> ApiError {
    ApiError::no_store("feedback cannot be counted now")
}

fn check(index: usize, counts: &FeedbackCounts) -> Result<(), ApiError> {
    let names = [
        ("model", &counts.model, MODEL_BYTES_MAX),
        ("language", &counts.language, LANGUAGE_BYTES_MAX),
    ];
    for (name, text, bytes_max) in names {
        if text.is_empty() || text.len() > bytes_max {
            let field = format!("counts[{index}].{name}");
            return Err(ApiError::wrong_field(field, format!("expected 1 to {bytes_max} bytes")));
        }
    }
    // A report's names are those of the first kind.
    let counted = FeedbackCounts { kind: FeedbackKind::default(), ..counts.clone() };
    match Totals::from(&counted).named().find(|(_, number)| *number > COUNT_MAX) {
        None => Ok(()),
        Some((name, _)) => {
            let field = format!("counts[{index}].{name}");
            Err(ApiError::wrong_field(field, format!("expected {COUNT_MAX} at most")))
        }
    }
}
