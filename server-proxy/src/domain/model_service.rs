//! What everything else needs of the models: which there are, how they stand, and their answers.
//!
//! With no settings they are looked after in this process; a gateway or a worker asks model services
//! for the same.

use async_trait::async_trait;
use saga_domain::Failure;

use crate::domain::models::{ListedModel, ModelDirectory, Placed, Readiness, ServerState};
use crate::domain::ports::{Answer, EmbedCall, Embedded, ModelCall, ServedModel};
use crate::domain::priority::{Priority, Task};

/// Whoever answers for the models.
///
/// Every adapter keeps these promises: an answer begins with its first piece, and nothing was
/// answered when it is refused; it ends with exactly one [`Piece::Done`](crate::domain::ports::Piece)
/// or one error, also when something on its way falls silent; while it waits the priority is told its
/// place; dropping it, in whatever phase, closes the connection to the model server and gives the
/// place back; a reader that is slow holds the model server up and not memory. The witness of the
/// process that asks hears of it once.
#[async_trait]
pub trait ModelService: Send + Sync {
    /// Every name that can be asked for, asked afresh; the default one first.
    async fn listed(&self) -> Result<Vec<ListedModel>, Failure>;

    /// One name that can be asked for; `unknown_model` when there is no such name.
    async fn listed_as(&self, id: &str) -> Result<ListedModel, Failure>;

    /// What is known of the model that a request means, for this task and by this name if it gives
    /// one; `unknown_model` when nobody has it.
    async fn resolve(&self, task: Option<Task>, name: Option<&str>)
    -> Result<ServedModel, Failure>;

    /// Begins an answer.
    async fn answer(&self, call: ModelCall, priority: &Priority) -> Result<Answer, Failure>;

    /// The vectors of some texts.
    async fn embed(&self, call: EmbedCall, priority: &Priority) -> Result<Embedded, Failure>;

    /// What can be expected of a request for the default model, as last seen; answers at once, as
    /// the next two do.
    fn readiness(&self) -> Readiness;

    /// How each model server stands, in the order of preference.
    fn servers(&self) -> Vec<ServerState>;

    /// Every model on every server, with the server's number.
    fn placed(&self) -> Vec<(usize, Placed)>;

    /// Returns when the default model is in memory for the first time.
    async fn ready(&self) -> ServedModel;

    /// Keeps looking how everything stands. Runs until dropped.
    async fn watch(&self);
}

#[async_trait]
impl ModelService for ModelDirectory {
    async fn listed(&self) -> Result<Vec<ListedModel>, Failure> {
        Self::listed(self).await
    }

    async fn listed_as(&self, id: &str) -> Result<ListedModel, Failure> {
        Self::listed_as(self, id).await
    }

    async fn resolve(
        &self,
        task: Option<Task>,
        name: Option<&str>,
    ) -> Result<ServedModel, Failure> {
        Self::resolve(self, task, name).await
    }

    async fn answer(&self, call: ModelCall, priority: &Priority) -> Result<Answer, Failure> {
        Self::answer(self, call, priority).await
    }

    async fn embed(&self, call: EmbedCall, priority: &Priority) -> Result<Embedded, Failure> {
        Self::embed(self, call, priority).await
    }

    fn readiness(&self) -> Readiness {
        Self::readiness(self)
    }

    fn servers(&self) -> Vec<ServerState> {
        Self::servers(self)
    }

    fn placed(&self) -> Vec<(usize, Placed)> {
        Self::placed(self)
    }

    async fn ready(&self) -> ServedModel {
        Self::ready(self).await
    }

    async fn watch(&self) {
        Self::watch(self).await;
    }
}
