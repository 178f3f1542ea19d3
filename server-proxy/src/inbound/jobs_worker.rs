//! The worker: takes jobs from the bus, and those that nobody has from their store.
//!
//! A message is acknowledged as soon as its job is taken. What happens then is kept by the job's lease: a
//! worker that dies leaves a job that is due.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use futures_util::StreamExt;
use saga_domain::Failure;
use saga_protocol::generate::GenerateRequest;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval, sleep};

use crate::domain::bus::{Bus, Deliveries, Delivery, Topic};
use crate::domain::ports::{Caller, MemoryError};
use crate::domain::saga::driver::{Driver, Generated, Generator, too_long};
use crate::domain::saga::messages::{DRIVE, GIVEN_UP, WORKERS, job_of};
use crate::domain::saga::store::SagaKey;
use crate::drain::Work;
use crate::inbound::AppState;
use crate::inbound::error::ApiError;
use crate::inbound::generate::{self, Charging};
use crate::inbound::telling::{Telling, Told, incomplete};

/// Time after which a bus that refused is asked again.
const SUBSCRIBE_AGAIN_AFTER: Duration = Duration::from_secs(1);

/// Drives jobs until the server stops.
pub(crate) async fn work(state: AppState) {
    let driver = Arc::new(Driver {
        store: state.jobs.store.clone(),
        bus: state.jobs.bus.clone(),
        generator: Arc::new(ThisServer(state.clone())),
        records: state.records.clone(),
        allowance: state.allowance.clone(),
        limits: state.jobs.limits,
        witness: state.metrics.clone(),
        clock: state.jobs.clock,
    });
    let places = Arc::new(Semaphore::new(driver.limits.at_a_time_max));
    let mut sweep = interval(driver.limits.sweep_every);
    sweep.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut deliveries = subscribe(&*driver.bus).await;
    // What runs ends with this one, should it be let go of.
    let mut running = JoinSet::new();
    loop {
        tokio::select! {
            () = state.drain.began() => break,
            Some(_) = running.join_next() => {}
            came = next(&places, &mut deliveries) => {
                let Some((place, delivery)) = came else {
                    deliveries = subscribe(&*driver.bus).await;
                    continue;
                };
                let Ok(work) = state.drain.begin() else { break };
                running.spawn(deliver(state.clone(), driver.clone(), delivery, (place, work)));
            }
            _ = sweep.tick() => {
                // Given again only after so long, should this worker die before it has it.
                let again = driver.limits.lease_time;
                let due = driver.store.due(places.available_permits(), again).await;
                for key in due.unwrap_or_default() {
                    let (Ok(place), Ok(work)) =
                        (places.clone().try_acquire_owned(), state.drain.begin())
                    else {
                        break;
                    };
                    running.spawn(drive(state.clone(), driver.clone(), key, (place, work)));
                }
            }
        }
    }
    while running.join_next().await.is_some() {}
}

async fn subscribe(bus: &dyn Bus) -> Deliveries {
    loop {
        match bus.subscribe(Topic::Command, WORKERS).await {
            Ok(deliveries) => return deliveries,
            Err(error) => tracing::warn!(?error, "the bus refuses this worker; it asks again"),
        }
        sleep(SUBSCRIBE_AGAIN_AFTER).await;
    }
}

/// A place first: a message that nobody has a place for is left to another worker.
async fn next(
    places: &Arc<Semaphore>,
    deliveries: &mut Deliveries,
) -> Option<(OwnedSemaphorePermit, Delivery)> {
    let place = places.clone().acquire_owned().await.ok()?;
    Some((place, deliveries.next().await?))
}

async fn deliver(
    state: AppState,
    driver: Arc<Driver>,
    delivery: Delivery,
    held: (OwnedSemaphorePermit, Work),
) {
    let message = delivery.message();
    let outcome = match (job_of(message), message.kind.as_str()) {
        (Some(key), DRIVE) => match driver.take(&key).await {
            Ok(taken) => {
                // Told again, it finds the job taken.
                let _told = delivery.acknowledge().await;
                if let Some(job) = taken {
                    let _found_later = driver.drive(job, state.drain.cut()).await;
                }
                drop(held);
                return;
            }
            Err(error) => Err(error),
        },
        (Some(key), GIVEN_UP) => given_up(&driver, &key).await,
        _ => Ok(Some("it is not understood")),
    };
    let _settled = match outcome {
        Ok(None) => delivery.acknowledge().await,
        Ok(Some(why)) => delivery.give_up(why).await,
        Err(_) => delivery.postpone().await,
    };
}

/// When it comes for the first time, that is noted, and it becomes a dead letter. Sent again from there,
/// it brings the job back.
async fn given_up(driver: &Driver, key: &SagaKey) -> Result<Option<&'static str>, MemoryError> {
    if driver.bring_back(key).await? {
        return Ok(None);
    }
    driver.lay_aside(key).await?;
    Ok(Some("all tries of the job are used up"))
}

async fn drive(
    state: AppState,
    driver: Arc<Driver>,
    key: SagaKey,
    _held: (OwnedSemaphorePermit, Work),
) {
    if let Ok(Some(job)) = driver.take(&key).await {
        let _found_later = driver.drive(job, state.drain.cut()).await;
    }
}

/// Asks as this server asks for anybody.
struct ThisServer(AppState);

#[async_trait]
impl Generator for ThisServer {
    async fn generate(
        &self,
        caller: &Caller,
        request: &GenerateRequest,
        bytes_max: usize,
    ) -> Result<Generated, Failure> {
        let prepared = generate::prepared(&self.0, caller, request, Charging::ByName).await;
        let (model, work) = prepared.map_err(ApiError::into_failure)?;
        let mut telling = Telling::new(work.await?);
        let mut text = String::new();
        loop {
            match telling.next().await {
                None => return Err(incomplete()),
                Some(Told::Queued { .. }) => {}
                Some(Told::Text(piece)) if text.len() + piece.len() > bytes_max => {
                    return Err(too_long(bytes_max));
                }
                Some(Told::Text(piece)) => text.push_str(&piece),
                Some(Told::Done { usage, .. }) => return Ok(Generated { model, text, usage }),
                Some(Told::Failed(failure)) => return Err(failure),
            }
        }
    }

    fn prompt(&self) -> &str {
        &self.0.prompts.code.label
    }
}
