//! What can be expected of a request, from how the server stands and where its models are.

use saga_domain::{Failure, FailureCode};
use saga_protocol::ready::ReadyStatus;
use tokio::time::Instant;

use super::Upstream;
use super::health::Health;
use super::pace::Used;
use crate::domain::loads::Load;
use crate::domain::models::choice::Fitness;
use crate::domain::ports::ServedModel;

/// What can be expected of a request sent now.
#[derive(Clone, Debug)]
pub(crate) struct Expectation {
    pub(crate) status: ReadyStatus,
    pub(crate) since: Instant,
    pub(crate) failure: Option<Failure>,
}

/// A model on this server.
#[derive(Clone, Debug)]
pub struct Placed {
    /// The model.
    pub model: ServedModel,
    /// Whether it answers.
    pub standing: Standing,
    /// How its server stands.
    pub health: Health,
    /// Absent until it answered for the first time.
    pub used: Option<Used>,
}

/// Whether a model on a server answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It answers.
    Answers,
    /// It does not.
    Silent,
    /// It is being loaded.
    Loads,
}

impl Upstream {
    /// Each of its models, how it stands and how it was used.
    pub(crate) fn placed(&self) -> Vec<Placed> {
        let models = self.models();
        let health = self.health();
        let paces = self.paces.lock();
        let placed = |model: ServedModel| Placed {
            standing: match (self.loads.get(&model.name), &health) {
                (Some(Load::Failed { .. }), _) | (_, Health::Wedged(_) | Health::Down(_)) => {
                    Standing::Silent
                }
                (Some(Load::Running { .. }), _) | (None, Health::Loading(_)) => Standing::Loads,
                _ => Standing::Answers,
            },
            health: health.clone(),
            used: paces.get(&model.name),
            model,
        };
        models.into_iter().map(placed).collect()
    }

    /// What can be expected of a request for this model.
    pub(crate) fn fitness(&self, model: &str) -> Fitness {
        let health = self.health();
        if health.is_lost() || self.breaker.open_for().is_some() {
            return Fitness::Gone;
        }
        let loads =
            matches!(self.loads.get(model), Some(Load::Running { .. } | Load::Failed { .. }));
        match health {
            Health::Healthy if !loads => Fitness::Well,
            _ => Fitness::Doubtful,
        }
    }

    /// What can be expected of a request for this model.
    pub(crate) fn expectation(&self, model: &str) -> Expectation {
        let (health, known_since) = {
            let condition = self.condition.borrow();
            (condition.health.clone(), condition.since)
        };
        let load = self.loads.get(model);
        let (status, since, failure) = match (&health, load) {
            (Health::Wedged(failure) | Health::Down(failure), _) => {
                (ReadyStatus::Unavailable, known_since, Some(failure.clone()))
            }
            (Health::Loading(failure), None) => {
                (ReadyStatus::Loading, known_since, failure.clone())
            }
            (_, Some(Load::Failed { since, failure })) => {
                let status = match failure.code {
                    FailureCode::UpstreamBusy => ReadyStatus::Loading,
                    _ => ReadyStatus::Unavailable,
                };
                (status, since, Some(failure))
            }
            (_, Some(Load::Running { since, .. })) => (ReadyStatus::Loading, since, None),
            (Health::Loading(_), Some(Load::Loaded { since, .. })) => {
                (ReadyStatus::Loading, since, None)
            }
            (_, Some(Load::Loaded { since, .. })) => (ReadyStatus::Ready, since, None),
            (_, None) => (ReadyStatus::Loading, known_since, None),
        };
        Expectation { status, since, failure }
    }
}
