//! One token, asked for to see whether a model server generates at all.

use futures_util::StreamExt;
use saga_domain::{Failure, FailureCode};

use crate::domain::ports::{Answer, Piece};

/// As short as a prompt can be: what it displaces in a cache, and what it takes to evaluate, is
/// next to nothing.
pub(crate) const PROOF_PROMPT: &str = ".";

/// Reads the answer to its end, so that its connection can be used again.
///
/// # Errors
/// What kept the token from coming.
pub(crate) async fn proof(mut answer: Answer) -> Result<bool, Failure> {
    while let Some(piece) = answer.next().await {
        if let Piece::Done { .. } = piece? {
            return Ok(true);
        }
    }
    let message = "the model server ended a token's answer without an end";
    Err(Failure::new(FailureCode::UpstreamIncomplete, message))
}
