//! What carries messages between servers, and what may be asked of it by hand.

use clap::error::ErrorKind;
use clap::{Args, Subcommand, ValueEnum};

/// What carries messages between servers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BusKind {
    /// Nothing: they stay in this process.
    Process,
    /// Streams in the Redis of conversations.
    Redis,
    /// Kafka.
    Kafka {
        /// Where it is: hosts and ports, separated by commas.
        brokers: String,
    },
}

/// What to do with messages that were given up.
#[derive(Clone, Debug, Subcommand)]
pub enum DeadLettersCommand {
    /// Show the oldest: which, of whom, when, why.
    List {
        /// Most of them.
        #[arg(long, default_value_t = 100)]
        count: usize,
    },
    /// Show one as it was published; it holds ids and hashes.
    Show {
        /// The message's id.
        id: String,
    },
    /// Publish some again as if they were new.
    Replay {
        /// The messages' ids.
        #[arg(required_unless_present = "all")]
        ids: Vec<String>,
        /// Every one there is.
        #[arg(long, conflicts_with = "ids")]
        all: bool,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum BusName {
    Process,
    Redis,
    Kafka,
}

#[derive(Debug, Args)]
pub(super) struct BusSettings {
    /// What carries messages between servers: nothing (they stay in this process), the Redis of
    /// CODESAGA_REDIS_URL, or Kafka.
    #[arg(long, env = "CODESAGA_BUS", value_name = "CODESAGA_BUS", value_enum,
          default_value_t = BusName::Process)]
    bus: BusName,
    /// Kafka brokers, for example kafka-1:9092,kafka-2:9092.
    #[arg(long, env = "CODESAGA_KAFKA_BROKERS", value_name = "CODESAGA_KAFKA_BROKERS",
          default_value = "", value_parser = brokers)]
    kafka_brokers: String,
}

impl BusSettings {
    pub(super) fn check(self, has_redis: bool) -> Result<BusKind, clap::Error> {
        let missing = match self.bus {
            BusName::Process => return Ok(BusKind::Process),
            BusName::Redis if has_redis => return Ok(BusKind::Redis),
            BusName::Redis => "CODESAGA_BUS=redis needs CODESAGA_REDIS_URL\n",
            BusName::Kafka if cfg!(not(feature = "kafka")) => {
                "CODESAGA_BUS=kafka: this program was built without Kafka; build it with \
                 `cargo build --release --features codesaga-proxy/kafka`\n"
            }
            BusName::Kafka if self.kafka_brokers.is_empty() => {
                "CODESAGA_BUS=kafka needs CODESAGA_KAFKA_BROKERS\n"
            }
            BusName::Kafka => return Ok(BusKind::Kafka { brokers: self.kafka_brokers }),
        };
        Err(clap::Error::raw(ErrorKind::ValueValidation, missing))
    }
}

fn brokers(text: &str) -> Result<String, String> {
    let is_broker = |broker: &str| {
        broker.rsplit_once(':').is_some_and(|(host, port)| {
            !host.is_empty() && !host.contains('/') && port.parse::<u16>().is_ok()
        })
    };
    if text.is_empty() || text.split(',').map(str::trim).all(is_broker) {
        return Ok(text.to_owned());
    }
    Err("expected HOST:PORT, separated by commas, such as kafka-1:9092,kafka-2:9092".to_owned())
}
