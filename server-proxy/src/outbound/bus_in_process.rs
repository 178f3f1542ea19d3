//! The bus of a server that is alone: in this process, and gone with it.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::sync::Arc;

use async_trait::async_trait;
use futures_util::{StreamExt, stream};
use parking_lot::Mutex;
use tokio::sync::Notify;
use tokio::time::{Instant, sleep_until};

use crate::clock::unix_millis;
use crate::domain::bus::{
    Bus, BusError, BusLimits, DeadLetter, Deliveries, Delivery, LET_FALL, Message, Outcome,
    Settlement, Standing, Topic,
};
use crate::outbound::bus_lines::Lines;

/// Messages within this process.
pub struct InProcessBus {
    shared: Arc<Inner>,
}

struct Inner {
    limits: BusLimits,
    topics: HashMap<Topic, Channel>,
    dead: Mutex<VecDeque<DeadLetter>>,
}

/// One topic.
#[derive(Default)]
struct Channel {
    log: Mutex<Log>,
    /// Rung whenever something is next for some group.
    bell: Notify,
}

#[derive(Default)]
struct Log {
    count: u64,
    kept: BTreeMap<u64, Kept>,
    groups: HashMap<String, Group>,
}

/// A message, and how many groups have not settled it.
struct Kept {
    message: Message,
    open: usize,
    since: Instant,
}

#[derive(Default)]
struct Group {
    lines: Lines<u64>,
    /// What is next, and from when on.
    ready: BTreeSet<(Instant, u64)>,
    failures: HashMap<u64, u32>,
}

impl InProcessBus {
    /// A bus with nothing on it.
    #[must_use]
    pub fn new(limits: BusLimits) -> Self {
        let topics = Topic::ALL.map(|topic| (topic, Channel::default())).into();
        Self { shared: Arc::new(Inner { limits, topics, dead: Mutex::default() }) }
    }
}

#[async_trait]
impl Bus for InProcessBus {
    async fn publish(&self, topic: Topic, message: &Message) -> Result<(), BusError> {
        self.shared.publish(topic, message)
    }

    async fn subscribe(&self, topic: Topic, group: &str) -> Result<Deliveries, BusError> {
        self.shared.topics[&topic].log.lock().know(group);
        let (shared, group) = (Arc::clone(&self.shared), Arc::<str>::from(group));
        Ok(stream::unfold((shared, group), move |(shared, group)| async move {
            let delivery = shared.next(topic, &group).await;
            Some((delivery, (shared, group)))
        })
        .boxed())
    }

    async fn dead_letters(&self, count: usize) -> Result<Vec<DeadLetter>, BusError> {
        Ok(self.shared.dead.lock().iter().take(count).cloned().collect())
    }

    async fn replay(&self, id: &str) -> Result<bool, BusError> {
        let mut dead = self.shared.dead.lock();
        let Some(at) = dead.iter().position(|letter| letter.message.id == id) else {
            return Ok(false);
        };
        let DeadLetter { topic, ref message, .. } = dead[at];
        self.shared.publish(topic, &Message { attempt: 0, ..message.clone() })?;
        dead.remove(at);
        Ok(true)
    }

    fn carrier(&self) -> &'static str {
        "process"
    }

    async fn standing(&self, _group: &str) -> Result<Standing, BusError> {
        let log = self.shared.topics[&Topic::Command].log.lock();
        let oldest = log.kept.first_key_value().map(|(_, kept)| kept.since.elapsed());
        let waiting = log.kept.len() as u64;
        drop(log);
        let dead_letters = Some(self.shared.dead.lock().len() as u64);
        Ok(Standing { waiting, oldest, dead_letters })
    }
}

impl Inner {
    fn publish(&self, topic: Topic, message: &Message) -> Result<(), BusError> {
        self.limits.check(message)?;
        let channel = &self.topics[&topic];
        channel.log.lock().add(topic, message, self.limits.messages_max)?;
        channel.bell.notify_waiters();
        Ok(())
    }

    async fn next(self: &Arc<Self>, topic: Topic, group: &Arc<str>) -> Delivery {
        let channel = &self.topics[&topic];
        loop {
            // Made before the look, so that nothing rung after the look is missed.
            let rung = channel.bell.notified();
            let due = match channel.log.lock().take(group, Instant::now()) {
                Ok((number, message)) => {
                    let (bus, group) = (Arc::clone(self), Arc::clone(group));
                    let key = message.key.clone();
                    let settlement = InHand { bus, topic, group, number, key };
                    return Delivery::new(message, Box::new(settlement));
                }
                Err(due) => due,
            };
            match due {
                Some(due) => tokio::select! { () = rung => {}, () = sleep_until(due) => {} },
                None => rung.await,
            }
        }
    }

