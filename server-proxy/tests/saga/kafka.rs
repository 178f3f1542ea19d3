//! Jobs while the broker is gone, and what is said of it then.

use std::sync::Arc;

use codesaga_proxy::config::{Config, Language};
use codesaga_proxy::domain::bus::{Bus, BusLimits, Message, Topic};
use codesaga_proxy::ops::doctor;
use codesaga_proxy::outbound::bus_kafka::KafkaBus;
use futures_util::StreamExt;
use scripted_ollama::{Rule, ScriptedOllama};
use serde_json::json;

use crate::broker::Kafka;
use crate::http::{accepted, ended};
use crate::support::redis::free_port;
use crate::support::{Redis, TestProxy};

#[tokio::test]
async fn a_job_is_accepted_without_the_broker_and_ends_when_it_comes() {
    let mut kafka = Kafka::start(free_port(), free_port()).await;
    let (redis, ollama) = (Redis::start().await, ScriptedOllama::start().await);
    ollama.script([Rule::any().pieces(["shorter"])]);
    let (url, brokers) = (redis.url(), kafka.address());
    let flags = ["--redis-url", &url, "--bus", "kafka", "--kafka-brokers", &brokers];
    let proxy = TestProxy::start_with(&ollama, &flags).await;
    let bus = KafkaBus::connect(&brokers, BusLimits::STANDARD).await.expect("topics that will do");
    let bus: Arc<dyn Bus> = Arc::new(bus);
    let mut told = bus.subscribe(Topic::Event, "test").await.expect("it listens");

    let topics = "codesaga.cmd.v1 (12), codesaga.evt.v1 (12), codesaga.dlt.v1 (1)";
    let answers = format!("✓ Kafka at {brokers} answers: 1 brokers, topics {topics}.\n");
    let words = doctor(&ollama, &flags).await;
    assert!(words.contains(&answers), "{words}");

    kafka.kill().await;
    let message = || Message {
        id: "before".to_owned(),
        key: "before".to_owned(),
        kind: "test".to_owned(),
        attempt: 0,
        body: "0".to_owned(),
    };
    // What is published first ends first, unless nobody waits for what is published second.
    let publishing = tokio::spawn({
        let (bus, message) = (bus.clone(), message());
        async move { bus.publish(Topic::Event, &message).await }
    });
    let client = proxy.client();
    let place = accepted(&client, None, "Shorter.").await;
    assert!(!publishing.is_finished(), "it was accepted before the bus could have been asked");
    let mut job = client.get(&place).await.json().await;
    while job["stage"] != "stored" {
        job = client.get(&place).await.json().await;
    }
    assert_eq!(job["response"], "shorter", "the answer is there");
    let metrics = client.get("/metrics").await.text().await;
    for line in [
        "codesaga_bus{carrier=\"kafka\",state=\"silent\"} 1\n",
        "codesaga_jobs_open{stage=\"stored\"} 1\n",
        "codesaga_jobs_unsent 1.0\n",
    ] {
        assert!(metrics.contains(line), "{line}{metrics}");
    }
    let words = doctor(&ollama, &flags).await;
    assert!(words.contains("does not answer (bus_unreachable)"), "{words}");

    kafka.start_again().await;
    let job = ended(&client, &place).await;
    assert_eq!((&job["stage"], &job["tries"]), (&json!("completed"), &json!(1)));
    let id = job["id"].as_str().expect("an id");
    let heard = loop {
        let delivery = told.next().await.expect("it does not end");
        if delivery.message().id != message().id {
            break delivery.message().clone();
        }
        delivery.acknowledge().await.expect("noted");
    };
    assert_eq!((heard.kind.as_str(), heard.key.as_str()), ("job.ended", id));
}

async fn doctor(ollama: &ScriptedOllama, flags: &[&str]) -> String {
    let url = ollama.url();
    let all = [&["--listen", "127.0.0.1:0", "--upstream", &url, "--model", "smollm2"], flags];
    let config = Config::from_flags(&all.concat()).expect("settings");
    let mut out = Vec::new();
    doctor::run(&config, Language::English, &mut out).await.expect("it is written");
    String::from_utf8(out).expect("text")
}
