//! Where the suite runs: a bus, as another server sees it too, and what carries it.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use codesaga_proxy::domain::bus::{Bus, BusLimits, Deliveries, Delivery, Message, Topic};
use codesaga_proxy::outbound::bus_in_process::InProcessBus;
use codesaga_proxy::outbound::bus_redis::RedisBus;
use codesaga_proxy::outbound::redis_store::RedisStore;
use futures_util::StreamExt;

use crate::redis::{Redis, RedisCluster};

/// Quick, and few enough to be filled.
pub(crate) const LIMITS: BusLimits = BusLimits {
    message_bytes_max: 16 * 1024,
    messages_max: 100,
    held_max: 8,
    attempts_max: 3,
    pause_min: Duration::from_millis(5),
    pause_max: Duration::from_millis(40),
    silence_max: Duration::from_millis(1500),
};

/// An adapter and what carries it.
#[async_trait]
pub(crate) trait Bench: Send + Sync {
    /// The bus as one more server of the fleet has it.
    async fn bus(&self) -> Arc<dyn Bus>;

    /// The broker goes, keeping what it has; where there is one.
    async fn stop(&mut self) -> bool {
        false
    }

    async fn start_again(&mut self) {}

    /// Whether a count of messages is its limit; else it is their age and size.
    fn counts_messages(&self) -> bool {
        true
    }
}

pub(crate) struct InProcess(pub(crate) Arc<InProcessBus>);

#[async_trait]
impl Bench for InProcess {
    async fn bus(&self) -> Arc<dyn Bus> {
        self.0.clone()
    }
}

pub(crate) struct OverRedis(pub(crate) Redis);

#[async_trait]
impl Bench for OverRedis {
    async fn bus(&self) -> Arc<dyn Bus> {
        redis_bus(&self.0.url())
    }

    async fn stop(&mut self) -> bool {
        self.0.pause().await;
        true
    }

    async fn start_again(&mut self) {
        self.0.resume().await;
    }
}

pub(crate) struct OverCluster(pub(crate) RedisCluster);

#[async_trait]
impl Bench for OverCluster {
    async fn bus(&self) -> Arc<dyn Bus> {
        redis_bus(&self.0.url())
    }
}

fn redis_bus(url: &str) -> Arc<dyn Bus> {
    // A busy machine is slow to answer; how long is waited is another test's matter.
    let store = RedisStore::new(url, Duration::from_secs(1)).expect("an address");
    Arc::new(RedisBus::new(store, LIMITS))
}

/// A message of a scenario; its number is its body.
pub(crate) fn message(scenario: &str, key: &str, number: u32) -> Message {
    Message {
        id: format!("{scenario}-{key}-{number}"),
        key: format!("{scenario}:{key}"),
        kind: "test".to_owned(),
        attempt: 0,
        body: number.to_string(),
    }
}

/// Publishes until it is taken, as an outbox does.
pub(crate) async fn publish(bus: &Arc<dyn Bus>, message: &Message) {
    while bus.publish(Topic::Command, message).await.is_err() {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// A receiver of commands that looks at one scenario's alone: the topic is everybody's.
pub(crate) struct Receiver {
    deliveries: Deliveries,
    scenario: String,
}

impl Receiver {
    pub(crate) async fn of(bus: &Arc<dyn Bus>, scenario: &str, group: &str) -> Self {
        let group = format!("{scenario}-{group}");
        let deliveries = bus.subscribe(Topic::Command, &group).await.expect("it listens");
        Self { deliveries, scenario: format!("{scenario}:") }
    }

    pub(crate) async fn next(&mut self) -> Delivery {
        loop {
            let delivery = self.deliveries.next().await.expect("it does not end");
            if delivery.message().key.starts_with(&self.scenario) {
                return delivery;
            }
            // Where that is not noted, it comes and is passed over once more.
            let _ = delivery.acknowledge().await;
        }
    }

    /// The next one's id and attempt; acknowledged.
    pub(crate) async fn done(&mut self) -> (String, u32) {
        let delivery = self.next().await;
        let Message { id, attempt, .. } = delivery.message().clone();
        delivery.acknowledge().await.expect("noted");
        (id, attempt)
    }
}
