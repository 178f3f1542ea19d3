//! Keeping an eye on a model server: asking what it serves, loading what must be in memory, and
//! asking for one token where nothing else proves that it generates.
//!
//! A token is asked for only when nobody else asks for anything, or when something looks wrong. A
//! real answer is proof enough, and what waits for one never waits for a probe.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, timeout};

use crate::domain::ports::ServedModel;
use crate::domain::upstream::health::{Evidence, Health, of_failed_answer, of_failed_facts};
use crate::domain::upstream::{Upstream, hung, is_the_servers_fault};

/// Asked again no sooner, so that wrong model names do not become a load on the server.
const ASK_AGAIN_AFTER: Duration = Duration::from_millis(250);

/// Time between two looks at a server that is well.
const LOOK_EVERY: Duration = Duration::from_secs(15);
/// At one where a model could not be loaded.
const LOAD_AGAIN_AFTER: Duration = Duration::from_secs(10);
/// At one of which something looks wrong.
const DOUBT_EVERY: Duration = Duration::from_secs(5);
/// At one that cannot be reached.
const REACH_EVERY: Duration = Duration::from_secs(1);

/// The silence that a long prompt may explain, in times of [`Upstream::suspect_time`].
const SILENT_SUSPECT_TIMES: u32 = 4;

impl Upstream {
    /// Asks what it serves, unless it was asked a moment ago.
    pub(crate) async fn ask(&self) {
        let _one_at_a_time = self.asking.lock().await;
        let asked_at = self.known.lock().asked_at;
        if asked_at.is_some_and(|at| at.elapsed() < ASK_AGAIN_AFTER) {
            return;
        }
        let pieces = self.flow.pieces();
        let answer = self.server.models().await;
        // What it served before it fell silent it will most likely serve again.
        let evidence = match &answer {
            Ok(models) => {
                let is_served = |name: &str| models.iter().any(|model| model.name == name);
                self.paces.lock().keep(is_served);
                Evidence::Facts
            }
            Err(failure) => of_failed_facts(failure.clone(), self.works(pieces)),
        };
        {
            let mut known = self.known.lock();
            known.asked_at = Some(Instant::now());
            known.tells_facts = answer.is_ok();
            known.models = answer.unwrap_or_else(|_| std::mem::take(&mut known.models));
        }
        self.see(evidence);
    }

    /// Looks after it once: `preload` says, once the server has told its models, which of them must
    /// have been in memory since it came up. The time until the next look.
    pub(crate) async fn look_after(
        self: &Arc<Self>,
        preload: impl FnOnce() -> Vec<ServedModel>,
    ) -> Duration {
        self.ask().await;
        let preload = preload();
        let mut all_loaded = true;
        if self.known.lock().tells_facts {
            if self.health().is_lost() {
                // A load could hang as well.
                self.prove(preload.first()).await;
            }
            if !self.health().is_lost() {
                all_loaded = self.loads_all(&preload).await;
                self.prove(preload.first()).await;
            }
        }
        let condition = self.condition.borrow();
        match &condition.health {
            Health::Down(_) => REACH_EVERY,
            Health::Loading(_) if !all_loaded => LOAD_AGAIN_AFTER,
            Health::Loading(Some(_)) => REACH_EVERY,
            Health::Healthy if condition.is_suspect => DOUBT_EVERY,
            Health::Healthy if all_loaded => LOOK_EVERY,
            Health::Healthy => LOAD_AGAIN_AFTER,
            Health::Loading(None) | Health::Busy(_) | Health::Wedged(_) => DOUBT_EVERY,
        }
    }

    async fn loads_all(&self, models: &[ServedModel]) -> bool {
        let mut all_loaded = true;
        for model in models {
            all_loaded &=
                !self.loads.must_load(&model.name) || self.loads.loaded(&model.name).await.is_ok();
        }
        all_loaded
    }

    /// Returns when a failure makes it worth looking after it again.
    pub(crate) async fn nudged(&self) {
        self.nudge.notified().await;
    }

