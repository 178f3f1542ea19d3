//! Whether brokers can be reached and have our topics as they must be, for who looks before it matters.

use std::sync::Arc;
use std::time::Duration;

use rdkafka::admin::{AdminClient, AdminOptions};
use rdkafka::error::KafkaError;

use super::quiet::Quiet;
use super::topics::{self, Refused};

/// What was found of the brokers and our topics.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fitness {
    /// They can be used.
    Fit {
        /// Brokers that are known.
        brokers: usize,
        /// Our topics, with their partitions.
        topics: Vec<Kept>,
    },
    /// Some of our topics are not there.
    Missing {
        /// Their names.
        topics: Vec<&'static str>,
    },
    /// One is there and will not do.
    Wrong {
        /// Which, and why.
        why: String,
    },
    /// No broker answers.
    Silent {
        /// In the library's words.
        why: String,
    },
}

/// A topic of ours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// Its name.
    pub topic: &'static str,
    /// Its partitions.
    pub partitions: usize,
}

/// Looks at the brokers and our topics for so long, and changes nothing.
pub async fn look(brokers: &str, time_max: Duration) -> Fitness {
    let silent = |why: KafkaError| Fitness::Silent { why: plain(&why) };
    let made = super::client(brokers).create_with_context::<_, AdminClient<Quiet>>(Quiet);
    let admin = match made {
        Ok(admin) => Arc::new(admin),
        Err(error) => return silent(error),
    };
    let asked = Arc::clone(&admin);
    let asking = tokio::task::spawn_blocking(move || asked.inner().fetch_metadata(None, time_max));
    let known = match asking.await.unwrap_or(Err(KafkaError::Canceled)) {
        Ok(known) => known,
        Err(error) => return silent(error),
    };
    let mut kept = Vec::new();
    for topic in topics::names() {
        let found = known.topics().iter().find(|known| known.name() == topic);
        kept.push(Kept { topic, partitions: found.map_or(0, |known| known.partitions().len()) });
    }
    let missing = kept.iter().filter(|kept| kept.partitions == 0).map(|kept| kept.topic);
    let missing: Vec<_> = missing.collect();
    if !missing.is_empty() {
        return Fitness::Missing { topics: missing };
    }
    let options = AdminOptions::new().request_timeout(Some(time_max));
    match topics::verified(&admin, &options).await {
        Ok(()) => Fitness::Fit { brokers: known.brokers().len(), topics: kept },
        Err(Refused::Wrong(why)) => Fitness::Wrong { why },
        Err(Refused::NotNow(why)) => Fitness::Silent { why },
    }
}

/// What went wrong, without the library's name of the call.
fn plain(error: &KafkaError) -> String {
    error.rdkafka_error_code().map_or_else(|| error.to_string(), |code| code.to_string())
}
