//! What a gateway does with jobs: it accepts them, tells how they stand, and calls them off.

use std::sync::Arc;
use std::time::Duration;

use futures_util::{Stream, stream};
use saga_domain::{Failure, FailureCode};
use saga_protocol::generate::GenerateRequest;
use saga_protocol::jobs::{Job, JobStage, JobStep};
use tokio::time::{Instant, sleep};

use crate::domain::bus::Bus;
use crate::domain::ports::{Caller, MemoryError};
use crate::domain::records::Records;
use crate::domain::saga::SagaLimits;
use crate::domain::saga::job_record::{cancelled, record};
use crate::domain::saga::machine::{Ending, Event, Saga};
use crate::domain::saga::messages::Sending;
use crate::domain::saga::store::{Commit, Known, Opened, Opening, SagaKey, SagaStore, TextPart};

/// Time for which whoever calls a job off waits until everything is undone.
const UNDONE_TIME_MAX: Duration = Duration::from_secs(1);
/// Time after which a job that is followed is looked at in any case.
const LOOK_EVERY: Duration = Duration::from_secs(15);
/// Time for which a store that does not answer is waited for by who follows a job.
const PATIENCE: Duration = Duration::from_secs(10);
/// Time after which it is asked again.
const ASK_AGAIN_AFTER: Duration = Duration::from_millis(250);
/// When to come back while there are too many jobs.
const FULL_RETRY_MS: u64 = 5000;

/// The jobs of everybody, each for the caller alone whose it is.
pub struct Jobs {
    /// Where they are kept.
    pub store: Arc<dyn SagaStore>,
    /// Who tells the workers.
    pub bus: Arc<dyn Bus>,
    /// How they are told.
    pub sending: Sending,
    /// Where their records are kept.
    pub records: Arc<Records>,
    /// Whether a worker finds what is stored here.
    pub are_driven: bool,
    /// What is bounded.
    pub limits: SagaLimits,
    /// Unix milliseconds.
    pub clock: fn() -> u64,
}

/// Why a job is not accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotAccepted {
    /// The idempotency key belongs to another request.
    OtherRequest,
    /// For this reason.
    Failed(Failure),
    /// The store does not answer; whether it was accepted is not known.
    NoStore,
}

impl From<MemoryError> for NotAccepted {
    fn from(_: MemoryError) -> Self {
        Self::NoStore
    }
}

/// What is told to who follows a job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum JobNews {
    /// A step and its place among them, from 1.
    Step(u64, JobStep),
    /// The end: how it stands now. The place is the one after the last step's.
    End(u64, Box<Job>),
    /// The store does not answer.
    NoStore,
}

impl Jobs {
    /// Accepts a job. Once this returns it is stored, and ends whatever dies. The same key gives the
    /// same job, however it stands, for as long as it is kept. `prompt` names the system prompt.
    ///
    /// # Errors
    /// Why it is not accepted.
    pub async fn accept(
        &self,
        caller: &Caller,
        idempotency_key: Option<&str>,
        request: &GenerateRequest,
        prompt: &str,
    ) -> Result<Job, NotAccepted> {
        // Strings and numbers; nothing in it can fail to serialise.
        let text = serde_json::to_string(request).unwrap_or_default();
        if text.len() > self.limits.request_bytes_max {
            return Err(NotAccepted::Failed(too_large(self.limits.request_bytes_max)));
        }
        let key = SagaKey { caller: caller.clone(), id: id(idempotency_key) };
        let hash = blake3::hash(text.as_bytes()).to_hex()[..32].to_owned();
        let saga = Saga::new(request.request_type.into(), self.limits.tries_max, (self.clock)());
        let opening = Opening {
            saga,
            request: hash.clone(),
            callers_jobs_max: self.limits.callers_jobs_max,
            jobs_max: self.limits.jobs_max,
            due: self.limits.accept_time_max,
            kept: self.limits.open_kept_time,
        };
        let known = match self.store.open(&key, &opening).await? {
            Opened::There(known) => *known,
            Opened::CallerFull => {
                return Err(NotAccepted::Failed(too_many(self.limits.callers_jobs_max)));
            }
            Opened::Full => return Err(NotAccepted::Failed(full())),
        };
        if known.request != hash {
            return Err(NotAccepted::OtherRequest);
        }
        let put = Some((TextPart::Before, text));
        let known = match self.store_change(&key, &known, &Event::ContextStored, put).await? {
            Some(accepted) => {
                let record = record(&key, request, &accepted.saga, prompt, None);
                // A record is not worth a job.
                let _kept = self.records.put_now(caller, record).await;
                accepted
            }
            // The same request, sent twice at a time.
            None => self.store.read(&key).await?.unwrap_or(known),
        };
        self.sending.begin(&key, &known);
        Ok(told(&key, &known.saga, None))
    }

