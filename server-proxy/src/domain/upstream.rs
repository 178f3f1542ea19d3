//! One model server as the directory knows it: what it serves, how it stands and who may go in.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use saga_domain::{Failure, FailureCode};
use saga_protocol::class::RequestClass;
use saga_protocol::ready::ReadyStatus;
use tokio::sync::Notify;
use tokio::time::{Instant, timeout, timeout_at};

use crate::domain::admission::Admission;
use crate::domain::limits::Limits;
use crate::domain::loads::{Load, Loads};
use crate::domain::ports::{EmbedCall, Embedded, ModelCall, ModelServer, ServedModel};
use crate::domain::priority::Priority;
use crate::domain::relay::{Begun, Relay};

/// Asked again no sooner, so that wrong model names do not become a load on the server.
const ASK_AGAIN_AFTER: Duration = Duration::from_millis(250);

/// A model server and what is known of it.
pub(crate) struct Upstream {
    server: Arc<dyn ModelServer>,
    door: Admission,
    limits: Limits,
    known: Mutex<Known>,
    loads: Loads,
    uses: Mutex<HashMap<String, Used>>,
    asking: tokio::sync::Mutex<()>,
    nudge: Notify,
}

struct Known {
    models: Vec<ServedModel>,
    standing: Stands,
    since: Instant,
    asked_at: Option<Instant>,
}

#[derive(Clone, PartialEq)]
enum Stands {
    NotAsked,
    Answers,
    Fails(Failure),
}

/// What can be expected of a request sent now.
#[derive(Clone, Debug)]
pub(crate) struct Expectation {
    pub(crate) status: ReadyStatus,
    pub(crate) since: Instant,
    pub(crate) failure: Option<Failure>,
}

/// A model on this server.
#[derive(Clone, Debug)]
pub(crate) struct Placed {
    pub(crate) model: ServedModel,
    pub(crate) standing: Standing,
    /// Absent until it answered for the first time.
    pub(crate) used: Option<Used>,
}

/// Whether a model on a server answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    Answers,
    Silent,
    Loads,
}

/// How a model was used.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Used {
    pub(crate) last: Instant,
    /// Milliseconds until the first piece, without waiting in the queue and loading, smoothed.
    pub(crate) first_piece_ms: f64,
}

/// An answer that has begun, and how long it waited at the door.
pub(crate) struct Admitted {
    pub(crate) relay: Relay,
    pub(crate) waited: Duration,
}

/// The share of the newest in what is smoothed.
const NEWEST_SHARE: f64 = 0.2;

impl Upstream {
    pub(crate) fn new(server: Arc<dyn ModelServer>, limits: Limits) -> Self {
        Self {
            loads: Loads::new(server.clone(), limits),
            server,
            door: Admission::new(limits.parallel_requests_max, limits.queued_requests_max),
            limits,
            known: Mutex::new(Known {
                models: Vec::new(),
                standing: Stands::NotAsked,
                since: Instant::now(),
                asked_at: None,
            }),
            uses: Mutex::new(HashMap::new()),
            asking: tokio::sync::Mutex::new(()),
            nudge: Notify::new(),
        }
    }

    /// The models it reported last.
    pub(crate) fn models(&self) -> Vec<ServedModel> {
        self.known.lock().models.clone()
    }

    /// Each of its models, how it stands and how it was used.
    pub(crate) fn placed(&self) -> Vec<Placed> {
        let (models, answers) = {
            let known = self.known.lock();
            (known.models.clone(), known.standing == Stands::Answers)
        };
        let uses = self.uses.lock();
        let placed = |model: ServedModel| Placed {
            standing: match self.loads.get(&model.name) {
                Some(Load::Failed { .. }) => Standing::Silent,
                Some(Load::Running { .. }) if answers => Standing::Loads,
                _ if answers => Standing::Answers,
                _ => Standing::Silent,
            },
            used: uses.get(&model.name).copied(),
            model,
        };
        models.into_iter().map(placed).collect()
    }

    /// The model with that name, however the server spells it.
    pub(crate) fn find(&self, name: &str) -> Option<ServedModel> {
        self.known.lock().models.iter().find(|model| same_model(&model.name, name)).cloned()
    }

    /// Whether a request would be answered without waiting, as far as is known.
    pub(crate) fn is_free(&self) -> bool {
        self.door.is_free() && self.known.lock().standing == Stands::Answers
    }

    /// Whether it was ever asked.
    pub(crate) fn was_asked(&self) -> bool {
        self.known.lock().standing != Stands::NotAsked
    }

    /// Why it does not answer, if it does not.
    pub(crate) fn failure(&self) -> Option<Failure> {
        match &self.known.lock().standing {
            Stands::Fails(failure) => Some(failure.clone()),
            Stands::NotAsked | Stands::Answers => None,
        }
    }

    /// Asks what it serves, unless it was asked a moment ago.
    pub(crate) async fn ask(&self) {
        let _one_at_a_time = self.asking.lock().await;
        let asked_at = self.known.lock().asked_at;
        if asked_at.is_some_and(|at| at.elapsed() < ASK_AGAIN_AFTER) {
            return;
        }
        let answer = self.server.models().await;
        let mut known = self.known.lock();
        known.asked_at = Some(Instant::now());
        match answer {
            Ok(models) => {
                known.models = models;
                known.stand(Stands::Answers);
            }
            // What it served before it fell silent it will most likely serve again, but nothing is
            // in its memory then.
            Err(failure) => {
                known.stand(Stands::Fails(failure));
                self.loads.forget_all();
            }
        }
    }

