//! Messages between the servers of a fleet: what is to be done, and what happened.
//!
//! A message carries ids and hashes, never code, prompts or answers; those stay in their store.

use std::time::Duration;

use async_trait::async_trait;
use futures_util::stream::BoxStream;

/// Carries messages from whoever publishes them to every group that listens.
///
/// Every adapter keeps these promises. A published message is delivered at least once to each
/// group: again when its receiver died or let it fall. To a group, the messages of one key come in
/// the order they were published, each once the one before it is settled. One that was put back
/// comes again after a pause, in its place; after too many tries it is a dead letter, and its key
/// goes on. A group that is new begins with the oldest message kept. While the bus cannot be
/// reached, publishing fails and deliveries wait; both go on by themselves when it is back.
#[async_trait]
pub trait Bus: Send + Sync {
    /// Returns when the message is as safe as anything is on this bus.
    ///
    /// # Errors
    /// When it is not, or may not be; publishing it again is right.
    async fn publish(&self, topic: Topic, message: &Message) -> Result<(), BusError>;

    /// What is published for a group, shared with whoever else listens as the same group. It does
    /// not end. Letting go of it leaves the group.
    ///
    /// # Errors
    /// When listening is refused; that the bus does not answer now is no error.
    async fn subscribe(&self, topic: Topic, group: &str) -> Result<Deliveries, BusError>;

    /// The oldest of the messages that were given up, at most so many.
    ///
    /// # Errors
    /// When they cannot be read.
    async fn dead_letters(&self, count: usize) -> Result<Vec<DeadLetter>, BusError>;

    /// Publishes a dead letter again as if it were new and forgets it as dead; false when there is
    /// none with this id.
    ///
    /// # Errors
    /// When it could not; then it is still a dead letter.
    async fn replay(&self, id: &str) -> Result<bool, BusError>;

    /// What carries the messages, as the settings name it.
    fn carrier(&self) -> &'static str;

    /// How it stands with the commands of a group, told within a second or two.
    ///
    /// # Errors
    /// When it does not answer.
    async fn standing(&self, group: &str) -> Result<Standing, BusError>;
}

/// How a bus stands, as far as it can tell without much ado.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// Commands that the group has not settled, those in somebody's hands included.
    pub waiting: u64,
    /// Time since the oldest of them was published; nothing where none waits.
    pub oldest: Option<Duration>,
    /// Messages that were given up.
    pub dead_letters: Option<u64>,
}

/// What a message is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Topic {
    /// Something is to be done; kept until a group has taken it.
    Command,
    /// Something happened; of those that no group waits for, the oldest may be forgotten.
    Event,
}

impl Topic {
    /// Every topic.
    pub const ALL: [Self; 2] = [Self::Command, Self::Event];

    /// The name it has on the wire.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Command => "codesaga.cmd.v1",
            Self::Event => "codesaga.evt.v1",
        }
    }

    /// The topic of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|topic| topic.name() == name)
    }
}

/// The name under which dead letters are kept.
pub const DEAD_LETTERS: &str = "codesaga.dlt.v1";

/// What is sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// Tells it from every other message.
    pub id: String,
    /// The session; messages of one session keep their order.
    pub key: String,
    /// What it asks for or says.
    pub kind: String,
    /// How often it was delivered before and neither acknowledged nor postponed, as far as is
    /// known; 0 when published.
    pub attempt: u32,
    /// Ids and hashes, as JSON.
    pub body: String,
}

impl Message {
    /// Bytes of its texts.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.id.len() + self.key.len() + self.kind.len() + self.body.len()
    }
}

/// A message that was given up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeadLetter {
    /// Where it was published.
    pub topic: Topic,
    /// The group that could not settle it.
    pub group: String,
    /// As it was delivered for the last time.
    pub message: Message,
    /// What was said when it was put back for the last time.
    pub why: String,
    /// When it was given up, in Unix milliseconds.
    pub at: u64,
}

/// Messages as they come.
pub type Deliveries = BoxStream<'static, Delivery>;

/// A message in the hands of a receiver. Let fall without a word, it comes again.
pub struct Delivery {
    message: Message,
    settlement: Option<Box<dyn Settlement>>,
}

impl Delivery {
    /// For adapters: a message, and how it is settled.
    #[must_use]
    pub fn new(message: Message, settlement: Box<dyn Settlement>) -> Self {
        Self { message, settlement: Some(settlement) }
    }

