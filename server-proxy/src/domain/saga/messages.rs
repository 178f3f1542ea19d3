//! What is said of jobs on the bus: ids, a stage and a hash, never a word of theirs.

use std::sync::Arc;

use saga_protocol::jobs::JobStage;
use serde::{Deserialize, Serialize};
use tokio::sync::Semaphore;

use crate::domain::bus::{Bus, BusError, Message, Topic};
use crate::domain::ports::{Caller, MemoryError};
use crate::domain::saga::driver::JobWitness;
use crate::domain::saga::machine::Outgoing;
use crate::domain::saga::store::{Known, SagaKey, SagaStore};

/// The group that all workers listen as.
pub const WORKERS: &str = "workers";

/// A worker shall go on with a job.
pub const DRIVE: &str = "job.drive";
/// A job ended.
pub const ENDED: &str = "job.ended";
/// A job was given up. Nobody can do anything for it, so that it becomes a dead letter; sent again from
/// there, the job is brought back.
pub const GIVEN_UP: &str = "job.given_up";

#[derive(Debug, Serialize, Deserialize)]
struct Body {
    tenant: String,
    user: String,
    id: String,
    stage: JobStage,
    /// The hash of the request.
    request: String,
}

/// The job that a message is about; `None` for a message of another form.
#[must_use]
pub fn job_of(message: &Message) -> Option<SagaKey> {
    let Body { tenant, user, id, .. } = serde_json::from_str(&message.body).ok()?;
    Some(SagaKey { caller: Caller { tenant, user }, id })
}

/// Jobs whose messages may be on their way at a time.
const SENDING_MAX: usize = 256;

/// Sends what jobs have to say while whoever changed them goes on: a job is safe once it is stored, and a
/// bus that does not answer keeps nobody waiting.
pub struct Sending {
    store: Arc<dyn SagaStore>,
    bus: Arc<dyn Bus>,
    witness: Arc<dyn JobWitness>,
    places: Arc<Semaphore>,
}

impl Sending {
    /// From this store over this bus.
    #[must_use]
    pub fn new(store: Arc<dyn SagaStore>, bus: Arc<dyn Bus>, witness: Arc<dyn JobWitness>) -> Self {
        Self { store, bus, witness, places: Arc::new(Semaphore::new(SENDING_MAX)) }
    }

    /// Begins to, and returns at once. What finds no place, or no bus, is sent by whoever finds the job
    /// later.
    pub(crate) fn begin(&self, key: &SagaKey, known: &Known) {
        let Ok(place) = self.places.clone().try_acquire_owned() else { return };
        let (store, bus, witness) = (self.store.clone(), self.bus.clone(), self.witness.clone());
        let (key, known) = (key.clone(), known.clone());
        tokio::spawn(async move {
            let _later = send_all(&*store, &*bus, &*witness, &key, &known).await;
            drop(place);
        });
    }
}

/// Sends what a job has to say, oldest first, and marks it. What cannot be sent now stays for later;
/// what was sent and could not be marked is sent again.
///
/// # Errors
/// When the store does not answer.
pub(crate) async fn send_all(
    store: &dyn SagaStore,
    bus: &dyn Bus,
    witness: &dyn JobWitness,
    key: &SagaKey,
    known: &Known,
) -> Result<(), MemoryError> {
    for (number, outgoing) in store.outbox(key).await? {
        let sent = send(bus, key, number, outgoing, known).await;
        witness.published(sent.is_ok());
        if sent.is_err() {
            tracing::debug!("the bus does not take messages now; they are sent later");
            return Ok(());
        }
        store.sent(key, number).await?;
    }
    Ok(())
}

async fn send(
    bus: &dyn Bus,
    key: &SagaKey,
    number: u64,
    outgoing: Outgoing,
    known: &Known,
) -> Result<(), BusError> {
    let SagaKey { caller: Caller { tenant, user }, id } = key;
    let body = Body {
        tenant: tenant.clone(),
        user: user.clone(),
        id: id.clone(),
        stage: known.saga.stage,
        request: known.request.clone(),
    };
    let (topic, kind) = match outgoing {
        Outgoing::Drive => (Topic::Command, DRIVE),
        Outgoing::Ended => (Topic::Event, ENDED),
        Outgoing::GivenUp => (Topic::Command, GIVEN_UP),
    };
    let message = Message {
        id: format!("{id}-{number}"),
        key: id.clone(),
        kind: kind.to_owned(),
        attempt: 0,
        // Strings; nothing in it can fail to serialise.
        body: serde_json::to_string(&body).unwrap_or_default(),
    };
    bus.publish(topic, &message).await
}
