//! One model server as the directory knows it: what it serves, how it stands and who may go in.

mod attempt;
mod expectation;
mod faults;
mod flow;
mod health;
mod pace;
mod watching;

use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use saga_domain::{Failure, FailureCode};
use tokio::sync::{Notify, watch};
use tokio::time::{Instant, sleep, timeout};

use crate::domain::admission::{Admission, Bill, Estimate};
use crate::domain::breaker::Breaker;
use crate::domain::limits::Limits;
use crate::domain::loads::Loads;
use crate::domain::models::prompts::{BlockChain, SentPrompts};
use crate::domain::ports::{EmbedCall, Embedded, ModelCall, ModelServer, Piece, ServedModel};
use crate::domain::priority::Priority;
use crate::domain::relay::{Begun, Relay};

pub(crate) use attempt::Attempt;
pub(crate) use expectation::Expectation;
pub use expectation::{Placed, Standing};
pub(crate) use faults::is_the_servers_fault;
use faults::{hung, later, too_slow};
pub(crate) use flow::Counted;
use flow::{Flow, Visit};
pub use health::Health;
use health::{Condition, Evidence, of_failed_answer};
use pace::Paces;
pub use pace::Used;

/// A model server and what is known of it.
pub(crate) struct Upstream {
    number: usize,
    server: Arc<dyn ModelServer>,
    door: Admission,
    limits: Limits,
    known: Mutex<Known>,
    condition: watch::Sender<Condition>,
    breaker: Breaker,
    loads: Loads,
    paces: Mutex<Paces>,
    sent: Mutex<SentPrompts>,
    flow: Flow,
    asking: tokio::sync::Mutex<()>,
    nudge: Notify,
}

#[derive(Default)]
struct Known {
    models: Vec<ServedModel>,
    asked_at: Option<Instant>,
    /// It answered when it was asked last.
    tells_facts: bool,
    /// Why the last request failed that was the server's fault.
    last_failure: Option<Failure>,
}

/// An answer that has begun, and how long it waited at the door.
pub(crate) struct Admitted {
    pub(crate) relay: Counted<Relay>,
    pub(crate) waited: Duration,
    /// To be settled when it ends.
    pub(crate) bill: Bill,
}

impl Upstream {
    /// `number` tells it from all others that there ever were in this process.
    pub(crate) fn new(number: usize, server: Arc<dyn ModelServer>, limits: Limits) -> Self {
        Self {
            number,
            loads: Loads::new(server.clone(), limits),
            server,
            door: Admission::new(limits.parallel_requests_max, limits.queued_requests_max),
            limits,
            known: Mutex::default(),
            condition: watch::Sender::new(Condition::new(Instant::now())),
            breaker: Breaker::default(),
            paces: Mutex::default(),
            sent: Mutex::default(),
            flow: Flow::default(),
            asking: tokio::sync::Mutex::new(()),
            nudge: Notify::new(),
        }
    }

    pub(crate) fn number(&self) -> usize {
        self.number
    }

    /// What tells its server from others.
    pub(crate) fn name(&self) -> String {
        self.server.name()
    }

    /// The models it reported last.
    pub(crate) fn models(&self) -> Vec<ServedModel> {
        self.known.lock().models.clone()
    }

    /// The model with that name, however the server spells it.
    pub(crate) fn find(&self, name: &str) -> Option<ServedModel> {
        self.known.lock().models.iter().find(|model| same_model(&model.name, name)).cloned()
    }

    /// Whether it was ever asked.
    pub(crate) fn was_asked(&self) -> bool {
        self.known.lock().asked_at.is_some()
    }

    pub(crate) fn health(&self) -> Health {
        self.condition.borrow().health.clone()
    }

    /// How long its health has been what it is.
    pub(crate) fn lasted(&self) -> Duration {
        self.condition.borrow().since.elapsed()
    }

    /// Why it does not answer, if it does not.
    pub(crate) fn failure(&self) -> Option<Failure> {
        let condition = self.condition.borrow();
        match &condition.health {
            Health::Healthy | Health::Busy(_) => None,
            other => other.failure().cloned(),
        }
    }

    /// Requests that it answers or that wait for it.
    pub(crate) fn load(&self) -> usize {
        self.flow.requests()
    }

    /// Leading blocks of a prompt that it was sent lately.
    pub(crate) fn known_blocks(&self, chain: &BlockChain) -> usize {
        self.sent.lock().known(chain)
    }

    /// A prompt is sent to it.
    pub(crate) fn note_prompt(&self, chain: &BlockChain) {
        self.sent.lock().note(chain);
    }

    /// Whether a request should be sent at all; true for the one that finds out whether the server
    /// is well again.
    ///
    /// # Errors
    /// Why it would be in vain, and when to come back.
    pub(crate) fn lets_through(&self) -> Result<bool, Failure> {
        if let Health::Wedged(failure) = self.health() {
            return Err(later(failure, Duration::from_secs(5)));
        }
        if self.breaker.lets_through() {
            // It has closed again behind the only one.
            return Ok(self.breaker.open_for().is_some());
        }
        Err(self.broken().unwrap_or_else(hung))
    }

    /// Why nobody should ask at this moment, after failures in a row.
    fn broken(&self) -> Option<Failure> {
        let open_for = self.breaker.open_for()?;
        Some(later(self.known.lock().last_failure.clone()?, open_for))
    }