    /// Which of its models are in memory.
    pub(crate) fn loads(&self) -> &Loads {
        &self.loads
    }

    /// Begins an answer: through the door, with the model in memory, up to the first piece.
    ///
    /// # Errors
    /// Nothing was answered, so another server may be tried.
    pub(crate) async fn answer(
        self: &Arc<Self>,
        call: &ModelCall,
        priority: &Priority,
    ) -> Result<Admitted, Failure> {
        let came = Instant::now();
        let may_wait_until = Instant::now() + self.limits.background_wait_time_max;
        loop {
            let permit = match priority.class {
                RequestClass::Background => {
                    let entering = timeout_at(may_wait_until, self.door.enter(priority));
                    entering.await.unwrap_or_else(|_| Err(preempted()))?
                }
                RequestClass::Invoke | RequestClass::Automatic => self.door.enter(priority).await?,
            };
            let waited = came.elapsed();
            let begun = tokio::select! {
                biased;
                begun = self.begin(call) => begun?,
                // What had begun for it is let go of, which closes its connection.
                () = permit.called_back() => continue,
            };
            permit.begun();
            let pause = self.limits.between_pieces_time_max;
            let relay = Relay::new(begun, permit, &call.stop, pause);
            return Ok(Admitted { relay, waited });
        }
    }

    async fn begin(self: &Arc<Self>, call: &ModelCall) -> Result<Begun, Failure> {
        self.loads.loaded(&call.model).await?;
        let since = Instant::now();
        let first_piece = async { Begun::of(self.server.answer(call).await?).await };
        let begun = timeout(self.limits.first_piece_time_max, first_piece)
            .await
            .unwrap_or_else(|_| Err(too_slow()));
        match &begun {
            Ok(_) => self.used(&call.model, since.elapsed()),
            Err(failure) => self.note(&call.model, failure),
        }
        begun
    }

    /// Makes vectors: through the door, as for an answer.
    ///
    /// # Errors
    /// Nothing was made, so another server may be tried.
    pub(crate) async fn embed(
        &self,
        call: &EmbedCall,
        priority: &Priority,
    ) -> Result<Embedded, Failure> {
        let _permit = self.door.enter(priority).await?;
        let embedded = timeout(self.limits.first_piece_time_max, self.server.embed(call))
            .await
            .unwrap_or_else(|_| Err(too_slow()));
        if let Err(failure) = &embedded {
            self.note(&call.model, failure);
        }
        embedded
    }

    fn used(&self, model: &str, first_piece: Duration) {
        let (last, newest) = (Instant::now(), first_piece.as_secs_f64() * 1000.0);
        self.uses
            .lock()
            .entry(model.to_owned())
            .and_modify(|used| {
                used.last = last;
                used.first_piece_ms += (newest - used.first_piece_ms) * NEWEST_SHARE;
            })
            .or_insert(Used { last, first_piece_ms: newest });
        self.loads.used(model);
    }

    /// A server that failed is asked at once how it stands, and its models are loaded anew.
    fn note(&self, model: &str, failure: &Failure) {
        // One that has no room is well.
        if is_the_servers_fault(failure) && failure.code != FailureCode::UpstreamBusy {
            self.loads.forget(model);
            self.known.lock().asked_at = None;
            self.nudge.notify_one();
        }
    }

    /// Returns when a failure makes it worth asking the server again.
    pub(crate) async fn nudged(&self) {
        self.nudge.notified().await;
    }

    /// What can be expected of a request for this model.
    pub(crate) fn expectation(&self, model: &str) -> Expectation {
        let (standing, known_since) = {
            let known = self.known.lock();
            (known.standing.clone(), known.since)
        };
        let (since, failure, is_loaded) = match (standing, self.loads.get(model)) {
            (Stands::Fails(failure), _) => (known_since, Some(failure), false),
            (Stands::NotAsked, _) | (Stands::Answers, None) => (known_since, None, false),
            (Stands::Answers, Some(Load::Running { since, .. })) => (since, None, false),
            (Stands::Answers, Some(Load::Loaded { since, .. })) => (since, None, true),
            (Stands::Answers, Some(Load::Failed { since, failure })) => {
                (since, Some(failure), false)
            }
        };
        let status = match &failure {
            None if is_loaded => ReadyStatus::Ready,
            None => ReadyStatus::Loading,
            // llama.cpp refuses everything while it loads its model.
            Some(failure) if failure.code == FailureCode::UpstreamBusy => ReadyStatus::Loading,
            Some(_) => ReadyStatus::Unavailable,
        };
        Expectation { status, since, failure }
    }
}

impl Known {
    fn stand(&mut self, standing: Stands) {
        if self.standing != standing {
            if let Stands::Fails(failure) = &standing {
                tracing::warn!(code = failure.code.name(), "{}", failure.message);
            }
            self.standing = standing;
            self.since = Instant::now();
        }
    }
}

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

/// Ollama lists `smollm2` as `smollm2:latest` and takes both.
fn same_model(one: &str, other: &str) -> bool {
    let plain = |name: &str| name.strip_suffix(":latest").unwrap_or(name).to_ascii_lowercase();
    plain(one) == plain(other)
}

fn preempted() -> Failure {
    Failure {
        code: FailureCode::Preempted,
        message: "other requests left no time for this background work".to_owned(),
        retry_after_ms: Some(5000),
    }
}

fn too_slow() -> Failure {
    Failure::new(FailureCode::Timeout, "the model server did not begin to answer in time")
}