    fn settle(&self, hand: &InHand, outcome: Outcome) {
        let channel = &self.topics[&hand.topic];
        let mut log = channel.log.lock();
        match outcome {
            Outcome::Done => log.leave(hand),
            Outcome::Postponed => log.again(hand, Instant::now() + self.limits.pause(0)),
            Outcome::GivenUp { why } => {
                self.bury(&log, hand, why);
                log.leave(hand);
            }
            Outcome::Failed { why } => {
                let failures = log.failed(hand);
                if failures < self.limits.attempts_max {
                    log.again(hand, Instant::now() + self.limits.pause(failures));
                } else {
                    self.bury(&log, hand, why);
                    log.leave(hand);
                }
            }
        }
        drop(log);
        channel.bell.notify_waiters();
    }

    fn bury(&self, log: &Log, hand: &InHand, why: String) {
        let Some(kept) = log.kept.get(&hand.number) else { return };
        let mut dead = self.dead.lock();
        if dead.len() >= self.limits.messages_max {
            dead.pop_front();
        }
        let attempt = self.limits.attempts_max - 1;
        dead.push_back(DeadLetter {
            topic: hand.topic,
            group: hand.group.to_string(),
            message: Message { attempt, ..kept.message.clone() },
            why,
            at: unix_millis(),
        });
    }
}

impl Log {
    /// A group that is new begins with the oldest message kept.
    fn know(&mut self, name: &str) {
        if self.groups.contains_key(name) {
            return;
        }
        let mut group = Group::default();
        for (number, kept) in &mut self.kept {
            kept.open += 1;
            group.arrive(&kept.message.key, *number);
        }
        self.groups.insert(name.to_owned(), group);
    }

    fn add(
        &mut self,
        topic: Topic,
        message: &Message,
        messages_max: usize,
    ) -> Result<(), BusError> {
        if self.kept.len() >= messages_max {
            let unheard = self.kept.iter().find(|(_, kept)| kept.open == 0).map(|(at, _)| *at);
            match unheard.filter(|_| topic == Topic::Event) {
                Some(oldest) => self.kept.remove(&oldest),
                None => return Err(BusError::Full),
            };
        }
        self.count += 1;
        for group in self.groups.values_mut() {
            group.arrive(&message.key, self.count);
        }
        let kept =
            Kept { message: message.clone(), open: self.groups.len(), since: Instant::now() };
        self.kept.insert(self.count, kept);
        Ok(())
    }

    /// What is next for a group, or when there will be something.
    fn take(&mut self, name: &str, now: Instant) -> Result<(u64, Message), Option<Instant>> {
        let group = self.groups.get_mut(name).ok_or(None)?;
        let &(due, number) = group.ready.first().ok_or(None)?;
        if due > now {
            return Err(Some(due));
        }
        group.ready.pop_first();
        let attempt = group.failures.get(&number).copied().unwrap_or(0);
        let kept = self.kept.get(&number).ok_or(None)?;
        Ok((number, Message { attempt, ..kept.message.clone() }))
    }

    fn leave(&mut self, hand: &InHand) {
        let Some(group) = self.groups.get_mut(&*hand.group) else { return };
        group.failures.remove(&hand.number);
        if let Some(next) = group.lines.leave(&hand.key) {
            group.ready.insert((Instant::now(), next));
        }
        if let Some(kept) = self.kept.get_mut(&hand.number) {
            kept.open -= 1;
            if kept.open == 0 {
                self.kept.remove(&hand.number);
            }
        }
    }

    fn again(&mut self, hand: &InHand, due: Instant) {
        if let Some(group) = self.groups.get_mut(&*hand.group) {
            group.ready.insert((due, hand.number));
        }
    }

    fn failed(&mut self, hand: &InHand) -> u32 {
        let Some(group) = self.groups.get_mut(&*hand.group) else { return 0 };
        let failures = group.failures.entry(hand.number).or_default();
        *failures += 1;
        *failures
    }
}

impl Group {
    fn arrive(&mut self, key: &str, number: u64) {
        if let Some(next) = self.lines.join(key, number) {
            self.ready.insert((Instant::now(), next));
        }
    }
}

/// A message of this bus that somebody holds.
struct InHand {
    bus: Arc<Inner>,
    topic: Topic,
    group: Arc<str>,
    number: u64,
    key: String,
}

#[async_trait]
impl Settlement for InHand {
    async fn settle(self: Box<Self>, outcome: Outcome) -> Result<(), BusError> {
        self.bus.settle(&self, outcome);
        Ok(())
    }

    fn let_fall(self: Box<Self>) {
        self.bus.settle(&self, Outcome::Failed { why: LET_FALL.to_owned() });
    }
}
