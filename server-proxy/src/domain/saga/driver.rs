//! What a worker does with a job: it takes its lease and does what the machine says, step by step, until
//! nothing is left to do, or until somebody else has it.
//!
//! Every step may be done again by the next worker: what is stored twice is the same, what is charged is
//! charged by the job's name. A worker that has lost the job stores nothing any more.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use saga_domain::{Failure, FailureCode};
use saga_protocol::generate::GenerateRequest;
use saga_protocol::jobs::JobStage;
use saga_protocol::openai::TokenUsage;
use tokio::time::{Instant, sleep};

use crate::domain::allowance::Allowance;
use crate::domain::bus::Bus;
use crate::domain::ports::{Caller, MemoryError};
use crate::domain::records::Records;
use crate::domain::saga::SagaLimits;
use crate::domain::saga::job_record::record;
use crate::domain::saga::machine::{Command, Event, Outgoing, Progress, Saga, Undo};
use crate::domain::saga::messages::send_all;
use crate::domain::saga::store::{Commit, Known, SagaKey, SagaStore, TextPart};

/// Time between two tries to store something.
const STORE_AGAIN_AFTER: Duration = Duration::from_millis(250);
/// Where the model did not count: bytes in a token.
const BYTES_PER_TOKEN: usize = 3;

/// Asks a model for the answer to a request.
#[async_trait]
pub trait Generator: Send + Sync {
    /// The whole answer. Letting go of it closes the connection to the model server.
    ///
    /// # Errors
    /// Why there is none.
    async fn generate(
        &self,
        caller: &Caller,
        request: &GenerateRequest,
        bytes_max: usize,
    ) -> Result<Generated, Failure>;

    /// Name and version of the system prompt that it asks with.
    fn prompt(&self) -> &str;
}

/// A whole answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Generated {
    /// The model that answered.
    pub model: String,
    /// What it said.
    pub text: String,
    /// What it used, where the model server tells.
    pub usage: Option<TokenUsage>,
}

/// Drives jobs.
pub struct Driver {
    /// Where jobs are kept.
    pub store: Arc<dyn SagaStore>,
    /// Who is told of them.
    pub bus: Arc<dyn Bus>,
    /// Who asks the models.
    pub generator: Arc<dyn Generator>,
    /// Where their records are kept.
    pub records: Arc<Records>,
    /// Who charges them.
    pub allowance: Arc<Allowance>,
    /// What is bounded.
    pub limits: SagaLimits,
    /// Who hears of their ends.
    pub witness: Arc<dyn JobWitness>,
    /// Unix milliseconds.
    pub clock: fn() -> u64,
}

/// Hears of every job that ends, and of what was said of jobs on the bus.
pub trait JobWitness: Send + Sync {
    /// It ended as this, after so many tries. Must return at once.
    fn ended(&self, stage: JobStage, tries: u32);

    /// The bus took a message of a job, or did not. Must return at once.
    fn published(&self, is_taken: bool);
}

/// A job that this worker has.
#[derive(Debug)]
pub struct Held {
    key: SagaKey,
    fence: u64,
}

/// Why a worker has done with a job for now.
enum Rest {
    /// It is over, or somebody else has it.
    Done,
    /// It is to be looked at again after that time.
    Later(Duration),
}

/// How asking a model ended.
enum Asked {
    Over(Result<Generated, Failure>),
    /// The job has changed, as when its owner called it off, or it is another worker's now.
    Changed,
    /// This worker has to stop.
    Stopped,
}

