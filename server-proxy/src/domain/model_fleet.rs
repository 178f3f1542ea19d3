//! Several model services as one: which is asked, and which next when the first fails before it has
//! answered anything.
//!
//! A session or a document has the same home whichever gateway it comes through, because the home
//! follows from its name and the services' names alone; so a prompt is found where it was read before.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use futures_util::StreamExt;
use futures_util::future::{join_all, select_all};
use parking_lot::Mutex;
use saga_domain::{Failure, FailureCode};
use saga_protocol::ready::ReadyStatus;
use tokio::time::Instant;

use crate::domain::model_peer::{ModelPeer, PeerState};
use crate::domain::model_service::ModelService;
use crate::domain::models::choice::{Candidate, Fitness, choose};
use crate::domain::models::homes::HomeKey;
use crate::domain::models::retry_budget::RetryBudget;
use crate::domain::models::{
    BegunAnswer, Health, ListedModel, Placed, Readiness, ServerState, Standing, another_may_do,
};
use crate::domain::ports::{Answer, EmbedCall, Embedded, ModelCall, ServedModel};
use crate::domain::priority::{Priority, Task};
use crate::domain::witness::{Watch, Witness};

/// Numbers between the first model server of one service and the first of the next.
const SERVERS_OF_ONE: usize = 1000;

/// The model services that this process asks.
pub struct ModelFleet {
    members: Vec<Member>,
    witness: Arc<dyn Witness>,
    retries: Mutex<RetryBudget>,
    started: Instant,
}

struct Member {
    peer: Arc<dyn ModelPeer>,
    /// What this process has asked of it and not heard to its end.
    in_flight: Arc<AtomicUsize>,
}

/// Counts one request while it lives.
struct InFlight(Arc<AtomicUsize>);