    /// How a job stands; `None` when the caller has no such job.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn look(&self, caller: &Caller, id: &str) -> Result<Option<Job>, MemoryError> {
        let key = SagaKey { caller: caller.clone(), id: id.to_owned() };
        let Some(Known { saga, .. }) = self.store.read(&key).await? else { return Ok(None) };
        self.with_answer(&key, &saga).await.map(Some)
    }

    /// Calls a job off, unless it is too late, and returns how it stands then; `None` when the caller
    /// has no such job.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn cancel(&self, caller: &Caller, id: &str) -> Result<Option<Job>, MemoryError> {
        let key = SagaKey { caller: caller.clone(), id: id.to_owned() };
        let until = Instant::now() + UNDONE_TIME_MAX;
        loop {
            let Some(known) = self.store.read(&key).await? else { return Ok(None) };
            let has_ended = known.saga.stage.is_end() || Instant::now() >= until;
            match self.store_change(&key, &known, &Event::CancelWanted, None).await? {
                Some(known) => self.sending.begin(&key, &known),
                None if has_ended => return self.with_answer(&key, &known.saga).await.map(Some),
                None => {
                    let left = until.saturating_duration_since(Instant::now());
                    self.store.changed(&key, known.version, left).await;
                }
            }
        }
    }

    /// The steps of a job after so many, as they come, and its end; `None` when the caller has no such
    /// job.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn follow(
        self: &Arc<Self>,
        caller: &Caller,
        id: &str,
        after: u64,
    ) -> Result<Option<impl Stream<Item = JobNews> + Send + use<>>, MemoryError> {
        let key = SagaKey { caller: caller.clone(), id: id.to_owned() };
        let Some(known) = self.store.read(&key).await? else { return Ok(None) };
        let following = Following { jobs: Arc::clone(self), key, known, told: after };
        Ok(Some(stream::unfold(Some(following), |following| async move {
            let mut following = following?;
            let news = following.next().await?;
            let goes_on = matches!(news, JobNews::Step(..));
            Some((news, goes_on.then_some(following)))
        })))
    }

    /// The ids of the caller's jobs, as far as they are kept.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn of(&self, caller: &Caller) -> Result<Vec<String>, MemoryError> {
        self.store.of(caller).await
    }

    /// Forgets all of the caller's jobs; what is running ends.
    ///
    /// # Errors
    /// When the store does not answer; asked again, the rest is forgotten.
    pub async fn erase(&self, caller: &Caller) -> Result<(), MemoryError> {
        for id in self.store.of(caller).await? {
            self.store.forget(&SagaKey { caller: caller.clone(), id }).await?;
        }
        Ok(())
    }

    async fn with_answer(&self, key: &SagaKey, saga: &Saga) -> Result<Job, MemoryError> {
        let answered =
            matches!(saga.stage, JobStage::Generated | JobStage::Stored | JobStage::Completed);
        let answer = match answered {
            true => self.store.text(key, TextPart::After).await?,
            false => None,
        };
        Ok(told(key, saga, answer))
    }

    /// `None` when the event changes nothing, or somebody else changed the job meanwhile.
    async fn store_change(
        &self,
        key: &SagaKey,
        known: &Known,
        event: &Event,
        put: Option<(TextPart, String)>,
    ) -> Result<Option<Known>, MemoryError> {
        let Some(change) = known.saga.after(event, (self.clock)()) else { return Ok(None) };
        let commit = Commit {
            version: known.version,
            fence: None,
            saga: change.saga,
            outgoing: change.outgoing,
            put,
            deleted: Vec::new(),
            kept: self.limits.open_kept_time,
        };
        let version = self.store.commit(key, &commit).await?;
        let request = known.request.clone();
        Ok(version.map(|version| Known { version, saga: commit.saga, request }))
    }
}

