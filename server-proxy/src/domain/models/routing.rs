//! The way of one request to a model server, and to another one when the first fails before it has
//! answered anything.

use std::sync::Arc;
use std::time::Duration;

use saga_domain::{Failure, FailureCode};
use tokio::time::sleep;

use crate::domain::models::choice::{Candidate, Fitness, choose};
use crate::domain::models::homes::HomeKey;
use crate::domain::models::prompts::BlockChain;
use crate::domain::models::{BegunAnswer, ModelDirectory};
use crate::domain::ports::{Answer, EmbedCall, Embedded, ModelCall};
use crate::domain::priority::Priority;
use crate::domain::upstream::{Admitted, Attempt, Upstream, is_the_servers_fault};
use crate::domain::witness::Watch;

/// While a request's server is of no use and there is no other: time until the next look for one.
const LOOK_AGAIN_AFTER: Duration = Duration::from_millis(250);

/// What a request brings with it that speaks for one server or another.
#[derive(Default)]
struct Route {
    home_key: Option<HomeKey>,
    home: Option<usize>,
    chain: BlockChain,
    /// Numbers of the servers that had their try.
    tried: Vec<usize>,
}

/// How one server's try ended.
#[expect(
    clippy::large_enum_variant,
    reason = "the usual one is the large one, and it lives for one match"
)]
enum Tried {
    Began(Admitted),
    Failed(Failure),
    /// It was given up for another server.
    Left,
}

impl ModelDirectory {
    /// Begins an answer at the server that suits it best. Each of the others is tried at most once,
    /// only as long as nothing has been answered, and within one budget of time.
    ///
    /// # Errors
    /// What the last server tried said.
    pub async fn answer(&self, call: ModelCall, priority: &Priority) -> Result<Answer, Failure> {
        Ok(self.begin(call, priority).await?.answer)
    }

    /// The same, and where it began.
    ///
    /// # Errors
    /// What the last server tried said.
    pub async fn begin(
        &self,
        mut call: ModelCall,
        priority: &Priority,
    ) -> Result<BegunAnswer, Failure> {
        let watch = Watch::begin(self.witness.clone(), priority, &call.model);
        let mut watch = watch.asking(call.input.bytes());
        self.retries.lock().asked(self.started.elapsed());
        let asked = call.model.clone();
        let mut route = self.route(&call, priority);
        let mut time_left = self.limits.first_piece_time_max;
        let mut refusal = None;
        self.look_up(Some(&asked)).await;
        while let Some((upstream, model)) = self.next(&asked, &route) {
            route.tried.push(upstream.number());
            let is_trial = match upstream.lets_through() {
                Ok(is_trial) => is_trial,
                Err(failure) => {
                    refusal = Some(failure);
                    continue;
                }
            };
            call.model = model;
            upstream.note_prompt(&route.chain);
            let attempt = Attempt::new(time_left, is_trial);
            let tried = tokio::select! {
                biased;
                // First, so that nobody goes in who was let in because those before him failed.
                () = self.somewhere_else(&upstream, &asked, &route, &attempt) => Tried::Left,
                begun = upstream.answer(&call, priority, &attempt) => match begun {
                    Ok(admitted) => Tried::Began(admitted),
                    Err(failure) => Tried::Failed(failure),
                },
            };
            time_left = time_left.saturating_sub(attempt.took());
            match tried {
                Tried::Began(Admitted { relay, waited, bill }) => {
                    self.homes.lock().set(route.home_key, upstream.number());
                    let (server, model) = (upstream.number(), call.model);
                    watch.entered(server, &model, waited, Some(bill));
                    return Ok(BegunAnswer { server, model, waited, answer: watch.over(relay) });
                }
                Tried::Left => refusal = Some(upstream.farewell()),
                Tried::Failed(failure) => {
                    let may_go_on = another_may_do(&failure)
                        && (!attempt.was_sent() || self.may_retry(&asked, &route));
                    if !may_go_on || time_left.is_zero() {
                        return Err(watch.refused(failure));
                    }
                    refusal = Some(failure);
                }
            }
        }
        Err(watch.refused(refusal.unwrap_or_else(|| self.why_not_found(Some(&asked), None))))
    }

