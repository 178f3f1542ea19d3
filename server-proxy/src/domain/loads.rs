//! Which models of one server are in memory.
//!
//! A model server aborts a load when the client that caused it leaves, so an impatient editor could
//! keep a model from ever loading. Loads therefore belong to tasks of their own.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use saga_domain::{Failure, FailureCode};
use tokio::sync::watch;
use tokio::time::{Instant, timeout};

use crate::domain::limits::{KeepAlive, Limits};
use crate::domain::ports::ModelServer;

/// The loads of one server; cheap to clone.
#[derive(Clone)]
pub(crate) struct Loads {
    server: Arc<dyn ModelServer>,
    limits: Limits,
    by_model: Arc<Mutex<HashMap<String, Load>>>,
}

/// How a model's load stands.
#[derive(Clone)]
pub(crate) enum Load {
    Running { since: Instant, outcome: Outcome },
    Loaded { since: Instant, until: Option<Instant> },
    Failed { since: Instant, failure: Failure },
}

type Outcome = watch::Receiver<Option<Result<(), Failure>>>;

impl Loads {
    pub(crate) fn new(server: Arc<dyn ModelServer>, limits: Limits) -> Self {
        Self { server, limits, by_model: Arc::default() }
    }

    /// How the load of a model stands; `None` when nobody needed it yet.
    pub(crate) fn get(&self, model: &str) -> Option<Load> {
        self.by_model.lock().get(model).cloned()
    }

    /// Whether the model was not loaded since the server came up. One that left memory again, after
    /// the time its keeper chose, waits for its next request.
    pub(crate) fn must_load(&self, model: &str) -> bool {
        !matches!(self.by_model.lock().get(model), Some(Load::Loaded { .. }))
    }

    /// Returns when the model is in memory. The load goes on when the caller stops waiting.
    ///
    /// # Errors
    /// Whatever kept the model from loading.
    pub(crate) async fn loaded(&self, model: &str) -> Result<(), Failure> {
        let mut outcome = {
            let mut by_model = self.by_model.lock();
            match by_model.get(model) {
                Some(Load::Loaded { until, .. }) if until.is_none_or(|at| Instant::now() < at) => {
                    return Ok(());
                }
                Some(Load::Running { outcome, .. }) => outcome.clone(),
                _ => self.start(&mut by_model, model),
            }
        };
        match outcome.wait_for(Option::is_some).await {
            Ok(outcome) => outcome.clone().unwrap_or(Ok(())),
            Err(_gone) => Err(Failure::new(FailureCode::Internal, "loading was given up")),
        }
    }

    fn start(&self, by_model: &mut HashMap<String, Load>, model: &str) -> Outcome {
        let (announce, outcome) = watch::channel(None);
        let running = Load::Running { since: Instant::now(), outcome: outcome.clone() };
        by_model.insert(model.to_owned(), running);
        let (loads, model) = (self.clone(), model.to_owned());
        tokio::spawn(async move {
            let load = loads.server.load(&model);
            let result =
                timeout(loads.limits.first_piece_time_max, load).await.unwrap_or_else(|_| {
                    let message = "the model did not load in time";
                    Err(Failure::new(FailureCode::Timeout, message))
                });
            let since = Instant::now();
            let state = match &result {
                Ok(()) => Load::Loaded { since, until: loads.keeps_until() },
                Err(failure) => Load::Failed { since, failure: failure.clone() },
            };
            loads.by_model.lock().insert(model, state);
            announce.send_replace(Some(result));
        });
        outcome
    }

    /// The model answered, so its server keeps it for as long again.
    pub(crate) fn used(&self, model: &str) {
        if let Some(Load::Loaded { until, .. }) = self.by_model.lock().get_mut(model) {
            *until = self.keeps_until();
        }
    }

    /// How much longer the model stays in memory; `None` when it is not there.
    pub(crate) fn keeps(&self, model: &str) -> Option<KeepAlive> {
        match self.by_model.lock().get(model) {
            Some(Load::Loaded { until: None, .. }) => Some(KeepAlive::Forever),
            Some(Load::Loaded { until: Some(until), .. }) => {
                let left = until.checked_duration_since(Instant::now())?;
                (left >= Duration::from_secs(1)).then_some(KeepAlive::For(left))
            }
            _ => None,
        }
    }

    /// The model is in memory and cannot generate.
    pub(crate) fn fail(&self, model: &str, failure: Failure) {
        let failed = Load::Failed { since: Instant::now(), failure };
        self.by_model.lock().insert(model.to_owned(), failed);
    }

    fn keeps_until(&self) -> Option<Instant> {
        match self.limits.keep_alive {
            KeepAlive::Forever => None,
            KeepAlive::For(time) => Some(Instant::now() + time),
        }
    }

    /// The model failed and is loaded anew.
    pub(crate) fn forget(&self, model: &str) {
        self.by_model.lock().remove(model);
    }

    /// The server is gone, and nothing is in its memory when it comes back.
    pub(crate) fn forget_all(&self) {
        self.by_model.lock().retain(|_, load| matches!(load, Load::Running { .. }));
    }
}
