//! The recorded lives of requests: what was asked for, of which model, how it ended, and in which
//! time. What was said is kept only for teams that want it; of the others sizes and hashes.
//!
//! Nothing waits for a record: they go through a bounded queue to where they are kept, and one that
//! finds it full is counted and dropped. Who reads waits until what was queued before is written.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use parking_lot::Mutex;
use saga_protocol::feedback::{FeedbackKind, Verdict};
use saga_protocol::generate::{ContentFacts, GenerateRecord, RecordType, RequestStatus};
use saga_protocol::records::{AnswerOrigin, LlamaRequest, LlamaStatus, Record, RecordKind};
use tokio::sync::{mpsc, oneshot};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use crate::domain::ports::{Caller, MemoryError};
use crate::domain::witness::{AnswerLife, Origin, Outcome, Witness};

/// Records read from where they are kept at a time.
const READ_AT_A_TIME: usize = 100;

/// How much is recorded.
#[derive(Clone, Copy, Debug)]
pub struct RecordLimits {
    /// Records of one caller and kind.
    pub records_max: usize,
    /// Bytes of all records together, as JSON, where they are kept in this process.
    pub in_process_bytes_max: usize,
    /// Time for which one is kept.
    pub kept_time: Duration,
    /// Records that wait to be written.
    pub queued_records_max: usize,
    /// Bytes of a text that is kept where texts are.
    pub text_bytes_max: usize,
    /// Time that a reader waits for what is queued before it.
    pub flush_time_max: Duration,
}

impl RecordLimits {
    /// As the server runs.
    pub const STANDARD: Self = Self {
        records_max: 500,
        in_process_bytes_max: 8 << 20,
        kept_time: Duration::from_secs(7 * 24 * 3600),
        queued_records_max: 1024,
        text_bytes_max: 32 * 1024,
        flush_time_max: Duration::from_millis(200),
    };
}

/// Keeps records, each for the caller alone whose request it was.
///
/// Every adapter keeps these promises: a record put again replaces the one with its id; the oldest
/// go first; a record that began before its caller's were erased is not taken any more.
#[async_trait]
pub trait RecordStore: Send + Sync {
    /// Keeps a record.
    async fn put(&self, caller: &Caller, record: &Record) -> Result<(), MemoryError>;

    /// The caller's record with that id.
    async fn get(
        &self,
        caller: &Caller,
        kind: RecordKind,
        id: &str,
    ) -> Result<Option<Record>, MemoryError>;

    /// The caller's records, newest first, `count` at most: from the newest, or after the one with
    /// that id. Nothing after one that is not kept any more.
    async fn page(
        &self,
        caller: &Caller,
        kind: RecordKind,
        after: Option<&str>,
        count: usize,
    ) -> Result<Vec<Record>, MemoryError>;

    /// Forgets everything of the caller's that began until `now` (Unix milliseconds); returns how
    /// many records there were.
    async fn erase(&self, caller: &Caller, now: u64) -> Result<u64, MemoryError>;
}

/// Which of a caller's records are wanted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RecordQuery {
    /// Those of requests, or of answers of models.
    pub kind: RecordKind,
    /// Only with that type.
    pub request_type: Option<String>,
    /// Only those that stand like that.
    pub status: Option<String>,
    /// After this one, which was the last one seen.
    pub after: Option<String>,
    /// So many at most.
    pub count: usize,
}

enum Job {
    Put(Caller, Box<Record>),
    PutAndTell(Caller, Box<Record>, oneshot::Sender<Result<(), MemoryError>>),
    Told(oneshot::Sender<()>),
}

/// The records of everybody.
pub struct Records {
    store: Arc<dyn RecordStore>,
    limits: RecordLimits,
    queue: mpsc::Sender<Job>,
    dropped: AtomicU64,
    with_texts: HashSet<String>,
    /// What of a caller's is running and recorded.
    running: Mutex<HashMap<Caller, CancellationToken>>,
}

impl Records {
    /// Keeps them there, with texts for these tenants alone. Must be called within a tokio runtime.
    #[must_use]
    pub fn new(
        store: Arc<dyn RecordStore>,
        limits: RecordLimits,
        with_texts: impl IntoIterator<Item = String>,
    ) -> Arc<Self> {
        let (queue, jobs) = mpsc::channel(limits.queued_records_max);
        tokio::spawn(write(store.clone(), jobs));
        Arc::new(Self {
            store,
            limits,
            queue,
            dropped: AtomicU64::new(0),
            with_texts: with_texts.into_iter().collect(),
            running: Mutex::default(),
        })
    }

