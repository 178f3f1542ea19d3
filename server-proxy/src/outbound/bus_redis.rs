//! The bus over Redis Streams: a stream a topic, a consumer group a group.
//!
//! Beside the streams are kept the line of each key with more than nothing in hand, how often an
//! entry failed, and the dead letters. All keys share one hash tag, `cs:{bus}:…`, so that the
//! scripts over them, which also name lines by their key, work on Redis Cluster. What Redis has
//! lost without its append-only file is lost here too.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use redis::{FromRedisValue, Script};
use tokio::sync::Notify;
use tokio::time::{Instant, MissedTickBehavior, interval, sleep_until};

use crate::clock::unix_millis;
use crate::domain::bus::{
    Bus, BusError, BusLimits, DEAD_LETTERS, DeadLetter, Deliveries, Message, Outcome, Standing,
    Topic,
};
use crate::domain::ports::MemoryError;
use crate::outbound::bus_desk::{Desk, Told};
use crate::outbound::redis_store::{RedisStore, encoded, millis};

/// Time between two looks for messages that another process published; what this one publishes is
/// noticed at once.
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// Messages through a Redis.
pub struct RedisBus {
    shared: Arc<Inner>,
}

struct Inner {
    store: Arc<RedisStore>,
    limits: BusLimits,
    published: Notify,
    publish: Script,
    take: Script,
    settle: Script,
    keep: Script,
    replay: Script,
    standing: Script,
}

/// An entry in this receiver's hands: its id in the stream, how often it failed, its message.
type Row = (String, u32, String, String, String, String);

impl RedisBus {
    /// Messages through this store.
    #[must_use]
    pub fn new(store: Arc<RedisStore>, limits: BusLimits) -> Self {
        let common = |own| Script::new(&format!("{}{own}", include_str!("bus_common.lua")));
        let shared = Arc::new(Inner {
            store,
            limits,
            published: Notify::new(),
            publish: Script::new(include_str!("bus_publish.lua")),
            take: common(include_str!("bus_take.lua")),
            settle: common(include_str!("bus_settle.lua")),
            keep: Script::new(include_str!("bus_keep.lua")),
            replay: Script::new(include_str!("bus_replay.lua")),
            standing: Script::new(include_str!("bus_standing.lua")),
        });
        Self { shared }
    }
}

#[async_trait]
impl Bus for RedisBus {
    async fn publish(&self, topic: Topic, message: &Message) -> Result<(), BusError> {
        let Inner { store, limits, publish, .. } = &*self.shared;
        limits.check(message)?;
        let mut call = publish.prepare_invoke();
        call.key(stream_key(topic)).arg(limits.messages_max).arg(u8::from(topic == Topic::Event));
        call.arg(&message.id).arg(&message.key).arg(&message.kind).arg(&message.body);
        let mut connection = store.connection();
        match store.run(call.invoke_async::<u8>(&mut connection)).await {
            Ok(0) => Err(BusError::Full),
            Ok(_) => {
                self.shared.published.notify_waiters();
                Ok(())
            }
            Err(error) => Err(error.into()),
        }
    }

    async fn subscribe(&self, topic: Topic, group: &str) -> Result<Deliveries, BusError> {
        let shared = Arc::clone(&self.shared);
        let (desk, deliveries) = Desk::open(shared.limits.held_max);
        let receiver = uuid::Uuid::new_v4().to_string();
        let (group, held) = (group.to_owned(), HashMap::new());
        let waiting = BTreeSet::new();
        let subscription = Subscription { shared, desk, topic, group, receiver, held, waiting };
        tokio::spawn(subscription.run());
        Ok(deliveries)
    }

    async fn dead_letters(&self, count: usize) -> Result<Vec<DeadLetter>, BusError> {
        let store = &self.shared.store;
        let mut command = redis::cmd("XRANGE");
        command.arg(dead_key()).arg("-").arg("+").arg("COUNT").arg(count);
        let mut connection = store.connection();
        let rows: Vec<(String, HashMap<String, String>)> =
            store.run(command.query_async(&mut connection)).await?;
        Ok(rows.into_iter().filter_map(|(_, row)| dead_letter(row)).collect())
    }

