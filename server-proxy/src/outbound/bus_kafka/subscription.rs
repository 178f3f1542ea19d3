//! One receiver of a group: what comes from its partitions, who holds it, and how far the group is.
//!
//! Kafka is called from here while a delivery is in somebody's hands for minutes: it takes a
//! consumer that does not ask for more for dead. What is too much to hold is paused instead.

use std::collections::{BTreeSet, HashMap, HashSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use futures_util::stream::FuturesUnordered;
use futures_util::{FutureExt, StreamExt};
use rdkafka::client::ClientContext;
use rdkafka::config::RDKafkaLogLevel;
use rdkafka::consumer::{
    BaseConsumer, CommitMode, Consumer, ConsumerContext, Rebalance, StreamConsumer,
};
use rdkafka::error::{KafkaError, KafkaResult};
use rdkafka::message::OwnedMessage;
use rdkafka::producer::FutureProducer;
use rdkafka::{ClientConfig, Message as _, Offset, TopicPartitionList};
use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, sleep, sleep_until};

use super::dead_letters::bury;
use super::progress::Progress;
use super::quiet::Quiet;
use crate::clock::unix_millis;
use crate::domain::bus::{
    BusError, BusLimits, DeadLetter, Deliveries, LET_FALL, Message, Outcome, Topic,
};
use crate::outbound::bus_desk::{Desk, Told};
use crate::outbound::bus_envelope;

/// Time for the brokers to say how far a group is.
const ANSWER_TIME_MAX: Duration = Duration::from_secs(10);
/// Time between two tries to tell them.
const RETRY_EVERY: Duration = Duration::from_secs(1);
/// Messages that are read ahead, for each one that may be held.
const READ_AHEAD: usize = 4;

/// A message's partition and offset.
type Place = (i32, i64);
/// Who waits to hear that something is noted.
type Waiting = oneshot::Sender<Result<(), BusError>>;
/// Whether it lies among the dead letters, and who waits to hear that.
type Buried = (Place, Option<Waiting>, Result<(), BusError>);

pub(super) struct Subscription {
    consumer: Arc<StreamConsumer<Revocations>>,
    revoked: mpsc::UnboundedReceiver<Vec<i32>>,
    producer: FutureProducer<Quiet>,
    limits: BusLimits,
    topic: Topic,
    group: String,
    desk: Desk<Place>,
    partitions: HashMap<i32, Progress>,
    /// What is next, and held back only by how much may be held.
    ready: VecDeque<Place>,
    /// What was put back, and when it comes again.
    later: BTreeSet<(Instant, Place)>,
    /// What is being laid to the dead letters.
    burials: FuturesUnordered<BoxFuture<'static, Buried>>,
    /// Partitions of which more is known here than there.
    unnoted: HashSet<i32>,
    waiting: Vec<Waiting>,
    paused: bool,
}

/// Hears which partitions are another receiver's from now on.
struct Revocations(mpsc::UnboundedSender<Vec<i32>>);

impl ClientContext for Revocations {
    fn log(&self, level: RDKafkaLogLevel, part: &str, message: &str) {
        Quiet.log(level, part, message);
    }

    fn error(&self, error: KafkaError, why: &str) {
        Quiet.error(error, why);
    }
}

impl ConsumerContext for Revocations {
    fn pre_rebalance(&self, _: &BaseConsumer<Self>, rebalance: &Rebalance<'_>) {
        if let Rebalance::Revoke(partitions) = rebalance {
            let revoked = partitions.elements().iter().map(|one| one.partition()).collect();
            // At the end there is nobody to tell.
            let _ = self.0.send(revoked);
        }
    }
}

impl Subscription {
    pub(super) fn open(
        client: &ClientConfig,
        limits: BusLimits,
        producer: FutureProducer<Quiet>,
        topic: Topic,
        group: &str,
    ) -> KafkaResult<Deliveries> {
        let (tell, revoked) = mpsc::unbounded_channel();
        let silence = limits.silence_max.as_millis();
        let consumer: StreamConsumer<Revocations> = client
            .clone()
            .set("group.id", group)
            .set("enable.auto.commit", "false")
            .set("enable.auto.offset.store", "false")
            .set("auto.offset.reset", "earliest")
            // A receiver that comes or goes takes nothing from the hands of the others.
            .set("partition.assignment.strategy", "cooperative-sticky")
            .set("session.timeout.ms", silence.to_string())
            .set("heartbeat.interval.ms", (silence / 5).to_string())
            .create_with_context(Revocations(tell))?;
        consumer.subscribe(&[topic.name()])?;
        let (desk, deliveries) = Desk::open(limits.held_max);
        let subscription = Self {
            consumer: Arc::new(consumer),
            revoked,
            producer,
            limits,
            topic,
            group: group.to_owned(),
            desk,
            partitions: HashMap::new(),
            ready: VecDeque::new(),
            later: BTreeSet::new(),
            burials: FuturesUnordered::new(),
            unnoted: HashSet::new(),
            waiting: Vec::new(),
            paused: false,
        };
        tokio::spawn(subscription.run());
        Ok(deliveries)
    }