    /// Returns when what is not answered yet would better be asked elsewhere: the server hangs, is
    /// gone, or was taken out.
    pub(crate) async fn unusable(&self) {
        let mut condition = self.condition.subscribe();
        if condition.wait_for(Condition::is_unusable).await.is_err() {
            std::future::pending::<()>().await;
        }
    }

    /// What is said to a request that had to leave.
    pub(crate) fn farewell(&self) -> Failure {
        self.health().failure().cloned().unwrap_or_else(|| {
            let message = "the model server was taken out of use";
            Failure::new(FailureCode::UpstreamUnreachable, message)
        })
    }

    /// It is taken out: what it answers ends as if nothing had happened, nothing else goes in.
    pub(crate) fn remove(&self) {
        self.condition.send_modify(|condition| condition.is_removed = true);
        self.nudge.notify_one();
    }

    pub(crate) fn is_removed(&self) -> bool {
        self.condition.borrow().is_removed
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
        attempt: &Attempt,
    ) -> Result<Admitted, Failure> {
        let visit = self.flow.enter();
        let came = Instant::now();
        let (estimate, until) = (Estimate::of(call), priority.waits_until(&self.limits));
        loop {
            let mut permit = self.door.enter(priority, estimate, until).await?;
            // Meanwhile others may have found out that it fails.
            if let Some(failure) = self.broken().filter(|_| !attempt.is_trial) {
                return Err(failure);
            }
            let waited = came.elapsed();
            let begun = tokio::select! {
                biased;
                begun = self.begin(call, attempt) => begun?,
                // What had begun for it is let go of, which closes its connection.
                () = permit.called_back() => continue,
            };
            let bill = permit.begun();
            let pause = self.limits.between_pieces_time_max;
            let relay = self.counted(Relay::new(begun, permit, &call.stop, pause), visit, call);
            return Ok(Admitted { relay, waited, bill });
        }
    }

    async fn begin(
        self: &Arc<Self>,
        call: &ModelCall,
        attempt: &Attempt,
    ) -> Result<Begun, Failure> {
        attempt.sent_at.get_or_init(Instant::now);
        let begun = timeout(attempt.time_max, self.first_piece(call))
            .await
            .unwrap_or_else(|_| Err(too_slow()));
        if let Err(failure) = &begun {
            self.note(&call.model, failure);
        }
        begun
    }

    async fn first_piece(self: &Arc<Self>, call: &ModelCall) -> Result<Begun, Failure> {
        self.loads.loaded(&call.model).await?;
        let since = Instant::now();
        let mut first_piece = std::pin::pin!(async {
            let answer = self.server.answer(call).await?;
            Begun::of(answer).await
        });
        loop {
            tokio::select! {
                biased;
                begun = &mut first_piece => {
                    if begun.is_ok() {
                        self.used(&call.model, since.elapsed());
                    }
                    return begun;
                }
                () = sleep(self.suspect_time()) => self.suspect(),
            }
        }
    }

    fn counted(self: &Arc<Self>, relay: Relay, visit: Visit, call: &ModelCall) -> Counted<Relay> {
        let (upstream, model, first) = (Arc::clone(self), call.model.clone(), Instant::now());
        let ended = move |end| match end {
            Ok(Piece::Done { usage: Some(usage), .. }) => {
                upstream.paces.lock().ended(&model, usage.completion_tokens, first.elapsed());
            }
            Err(failure) if is_the_servers_fault(&failure) => upstream.suspect(),
            _ => {}
        };
        Counted::new(relay, visit, Box::new(ended))
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
        let _visit = self.flow.enter();
        let bytes = call.inputs.iter().map(String::len).sum();
        let (estimate, until) = (Estimate::new(bytes, 0), priority.waits_until(&self.limits));
        let mut permit = self.door.enter(priority, estimate, until).await?;
        // Vectors come whole, so there is no time before the first byte in which to give way.
        let bill = permit.begun();
        let embedded = timeout(self.limits.first_piece_time_max, self.server.embed(call))
            .await
            .unwrap_or_else(|_| Err(too_slow()));
        bill.settle(None, 0);
        if let Err(failure) = &embedded {
            self.note(&call.model, failure);
        }
        embedded
    }

    fn used(&self, model: &str, first_piece: Duration) {
        self.paces.lock().began(model, first_piece, Instant::now());
        self.loads.used(model);
        self.breaker.succeeded();
        self.see(Evidence::Generated);
    }

    /// A server that failed is asked at once how it stands, and its models are loaded anew.
    fn note(&self, model: &str, failure: &Failure) {
        if !is_the_servers_fault(failure) {
            return;
        }
        // One that has no room is well.
        if failure.code != FailureCode::UpstreamBusy {
            self.loads.forget(model);
            self.breaker.failed();
            let mut known = self.known.lock();
            known.asked_at = None;
            known.last_failure = Some(failure.clone());
        }
        if let Some(evidence) = of_failed_answer(failure) {
            self.see(evidence);
        }
        self.suspect();
    }
}

/// Ollama lists `smollm2` as `smollm2:latest` and takes both.
pub(crate) fn same_model(one: &str, other: &str) -> bool {
    let plain = |name: &str| name.strip_suffix(":latest").unwrap_or(name).to_ascii_lowercase();
    plain(one) == plain(other)
}