    /// Whether the caller's team wants texts to be kept.
    #[must_use]
    pub fn keeps_texts(&self, caller: &Caller) -> bool {
        self.with_texts.contains(&caller.tenant)
    }

    /// Adds a record, or replaces the one with its id; texts leave it unless the caller's team keeps
    /// them. Returns at once.
    pub fn put(&self, caller: &Caller, record: Record) {
        let record = self.shortened(caller, record);
        if self.queue.try_send(Job::Put(caller.clone(), record)).is_err() {
            self.dropped.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// The same, and returns when it is written, after all that was put before.
    ///
    /// # Errors
    /// When it may not be written.
    pub async fn put_now(&self, caller: &Caller, record: Record) -> Result<(), MemoryError> {
        let (tell, told) = oneshot::channel();
        let job = Job::PutAndTell(caller.clone(), self.shortened(caller, record), tell);
        self.queue.send(job).await.map_err(|_| MemoryError::Unavailable)?;
        told.await.unwrap_or(Err(MemoryError::Unavailable))
    }

    fn shortened(&self, caller: &Caller, record: Record) -> Box<Record> {
        let bytes_max = if self.keeps_texts(caller) { self.limits.text_bytes_max } else { 0 };
        Box::new(with_short_texts(record, bytes_max))
    }

    /// Records that found the queue full.
    #[must_use]
    pub fn dropped(&self) -> u64 {
        self.dropped.load(Ordering::Relaxed)
    }

    /// The caller's record with that id.
    ///
    /// # Errors
    /// When they cannot be read.
    pub async fn get(&self, caller: &Caller, id: &str) -> Result<Option<Record>, MemoryError> {
        self.written().await;
        let kind = if id.starts_with("llm-") { RecordKind::Llama } else { RecordKind::Codesaga };
        self.store.get(caller, kind, id).await
    }

    /// Those of the caller's records that were asked for, newest first, and the one to go on after
    /// when there may be more.
    ///
    /// # Errors
    /// When they cannot be read.
    pub async fn list(
        &self,
        caller: &Caller,
        query: &RecordQuery,
    ) -> Result<(Vec<Record>, Option<String>), MemoryError> {
        self.written().await;
        let (mut found, mut after) = (Vec::new(), query.after.clone());
        loop {
            let page =
                self.store.page(caller, query.kind, after.as_deref(), READ_AT_A_TIME).await?;
            let is_last = page.len() < READ_AT_A_TIME;
            for record in page {
                after = Some(record.id().to_owned());
                if !is_wanted(&record, query) {
                    continue;
                }
                found.push(record);
                if found.len() == query.count {
                    return Ok((found, after));
                }
            }
            if is_last {
                return Ok((found, None));
            }
        }
    }

    /// Notes a verdict on an answer of the caller's. Gives the model that answered, and what kind
    /// of answer it was, when it is the first one: what is said later of the same answer is noted and not counted again.
    ///
    /// # Errors
    /// When the record cannot be read.
    pub async fn judge(
        &self,
        caller: &Caller,
        id: &str,
        verdict: Verdict,
        reason: Option<String>,
    ) -> Result<Option<(String, FeedbackKind)>, MemoryError> {
        let Some(Record::Codesaga(mut record)) = self.get(caller, id).await? else {
            return Ok(None);
        };
        if record.status != RequestStatus::Completed {
            return Ok(None);
        }
        let is_first = record.verdict.replace(verdict).is_none();
        record.reason = reason;
        let kind = match record.request_type {
            RecordType::Completion => FeedbackKind::Completion,
            RecordType::Refactor | RecordType::ErrorFix => FeedbackKind::Edit,
            RecordType::Chat => FeedbackKind::Chat,
        };
        let judged = (record.model.clone(), kind);
        self.put(caller, Record::Codesaga(record));
        Ok(is_first.then_some(judged))
    }

    /// Is cancelled when everything of the caller's is to be forgotten.
    #[must_use]
    pub fn running(&self, caller: &Caller) -> CancellationToken {
        self.running.lock().entry(caller.clone()).or_default().child_token()
    }

    /// Ends what of the caller's is running and forgets all records; returns how many there were.
    ///
    /// # Errors
    /// When they cannot be reached; what was running has ended all the same.
    pub async fn erase(&self, caller: &Caller, now: u64) -> Result<u64, MemoryError> {
        if let Some(running) = self.running.lock().remove(caller) {
            running.cancel();
        }
        self.written().await;
        self.store.erase(caller, now).await
    }

    async fn written(&self) {
        let (tell, told) = oneshot::channel();
        if self.queue.try_send(Job::Told(tell)).is_ok() {
            // What is written later is seen later.
            let _in_time = timeout(self.limits.flush_time_max, told).await;
        }
    }
}

impl Witness for Records {
    fn over(&self, life: &AnswerLife) {
        // What was kept made no model work.
        let worked = u32::from(life.origin != Origin::Kept);
        let record = LlamaRequest {
            id: format!("llm-{}", uuid::Uuid::new_v4().simple()),
            instance_id: life.server.map(|server| instance_id(server, &life.model)),
            user_id: life.caller.user.clone(),
            request_type: life.task.name().to_owned(),
            model: life.model.clone(),
            input_tokens: life.usage.map(|usage| usage.prompt_tokens * worked),
            output_tokens: life.usage.map(|usage| usage.completion_tokens * worked),
            output_bytes: life.text_bytes as u64,
            waited_ms: life.waited.map(millis),
            first_text_ms: life.first_text.map(millis),
            processing_time: millis(life.total),
            origin: match life.origin {
                Origin::Asked => None,
                Origin::Shared => Some(AnswerOrigin::Shared),
                Origin::Kept => Some(AnswerOrigin::Kept),
            },
            status: match life.outcome {
                Outcome::Done => LlamaStatus::Completed,
                Outcome::Failed(_) => LlamaStatus::Failed,
                Outcome::Cancelled => LlamaStatus::Cancelled,
            },
            error_code: match life.outcome {
                Outcome::Failed(code) => Some(code.name().to_owned()),
                Outcome::Done | Outcome::Cancelled => None,
            },
            created_at: crate::clock::unix_millis().saturating_sub(millis(life.total)),
        };
        self.put(&life.caller, Record::Llama(Box::new(record)));
    }
}

/// The same as long as the server's settings are; from the order of the servers in the settings,
/// which says nothing about where they are.
#[must_use]
pub fn instance_id(server: usize, model: &str) -> String {
    let hash = blake3::hash(format!("{server}\n{model}").as_bytes()).to_hex();
    format!("inst-{}", &hash[..12])
}

/// What is kept of a text in any case.
#[must_use]
pub fn facts(text: &str) -> ContentFacts {
    ContentFacts {
        bytes: text.len() as u64,
        lines: text.lines().count() as u64,
        hash: blake3::hash(text.as_bytes()).to_hex()[..32].to_owned(),
    }
}

async fn write(store: Arc<dyn RecordStore>, mut jobs: mpsc::Receiver<Job>) {
    while let Some(job) = jobs.recv().await {
        match job {
            // A store that does not answer says so by itself, and a record is not worth a try more.
            Job::Put(caller, record) => drop(store.put(&caller, &record).await),
            Job::PutAndTell(caller, record, tell) => {
                drop(tell.send(store.put(&caller, &record).await));
            }
            Job::Told(tell) => drop(tell.send(())),
        }
    }
}

fn is_wanted(record: &Record, query: &RecordQuery) -> bool {
    let is = |wanted: &Option<String>, has: &str| wanted.as_deref().is_none_or(|one| one == has);
    is(&query.request_type, record.request_type()) && is(&query.status, record.status())
}

fn with_short_texts(record: Record, bytes_max: usize) -> Record {
    let short = |text: Option<String>| text.filter(|text| text.len() <= bytes_max && bytes_max > 0);
    match record {
        Record::Llama(record) => Record::Llama(record),
        Record::Codesaga(record) => {
            let mut record: GenerateRecord = *record;
            record.response = short(record.response);
            for context in &mut record.code_context {
                context.code_content = short(context.code_content.take());
                context.file_path = context.file_path.take().filter(|_| bytes_max > 0);
            }
            Record::Codesaga(Box::new(record))
        }
    }
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
