//! How far a group is behind, asked of the brokers by who is no receiver of it.

use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::error::KafkaResult;
use rdkafka::{ClientConfig, Offset, TopicPartitionList};

use super::quiet::Quiet;
use crate::domain::bus::{BusError, Standing, Topic};

/// Time for the brokers to answer each of two or three questions.
const ANSWER_TIME_MAX: Duration = Duration::from_secs(1);
/// What its client had to say since the last look and nobody asked for.
const UNREAD_MAX: usize = 100;

/// A client that is kept from one look to the next, and never receives anything.
#[derive(Default)]
pub(super) struct Onlooker {
    client: Mutex<Option<Arc<BaseConsumer<Quiet>>>>,
}

impl Onlooker {
    pub(super) async fn standing(
        &self,
        client: &ClientConfig,
        group: &str,
    ) -> Result<Standing, BusError> {
        let consumer = self.client(client, group).map_err(|_| BusError::Unavailable)?;
        let looking = tokio::task::spawn_blocking(move || behind(&consumer));
        match looking.await {
            Ok(Ok(waiting)) => Ok(Standing { waiting, oldest: None, dead_letters: None }),
            _ => Err(BusError::Unavailable),
        }
    }

    fn client(&self, client: &ClientConfig, group: &str) -> KafkaResult<Arc<BaseConsumer<Quiet>>> {
        let mut kept = self.client.lock();
        if let Some(kept) = &*kept {
            return Ok(Arc::clone(kept));
        }
        let mut client = client.clone();
        client.set("group.id", group).set("enable.auto.commit", "false");
        let made = Arc::new(client.create_with_context::<_, BaseConsumer<Quiet>>(Quiet)?);
        Ok(Arc::clone(kept.insert(made)))
    }
}

/// Messages of all partitions after the group's position in each.
fn behind(consumer: &BaseConsumer<Quiet>) -> KafkaResult<u64> {
    for _ in 0..UNREAD_MAX {
        if consumer.poll(Duration::ZERO).is_none() {
            break;
        }
    }
    let topic = Topic::Command.name();
    let known = consumer.fetch_metadata(Some(topic), ANSWER_TIME_MAX)?;
    let partitions = known.topics().first().map_or(&[][..], |topic| topic.partitions());
    let at = |offset: Offset| {
        let mut asked = TopicPartitionList::new();
        for partition in partitions {
            asked.add_partition_offset(topic, partition.id(), offset)?;
        }
        KafkaResult::Ok(asked)
    };
    let ends = consumer.offsets_for_times(at(Offset::End)?, ANSWER_TIME_MAX)?;
    let noted = consumer.committed_offsets(at(Offset::Invalid)?, ANSWER_TIME_MAX)?;
    let is_noted = |place: Offset| matches!(place, Offset::Offset(_));
    // Where a group has no position it begins with the oldest message.
    let begins = match noted.elements().iter().all(|one| is_noted(one.offset())) {
        true => TopicPartitionList::new(),
        false => consumer.offsets_for_times(at(Offset::Beginning)?, ANSWER_TIME_MAX)?,
    };
    let number = |list: &TopicPartitionList, partition: i32| {
        let found = list.find_partition(topic, partition).map(|one| one.offset());
        if let Some(Offset::Offset(number)) = found { Some(number) } else { None }
    };
    let behind = partitions.iter().filter_map(|partition| {
        let id = partition.id();
        let end = number(&ends, id)?;
        let next = number(&noted, id).or_else(|| number(&begins, id))?;
        u64::try_from(end - next).ok()
    });
    Ok(behind.sum())
}
