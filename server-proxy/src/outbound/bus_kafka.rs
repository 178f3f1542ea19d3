//! The bus over Kafka: a topic a topic, keyed by session; a consumer group a group.
//!
//! Kafka knows of a group only how far it is in each partition. What is settled out of order and
//! how often a message failed goes along with that position, as its metadata, so that the next
//! receiver of the partition knows it too.

mod dead_letters;
mod fitness;
mod progress;
mod quiet;
mod standing;
mod subscription;
mod topics;

use std::io;
use std::time::Duration;

use async_trait::async_trait;
use rdkafka::ClientConfig;
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::producer::{FutureProducer, FutureRecord};

use crate::domain::breaker::Breaker;
use crate::domain::bus::{
    Bus, BusError, BusLimits, DeadLetter, Deliveries, Message, Standing, Topic,
};
use crate::outbound::bus_envelope;

pub use fitness::{Fitness, Kept, look};

use quiet::Quiet;
use standing::Onlooker;
use subscription::Subscription;

/// Time until a message must be as safe as the brokers make it.
const PUBLISH_TIME_MAX: Duration = Duration::from_secs(5);

/// Messages through Kafka.
pub struct KafkaBus {
    client: ClientConfig,
    limits: BusLimits,
    producer: FutureProducer<Quiet>,
    /// While no broker answers, who has something to say does not wait each time to find that out.
    breaker: Breaker,
    onlooker: Onlooker,
}

impl KafkaBus {
    /// Creates the topics that are missing and looks whether the others will do. Brokers that do
    /// not answer are no error: they are asked again until they do. Must be called within a tokio
    /// runtime.
    ///
    /// # Errors
    /// Names the setting that is wrong.
    pub async fn connect(brokers: &str, limits: BusLimits) -> io::Result<Self> {
        let client = client(brokers);
        topics::prepare(&client, brokers).await?;
        let producer = client
            .clone()
            .set("enable.idempotence", "true")
            .set("acks", "all")
            // The same as Java's, so that every client puts a session into the same partition.
            .set("partitioner", "murmur2_random")
            .set("linger.ms", "0")
            .set("message.timeout.ms", PUBLISH_TIME_MAX.as_millis().to_string())
            .set("queue.buffering.max.messages", limits.messages_max.to_string())
            .create_with_context(Quiet)
            .map_err(|error| wrong(brokers, &error))?;
        Ok(Self {
            client,
            limits,
            producer,
            breaker: Breaker::default(),
            onlooker: Onlooker::default(),
        })
    }
}

#[async_trait]
impl Bus for KafkaBus {
    async fn publish(&self, topic: Topic, message: &Message) -> Result<(), BusError> {
        self.limits.check(message)?;
        if !self.breaker.lets_through() {
            return Err(BusError::Unavailable);
        }
        let bytes = bus_envelope::write(message);
        let sent = send(&self.producer, topic.name(), &message.key, Some(&bytes)).await;
        match sent {
            Err(BusError::Unavailable) => self.breaker.failed(),
            _ => self.breaker.succeeded(),
        };
        sent
    }

    async fn subscribe(&self, topic: Topic, group: &str) -> Result<Deliveries, BusError> {
        Subscription::open(&self.client, self.limits, self.producer.clone(), topic, group)
            .map_err(|error| reason(&error))
    }

    async fn dead_letters(&self, count: usize) -> Result<Vec<DeadLetter>, BusError> {
        let mut letters = dead_letters::read(&self.client).await?;
        letters.truncate(count);
        Ok(letters)
    }

    async fn replay(&self, id: &str) -> Result<bool, BusError> {
        let letters = dead_letters::read(&self.client).await?;
        let Some(letter) = letters.into_iter().find(|letter| letter.message.id == id) else {
            return Ok(false);
        };
        self.publish(letter.topic, &letter.message).await?;
        dead_letters::forget(&self.producer, id).await?;
        Ok(true)
    }

    fn carrier(&self) -> &'static str {
        "kafka"
    }

    async fn standing(&self, group: &str) -> Result<Standing, BusError> {
        self.onlooker.standing(&self.client, group).await
    }
}

fn client(brokers: &str) -> ClientConfig {
    let mut client = ClientConfig::new();
    client
        .set("bootstrap.servers", brokers)
        .set("client.id", "codesaga-proxy")
        .set("allow.auto.create.topics", "false")
        .set("topic.metadata.refresh.interval.ms", "10000")
        .set("reconnect.backoff.max.ms", "1000");
    client
}

/// Returns when all replicas that are in step have it.
async fn send(
    producer: &FutureProducer<Quiet>,
    topic: &str,
    key: &str,
    bytes: Option<&[u8]>,
) -> Result<(), BusError> {
    let mut record = FutureRecord::to(topic).key(key);
    record.payload = bytes;
    match producer.send(record, Duration::ZERO).await {
        Ok(_) => Ok(()),
        Err((error, _)) => Err(reason(&error)),
    }
}

fn reason(error: &KafkaError) -> BusError {
    match error.rdkafka_error_code() {
        Some(RDKafkaErrorCode::QueueFull) => BusError::Full,
        Some(RDKafkaErrorCode::MessageSizeTooLarge) => BusError::TooLarge,
        _ => BusError::Unavailable,
    }
}

fn wrong(brokers: &str, why: &impl std::fmt::Display) -> io::Error {
    io::Error::new(
        io::ErrorKind::InvalidInput,
        format!("CODESAGA_KAFKA_BROKERS '{brokers}': {why}"),
    )
}
