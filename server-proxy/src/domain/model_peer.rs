//! A model service in another process, as this process knows it.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use saga_domain::Failure;
use tokio::time::Instant;

use crate::domain::models::names::ModelNames;
use crate::domain::models::{BegunAnswer, ListedModel, Placed, Readiness, ServerState, same_model};
use crate::domain::ports::{EmbedCall, Embedded, ModelCall, ServedModel};
use crate::domain::priority::{Priority, Task};

/// One model service, without a judgement of which to ask.
///
/// The promises of [`ModelService`](crate::domain::model_service::ModelService) hold for its answers,
/// but for the witness: who asks several services tells of an answer once.
#[async_trait]
pub trait ModelPeer: Send + Sync {
    /// What tells it from others, the same in every process that asks it; never shown to clients.
    fn name(&self) -> &str;

    /// Begins an answer. An error means that nothing was answered.
    async fn answer(&self, call: &ModelCall, priority: &Priority) -> Result<BegunAnswer, Failure>;

    /// The vectors of some texts.
    async fn embed(&self, call: &EmbedCall, priority: &Priority) -> Result<Embedded, Failure>;

    /// Every name that can be asked for, asked afresh.
    async fn listed(&self) -> Result<Vec<ListedModel>, Failure>;

    /// One of them.
    async fn listed_as(&self, id: &str) -> Result<ListedModel, Failure>;

    /// The model that a request means, asked there.
    async fn resolve(&self, task: Option<Task>, name: Option<&str>)
    -> Result<ServedModel, Failure>;

    /// How it stands, as last heard; answers at once.
    fn state(&self) -> PeerState;

    /// Returns when its state has changed since it was last waited for.
    async fn changed(&self);

    /// Keeps listening to how it stands. Runs until dropped.
    async fn watch(&self);
}

/// How a model service stands.
#[derive(Clone, Debug)]
pub struct PeerState {
    /// What it said last; absent before it said anything.
    pub heard: Option<Arc<Report>>,
    /// Why it cannot be heard now.
    pub failure: Option<Failure>,
    /// Since when that is so, or since when it is heard.
    pub since: Instant,
}

/// What a model service says of itself.
#[derive(Clone, Debug)]
pub struct Report {
    /// What can be expected of a request for the default model.
    pub readiness: Readiness,
    /// How each of its model servers stands.
    pub servers: Vec<ServerState>,
    /// Every model on every one of them.
    pub placed: Vec<(usize, Placed)>,
    /// What names stand for.
    pub names: ModelNames,
    /// When it said so.
    pub at: Instant,
}

impl Report {
    /// The model that a request means, among those that it serves.
    #[must_use]
    pub fn find(&self, task: Option<Task>, name: Option<&str>) -> Option<&ServedModel> {
        let meant = self.names.meant(task, name);
        let mut models = self.placed.iter().map(|(_, placed)| &placed.model);
        match meant {
            Some(name) => models.find(|model| same_model(&model.name, name)),
            None => models.find(|model| model.abilities.writes),
        }
    }

    /// Requests that its servers answer or that wait for them.
    #[must_use]
    pub fn load(&self) -> usize {
        self.servers.iter().map(|server| server.load).sum()
    }

    /// The readiness with the time that has passed since.
    #[must_use]
    pub fn readiness_now(&self) -> Readiness {
        let lasted: Duration = self.readiness.lasted + self.at.elapsed();
        Readiness { lasted, ..self.readiness.clone() }
    }
}