    /// Asks for one token where one is needed.
    async fn prove(&self, preferred: Option<&ServedModel>) {
        let Some(model) = self.provable(preferred) else {
            return self.see(Evidence::NothingToProve);
        };
        let (health, is_due, is_suspect) = {
            let condition = self.condition.borrow();
            let is_fresh = |at: Instant| at.elapsed() < self.limits.proven_time_max;
            let is_proven = condition.proven_at.is_some_and(is_fresh);
            (condition.health.clone(), condition.is_suspect || !is_proven, condition.is_suspect)
        };
        let must = is_suspect || health.is_lost();
        let is_idle = self.flow.requests() == 0;
        if !is_due || (!is_idle && !must) {
            return;
        }
        let keep_alive = match (self.loads.keeps(&model), &health) {
            (Some(keep_alive), _) => keep_alive,
            // It left memory when its time was over, and that is well.
            (None, Health::Healthy) if !is_suspect => return,
            (None, _) => self.limits.keep_alive,
        };
        let pieces = self.flow.pieces();
        let proof = timeout(self.limits.proof_time_max, self.server.prove(&model, keep_alive));
        let proof = tokio::select! {
            biased;
            proof = proof => proof,
            // Its answer will be the proof.
            () = self.flow.next_request(), if is_idle => return,
        };
        match proof {
            Ok(Ok(true)) => {
                self.breaker.succeeded();
                self.see(Evidence::Generated);
            }
            Ok(Ok(false)) => {
                if self.loads.keeps(&model).is_some() {
                    self.loads.forget(&model);
                }
                self.see(Evidence::NothingToProve);
            }
            Ok(Err(failure)) => match of_failed_answer(&failure) {
                Some(evidence) => self.see(evidence),
                None => {
                    // The server is well. This model is not, unless it is the question that was
                    // refused.
                    if is_the_servers_fault(&failure) {
                        self.loads.fail(&model, failure);
                    }
                    self.see(Evidence::NothingToProve);
                }
            },
            Err(_late) => {
                self.see(Evidence::Silent { failure: hung(), works: self.works(pieces) });
            }
        }
    }

    /// The model to ask for a token: the one that most requests want, else the one used last.
    fn provable(&self, preferred: Option<&ServedModel>) -> Option<String> {
        if let Some(model) = preferred {
            return Some(model.name.clone());
        }
        let paces = self.paces.lock();
        let used = |model: &ServedModel| Some((paces.get(&model.name)?.last, model.name.clone()));
        self.known.lock().models.iter().filter_map(used).max().map(|(_, name)| name)
    }

    /// Whether answers explain why nothing else is said: some went on since there were so many
    /// pieces, or they began so short a time ago that a long prompt may be the reason.
    fn works(&self, pieces_before: u64) -> bool {
        if self.flow.pieces() != pieces_before {
            return true;
        }
        let Some(busy_since) = self.flow.busy_since() else { return false };
        let proven_at = self.condition.borrow().proven_at;
        let last_sign = proven_at.map_or(busy_since, |at| at.max(busy_since));
        last_sign.elapsed() < self.suspect_time() * SILENT_SUSPECT_TIMES
    }

    /// The time without a first piece after which something may be wrong.
    pub(super) fn suspect_time(&self) -> Duration {
        let (min, max) = (self.limits.suspect_time_min, self.limits.suspect_time_max);
        let usual = self.paces.lock().first_piece_max();
        usual.map_or(max, |usual| usual.saturating_mul(10).clamp(min, max.max(min)))
    }

    /// Something may be wrong: it is looked after at once.
    pub(super) fn suspect(&self) {
        self.condition.send_if_modified(|condition| {
            condition.is_suspect = true;
            false
        });
        self.nudge.notify_one();
    }

    /// Takes note of what was seen.
    pub(super) fn see(&self, evidence: Evidence) {
        let mut changed = None;
        self.condition.send_if_modified(|condition| {
            let changes = condition.see(evidence, Instant::now());
            changed = changes.then(|| condition.health.clone());
            changes
        });
        let Some(health) = changed else { return };
        if !health.is_lost() {
            tracing::info!(server = self.number, health = health.name(), "a model server");
            return;
        }
        let failure = health.failure();
        let code = failure.map_or("", |failure| failure.code.name());
        let message = failure.map_or("", |failure| failure.message.as_str());
        tracing::warn!(server = self.number, health = health.name(), code, "{message}");
        // Nothing is in its memory when it comes back.
        self.loads.forget_all();
        self.sent.lock().forget();
    }
}
