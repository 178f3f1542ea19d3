//! What the client library has to say, said as seldom as the rest of the server does.

use rdkafka::client::ClientContext;
use rdkafka::config::RDKafkaLogLevel;
use rdkafka::consumer::ConsumerContext;
use rdkafka::error::{KafkaError, RDKafkaErrorCode};

/// Tells of lost brokers; everything else is for who looks for it.
#[derive(Clone)]
pub(super) struct Quiet;

impl ClientContext for Quiet {
    fn log(&self, level: RDKafkaLogLevel, part: &str, message: &str) {
        tracing::debug!(?level, part, message, "Kafka");
    }

    fn error(&self, error: KafkaError, why: &str) {
        if error.rdkafka_error_code() == Some(RDKafkaErrorCode::AllBrokersDown) {
            tracing::warn!(why, "no Kafka broker answers");
        } else {
            tracing::debug!(%error, why, "Kafka");
        }
    }
}

impl ConsumerContext for Quiet {}