impl Driver {
    /// Takes a job; `None` when another worker has it, or there is none.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn take(&self, key: &SagaKey) -> Result<Option<Held>, MemoryError> {
        let fence = self.store.take(key, self.limits.lease_time).await?;
        Ok(fence.map(|fence| Held { key: key.clone(), fence }))
    }

    /// Goes on with a job as far as possible, until `stop`, and gives it back.
    ///
    /// # Errors
    /// When the store does not answer; the job is found again later.
    pub async fn drive(
        &self,
        Held { key, fence }: Held,
        stop: impl Future<Output = ()> + Send,
    ) -> Result<(), MemoryError> {
        let mut stop = pin!(stop);
        let due = match self.steps(&key, fence, &mut stop).await {
            Ok(Rest::Done) => Duration::ZERO,
            Ok(Rest::Later(due)) => due,
            Err(_) => self.limits.pause,
        };
        self.store.let_go(&key, fence, due).await?;
        // After the lease is free, since somebody may take it at once.
        if let Some(known) = self.store.read(&key).await? {
            self.send_all(&key, &known).await?;
        }
        self.store.settle(&key).await
    }

    /// Notes that the end of a job lies, or will lie, among the dead letters.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn lay_aside(&self, key: &SagaKey) -> Result<bool, MemoryError> {
        self.change(key, &Event::LaidAside).await
    }

    /// Brings back a job whose end lay among the dead letters, and calls for a worker; false when there is
    /// nothing to bring back.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn bring_back(&self, key: &SagaKey) -> Result<bool, MemoryError> {
        let is_back = self.change(key, &Event::BroughtBack).await?;
        if is_back && let Some(known) = self.store.read(key).await? {
            self.send_all(key, &known).await?;
        }
        Ok(is_back)
    }

    async fn send_all(&self, key: &SagaKey, known: &Known) -> Result<(), MemoryError> {
        send_all(&*self.store, &*self.bus, &*self.witness, key, known).await
    }

    async fn change(&self, key: &SagaKey, event: &Event) -> Result<bool, MemoryError> {
        let Some(known) = self.store.read(key).await? else { return Ok(false) };
        let Some(change) = known.saga.after(event, (self.clock)()) else { return Ok(false) };
        let commit = Commit {
            version: known.version,
            fence: None,
            kept: self.kept(&change.saga),
            saga: change.saga,
            outgoing: change.outgoing,
            put: None,
            deleted: Vec::new(),
        };
        Ok(self.store.commit(key, &commit).await?.is_some())
    }

    async fn steps(
        &self,
        key: &SagaKey,
        fence: u64,
        stop: &mut (impl Future<Output = ()> + Send + Unpin),
    ) -> Result<Rest, MemoryError> {
        loop {
            // What was stored before may be what somebody else stored.
            if self.store.keep(key, fence, self.limits.lease_time).await?.is_none() {
                return Ok(Rest::Done);
            }
            let Some(known) = self.store.read(key).await? else { return Ok(Rest::Done) };
            self.answer_calls(key).await?;
            let step = Step { key, fence, known: &known };
            let rest = match known.saga.command() {
                None if known.saga.stage == JobStage::Waiting => self.abandon(&step).await?,
                None => return Ok(Rest::Done),
                Some(Command::Generate) => self.generate(&step, stop).await?,
                Some(Command::Keep) => self.keep(&step).await?,
                Some(Command::Tell) => self.tell(&step).await?,
                Some(Command::Undo(undo)) => self.undo(&step, undo).await?,
            };
            if let Some(rest) = rest {
                return Ok(rest);
            }
        }
    }

    /// Whoever is called for is here.
    async fn answer_calls(&self, key: &SagaKey) -> Result<(), MemoryError> {
        for (number, outgoing) in self.store.outbox(key).await? {
            if outgoing == Outgoing::Drive {
                self.store.sent(key, number).await?;
            }
        }
        Ok(())
    }

    /// Its gateway never stored its code.
    async fn abandon(&self, step: &Step<'_>) -> Result<Option<Rest>, MemoryError> {
        self.store_change(step, &Event::Abandoned, None, &[]).await?;
        Ok(None)
    }

    async fn generate(
        &self,
        step: &Step<'_>,
        stop: &mut (impl Future<Output = ()> + Send + Unpin),
    ) -> Result<Option<Rest>, MemoryError> {
        let Some(request) = self.request(step.key).await? else {
            // It has expired with everything else, or is being forgotten.
            return Ok(Some(Rest::Done));
        };
        // A beginning may be stored without its storer hearing of it.
        let is_begun =
            step.known.saga.stage == JobStage::Generating && step.known.saga.fence == step.fence;
        let begun = match is_begun {
            true => Some(step.known.clone()),
            false => self.progress(step, Progress::Begun, None, &[]).await?,
        };
        let Some(begun) = begun.filter(|begun| begun.saga.stage == JobStage::Generating) else {
            return Ok(None);
        };
        let step = Step { known: &begun, ..*step };
        self.note(&step, &request, None);
        let answer = {
            let asking =
                self.generator.generate(&step.key.caller, &request, self.limits.answer_bytes_max);
            tokio::select! {
                biased;
                () = self.changed(&step) => Asked::Changed,
                () = stop => Asked::Stopped,
                answer = asking => Asked::Over(answer),
            }
        };
        match answer {
            Asked::Changed => Ok(None),
            Asked::Stopped => {
                self.progress(&step, Progress::PutBack, None, &[]).await?;
                Ok(Some(Rest::Later(Duration::ZERO)))
            }
            Asked::Over(Ok(Generated { model, text, usage })) => {
                let usage = usage.or_else(|| Some(estimated(&request, &text)));
                let answered = Progress::Answered { model, usage };
                self.progress(&step, answered, Some((TextPart::After, text)), &[]).await?;
                Ok(None)
            }
            Asked::Over(Err(failure)) => {
                tracing::info!(code = failure.code.name(), "a job got no answer");
                let stumbled =
                    self.progress(&step, Progress::Stumbled { failure }, None, &[]).await?;
                let again = stumbled.filter(|now| now.saga.stage == JobStage::ContextStored);
                Ok(again.map(|now| Rest::Later(self.limits.pause_after(now.saga.tries))))
            }
        }
    }

    /// Returns when the job is not what it was any more. Until then it keeps the lease.
    async fn changed(&self, step: &Step<'_>) {
        let Step { key, fence, known } = step;
        let every = self.limits.lease_time / 3;
        loop {
            let begun = Instant::now();
            self.store.changed(key, known.version, every).await;
            match self.store.keep(key, *fence, self.limits.lease_time).await {
                Ok(Some(version)) if version == known.version => {}
                Ok(_) => return,
                // The model goes on meanwhile: what it says is stored when the store is back, unless
                // another worker was faster.
                Err(_) => sleep(STORE_AGAIN_AFTER.max(every.saturating_sub(begun.elapsed()))).await,
            }
        }
    }

    async fn keep(&self, step: &Step<'_>) -> Result<Option<Rest>, MemoryError> {
        let (request, answer) =
            (self.request(step.key).await?, self.store.text(step.key, TextPart::After).await?);
        if let (Some(request), Some(answer)) = (request, answer) {
            let record = record(
                step.key,
                &request,
                &step.known.saga,
                self.generator.prompt(),
                Some(&answer),
            );
            self.records.put_now(&step.key.caller, record).await?;
        }
        self.progress(step, Progress::Kept, None, &[]).await?;
        Ok(None)
    }

    async fn tell(&self, step: &Step<'_>) -> Result<Option<Rest>, MemoryError> {
        let Step { key, known, .. } = step;
        let tokens = known.saga.usage.map_or(0, |usage| u64::from(usage.total_tokens));
        let name = format!("{}-{}", key.id, known.saga.life);
        self.allowance.charge_once(&key.caller, &name, tokens).await?;
        self.send_all(key, known).await?;
        if !self.store.outbox(key).await?.is_empty() {
            return Ok(Some(Rest::Later(self.limits.pause)));
        }
        self.progress(step, Progress::Told, None, &[TextPart::Before]).await?;
        Ok(None)
    }

    async fn undo(&self, step: &Step<'_>, undo: Undo) -> Result<Option<Rest>, MemoryError> {
        let deleted: &[TextPart] = match undo {
            Undo::Answer => &[TextPart::After],
            Undo::Context => &[TextPart::Before],
            Undo::Record => {
                if let Some(request) = self.request(step.key).await? {
                    let prompt = self.generator.prompt();
                    let record = record(step.key, &request, &step.known.saga, prompt, None);
                    self.records.put_now(&step.key.caller, record).await?;
                }
                &[]
            }
        };
        self.progress(step, Progress::Undone(undo), None, deleted).await?;
        Ok(None)
    }

    async fn request(&self, key: &SagaKey) -> Result<Option<GenerateRequest>, MemoryError> {
        let text = self.store.text(key, TextPart::Before).await?;
        Ok(text.and_then(|json| serde_json::from_str(&json).ok()))
    }

    /// Notes in the record how it stands; nothing waits for that.
    fn note(&self, step: &Step<'_>, request: &GenerateRequest, answer: Option<&str>) {
        let Step { key, known, .. } = step;
        let record = record(key, request, &known.saga, self.generator.prompt(), answer);
        self.records.put(&key.caller, record);
    }

    async fn progress(
        &self,
        step: &Step<'_>,
        progress: Progress,
        put: Option<(TextPart, String)>,
        deleted: &[TextPart],
    ) -> Result<Option<Known>, MemoryError> {
        self.store_change(step, &Event::Worker(step.fence, progress), put, deleted).await
    }

    /// Stores what the event changes; `None` when it is refused, as for who has lost the job.
    async fn store_change(
        &self,
        step: &Step<'_>,
        event: &Event,
        put: Option<(TextPart, String)>,
        deleted: &[TextPart],
    ) -> Result<Option<Known>, MemoryError> {
        let Some(change) = step.known.saga.after(event, (self.clock)()) else { return Ok(None) };
        let commit = Commit {
            version: step.known.version,
            fence: Some(step.fence),
            kept: self.kept(&change.saga),
            saga: change.saga,
            outgoing: change.outgoing,
            put,
            deleted: deleted.to_vec(),
        };
        let until = Instant::now() + self.limits.store_patience;
        let version = loop {
            match self.store.commit(step.key, &commit).await {
                Ok(version) => break version,
                Err(error) if Instant::now() >= until => return Err(error),
                // Should it have been stored all the same, then it is refused, and read anew.
                Err(_) => sleep(STORE_AGAIN_AFTER).await,
            }
        };
        if version.is_some() && commit.saga.stage.is_end() {
            self.witness.ended(commit.saga.stage, commit.saga.tries);
        }
        let request = step.known.request.clone();
        Ok(version.map(|version| Known { version, saga: commit.saga, request }))
    }

    fn kept(&self, saga: &Saga) -> Duration {
        let is_over = saga.stage.is_end() && !saga.can_come_back();
        if is_over { self.limits.ended_kept_time } else { self.limits.open_kept_time }
    }
}

/// A job in the hands of a worker.
#[derive(Clone, Copy)]
struct Step<'a> {
    key: &'a SagaKey,
    fence: u64,
    known: &'a Known,
}

/// What an answer used whose model server does not count.
fn estimated(request: &GenerateRequest, text: &str) -> TokenUsage {
    let tokens = |bytes: usize| u32::try_from(bytes.div_ceil(BYTES_PER_TOKEN)).unwrap_or(u32::MAX);
    let prompt_tokens = tokens(request.input.len() + request.code_context.len());
    let completion_tokens = tokens(text.len());
    let total_tokens = prompt_tokens.saturating_add(completion_tokens);
    TokenUsage { prompt_tokens, completion_tokens, total_tokens }
}

/// An answer is larger than one may be.
#[must_use]
pub fn too_long(bytes_max: usize) -> Failure {
    let message = format!("the answer is larger than {bytes_max} bytes");
    Failure::new(FailureCode::TooLarge, message)
}