    async fn run(mut self) {
        let consumer = Arc::clone(&self.consumer);
        let mut noting: Option<BoxFuture<'static, Noted>> = None;
        loop {
            if noting.is_none() {
                noting = self.note();
            }
            let due = self.later.first().map(|(due, _)| *due);
            tokio::select! {
                biased;
                Some(revoked) = self.revoked.recv() => self.revoke(&revoked),
                told = self.desk.told() => match told {
                    Some(told) => self.hear(told),
                    None => break,
                },
                noted = async { noting.as_mut().unwrap_or(&mut never()).await } => {
                    noting = self.noted(noted);
                }
                Some((place, waiting, buried)) = self.burials.next() => {
                    self.buried(place, waiting, buried);
                }
                () = sleep_until(due.unwrap_or_else(Instant::now)), if due.is_some() => {
                    self.ready.extend(self.later.pop_first().map(|(_, place)| place));
                }
                received = consumer.recv() => match received {
                    Ok(record) => {
                        let record = record.detach();
                        self.receive(&record).await;
                    }
                    // The client library connects again by itself, and tells when a topic is there.
                    Err(error) => tracing::debug!(%error, topic = self.topic.name(), "Kafka"),
                },
            }
            self.hand();
        }
        if let Some(noting) = noting {
            let noted = noting.await;
            self.noted(noted);
        }
        if let Some(noting) = self.note() {
            let noted = noting.await;
            self.noted(noted);
        }
        // Leaving the group waits for the brokers.
        drop(consumer);
        tokio::task::spawn_blocking(move || drop(self.consumer));
    }

    /// What is in the receiver's hands comes to the partition's next receiver too.
    fn revoke(&mut self, revoked: &[i32]) {
        for partition in revoked {
            self.partitions.remove(partition);
            self.unnoted.remove(partition);
        }
        self.ready.retain(|(partition, _)| !revoked.contains(partition));
        self.later.retain(|(_, (partition, _))| !revoked.contains(partition));
    }

    async fn receive(&mut self, record: &OwnedMessage) {
        let (partition, offset) = (record.partition(), record.offset());
        if !self.partitions.contains_key(&partition) {
            let note = left_by_the_receiver_before(&self.consumer, self.topic, partition).await;
            self.partitions.insert(partition, Progress::after(&note));
        }
        let Some(progress) = self.partitions.get_mut(&partition) else { return };
        let message = record.payload().and_then(bus_envelope::read);
        if message.is_none() {
            tracing::warn!(topic = self.topic.name(), partition, offset, "no message of ours");
        }
        if let Some(next) = progress.receive(offset, message) {
            self.ready.push_back((partition, next));
        }
        if self.open_count() >= READ_AHEAD * self.limits.held_max {
            self.pause(true);
        }
    }

    /// Gives out what is next, as far as more may be held.
    fn hand(&mut self) {
        if self.desk.is_left() {
            return;
        }
        let mut room = self.limits.held_max.saturating_sub(self.held_count());
        while room > 0
            && let Some(place) = self.ready.pop_front()
        {
            let (partition, offset) = place;
            let Some(progress) = self.partitions.get_mut(&partition) else { continue };
            let Some(message) = progress.message(offset).cloned() else { continue };
            self.unnoted.insert(partition);
            if message.attempt >= self.limits.attempts_max {
                self.bury(place, message, LET_FALL.to_owned(), None);
            } else if self.desk.hand(place, message) {
                progress.hand(offset);
                room -= 1;
            } else {
                // Those of before a partition went and came are still being looked at.
                self.later.insert((Instant::now() + self.limits.pause(0), place));
            }
        }
        if self.paused && self.open_count() < READ_AHEAD * self.limits.held_max / 2 {
            self.pause(false);
        }
    }

    fn hear(&mut self, told: Told<Place>) {
        let (place, outcome, noted) = match told {
            Told::Settled { ticket, outcome, noted } => (ticket, outcome, noted),
            Told::Unopened(ticket) => (ticket, Outcome::Postponed, None),
        };
        let (partition, offset) = place;
        let progress = self.partitions.get_mut(&partition).filter(|known| known.in_hand(offset));
        let Some(progress) = progress else {
            // Who does not wait for the answer does not need it.
            let _ = noted.map(|noted| noted.send(Err(BusError::Lost)));
            return;
        };
        match outcome {
            Outcome::Done => self.settle(place),
            Outcome::Postponed => {
                progress.back(offset, false);
                self.later.insert((Instant::now() + self.limits.pause(0), place));
            }
            Outcome::GivenUp { why } => {
                if let Some(message) = progress.give_up(offset, self.limits.attempts_max) {
                    self.bury(place, message, why, noted);
                }
                return;
            }
            Outcome::Failed { why } => {
                let failures = progress.back(offset, true).unwrap_or_default();
                let message = progress.message(offset).cloned();
                if failures < self.limits.attempts_max {
                    self.later.insert((Instant::now() + self.limits.pause(failures), place));
                } else if let Some(mut message) = message {
                    message.attempt = failures - 1;
                    self.bury(place, message, why, noted);
                    return;
                }
            }
        }
        self.unnoted.insert(partition);
        self.waiting.extend(noted);
    }

