//! Failures that a server makes by itself, and whose fault a failure is.

use std::time::Duration;

use saga_domain::{Failure, FailureCode};

/// Whether another server could do better with the same request.
pub(crate) fn is_the_servers_fault(failure: &Failure) -> bool {
    matches!(
        failure.code,
        FailureCode::UpstreamUnreachable
            | FailureCode::UpstreamFailed
            | FailureCode::UpstreamIncomplete
            | FailureCode::UpstreamBusy
            | FailureCode::Timeout
    )
}

pub(super) fn later(failure: Failure, time: Duration) -> Failure {
    let ms = u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
    Failure { retry_after_ms: Some(ms.max(1)), ..failure }
}

pub(super) fn hung() -> Failure {
    let message = "the model server accepts requests but generates nothing";
    Failure::new(FailureCode::Timeout, message)
}

pub(super) fn too_slow() -> Failure {
    Failure::new(FailureCode::Timeout, "the model server did not begin to answer in time")
}
