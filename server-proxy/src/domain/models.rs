//! The model servers together: which has a model, which answers, and what can be expected.

pub(crate) mod choice;
pub(crate) mod homes;
pub mod names;
pub(crate) mod prompts;
pub(crate) mod retry_budget;
mod routing;
mod watching;

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use parking_lot::{Mutex, RwLock};
use saga_domain::{Failure, FailureCode};
use saga_protocol::ready::ReadyStatus;
use tokio::sync::watch;
use tokio::time::Instant;

use crate::domain::limits::Limits;
use crate::domain::models::homes::Homes;
use crate::domain::models::names::{DEFAULT, ModelNames};
use crate::domain::models::retry_budget::RetryBudget;
use crate::domain::ports::{Answer, ModelServer, ServedModel};
use crate::domain::priority::Task;
use crate::domain::upstream::{Expectation, Upstream};
use crate::domain::witness::Witness;

pub(crate) use crate::domain::models::routing::another_may_do;
pub(crate) use crate::domain::upstream::same_model;
pub use crate::domain::upstream::{Health, Placed, Standing, Used};

/// All models that can be asked.
pub struct ModelDirectory {
    /// In the order of preference.
    upstreams: RwLock<Vec<Arc<Upstream>>>,
    /// Changes with them.
    replaced: watch::Sender<usize>,
    names: RwLock<ModelNames>,
    limits: Limits,
    started: Instant,
    ready: watch::Sender<Option<ServedModel>>,
    witness: Arc<dyn Witness>,
    homes: Mutex<Homes>,
    retries: Mutex<RetryBudget>,
}

/// What can be expected of a request for the default model.
#[derive(Clone, Debug)]
pub struct Readiness {
    /// Whether it would be answered.
    pub status: ReadyStatus,
    /// The default model, when known.
    pub model: Option<ServedModel>,
    /// How long this has been so.
    pub lasted: Duration,
    /// Why it would not be answered.
    pub failure: Option<Failure>,
}

/// How one model server stands.
#[derive(Clone, Debug)]
pub struct ServerState {
    /// Tells it from all others that there were in this process; the first ones count from 0 in the
    /// order of preference.
    pub number: usize,
    /// How it stands.
    pub health: Health,
    /// How long it has stood so.
    pub lasted: Duration,
    /// Requests that it answers or that wait for it.
    pub load: usize,
}

/// An answer that has begun, and where.
pub struct BegunAnswer {
    /// The model server's number.
    pub server: usize,
    /// The model's name there.
    pub model: String,
    /// How long the request waited at its door.
    pub waited: Duration,
    /// The answer, from its first piece on.
    pub answer: Answer,
}

/// A name that can be asked for.
#[derive(Clone, Debug)]
pub struct ListedModel {
    /// The name.
    pub id: String,
    /// The model behind it.
    pub model: ServedModel,
    /// The model's own name, when `id` is another one.
    pub stands_for: Option<String>,
    /// Whether it is what a request gets that names none.
    pub is_default: bool,
}

impl ModelDirectory {
    /// Servers in the order of preference, and what names stand for. The witness hears of every
    /// answer.
    #[must_use]
    pub fn new(
        servers: Vec<Arc<dyn ModelServer>>,
        names: ModelNames,
        limits: Limits,
        witness: Arc<dyn Witness>,
    ) -> Self {
        let directory = Self {
            upstreams: RwLock::default(),
            replaced: watch::Sender::new(0),
            names: RwLock::new(names),
            limits,
            started: Instant::now(),
            ready: watch::Sender::new(None),
            witness,
            homes: Mutex::default(),
            retries: Mutex::default(),
        };
        directory.replace(servers);
        directory
    }

    /// Puts other servers in use. One that is among them again by its name goes on as it is; one
    /// that is not gets no new request, those that wait for it go elsewhere, and what it answers
    /// ends as if nothing had happened.
    pub fn replace(&self, servers: Vec<Arc<dyn ModelServer>>) {
        let mut upstreams = self.upstreams.write();
        let mut next = *self.replaced.borrow();
        let mut known = std::mem::take(&mut *upstreams);
        for server in servers {
            let same = known.iter().position(|upstream| upstream.name() == server.name());
            upstreams.push(match same {
                Some(place) => known.remove(place),
                None => {
                    next += 1;
                    Arc::new(Upstream::new(next - 1, server, self.limits))
                }
            });
        }
        for upstream in known {
            tracing::info!(server = upstream.number(), "a model server was taken out");
            upstream.remove();
        }
        self.replaced.send_replace(next);
    }

