//! Dead letters in their topic: each under its message's id, until an empty one replaces it.

use std::time::{Duration, Instant};

use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::error::KafkaError;
use rdkafka::producer::FutureProducer;
use rdkafka::{ClientConfig, Message, Offset, TopicPartitionList};

use super::quiet::Quiet;
use super::send;
use crate::domain::bus::{BusError, DEAD_LETTERS, DeadLetter};
use crate::outbound::bus_envelope;

/// Time to read them all.
const READ_TIME_MAX: Duration = Duration::from_secs(20);

/// All of them, the oldest first.
pub(super) async fn read(client: &ClientConfig) -> Result<Vec<DeadLetter>, BusError> {
    let client = client.clone();
    let reading = tokio::task::spawn_blocking(move || read_now(client));
    reading.await.unwrap_or(Err(BusError::Unavailable))
}

pub(super) async fn bury(
    producer: &FutureProducer<Quiet>,
    letter: &DeadLetter,
) -> Result<(), BusError> {
    let bytes = bus_envelope::write_dead(letter);
    send(producer, DEAD_LETTERS, &letter.message.id, Some(&bytes)).await
}

pub(super) async fn forget(producer: &FutureProducer<Quiet>, id: &str) -> Result<(), BusError> {
    send(producer, DEAD_LETTERS, id, None).await
}

fn read_now(mut client: ClientConfig) -> Result<Vec<DeadLetter>, BusError> {
    let unavailable = |_: KafkaError| BusError::Unavailable;
    // It is in no group; the name is asked for all the same.
    client.set("group.id", "codesaga-dead-letters").set("enable.auto.commit", "false");
    client.set("enable.partition.eof", "true");
    let consumer: BaseConsumer<Quiet> = client.create_with_context(Quiet).map_err(unavailable)?;
    let mut whole = TopicPartitionList::new();
    whole.add_partition_offset(DEAD_LETTERS, 0, Offset::Beginning).map_err(unavailable)?;
    consumer.assign(&whole).map_err(unavailable)?;
    let begun = Instant::now();
    let mut letters: Vec<DeadLetter> = Vec::new();
    while begun.elapsed() < READ_TIME_MAX {
        match consumer.poll(Duration::from_millis(200)) {
            Some(Err(KafkaError::PartitionEOF(_))) => return Ok(letters),
            Some(Ok(record)) => {
                let id = record.key().unwrap_or_default();
                letters.retain(|letter| letter.message.id.as_bytes() != id);
                letters.extend(record.payload().and_then(bus_envelope::read_dead));
            }
            // Brokers that are not there now may be before the time is over.
            Some(Err(_)) | None => {}
        }
    }
    Err(BusError::Unavailable)
}
