//! The model servers together: which has a model, which answers, and what can be expected.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use saga_domain::{Failure, FailureCode};
use saga_protocol::ready::ReadyStatus;
use tokio::sync::watch;
use tokio::time::Instant;

use crate::domain::limits::Limits;
use crate::domain::ports::{Answer, EmbedCall, Embedded, ModelCall, ModelServer, ServedModel};
use crate::domain::priority::Priority;
use crate::domain::upstream::{Admitted, Expectation, Placed, Upstream, is_the_servers_fault};
use crate::domain::witness::{Watch, Witness};

/// All models that can be asked.
pub struct ModelDirectory {
    upstreams: Vec<Arc<Upstream>>,
    default_model: Option<String>,
    started: Instant,
    ready: watch::Sender<Option<ServedModel>>,
    witness: Arc<dyn Witness>,
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

impl ModelDirectory {
    /// Servers in the order of preference; `default_model` is for requests that name none. The
    /// witness hears of every answer.
    #[must_use]
    pub fn new(
        servers: Vec<Arc<dyn ModelServer>>,
        default_model: Option<String>,
        limits: Limits,
        witness: Arc<dyn Witness>,
    ) -> Self {
        let upstream = |server| Arc::new(Upstream::new(server, limits));
        Self {
            upstreams: servers.into_iter().map(upstream).collect(),
            default_model,
            started: Instant::now(),
            ready: watch::Sender::new(None),
            witness,
        }
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

    /// Keeps asking the servers how they stand and loads the default model as soon as one answers.
    /// Runs until dropped.
    pub async fn watch(&self) {
        join_all(self.upstreams.iter().map(|upstream| self.watch_one(upstream))).await;
    }

    async fn watch_one(&self, upstream: &Arc<Upstream>) {
        loop {
            upstream.ask().await;
            let answers = upstream.failure().is_none();
            let mut served = answers;
            if let Some(model) = self.default_at(upstream).filter(|_| answers) {
                served = !upstream.loads().must_load(&model.name)
                    || upstream.loads().loaded(&model.name).await.is_ok();
                if served {
                    self.ready.send_if_modified(|ready| {
                        let is_first = ready.is_none();
                        ready.get_or_insert(model);
                        is_first
                    });
                }
            }
            let pause = match (answers, served) {
                (true, true) => Duration::from_secs(15),
                (true, false) => Duration::from_secs(10),
                (false, _) => Duration::from_secs(1),
            };
            tokio::select! {
                () = tokio::time::sleep(pause) => {}
                () = upstream.nudged() => {}
            }
        }
    }

    /// Every model, the default one first, as last reported.
    #[must_use]
    pub fn models(&self) -> Vec<ServedModel> {
        let mut models: Vec<ServedModel> = Vec::new();
        for model in
            self.default().into_iter().chain(self.upstreams.iter().flat_map(|u| u.models()))
        {
            if !models.iter().any(|known| known.name == model.name) {
                models.push(model);
            }
        }
        models
    }

    /// Every model on every server, with the server's number in the order of preference.
    pub(crate) fn placed(&self) -> Vec<(usize, Placed)> {
        let of = |(number, upstream): (usize, &Arc<Upstream>)| {
            upstream.placed().into_iter().map(move |placed| (number, placed)).collect::<Vec<_>>()
        };
        self.upstreams.iter().enumerate().flat_map(of).collect()
    }

    /// Every model, asked afresh; the default one first.
    ///
    /// # Errors
    /// When no server answers.
    pub async fn ask(&self) -> Result<Vec<ServedModel>, Failure> {
        join_all(self.upstreams.iter().map(|upstream| upstream.ask())).await;
        let models = self.models();
        match self.failure() {
            Some(failure) if models.is_empty() => Err(failure),
            _ => Ok(models),
        }
    }

    /// The model used when a request names none.
    #[must_use]
    pub fn default(&self) -> Option<ServedModel> {
        self.upstreams.iter().find_map(|upstream| self.default_at(upstream))
    }

    fn default_at(&self, upstream: &Upstream) -> Option<ServedModel> {
        match &self.default_model {
            Some(name) => upstream.find(name),
            None => upstream.models().into_iter().find(|model| model.abilities.writes),
        }
    }

    /// What is known of a model, or of the default one.
    ///
    /// # Errors
    /// `unknown_model`, or why no server could be asked.
    pub async fn resolve(&self, name: Option<&str>) -> Result<ServedModel, Failure> {
        if let Some(model) = self.find(name) {
            return Ok(model);
        }
        // It may have been installed, or its server started, since the last time.
        join_all(self.upstreams.iter().map(|upstream| upstream.ask())).await;
        self.find(name).ok_or_else(|| {
            self.failure().unwrap_or_else(|| self.unknown(name.or(self.default_model.as_deref())))
        })
    }

    fn find(&self, name: Option<&str>) -> Option<ServedModel> {
        match name {
            Some(name) => self.upstreams.iter().find_map(|upstream| upstream.find(name)),
            None => self.default(),
        }
    }

    /// Why no server answers; `None` as soon as one does.
    fn failure(&self) -> Option<Failure> {
        let failures: Vec<_> = self.upstreams.iter().map(|upstream| upstream.failure()).collect();
        failures.into_iter().collect::<Option<Vec<_>>>()?.into_iter().next()
    }

    fn unknown(&self, name: Option<&str>) -> Failure {
        let message = match name {
            Some(name) => {
                let name: String = name.chars().take(200).collect();
                format!(
                    "no model server has the model '{name}'; `GET /v1/models` lists what there is"
                )
            }
            None => "the model server has no model installed".to_owned(),
        };
        Failure::new(FailureCode::UnknownModel, message)
    }

    /// Begins an answer at the first server that has the model and answers. Others are tried only
    /// as long as nothing has been answered.
    ///
    /// # Errors
    /// What the last server tried said.
    pub async fn answer(&self, call: ModelCall, priority: &Priority) -> Result<Answer, Failure> {
        let mut watch = Watch::begin(self.witness.clone(), priority, &call.model);
        let mut refusal = None;
        for (number, upstream, model) in self.candidates(&call.model) {
            let call = ModelCall { model: model.name, ..call.clone() };
            match upstream.answer(&call, priority).await {
                Ok(Admitted { relay, waited }) => {
                    watch.entered(number, &call.model, waited);
                    return Ok(watch.over(relay));
                }
                Err(failure) if another_may_do(&failure) => refusal = Some(failure),
                Err(failure) => return Err(watch.refused(failure)),
            }
        }
        Err(watch.refused(refusal.unwrap_or_else(|| self.unknown(Some(&call.model)))))
    }

    /// The vectors of some texts, from the first server that has the model and answers.
    ///
    /// # Errors
    /// What the last server tried said.
    pub async fn embed(&self, call: EmbedCall, priority: &Priority) -> Result<Embedded, Failure> {
        let mut refusal = None;
        for (_, upstream, model) in self.candidates(&call.model) {
            let call = EmbedCall { model: model.name, ..call.clone() };
            match upstream.embed(&call, priority).await {
                Err(failure) if another_may_do(&failure) => refusal = Some(failure),
                outcome => return outcome,
            }
        }
        Err(refusal.unwrap_or_else(|| self.unknown(Some(&call.model))))
    }

    /// Those that can begin at once come first, each group in the order of preference.
    fn candidates(&self, model: &str) -> Vec<(usize, Arc<Upstream>, ServedModel)> {
        let has_it = |(number, upstream): (usize, &Arc<Upstream>)| {
            Some((number, upstream.clone(), upstream.find(model)?))
        };
        let all = self.upstreams.iter().enumerate().filter_map(has_it);
        let (mut free, busy): (Vec<_>, Vec<_>) =
            all.partition(|(_, upstream, _)| upstream.is_free());
        free.extend(busy);
        free
    }

    /// What can be expected of a request for the default model sent now.
    #[must_use]
    pub fn readiness(&self) -> Readiness {
        let best = self.upstreams.iter().map(|upstream| self.readiness_at(upstream)).min_by_key(
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

    fn readiness_at(&self, upstream: &Arc<Upstream>) -> (Option<ServedModel>, Expectation) {
        let model = self.default_at(upstream);
        let name = model.as_ref().map_or("", |model| &model.name);
        let mut expectation = upstream.expectation(name);
        if model.is_none() && upstream.was_asked() && upstream.failure().is_none() {
            expectation.status = ReadyStatus::Unavailable;
            expectation.failure = Some(self.unknown(self.default_model.as_deref()));
        }
        (model, expectation)
    }

    fn nothing_to_ask(&self) -> Expectation {
        Expectation { status: ReadyStatus::Unavailable, since: self.started, failure: None }
    }
}

fn another_may_do(failure: &Failure) -> bool {
    is_the_servers_fault(failure)
        || matches!(failure.code, FailureCode::QueueFull | FailureCode::UnknownModel)
}