    /// The vectors of some texts, from the server that has least to do.
    ///
    /// # Errors
    /// What the last server tried said.
    pub async fn embed(
        &self,
        mut call: EmbedCall,
        priority: &Priority,
    ) -> Result<Embedded, Failure> {
        self.retries.lock().asked(self.started.elapsed());
        let asked = call.model.clone();
        let mut route = Route::default();
        let mut refusal = None;
        self.look_up(Some(&asked)).await;
        while let Some((upstream, model)) = self.next(&asked, &route) {
            route.tried.push(upstream.number());
            call.model = model;
            let embedded = match upstream.lets_through() {
                Ok(_) => upstream.embed(&call, priority).await,
                Err(failure) => Err(failure),
            };
            match embedded {
                Err(failure) if another_may_do(&failure) && self.may_retry(&asked, &route) => {
                    refusal = Some(failure);
                }
                outcome => return outcome,
            }
        }
        Err(refusal.unwrap_or_else(|| self.why_not_found(Some(&asked), None)))
    }

    fn route(&self, call: &ModelCall, priority: &Priority) -> Route {
        let home_key = HomeKey::of(priority);
        // With one server there is nothing to choose.
        let chain = match self.upstreams.read().len() {
            0 | 1 => BlockChain::default(),
            _ => BlockChain::of(call),
        };
        Route { home_key, home: self.homes.lock().get(home_key), chain, tried: Vec::new() }
    }

    /// The best one of those not tried, and the model's name there.
    fn next(&self, model: &str, route: &Route) -> Option<(Arc<Upstream>, String)> {
        let untried = self.untried(model, route);
        let candidates: Vec<Candidate> = untried
            .iter()
            .map(|(upstream, model)| Candidate {
                fitness: upstream.fitness(model),
                load: upstream.load(),
                is_home: route.home == Some(upstream.number()),
                known_blocks: upstream.known_blocks(&route.chain),
            })
            .collect();
        let place = choose(&candidates)?;
        untried.into_iter().nth(place)
    }

    fn untried(&self, model: &str, route: &Route) -> Vec<(Arc<Upstream>, String)> {
        let upstreams = self.upstreams.read();
        let untried = upstreams.iter().filter(|one| !route.tried.contains(&one.number()));
        untried.filter_map(|one| Some((Arc::clone(one), one.find(model)?.name))).collect()
    }

    /// Returns when a request would better leave the server it was sent to, or waits for, because
    /// that is of no use any more and another one is. It does not leave without one to go to: where
    /// it is, it may still be answered.
    async fn somewhere_else(
        &self,
        upstream: &Upstream,
        model: &str,
        route: &Route,
        attempt: &Attempt,
    ) {
        loop {
            upstream.unusable().await;
            let is_fit =
                |(one, model): &(Arc<Upstream>, String)| one.fitness(model) != Fitness::Gone;
            let has_other = self.untried(model, route).iter().any(is_fit);
            // One that is only taken out ends what it has begun.
            let is_lost = upstream.health().is_lost() || !attempt.was_sent();
            if has_other && is_lost && (!attempt.was_sent() || self.may_retry(model, route)) {
                return;
            }
            sleep(LOOK_AGAIN_AFTER).await;
        }
    }

    /// Whether the budget allows to ask somebody else; counted when it does and there is somebody.
    fn may_retry(&self, model: &str, route: &Route) -> bool {
        !self.untried(model, route).is_empty()
            && self.retries.lock().allows_retry(self.started.elapsed())
    }
}

/// Whether somebody else may answer what was refused so.
pub(crate) fn another_may_do(failure: &Failure) -> bool {
    is_the_servers_fault(failure)
        || matches!(failure.code, FailureCode::QueueFull | FailureCode::UnknownModel)
}