/// Somebody who follows a job.
struct Following {
    jobs: Arc<Jobs>,
    key: SagaKey,
    known: Known,
    /// Steps that were told.
    told: u64,
}

impl Following {
    /// `None` when the job was forgotten.
    async fn next(&mut self) -> Option<JobNews> {
        let mut unanswered_since = None;
        loop {
            let steps = &self.known.saga.steps;
            let next = usize::try_from(self.told).ok().and_then(|told| steps.get(told));
            if let Some(step) = next {
                self.told += 1;
                return Some(JobNews::Step(self.told, *step));
            }
            let last = steps.len() as u64 + 1;
            let read = if self.known.saga.stage.is_end() {
                match self.jobs.with_answer(&self.key, &self.known.saga).await {
                    Ok(job) => return Some(JobNews::End(last, Box::new(job))),
                    Err(error) => Err(error),
                }
            } else {
                self.jobs.store.changed(&self.key, self.known.version, LOOK_EVERY).await;
                self.jobs.store.read(&self.key).await
            };
            match read {
                Ok(known) => {
                    unanswered_since = None;
                    self.known = known?;
                }
                Err(_) => {
                    let since = *unanswered_since.get_or_insert_with(Instant::now);
                    if since.elapsed() >= PATIENCE {
                        return Some(JobNews::NoStore);
                    }
                    sleep(ASK_AGAIN_AFTER).await;
                }
            }
        }
    }
}

fn told(key: &SagaKey, saga: &Saga, response: Option<String>) -> Job {
    let is_cancelled = saga.ending == Some(Ending::Cancelled);
    Job {
        id: key.id.clone(),
        request_type: saga.kind,
        stage: saga.stage,
        tries: saga.tries,
        steps: saga.steps.clone(),
        model: saga.model.clone(),
        response,
        usage: saga.usage,
        error: if is_cancelled { Some(cancelled()) } else { saga.error.clone() },
        created_at: saga.steps.first().map_or(0, |step| step.at),
    }
}

/// By its key the job is found again, also by another gateway; no key is found in it.
fn id(idempotency_key: Option<&str>) -> String {
    match idempotency_key {
        Some(key) => format!("req-{}", &blake3::hash(key.as_bytes()).to_hex()[..32]),
        None => format!("req-{}", uuid::Uuid::new_v4().simple()),
    }
}

fn too_large(bytes_max: usize) -> Failure {
    let message =
        format!("the request is larger than the {bytes_max} bytes that are kept of a job");
    Failure::new(FailureCode::TooLarge, message)
}

fn too_many(jobs_max: usize) -> Failure {
    let message = format!("{jobs_max} jobs at a time are allowed, and so many are on their way");
    let failure = Failure::new(FailureCode::RateLimited, message);
    Failure { retry_after_ms: Some(FULL_RETRY_MS), ..failure }
}

fn full() -> Failure {
    let failure = Failure::new(FailureCode::QueueFull, "too many jobs are on their way");
    Failure { retry_after_ms: Some(FULL_RETRY_MS), ..failure }
}
