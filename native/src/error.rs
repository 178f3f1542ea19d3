//! Failures as JavaScript errors whose `code` is the stable one, and panics as failures.

use std::panic::{AssertUnwindSafe, catch_unwind};

use napi::{Env, Error, JsError};
use saga_domain::{Failure, FailureCode};

/// The `code` property of a thrown error.
#[derive(Clone, Copy)]
pub struct Code(FailureCode);

impl AsRef<str> for Code {
    fn as_ref(&self) -> &str {
        self.0.name()
    }
}

/// What a synchronous call throws. The macro of napi wants to see a `Result` by that name, so there
/// is no alias for the whole.
pub type Thrown = Error<Code>;

/// Runs `work`, so that neither a failure nor a panic leaves it but as an error with a code.
pub(crate) fn guarded<T>(work: impl FnOnce() -> Result<T, Failure>) -> Result<T, Thrown> {
    match catch_unwind(AssertUnwindSafe(work)) {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(failure)) => Err(thrown(failure)),
        Err(_) => Err(thrown(Failure::new(
            FailureCode::Internal,
            "CodeSaga ran into a fault of its own. Restart it if this happens again.",
        ))),
    }
}

/// A fault of Node's API that no caller can mend, for example a promise that cannot be made.
pub(crate) fn fault(error: &Error) -> Thrown {
    thrown(Failure::new(FailureCode::Internal, error.reason.clone()))
}

/// The failure as what a promise is rejected with: the same error object a throw would give.
pub(crate) fn rejection(failure: Failure, env: Env) -> Error {
    Error::from(JsError::from(thrown(failure)).into_unknown(env))
}

fn thrown(failure: Failure) -> Thrown {
    Error::new(Code(failure.code), failure.message)
}