impl InFlight {
    fn begin(count: &Arc<AtomicUsize>) -> Self {
        count.fetch_add(1, Ordering::Relaxed);
        Self(Arc::clone(count))
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl ModelFleet {
    /// Services in the order of preference. The witness hears of every answer.
    #[must_use]
    pub fn new(peers: Vec<Arc<dyn ModelPeer>>, witness: Arc<dyn Witness>) -> Self {
        let member = |peer| Member { peer, in_flight: Arc::default() };
        Self {
            members: peers.into_iter().map(member).collect(),
            witness,
            retries: Mutex::default(),
            started: Instant::now(),
        }
    }

    /// The one to ask, of those not tried yet.
    fn next(&self, model: &str, home: Option<HomeKey>, tried: &[usize]) -> Option<usize> {
        let untried: Vec<(usize, &Member, PeerState)> = self
            .members
            .iter()
            .enumerate()
            .filter(|(at, _)| !tried.contains(at))
            .map(|(at, member)| (at, member, member.peer.state()))
            .collect();
        let has = |state: &PeerState| {
            state.heard.as_ref().is_none_or(|said| said.find(None, Some(model)).is_some())
        };
        // When nobody has it, whoever is asked says so.
        let anybody = !untried.iter().any(|(_, _, state)| has(state));
        let fit: Vec<_> =
            untried.into_iter().filter(|(_, _, state)| anybody || has(state)).collect();
        let at_home = home.and_then(|home| {
            fit.iter().map(|(at, member, _)| (home.weight(member.peer.name()), *at)).max()
        });
        let candidates: Vec<Candidate> = fit
            .iter()
            .map(|(at, member, state)| Candidate {
                fitness: fitness(state),
                load: load(member, state),
                is_home: at_home.is_some_and(|(_, home)| home == *at),
                known_blocks: 0,
            })
            .collect();
        choose(&candidates).map(|place| fit[place].0)
    }

    /// Whether another one may be asked. What a service that stops refuses has cost nobody anything.
    fn may_go_on(&self, failure: &Failure, tried: &[usize]) -> bool {
        if tried.len() == self.members.len() {
            return false;
        }
        failure.code == FailureCode::ShuttingDown
            || (another_may_do(failure) && self.retries.lock().allows_retry(self.started.elapsed()))
    }

    /// What the first service said that knows, or else why nobody did.
    fn best<T>(answers: Vec<Result<T, Failure>>) -> Result<T, Failure> {
        let mut refusal: Option<Failure> = None;
        for answer in answers {
            match answer {
                Ok(answer) => return Ok(answer),
                // That it is not known says more than that somebody could not be asked.
                Err(failure) if failure.code == FailureCode::UnknownModel => {
                    refusal = Some(failure);
                }
                Err(failure) => {
                    refusal.get_or_insert(failure);
                }
            }
        }
        Err(refusal.unwrap_or_else(nobody))
    }

    fn states(&self) -> impl Iterator<Item = (usize, PeerState)> {
        self.members
            .iter()
            .enumerate()
            .map(|(at, member)| (at * SERVERS_OF_ONE, member.peer.state()))
    }
}

#[async_trait]
impl ModelService for ModelFleet {
    async fn listed(&self) -> Result<Vec<ListedModel>, Failure> {
        let lists = join_all(self.members.iter().map(|member| member.peer.listed())).await;
        if lists.iter().all(Result::is_err) {
            return Self::best(lists);
        }
        let mut all: Vec<ListedModel> = Vec::new();
        for listed in lists.into_iter().flatten().flatten() {
            if !all.iter().any(|known| known.id == listed.id) {
                let is_default = listed.is_default && !all.iter().any(|known| known.is_default);
                all.push(ListedModel { is_default, ..listed });
            }
        }
        Ok(all)
    }

    async fn listed_as(&self, id: &str) -> Result<ListedModel, Failure> {
        Self::best(join_all(self.members.iter().map(|member| member.peer.listed_as(id))).await)
    }

    async fn resolve(
        &self,
        task: Option<Task>,
        name: Option<&str>,
    ) -> Result<ServedModel, Failure> {
        let known = self.states().filter(|(_, state)| state.failure.is_none());
        for (_, state) in known {
            if let Some(model) = state.heard.as_ref().and_then(|said| said.find(task, name)) {
                return Ok(model.clone());
            }
        }
        // It may have been installed since, or nobody has said anything yet.
        let asked = self.members.iter().map(|member| member.peer.resolve(task, name));
        Self::best(join_all(asked).await)
    }

    async fn answer(&self, call: ModelCall, priority: &Priority) -> Result<Answer, Failure> {
        let watch = Watch::begin(self.witness.clone(), priority, &call.model);
        let mut watch = watch.asking(call.input.bytes());
        self.retries.lock().asked(self.started.elapsed());
        let home = HomeKey::of(priority);
        let mut tried = Vec::new();
        while let Some(at) = self.next(&call.model, home, &tried) {
            tried.push(at);
            let member = &self.members[at];
            let in_flight = InFlight::begin(&member.in_flight);
            match member.peer.answer(&call, priority).await {
                Ok(BegunAnswer { server, model, waited, answer }) => {
                    watch.entered(at * SERVERS_OF_ONE + server, &model, waited, None);
                    return Ok(watch.over(answer.inspect(move |_| {
                        let _until_it_ends = &in_flight;
                    })));
                }
                Err(failure) if self.may_go_on(&failure, &tried) => {}
                Err(failure) => return Err(watch.refused(failure)),
            }
        }
        Err(watch.refused(nobody()))
    }

    async fn embed(&self, call: EmbedCall, priority: &Priority) -> Result<Embedded, Failure> {
        self.retries.lock().asked(self.started.elapsed());
        let mut tried = Vec::new();
        while let Some(at) = self.next(&call.model, None, &tried) {
            tried.push(at);
            let _in_flight = InFlight::begin(&self.members[at].in_flight);
            match self.members[at].peer.embed(&call, priority).await {
                Err(failure) if self.may_go_on(&failure, &tried) => {}
                outcome => return outcome,
            }
        }
        Err(nobody())
    }

    fn readiness(&self) -> Readiness {
        let of = |(_, state): (usize, PeerState)| match (&state.failure, &state.heard) {
            (None, Some(said)) => said.readiness_now(),
            (failure, _) => Readiness {
                status: ReadyStatus::Unavailable,
                model: None,
                lasted: state.since.elapsed(),
                failure: failure.clone(),
            },
        };
        let best = self.states().map(of).min_by_key(|readiness| match readiness.status {
            ReadyStatus::Ready => 0,
            ReadyStatus::Loading => 1,
            ReadyStatus::Draining | ReadyStatus::Unavailable => 2,
        });
        best.unwrap_or_else(|| Readiness {
            status: ReadyStatus::Unavailable,
            model: None,
            lasted: self.started.elapsed(),
            failure: Some(nobody()),
        })
    }

    fn servers(&self) -> Vec<ServerState> {
        let of = |(first, state): (usize, PeerState)| {
            let said = state.heard.clone();
            let servers = said.map(|said| said.servers.clone()).unwrap_or_default();
            servers.into_iter().map(move |server| ServerState {
                number: first + server.number,
                health: health(&state, server.health),
                lasted: server.lasted,
                load: server.load,
            })
        };
        self.states().flat_map(of).collect()
    }

    fn placed(&self) -> Vec<(usize, Placed)> {
        let of = |(first, state): (usize, PeerState)| {
            let said = state.heard.clone();
            let placed = said.map(|said| said.placed.clone()).unwrap_or_default();
            placed.into_iter().map(move |(server, placed)| {
                let standing = match state.failure {
                    Some(_) => Standing::Silent,
                    None => placed.standing,
                };
                let health = health(&state, placed.health);
                (first + server, Placed { standing, health, ..placed })
            })
        };
        self.states().flat_map(of).collect()
    }

    async fn ready(&self) -> ServedModel {
        loop {
            let now = ModelService::readiness(self);
            if let (ReadyStatus::Ready, Some(model)) = (now.status, now.model) {
                return model;
            }
            let changes: Vec<_> = self.members.iter().map(|member| member.peer.changed()).collect();
            if changes.is_empty() {
                std::future::pending::<()>().await;
            }
            select_all(changes).await;
        }
    }

    async fn watch(&self) {
        join_all(self.members.iter().map(|member| member.peer.watch())).await;
    }
}

fn fitness(state: &PeerState) -> Fitness {
    let status = state.heard.as_ref().map(|said| said.readiness.status);
    match (&state.failure, status) {
        (Some(_), _) | (None, Some(ReadyStatus::Draining)) => Fitness::Gone,
        (None, Some(ReadyStatus::Ready)) => Fitness::Well,
        (None, _) => Fitness::Doubtful,
    }
}

/// What a service says is of a moment ago and knows of all who ask it; what this process counts is of
/// now and knows of itself alone. The larger of the two is nearer to the truth.
fn load(member: &Member, state: &PeerState) -> usize {
    let said = state.heard.as_ref().map_or(0, |said| said.load());
    said.max(member.in_flight.load(Ordering::Relaxed))
}

/// What a server's health is when its service cannot be heard.
fn health(state: &PeerState, said: Health) -> Health {
    state.failure.clone().map_or(said, Health::Down)
}

fn nobody() -> Failure {
    Failure::new(FailureCode::UpstreamUnreachable, "no model service can be reached")
}