    async fn replay(&self, id: &str) -> Result<bool, BusError> {
        let Inner { store, limits, replay, published, .. } = &*self.shared;
        let mut call = replay.prepare_invoke();
        call.key(dead_key()).arg(id).arg(limits.messages_max);
        for topic in Topic::ALL {
            call.key(stream_key(topic)).arg(topic.name());
        }
        let mut connection = store.connection();
        match store.run(call.invoke_async::<i8>(&mut connection)).await? {
            0 => Err(BusError::Full),
            1 => {
                published.notify_waiters();
                Ok(true)
            }
            _ => Ok(false),
        }
    }

    fn carrier(&self) -> &'static str {
        "redis"
    }

    /// What every group has settled is not kept, so that all that is kept waits.
    async fn standing(&self, _group: &str) -> Result<Standing, BusError> {
        let Inner { store, standing, .. } = &*self.shared;
        let mut call = standing.prepare_invoke();
        call.key(stream_key(Topic::Command)).key(dead_key());
        let mut connection = store.connection();
        let (waiting, age, dead_letters): (u64, u64, u64) =
            store.run(call.invoke_async(&mut connection)).await?;
        let oldest = (waiting > 0).then(|| Duration::from_millis(age));
        Ok(Standing { waiting, oldest, dead_letters: Some(dead_letters) })
    }
}

/// One receiver of a group: takes messages, keeps them as its own, and notes what became of them.
struct Subscription {
    shared: Arc<Inner>,
    desk: Desk<String>,
    topic: Topic,
    group: String,
    receiver: String,
    /// What the receiver holds, or will again, by entry.
    held: HashMap<String, Message>,
    /// What was put back, and when it comes again.
    waiting: BTreeSet<(Instant, String)>,
}

impl Subscription {
    async fn run(mut self) {
        let shared = Arc::clone(&self.shared);
        let mut look = interval(LOOK_EVERY);
        let mut keep = interval(shared.limits.silence_max / 4);
        for timer in [&mut look, &mut keep] {
            timer.set_missed_tick_behavior(MissedTickBehavior::Delay);
        }
        loop {
            let due = self.waiting.first().map(|(due, _)| *due);
            tokio::select! {
                // Before taking, so that what is held is not taken for a dead receiver's.
                biased;
                _ = keep.tick() => self.keep().await,
                told = self.desk.told() => match told {
                    Some(told) => self.note(told).await,
                    None => break,
                },
                () = sleep_until(due.unwrap_or_else(Instant::now)), if due.is_some() => {
                    self.hand_again().await;
                }
                () = shared.published.notified() => self.take().await,
                _ = look.tick() => self.take().await,
            }
        }
        for entry in self.held.keys().cloned().collect::<Vec<_>>() {
            // If this is not heard, the silence tells the same.
            let _ = self.settle(&entry, None).await;
        }
    }

    async fn take(&mut self) {
        loop {
            let room = self.shared.limits.held_max.saturating_sub(self.held.len());
            if room == 0 || self.desk.is_left() {
                return;
            }
            let shared = Arc::clone(&self.shared);
            let arguments = [room.to_string(), millis(shared.limits.silence_max).to_string()];
            // The store tells of its loss itself.
            let Ok(rows) = self.call::<Vec<Row>>(&shared.take, &arguments).await else { return };
            let count = rows.len();
            self.hand(rows);
            if count < room {
                return;
            }
        }
    }

    fn hand(&mut self, rows: Vec<Row>) {
        for (entry, attempt, id, key, kind, body) in rows {
            let message = Message { id, key, kind, attempt, body };
            if self.held.insert(entry.clone(), message.clone()).is_none()
                && !self.desk.hand(entry.clone(), message)
            {
                self.again(&entry, 0, Duration::ZERO);
            }
        }
    }

    async fn hand_again(&mut self) {
        let Some((_, entry)) = self.waiting.pop_first() else { return };
        let Some(message) = self.held.get(&entry).cloned() else { return };
        if !self.desk.hand(entry.clone(), message) {
            // Nobody would settle it here.
            let _ = self.settle(&entry, None).await;
            self.held.remove(&entry);
        }
    }