    fn settle(&mut self, (partition, offset): Place) {
        let Some(progress) = self.partitions.get_mut(&partition) else { return };
        if let Some(next) = progress.settle(offset) {
            self.ready.push_back((partition, next));
        }
        self.unnoted.insert(partition);
    }

    fn bury(&mut self, place: Place, message: Message, why: String, waiting: Option<Waiting>) {
        let (topic, group) = (self.topic, self.group.clone());
        let letter = DeadLetter { topic, group, message, why, at: unix_millis() };
        let producer = self.producer.clone();
        self.burials.push(
            async move {
                let buried = bury(&producer, &letter).await;
                (place, waiting, buried)
            }
            .boxed(),
        );
    }

    fn buried(&mut self, place: Place, waiting: Option<Waiting>, buried: Result<(), BusError>) {
        match buried {
            Ok(()) => {
                self.settle(place);
                self.waiting.extend(waiting);
            }
            Err(error) => {
                // It has failed too often to be handed out, and is buried when it is its turn again.
                self.later.insert((Instant::now() + self.limits.pause_max, place));
                let _ = waiting.map(|waiting| waiting.send(Err(error)));
            }
        }
    }

    /// Tells the brokers how far the group is, when there is something to tell.
    fn note(&mut self) -> Option<BoxFuture<'static, Noted>> {
        if self.unnoted.is_empty() && self.waiting.is_empty() {
            return None;
        }
        let partitions: Vec<i32> = self.unnoted.drain().collect();
        let mut positions = TopicPartitionList::new();
        for partition in &partitions {
            let Some(progress) = self.partitions.get(partition) else { continue };
            let mut position = positions.add_partition(self.topic.name(), *partition);
            if position.set_offset(Offset::Offset(progress.position())).is_ok() {
                position.set_metadata(progress.note());
            }
        }
        let waiting = std::mem::take(&mut self.waiting);
        let consumer = Arc::clone(&self.consumer);
        let (tell, told) = oneshot::channel();
        // Without a broker it may never return, and a runtime that ends waits for what blocks in it.
        let committing = std::thread::Builder::new().name("kafka-commit".to_owned());
        let begun = committing.spawn(move || {
            let committed = match positions.count() {
                0 => Ok(()),
                _ => consumer.commit(&positions, CommitMode::Sync),
            };
            // Whoever asked may have gone.
            let _heard = tell.send(committed);
        });
        Some(
            async move {
                let committed = match begun {
                    Ok(_thread) => told.await.unwrap_or(Err(KafkaError::Canceled)),
                    Err(_) => Err(KafkaError::Canceled),
                };
                Noted { partitions, waiting, committed }
            }
            .boxed(),
        )
    }

    /// Passes on whether it is noted; gives a pause when it is not.
    fn noted(&mut self, noted: Noted) -> Option<BoxFuture<'static, Noted>> {
        let Noted { partitions, waiting, committed } = noted;
        for waiting in waiting {
            let noted = committed.as_ref().copied().map_err(|_| BusError::Unavailable);
            // Who does not wait for the answer does not need it.
            let _ = waiting.send(noted);
        }
        let error = committed.err()?;
        tracing::debug!(%error, topic = self.topic.name(), "a position is not noted");
        let still_here = |partition: &i32| self.partitions.contains_key(partition);
        self.unnoted.extend(partitions.into_iter().filter(still_here));
        Some(
            async {
                sleep(RETRY_EVERY).await;
                Noted { partitions: Vec::new(), waiting: Vec::new(), committed: Ok(()) }
            }
            .boxed(),
        )
    }

    fn pause(&mut self, paused: bool) {
        let Ok(assigned) = self.consumer.assignment() else { return };
        let done =
            if paused { self.consumer.pause(&assigned) } else { self.consumer.resume(&assigned) };
        self.paused = if done.is_ok() { paused } else { self.paused };
    }

    fn open_count(&self) -> usize {
        self.partitions.values().map(Progress::open_count).sum()
    }

    fn held_count(&self) -> usize {
        self.partitions.values().map(Progress::in_hand_count).sum()
    }
}

/// What came of telling the brokers.
struct Noted {
    partitions: Vec<i32>,
    waiting: Vec<Waiting>,
    committed: KafkaResult<()>,
}

/// The metadata of the group's position.
async fn left_by_the_receiver_before(
    consumer: &Arc<StreamConsumer<Revocations>>,
    topic: Topic,
    partition: i32,
) -> String {
    let consumer = Arc::clone(consumer);
    let asked = tokio::task::spawn_blocking(move || {
        let mut whole = TopicPartitionList::new();
        whole.add_partition(topic.name(), partition);
        let told = consumer.committed_offsets(whole, ANSWER_TIME_MAX)?;
        let note = told.elements().first().map(|one| one.metadata().to_owned());
        Ok::<_, KafkaError>(note)
    });
    // Without it some come twice, which they may.
    asked.await.ok().and_then(Result::ok).flatten().unwrap_or_default()
}

fn never() -> BoxFuture<'static, Noted> {
    std::future::pending().boxed()
}