    /// Lets names stand for other models from now on.
    pub fn rename(&self, names: ModelNames) {
        *self.names.write() = names;
    }

    /// Returns when the default model is in memory for the first time.
    pub async fn ready(&self) -> ServedModel {
        let mut ready = self.ready.subscribe();
        loop {
            if let Some(model) = ready.borrow_and_update().clone() {
                return model;
            }
            if ready.changed().await.is_err() {
                std::future::pending::<()>().await;
            }
        }
    }

    fn upstreams(&self) -> Vec<Arc<Upstream>> {
        self.upstreams.read().clone()
    }

    /// Every model, the default one first, as last reported.
    #[must_use]
    pub fn models(&self) -> Vec<ServedModel> {
        let mut models: Vec<ServedModel> = Vec::new();
        let all = self.upstreams().into_iter().flat_map(|upstream| upstream.models());
        for model in self.default().into_iter().chain(all) {
            if !models.iter().any(|known| known.name == model.name) {
                models.push(model);
            }
        }
        models
    }

    /// Every name that can be asked for, asked afresh; the default one first.
    ///
    /// # Errors
    /// When no server answers.
    pub async fn listed(&self) -> Result<Vec<ListedModel>, Failure> {
        let models = self.ask().await?;
        let names = self.names.read().clone();
        let mut listed = Vec::new();
        // One name for all tasks, so that a client that knows one model has the right one for each.
        if !names.by_task.is_empty()
            && let Some(model) = self.find(names.meant(Some(Task::Completion), None))
        {
            let stands_for = Some(model.name.clone());
            let model = ServedModel { context_tokens: self.least_context(&names), ..model };
            listed.push(ListedModel {
                id: DEFAULT.to_owned(),
                model,
                stands_for,
                is_default: true,
            });
        }
        let default = self.default().filter(|_| listed.is_empty());
        listed.extend(models.into_iter().map(|model| ListedModel {
            id: model.name.clone(),
            is_default: default.as_ref().is_some_and(|default| default.name == model.name),
            stands_for: None,
            model,
        }));
        for (alias, meant) in &names.aliases {
            if let Some(model) = self.find(Some(meant)) {
                listed.retain(|known| known.id != *alias);
                let stands_for = Some(model.name.clone());
                listed.push(ListedModel {
                    id: alias.clone(),
                    model,
                    stands_for,
                    is_default: false,
                });
            }
        }
        Ok(listed)
    }

    /// One name that can be asked for.
    ///
    /// # Errors
    /// `unknown_model`, or why no server could be asked.
    pub async fn listed_as(&self, id: &str) -> Result<ListedModel, Failure> {
        let model = self.resolve(None, Some(id)).await?;
        let known = self.listed().await?.into_iter().find(|listed| listed.id == id);
        Ok(known.unwrap_or_else(|| {
            let is_default = self.default().is_some_and(|default| default.name == model.name);
            ListedModel { id: model.name.clone(), model, stands_for: None, is_default }
        }))
    }

    /// What fits each model that may be meant by no name.
    fn least_context(&self, names: &ModelNames) -> u32 {
        let meant = names.unnamed().into_iter().filter_map(|name| self.find(name));
        meant.map(|model| model.context_tokens).min().unwrap_or_default()
    }

    /// Every model on every server, with the server's number.
    #[must_use]
    pub fn placed(&self) -> Vec<(usize, Placed)> {
        let of = |upstream: Arc<Upstream>| {
            let number = upstream.number();
            upstream.placed().into_iter().map(move |placed| (number, placed)).collect::<Vec<_>>()
        };
        self.upstreams().into_iter().flat_map(of).collect()
    }

    /// What names stand for now.
    #[must_use]
    pub fn names(&self) -> ModelNames {
        self.names.read().clone()
    }

    /// How each server stands, in the order of preference.
    #[must_use]
    pub fn servers(&self) -> Vec<ServerState> {
        let state = |upstream: Arc<Upstream>| ServerState {
            number: upstream.number(),
            health: upstream.health(),
            lasted: upstream.lasted(),
            load: upstream.load(),
        };
        self.upstreams().into_iter().map(state).collect()
    }