    async fn note(&mut self, told: Told<String>) {
        let (entry, outcome, noted) = match told {
            Told::Settled { ticket, outcome, noted } => (ticket, Some(outcome), noted),
            Told::Unopened(ticket) => (ticket, None, None),
        };
        let result = self.settle(&entry, outcome).await;
        if let Some(noted) = noted {
            // Who does not wait for the answer does not need it.
            let _ = noted.send(result);
        }
    }

    async fn settle(&mut self, entry: &str, outcome: Option<Outcome>) -> Result<(), BusError> {
        let (name, why) = match outcome {
            Some(Outcome::Done) => ("done", String::new()),
            Some(Outcome::Failed { why }) => ("failed", why),
            Some(Outcome::GivenUp { why }) => ("given_up", why),
            Some(Outcome::Postponed) => ("postponed", String::new()),
            None => ("unopened", String::new()),
        };
        let arguments = [entry.to_owned(), name.to_owned(), why];
        let shared = Arc::clone(&self.shared);
        let noted = self.call::<(String, u32, Vec<Row>)>(&shared.settle, &arguments).await;
        let Ok((done, failures, following)) = noted else {
            self.again(entry, 0, shared.limits.pause(0));
            return Err(BusError::Unavailable);
        };
        match done.as_str() {
            "again" => {
                // One that could not be tried waits as if it had failed once.
                let pause = if name == "failed" { failures } else { 0 };
                self.again(entry, failures, shared.limits.pause(pause));
                Ok(())
            }
            "lost" => {
                self.held.remove(entry);
                Err(BusError::Lost)
            }
            _ => {
                self.held.remove(entry);
                self.hand(following);
                Ok(())
            }
        }
    }

    fn again(&mut self, entry: &str, failures: u32, pause: Duration) {
        if let Some(message) = self.held.get_mut(entry) {
            message.attempt = message.attempt.max(failures);
            self.waiting.insert((Instant::now() + pause, entry.to_owned()));
        }
    }

    /// Says that this receiver is alive.
    async fn keep(&self) {
        let Inner { store, keep, .. } = &*self.shared;
        if self.held.is_empty() {
            return;
        }
        let mut call = keep.prepare_invoke();
        call.key(stream_key(self.topic)).arg(&self.group).arg(&self.receiver);
        for entry in self.held.keys() {
            call.arg(entry);
        }
        let mut connection = store.connection();
        // A store that does not answer takes nothing away from this receiver either.
        let _ = store.run(call.invoke_async::<u8>(&mut connection)).await;
    }

    async fn call<T: FromRedisValue>(
        &self,
        script: &Script,
        arguments: &[String],
    ) -> Result<T, BusError> {
        let Inner { store, limits, .. } = &*self.shared;
        let stream = stream_key(self.topic);
        let mut call = script.prepare_invoke();
        let of_group = |what| format!("{stream}:{}:{what}", encoded(&self.group));
        call.key(&stream).key(of_group("tries")).key(of_group("line:")).key(dead_key());
        call.arg(&self.group).arg(&self.receiver).arg(limits.attempts_max);
        call.arg(limits.messages_max).arg(self.topic.name()).arg(unix_millis());
        for argument in arguments {
            call.arg(argument);
        }
        let mut connection = store.connection();
        Ok(store.run(call.invoke_async(&mut connection)).await?)
    }
}

impl From<MemoryError> for BusError {
    fn from(_: MemoryError) -> Self {
        Self::Unavailable
    }
}

/// A row that cannot be read, as of another version, is not shown.
fn dead_letter(mut row: HashMap<String, String>) -> Option<DeadLetter> {
    let mut part = |name| row.remove(name);
    Some(DeadLetter {
        topic: Topic::named(&part("topic")?)?,
        group: part("group")?,
        why: part("why")?,
        at: part("at")?.parse().ok()?,
        message: Message {
            attempt: part("attempt")?.parse().ok()?,
            id: part("id")?,
            key: part("key")?,
            kind: part("kind")?,
            body: part("body")?,
        },
    })
}

fn stream_key(topic: Topic) -> String {
    format!("cs:{{bus}}:{}", topic.name())
}

fn dead_key() -> String {
    format!("cs:{{bus}}:{DEAD_LETTERS}")
}
