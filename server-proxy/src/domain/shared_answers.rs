//! Identical work is done once: who asks what is being answered reads along, and who asks what was
//! answered a short while ago gets that answer.
//!
//! Only within a tenant, and only what OpenAI's two calls ask. Completions are shared while they
//! run, whatever their options; conversations only when the same question gets the same answer,
//! because who asks twice for variety means it. Only such answers are kept when they are finished,
//! and only where the model server says what identifies the model, so that a replaced model is
//! never answered for.
//!
//! Who is spared a model's work is told of as well, to a witness of its own: those who count what
//! model servers do hear of each answer once, from where it was asked.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Weak};

use futures_util::future::BoxFuture;
use futures_util::{FutureExt, StreamExt, stream};
use parking_lot::Mutex;
use saga_domain::{Failure, FailureCode};
use saga_protocol::class::RequestClass;
use tokio::sync::{Semaphore, watch};
use tokio::time::Instant;

use crate::domain::answer_cache::{AnswerCache, AnswerStore, CacheLimits, FinishedAnswer};
use crate::domain::answer_key::{answer_key, is_deterministic};
use crate::domain::model_service::ModelService;
use crate::domain::ports::{Answer, ModelCall, ModelInput, ServedModel};
use crate::domain::priority::Priority;
use crate::domain::shared_stream::{Reader, SharedStream, WhenDone};
use crate::domain::witness::{Origin, Watch, Witness};

/// Bytes of a running answer that are kept for who joins late.
const SHARED_BYTES_MAX: usize = 256 << 10;
/// Answers on their way into the store at a time; further ones are kept in this process only.
const STORING_MAX: usize = 32;
/// Times that somebody joins, when who was joined had to give up.
const JOINS_MAX: usize = 3;
/// Running answers from which on those that ended are swept out of the table.
const SWEPT_FROM: usize = 64;

/// What identical requests have in common.
pub struct SharedAnswers {
    models: Arc<dyn ModelService>,
    /// Absent when every request is to be asked for itself.
    sharing: Option<Arc<Sharing>>,
    counts: Arc<AnswerCounts>,
    /// Hears of answers that no model was asked for.
    witness: Arc<dyn Witness>,
}

struct Sharing {
    running: Mutex<Running>,
    cache: AnswerCache,
    store: Option<Arc<dyn AnswerStore>>,
    storing: Arc<Semaphore>,
    counts: Arc<AnswerCounts>,
}

struct Running {
    answers: HashMap<blake3::Hash, RunningAnswer>,
    swept_at: usize,
}

/// Where a request came to.
enum Place {
    Joined(Reader, watch::Receiver<u32>),
    Began(Reader),
}

struct RunningAnswer {
    stream: Weak<SharedStream>,
    class: RequestClass,
    places: watch::Receiver<u32>,
}

#[derive(Debug, Default)]
struct AnswerCounts {
    asked: AtomicU64,
    joined: AtomicU64,
    found: AtomicU64,
    found_in_store: AtomicU64,
}

/// How often an answer was there already.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AnswerTally {
    /// Requests that could have been spared.
    pub asked: u64,
    /// Those that read along with one that was running.
    pub joined: u64,
    /// Those answered from this process.
    pub found: u64,
    /// Those answered from the store.
    pub found_in_store: u64,
}

impl AnswerTally {
    /// The share of requests that asked nothing of a model server; 0 before the first.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "a ratio for people")]
    pub fn hit_ratio(self) -> f64 {
        let spared = self.joined + self.found + self.found_in_store;
        if self.asked == 0 { 0.0 } else { spared as f64 / self.asked as f64 }
    }
}

impl AnswerCounts {
    fn tally(&self) -> AnswerTally {
        let read = |count: &AtomicU64| count.load(Ordering::Relaxed);
        AnswerTally {
            asked: read(&self.asked),
            joined: read(&self.joined),
            found: read(&self.found),
            found_in_store: read(&self.found_in_store),
        }
    }
}

fn count(counter: &AtomicU64) {
    counter.fetch_add(1, Ordering::Relaxed);
}

/// Whether identical requests are spared, and where finished answers are kept.
pub enum Sparing {
    /// Every request is asked for itself.
    Off,
    /// In this process, and in a store when there is one.
    On {
        /// How much is kept.
        limits: CacheLimits,
        /// Where other proxies find answers too.
        store: Option<Arc<dyn AnswerStore>>,
    },
}

