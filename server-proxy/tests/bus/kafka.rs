//! The bus over a real Kafka broker, and what is asked of its topics.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use codesaga_proxy::domain::bus::{Bus, BusLimits};
use codesaga_proxy::outbound::bus_kafka::KafkaBus;
use rdkafka::ClientConfig;
use rdkafka::admin::{AdminClient, AdminOptions, NewTopic, ResourceSpecifier, TopicReplication};
use rdkafka::client::DefaultClientContext;

use crate::bench::{Bench, LIMITS};
use crate::broker::Kafka;
use crate::promises::keeps_its_promises;
use crate::redis::free_port;

#[async_trait]
impl Bench for Kafka {
    async fn bus(&self) -> Arc<dyn Bus> {
        // A busy machine is silent for longer than a second.
        let limits = BusLimits { silence_max: Duration::from_secs(6), ..LIMITS };
        Arc::new(KafkaBus::connect(&self.address(), limits).await.expect("topics that will do"))
    }

    async fn stop(&mut self) -> bool {
        self.kill().await;
        true
    }

    async fn start_again(&mut self) {
        self.start_again().await;
    }

    fn counts_messages(&self) -> bool {
        false
    }
}

#[tokio::test]
async fn the_bus_over_kafka_keeps_its_promises() {
    let mut kafka = Kafka::start(free_port(), free_port()).await;
    topics_that_will_not_do_are_named(&kafka).await;
    keeps_its_promises(&mut kafka).await;
}

/// Before ours are there.
async fn topics_that_will_not_do_are_named(kafka: &Kafka) {
    let address = kafka.address();
    let admin: AdminClient<DefaultClientContext> =
        ClientConfig::new().set("bootstrap.servers", &address).create().expect("a client");
    for (topic, setting, value, why) in [
        (
            "codesaga.cmd.v1",
            "cleanup.policy",
            "compact",
            "so that a session's messages would replace one another; it must be delete",
        ),
        ("codesaga.evt.v1", "max.message.bytes", "1000", "it must be at least 65536"),
        (
            "codesaga.dlt.v1",
            "cleanup.policy",
            "delete",
            "so that what was replayed would stay; it must be compact,delete",
        ),
    ] {
        let wrong = NewTopic::new(topic, 1, TopicReplication::Fixed(1)).set(setting, value);
        let options = AdminOptions::new();
        for created in admin.create_topics([&wrong], &options).await.expect("an answer") {
            created.expect("it is created");
        }
        while described(&admin, topic, setting).await.as_deref() != Some(value) {
            tokio::task::yield_now().await;
        }
        let refused = KafkaBus::connect(&address, LIMITS).await.err().expect(topic);
        let words = refused.to_string();
        assert!(words.contains(&format!("topic {topic} has {setting}={value}")), "{words}");
        assert!(words.contains(why) && words.contains("CODESAGA_KAFKA_BROKERS"), "{words}");
        // The others were created meanwhile; this one begins anew.
        let topics = ["codesaga.cmd.v1", "codesaga.evt.v1", "codesaga.dlt.v1"];
        admin.delete_topics(&topics, &options).await.expect("they go");
        while admin
            .inner()
            .fetch_metadata(None, Duration::from_secs(10))
            .expect("an answer")
            .topics()
            .iter()
            .any(|known| topics.contains(&known.name()))
        {
            tokio::task::yield_now().await;
        }
    }
}

/// As the broker knows it, which may be a moment after it was told.
async fn described(
    admin: &AdminClient<DefaultClientContext>,
    topic: &str,
    setting: &str,
) -> Option<String> {
    let asked = [ResourceSpecifier::Topic(topic)];
    let told = admin.describe_configs(&asked, &AdminOptions::new()).await.expect("an answer");
    let told = told.into_iter().next()?.ok()?;
    told.get(setting)?.value.clone()
}