    /// What was delivered.
    #[must_use]
    pub fn message(&self) -> &Message {
        &self.message
    }

    /// It is done, and does not come again.
    ///
    /// # Errors
    /// When the bus could not be told; then it may come again.
    pub async fn acknowledge(self) -> Result<(), BusError> {
        self.settle(Outcome::Done).await
    }

    /// It failed; it comes again until it has failed too often. `why` is for people and names no
    /// content.
    ///
    /// # Errors
    /// When the bus could not be told; then it comes again all the same.
    pub async fn put_back(self, why: &str) -> Result<(), BusError> {
        self.settle(Outcome::Failed { why: why.to_owned() }).await
    }

    /// Nobody can ever do it: it is a dead letter at once. `why` is for people and names no content.
    ///
    /// # Errors
    /// When the bus could not be told; then it comes again.
    pub async fn give_up(self, why: &str) -> Result<(), BusError> {
        self.settle(Outcome::GivenUp { why: why.to_owned() }).await
    }

    /// It cannot be done now, which is not its fault; it comes again, and that is not counted.
    ///
    /// # Errors
    /// When the bus could not be told; then it comes again all the same.
    pub async fn postpone(self) -> Result<(), BusError> {
        self.settle(Outcome::Postponed).await
    }

    async fn settle(mut self, outcome: Outcome) -> Result<(), BusError> {
        match self.settlement.take() {
            Some(settlement) => settlement.settle(outcome).await,
            None => Ok(()),
        }
    }
}

impl Drop for Delivery {
    fn drop(&mut self) {
        if let Some(settlement) = self.settlement.take() {
            settlement.let_fall();
        }
    }
}

/// How an adapter is told what became of a delivery.
#[async_trait]
pub trait Settlement: Send {
    /// What became of it.
    async fn settle(self: Box<Self>, outcome: Outcome) -> Result<(), BusError>;

    /// The receiver let it fall; counts as failed.
    fn let_fall(self: Box<Self>);
}

/// What became of a delivery.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It is done.
    Done,
    /// It failed.
    Failed {
        /// In words for people.
        why: String,
    },
    /// Nobody can ever do it.
    GivenUp {
        /// In words for people.
        why: String,
    },
    /// It could not be tried.
    Postponed,
}

/// What is said of a message that was let fall.
pub const LET_FALL: &str = "its receiver ended before it was done";

/// Why the bus could not serve.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BusError {
    /// It does not answer, or refuses.
    Unavailable,
    /// It holds as many messages as it may.
    Full,
    /// The message is larger than one may be.
    TooLarge,
    /// What was to be settled is another receiver's by now.
    Lost,
}

/// What is bounded on the bus.
#[derive(Clone, Copy, Debug)]
pub struct BusLimits {
    /// Bytes of one message's texts.
    pub message_bytes_max: usize,
    /// Messages of one topic that wait; also dead letters.
    pub messages_max: usize,
    /// Deliveries that one receiver holds.
    pub held_max: usize,
    /// Tries until a message is given up.
    pub attempts_max: u32,
    /// Time until a message that was put back comes again for the first time; doubled each time.
    pub pause_min: Duration,
    /// Most of that time.
    pub pause_max: Duration,
    /// Time without a sign of life after which a receiver is taken for dead.
    pub silence_max: Duration,
}

impl BusLimits {
    /// What a server uses.
    pub const STANDARD: Self = Self {
        message_bytes_max: 16 * 1024,
        messages_max: 10_000,
        held_max: 64,
        attempts_max: 8,
        pause_min: Duration::from_millis(500),
        pause_max: Duration::from_secs(30),
        silence_max: Duration::from_secs(15),
    };

    /// Refuses a message that is too large.
    ///
    /// # Errors
    /// [`BusError::TooLarge`].
    pub fn check(&self, message: &Message) -> Result<(), BusError> {
        if message.bytes() > self.message_bytes_max { Err(BusError::TooLarge) } else { Ok(()) }
    }

    /// Time until a message comes again that has failed so often; after none, as for one that
    /// could not be tried.
    #[must_use]
    pub fn pause(&self, failures: u32) -> Duration {
        let doubled = 2_u32.saturating_pow(failures.saturating_sub(1));
        self.pause_min.saturating_mul(doubled).min(self.pause_max)
    }
}