impl SharedAnswers {
    /// Answers of these models. The witness hears of those alone that no model was asked for.
    #[must_use]
    pub fn new(models: Arc<dyn ModelService>, sparing: Sparing, witness: Arc<dyn Witness>) -> Self {
        let counts = Arc::new(AnswerCounts::default());
        let sharing = match sparing {
            Sparing::Off => None,
            Sparing::On { limits, store } => Some(Arc::new(Sharing {
                running: Mutex::new(Running { answers: HashMap::new(), swept_at: SWEPT_FROM }),
                cache: AnswerCache::new(limits),
                store,
                storing: Arc::new(Semaphore::new(STORING_MAX)),
                counts: Arc::clone(&counts),
            })),
        };
        Self { models, sharing, counts, witness }
    }

    /// How often an answer was there already, since the process started.
    #[must_use]
    pub fn tally(&self) -> AnswerTally {
        self.counts.tally()
    }

    /// Begins the answer to a call for `model`, or joins one that runs.
    ///
    /// # Errors
    /// What failed before anything was answered, to each who asked.
    pub async fn answer(
        &self,
        model: &ServedModel,
        call: ModelCall,
        priority: &Priority,
    ) -> Result<Answer, Failure> {
        let shared = self.sharing.as_ref().zip(self.key(model, &call, priority));
        let Some((sharing, key)) = shared else {
            return self.models.answer(call, priority).await;
        };
        count(&self.counts.asked);
        let keeps = self.may_be_kept(model, &call);
        if keeps && let Some(answer) = sharing.cache.get(&key, Instant::now()) {
            count(&self.counts.found);
            let watch = self.watch(Origin::Kept, &call, priority);
            return Ok(watch.over(FinishedAnswer::clone(&answer).replay()));
        }
        for _ in 0..JOINS_MAX {
            let (mut reader, mut places) =
                match self.join_or_begin(sharing, key, &call, priority, keeps) {
                    Place::Joined(reader, places) => (reader, places),
                    Place::Began(reader) => return begun(reader).await,
                };
            let first = loop {
                tokio::select! {
                    biased;
                    first = reader.next() => break first,
                    Ok(()) = places.changed() => {
                        priority.stand_at(*places.borrow_and_update() as usize);
                    }
                }
            };
            match first {
                // Who was joined gave up for a reason of its own.
                Some(Err(failure)) if concerns_one_request(&failure) => {}
                Some(Err(failure)) => return Err(failure),
                Some(Ok(piece)) => {
                    count(&self.counts.joined);
                    let watch = self.watch(Origin::Shared, &call, priority);
                    return Ok(watch.over(stream::iter([Ok(piece)]).chain(reader)));
                }
                None => break,
            }
        }
        self.models.answer(call, priority).await
    }

    fn watch(&self, origin: Origin, call: &ModelCall, priority: &Priority) -> Watch {
        let watch = Watch::begin(Arc::clone(&self.witness), priority, &call.model);
        watch.with_origin(origin).asking(call.input.bytes())
    }

    fn key(
        &self,
        model: &ServedModel,
        call: &ModelCall,
        priority: &Priority,
    ) -> Option<blake3::Hash> {
        if matches!(call.input, ModelInput::Chat(_)) && !is_deterministic(call) {
            return None;
        }
        answer_key(&priority.caller.tenant, model, call)
    }

    /// Servers may have different models under one name, and which one answers is seen later.
    fn may_be_kept(&self, model: &ServedModel, call: &ModelCall) -> bool {
        let is_other = |version: &str| version != model.version;
        is_deterministic(call)
            && !model.version.is_empty()
            && !self.models.placed().iter().any(|(_, placed)| {
                placed.model.name == model.name && is_other(&placed.model.version)
            })
    }

