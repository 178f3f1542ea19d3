//! The topics: created where they are missing, looked at where somebody else created them.

use std::io;
use std::time::Duration;

use rdkafka::ClientConfig;
use rdkafka::admin::{
    AdminClient, AdminOptions, ConfigResource, NewTopic, OwnedResourceSpecifier, ResourceSpecifier,
    TopicReplication,
};
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use tokio::time::{Instant, sleep};

use super::quiet::Quiet;
use super::wrong;
use crate::domain::bus::{DEAD_LETTERS, Topic};

/// Enough for as many workers; a session stays within one.
const PARTITIONS: i32 = 12;
/// Time for the brokers to answer.
const ANSWER_TIME_MAX: Duration = Duration::from_secs(10);
/// Time between two tries to reach them.
const RETRY_EVERY: Duration = Duration::from_millis(500);
/// Bytes that a topic must take as one message: one of ours with its envelope.
const MESSAGE_BYTES_MIN: u64 = 64 * 1024;
/// Days after which nobody will ask for a message any more.
const WEEK_MS: &str = "604800000";
const MONTH_MS: &str = "2592000000";

/// A topic as it must be.
struct Wanted {
    name: &'static str,
    partitions: i32,
    policy: &'static str,
    retention_ms: &'static str,
    /// A policy that must not be there, and what it would do.
    never: Option<(&'static str, &'static str)>,
}

const KEPT_BY_KEY: (&str, &str) = ("compact", "a session's messages would replace one another");

const WANTED: [Wanted; 3] = [
    Wanted {
        name: Topic::Command.name(),
        partitions: PARTITIONS,
        policy: "delete",
        retention_ms: WEEK_MS,
        never: Some(KEPT_BY_KEY),
    },
    Wanted {
        name: Topic::Event.name(),
        partitions: PARTITIONS,
        policy: "delete",
        retention_ms: WEEK_MS,
        never: Some(KEPT_BY_KEY),
    },
    // One partition keeps them in the order they died; one that was replayed is compacted away.
    Wanted {
        name: DEAD_LETTERS,
        partitions: 1,
        policy: "compact,delete",
        retention_ms: MONTH_MS,
        never: None,
    },
];

/// Their names.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    WANTED.iter().map(|wanted| wanted.name)
}

/// Creates or verifies them; while no broker answers it goes on trying, in the background.
pub(super) async fn prepare(client: &ClientConfig, brokers: &str) -> io::Result<()> {
    let admin: AdminClient<Quiet> =
        client.create_with_context(Quiet).map_err(|error| wrong(brokers, &error))?;
    let until = Instant::now() + ANSWER_TIME_MAX;
    loop {
        match prepared(&admin).await {
            Ok(()) => return Ok(()),
            Err(Refused::Wrong(why)) => return Err(wrong(brokers, &why)),
            Err(Refused::NotNow(_)) if Instant::now() < until => sleep(RETRY_EVERY).await,
            Err(Refused::NotNow(why)) => {
                tracing::warn!(brokers, why, "Kafka does not answer; trying again until it does");
                tokio::spawn(prepare_later(admin));
                return Ok(());
            }
        }
    }
}

async fn prepare_later(admin: AdminClient<Quiet>) {
    loop {
        sleep(RETRY_EVERY).await;
        match prepared(&admin).await {
            Ok(()) => return tracing::info!("Kafka answers; its topics are there"),
            Err(Refused::Wrong(why)) => return tracing::error!(why, "Kafka cannot be used"),
            Err(Refused::NotNow(_)) => {}
        }
    }
}

pub(super) enum Refused {
    NotNow(String),
    Wrong(String),
}

impl From<KafkaError> for Refused {
    fn from(error: KafkaError) -> Self {
        Self::NotNow(error.to_string())
    }
}

async fn prepared(admin: &AdminClient<Quiet>) -> Result<(), Refused> {
    let options = AdminOptions::new()
        .request_timeout(Some(ANSWER_TIME_MAX))
        .operation_timeout(Some(ANSWER_TIME_MAX));
    let new = WANTED.iter().map(|wanted| {
        // As many replicas as the brokers' own default says.
        NewTopic::new(wanted.name, wanted.partitions, TopicReplication::Fixed(-1))
            .set("cleanup.policy", wanted.policy)
            .set("retention.ms", wanted.retention_ms)
    });
    let new: Vec<_> = new.collect();
    for created in admin.create_topics(&new, &options).await? {
        match created {
            Ok(_) | Err((_, RDKafkaErrorCode::TopicAlreadyExists)) => {}
            // What brokers say that have just started.
            Err((
                _,
                code @ (RDKafkaErrorCode::OperationTimedOut
                | RDKafkaErrorCode::RequestTimedOut
                | RDKafkaErrorCode::NotController),
            )) => return Err(Refused::NotNow(code.to_string())),
            Err((topic, code)) => {
                return Err(Refused::Wrong(format!("topic {topic} cannot be created: {code}")));
            }
        }
    }
    verified(admin, &options).await
}

/// Whether those that are there will do.
pub(super) async fn verified(
    admin: &AdminClient<Quiet>,
    options: &AdminOptions,
) -> Result<(), Refused> {
    let specifiers = WANTED.map(|wanted| ResourceSpecifier::Topic(wanted.name));
    let described = admin.describe_configs(&specifiers, options).await?;
    // Brokers answer in an order of their own.
    for described in described {
        let described = described.map_err(|code| match code {
            // One that was created a moment ago.
            RDKafkaErrorCode::UnknownTopicOrPartition => Refused::NotNow(code.to_string()),
            _ => Refused::Wrong(format!("its topics cannot be looked at: {code}")),
        })?;
        let OwnedResourceSpecifier::Topic(name) = &described.specifier else { continue };
        let wanted = WANTED.iter().find(|wanted| wanted.name == name);
        wanted.map_or(Ok(()), |wanted| wanted.verify(&described)).map_err(Refused::Wrong)?;
    }
    Ok(())
}

impl Wanted {
    fn verify(&self, described: &ConfigResource) -> Result<(), String> {
        let name = self.name;
        let value = |setting| {
            let entry = described.get(setting)?;
            entry.value.as_deref()
        };
        let policy = value("cleanup.policy").unwrap_or(self.policy);
        if let Some((never, why)) = self.never
            && policy.contains(never)
        {
            return Err(format!(
                "topic {name} has cleanup.policy={policy}, so that {why}; it must be {}",
                self.policy
            ));
        }
        if name == DEAD_LETTERS && !policy.contains("compact") {
            return Err(format!(
                "topic {name} has cleanup.policy={policy}, so that what was replayed would stay; \
                 it must be {}",
                self.policy
            ));
        }
        let bytes = value("max.message.bytes").and_then(|bytes| bytes.parse::<u64>().ok());
        match bytes {
            Some(bytes) if bytes < MESSAGE_BYTES_MIN => Err(format!(
                "topic {name} has max.message.bytes={bytes}; it must be at least \
                 {MESSAGE_BYTES_MIN}"
            )),
            _ => Ok(()),
        }
    }
}