    /// Every model, asked afresh; the default one first.
    ///
    /// # Errors
    /// When no server answers.
    pub async fn ask(&self) -> Result<Vec<ServedModel>, Failure> {
        self.ask_all().await;
        let models = self.models();
        match self.failure() {
            Some(failure) if models.is_empty() => Err(failure),
            _ => Ok(models),
        }
    }

    async fn ask_all(&self) {
        let upstreams = self.upstreams();
        join_all(upstreams.iter().map(|upstream| upstream.ask())).await;
    }

    /// The model used when a request names none.
    #[must_use]
    pub fn default(&self) -> Option<ServedModel> {
        self.find(self.names.read().clone().meant(None, None))
    }

    /// What is known of the model that a request for this task means, or one for none.
    ///
    /// # Errors
    /// `unknown_model`, or why no server could be asked.
    pub async fn resolve(
        &self,
        task: Option<Task>,
        name: Option<&str>,
    ) -> Result<ServedModel, Failure> {
        let names = self.names.read().clone();
        let meant = names.meant(task, name);
        self.look_up(meant).await.ok_or_else(|| self.why_not_found(name, meant))
    }

    /// A model as last reported, or else asked afresh: it may have been installed, or its server or
    /// this process started, since.
    async fn look_up(&self, name: Option<&str>) -> Option<ServedModel> {
        if let Some(model) = self.find(name) {
            return Some(model);
        }
        self.ask_all().await;
        self.find(name)
    }

    /// `asked` is the name in the request, `meant` the model it stands for.
    fn why_not_found(&self, asked: Option<&str>, meant: Option<&str>) -> Failure {
        self.failure().unwrap_or_else(|| unknown(asked, meant))
    }

    /// A model by its own name, or the first one served.
    fn find(&self, name: Option<&str>) -> Option<ServedModel> {
        self.upstreams().iter().find_map(|upstream| find_at(upstream, name))
    }

    /// Why no server answers; `None` as soon as one does.
    fn failure(&self) -> Option<Failure> {
        let failures: Vec<_> = self.upstreams().iter().map(|one| one.failure()).collect();
        failures.into_iter().collect::<Option<Vec<_>>>()?.into_iter().next()
    }

    /// What can be expected of a request for the default model sent now.
    #[must_use]
    pub fn readiness(&self) -> Readiness {
        let names = self.names.read().clone();
        let default = names.meant(Some(Task::Completion), None);
        let upstreams = self.upstreams();
        let best = upstreams.iter().map(|upstream| readiness_at(upstream, default)).min_by_key(
            |(_, expectation)| match expectation.status {
                ReadyStatus::Ready => 0,
                ReadyStatus::Loading => 1,
                ReadyStatus::Unavailable | ReadyStatus::Draining => 2,
            },
        );
        let (model, expectation) = best.unwrap_or_else(|| (None, self.nothing_to_ask()));
        Readiness {
            status: expectation.status,
            model,
            lasted: expectation.since.elapsed(),
            failure: expectation.failure,
        }
    }

    fn nothing_to_ask(&self) -> Expectation {
        Expectation { status: ReadyStatus::Unavailable, since: self.started, failure: None }
    }
}

fn find_at(upstream: &Upstream, name: Option<&str>) -> Option<ServedModel> {
    match name {
        Some(name) => upstream.find(name),
        None => upstream.models().into_iter().find(|model| model.abilities.writes),
    }
}

fn readiness_at(upstream: &Upstream, default: Option<&str>) -> (Option<ServedModel>, Expectation) {
    let model = find_at(upstream, default);
    let name = model.as_ref().map_or("", |model| &model.name);
    let mut expectation = upstream.expectation(name);
    if model.is_none() && upstream.was_asked() && upstream.failure().is_none() {
        expectation.status = ReadyStatus::Unavailable;
        expectation.failure = Some(unknown(None, default));
    }
    (model, expectation)
}

/// `asked` is the name in the request, `meant` the model it stands for.
fn unknown(asked: Option<&str>, meant: Option<&str>) -> Failure {
    let short = |name: &str| name.chars().take(200).collect::<String>();
    let message = match (asked.map(short), meant.map(short)) {
        (Some(asked), Some(meant)) if asked != meant => {
            format!("'{asked}' stands for '{meant}', which no model server has")
        }
        (_, Some(name)) | (Some(name), None) => {
            format!("no model server has the model '{name}'; `GET /v1/models` lists what there is")
        }
        (None, None) => "the model server has no model installed".to_owned(),
    };
    Failure::new(FailureCode::UnknownModel, message)
}