    fn join_or_begin(
        &self,
        sharing: &Arc<Sharing>,
        key: blake3::Hash,
        call: &ModelCall,
        priority: &Priority,
        keeps: bool,
    ) -> Place {
        // Held over both, so that of two who come at once one begins and one joins.
        let mut running = sharing.running.lock();
        if let Some((reader, places)) = running.join(&key, priority.class) {
            return Place::Joined(reader, places);
        }
        let asking = self.asking(sharing, key, call.clone(), priority.clone(), keeps);
        let (places, class) = (priority.places(), priority.class);
        let (stream, reader) = SharedStream::begin(asking.0, SHARED_BYTES_MAX, asking.1);
        running.add(key, RunningAnswer { stream: Arc::downgrade(&stream), class, places });
        Place::Began(reader)
    }

    /// What begins an answer, and what is done once it is complete.
    fn asking(
        &self,
        sharing: &Arc<Sharing>,
        key: blake3::Hash,
        call: ModelCall,
        priority: Priority,
        keeps: bool,
    ) -> (BoxFuture<'static, Result<Answer, Failure>>, Option<WhenDone>) {
        let tenant = priority.caller.tenant.clone();
        let was_stored = Arc::new(AtomicBool::new(false));
        let when_done = keeps.then(|| sharing.keeper(key, tenant.clone(), Arc::clone(&was_stored)));
        let (models, sharing) = (Arc::clone(&self.models), Arc::clone(sharing));
        let witness = Arc::clone(&self.witness);
        let asking = async move {
            if keeps && let Some(answer) = sharing.find_stored(&tenant, &key).await {
                was_stored.store(true, Ordering::Relaxed);
                let watch = Watch::begin(witness, &priority, &call.model).with_origin(Origin::Kept);
                return Ok(watch.asking(call.input.bytes()).over(answer.replay()));
            }
            models.answer(call, &priority).await
        };
        (asking.boxed(), when_done)
    }
}

impl Sharing {
    async fn find_stored(&self, tenant: &str, key: &blake3::Hash) -> Option<FinishedAnswer> {
        let answer = self.store.as_ref()?.get(tenant, key).await?;
        count(&self.counts.found_in_store);
        Some(answer)
    }

    /// Keeps an answer once it is complete.
    fn keeper(
        self: &Arc<Self>,
        key: blake3::Hash,
        tenant: String,
        was_stored: Arc<AtomicBool>,
    ) -> WhenDone {
        let sharing = Arc::clone(self);
        Box::new(move |pieces, end| {
            let Some(answer) = FinishedAnswer::of(pieces, end).map(Arc::new) else { return };
            sharing.cache.put(key, Arc::clone(&answer), Instant::now());
            let store = sharing.store.clone().filter(|_| !was_stored.load(Ordering::Relaxed));
            let Some(store) = store else { return };
            // What waits for a slow store is bounded; who cannot wait is in this process.
            let Ok(turn) = Arc::clone(&sharing.storing).try_acquire_owned() else { return };
            tokio::spawn(async move {
                store.put(&tenant, &key, &answer).await;
                drop(turn);
            });
        })
    }
}

impl Running {
    /// A running answer to the same question. One that still waits less urgently than this request
    /// would is not waited for.
    fn join(
        &self,
        key: &blake3::Hash,
        class: RequestClass,
    ) -> Option<(Reader, watch::Receiver<u32>)> {
        let running = self.answers.get(key)?;
        let stream = running.stream.upgrade()?;
        let reader = stream.join(|has_begun| has_begun || running.class <= class)?;
        Some((reader, running.places.clone()))
    }

    fn add(&mut self, key: blake3::Hash, running: RunningAnswer) {
        if self.answers.len() >= self.swept_at {
            let is_open = |stream: Arc<SharedStream>| stream.is_open();
            self.answers.retain(|_, running| running.stream.upgrade().is_some_and(is_open));
            self.swept_at = SWEPT_FROM.max(2 * self.answers.len());
        }
        self.answers.insert(key, running);
    }
}

/// An answer from its first piece on; what fails before is a refusal.
async fn begun(mut reader: Reader) -> Result<Answer, Failure> {
    match reader.next().await {
        Some(Ok(piece)) => Ok(stream::iter([Ok(piece)]).chain(reader).boxed()),
        Some(Err(failure)) => Err(failure),
        None => Err(Failure::new(FailureCode::UpstreamIncomplete, "the answer had no beginning")),
    }
}

/// Whether a failure says nothing about what would become of another request.
fn concerns_one_request(failure: &Failure) -> bool {
    matches!(failure.code, FailureCode::Superseded | FailureCode::Preempted | FailureCode::Expired)
}
