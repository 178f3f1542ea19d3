//! What can be expected of the server now.

use saga_domain::{Failure, FailureCode, ModelFacts};
use saga_protocol::ready::{Readiness, ReadyStatus};

use crate::shared::Shared;

/// What can be expected of the server now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ServerStatus {
    /// Requests are answered.
    Ready {
        /// What is known of the model that answers.
        facts: ModelFacts,
        /// Where conversations are kept: `ok`, `degraded`, `in_process`, or `none` when the server
        /// is not `codesaga-proxy` and has no chat.
        memory: String,
    },
    /// The model is being loaded.
    Loading {
        /// The model.
        model: String,
        /// For how long already.
        seconds: u32,
    },
    /// Nothing is answered, and why.
    Offline(Failure),
}

pub(crate) async fn status(shared: &Shared) -> ServerStatus {
    shared.client.connect().await;
    match shared.client.readiness().await {
        Err(failure) => ServerStatus::Offline(failure),
        Ok(None) => ready(shared, "none".to_owned()).await,
        Ok(Some(readiness)) => match readiness.status {
            // A request sent now is answered, if the token is good and the model is there.
            ReadyStatus::Ready => ready(shared, readiness.memory).await,
            ReadyStatus::Loading => loading(readiness),
            ReadyStatus::Unavailable => offline(
                readiness,
                FailureCode::UpstreamUnreachable,
                "The server is there, but no model server answers it.",
            ),
            ReadyStatus::Draining => {
                offline(readiness, FailureCode::ShuttingDown, "The server is shutting down.")
            }
        },
    }
}

async fn ready(shared: &Shared, memory: String) -> ServerStatus {
    match shared.fresh_facts().await {
        Ok(facts) => ServerStatus::Ready { facts, memory },
        Err(failure) => ServerStatus::Offline(failure),
    }
}

fn loading(readiness: Readiness) -> ServerStatus {
    ServerStatus::Loading {
        model: readiness.model.unwrap_or_default(),
        seconds: u32::try_from(readiness.for_seconds).unwrap_or(u32::MAX),
    }
}

fn offline(readiness: Readiness, code: FailureCode, message: &str) -> ServerStatus {
    let said = readiness.error.map(Failure::from);
    ServerStatus::Offline(said.unwrap_or_else(|| Failure::new(code, message)))
}
