//! The program: the settings of the bus, and what was given up as a person sees it.

use std::process::Stdio;

use codesaga_proxy::domain::bus::Topic;
use tokio::process::Command;

use crate::bench::{Bench, LIMITS, OverRedis, Receiver, message, publish};
use crate::redis::Redis;

/// Its exit code, what it answered and what it complained of.
async fn run(environment: &[(&str, &str)], arguments: &[&str]) -> (i32, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_codesaga-proxy"));
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("CODESAGA_")) {
        command.env_remove(name);
    }
    let output = command
        .envs(environment.iter().copied())
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .await
        .expect("the program runs");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code().unwrap_or(-1), text(&output.stdout), text(&output.stderr))
}

#[tokio::test]
async fn settings_that_do_not_go_together_are_named() {
    let without = if cfg!(feature = "kafka") {
        "CODESAGA_BUS=kafka needs CODESAGA_KAFKA_BROKERS"
    } else {
        "CODESAGA_BUS=kafka: this program was built without Kafka; build it with `cargo build \
         --release --features codesaga-proxy/kafka`"
    };
    for (environment, expected) in [
        ([("CODESAGA_BUS", "redis")].as_slice(), "CODESAGA_BUS=redis needs CODESAGA_REDIS_URL"),
        (&[("CODESAGA_BUS", "kafka")], without),
        (
            &[("CODESAGA_KAFKA_BROKERS", "kafka:9092,http://x:1")],
            "invalid value 'kafka:9092,http://x:1' for '--kafka-brokers \
             <CODESAGA_KAFKA_BROKERS>': expected HOST:PORT, separated by commas, such as \
             kafka-1:9092,kafka-2:9092",
        ),
    ] {
        let (code, _, complaint) = run(environment, &[]).await;
        assert_eq!(code, 2, "{complaint}");
        assert_eq!(complaint.lines().next(), Some(format!("error: {expected}").as_str()));
    }
    let (code, _, complaint) = run(&[], &["dead-letters", "list"]).await;
    assert_eq!((code, complaint.contains("own memory")), (2, true), "{complaint}");
}

#[tokio::test]
async fn dead_letters_are_listed_shown_and_replayed_by_a_command() {
    let redis = Redis::start().await;
    let url = redis.url();
    let bench = OverRedis(redis);
    let bus = bench.bus().await;
    let mut receiver = Receiver::of(&bus, "shown", "g").await;
    for key in ["a", "b"] {
        publish(&bus, &message("shown", key, 7)).await;
        for _ in 0..LIMITS.attempts_max {
            receiver.next().await.put_back("no luck").await.expect("noted");
        }
    }
    let environment = [("CODESAGA_BUS", "redis"), ("CODESAGA_REDIS_URL", url.as_str())];
    let ask = async |arguments: &[&str]| {
        let (code, answer, complaint) =
            run(&environment, &[&["dead-letters"], arguments].concat()).await;
        assert_eq!((code, complaint.as_str()), (0, ""), "{arguments:?}");
        answer
    };
    let rows = ask(&["list"]).await;
    let [head, first, second] = rows.lines().collect::<Vec<_>>()[..] else { panic!("{rows}") };
    let words = |line: &str| line.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(words(head), ["ID", "KIND", "GROUP", "TRIES", "GIVEN", "UP", "(UTC)", "WHY"]);
    assert_eq!(words(first)[..4], ["shown-a-7", "test", "shown-g", "3"]);
    assert!(second.starts_with("shown-b-7") && second.ends_with("no luck"), "{second}");
    assert_eq!(ask(&["list", "--count", "1"]).await.lines().count(), 2);

    let shown: serde_json::Value =
        serde_json::from_str(&ask(&["show", "shown-a-7"]).await).expect("JSON");
    assert_eq!((&shown["topic"], &shown["body"]), (&Topic::Command.name().into(), &7.into()));

    assert_eq!(ask(&["replay", "shown-a-7"]).await, "replayed shown-a-7\n");
    assert_eq!(receiver.done().await, ("shown-a-7".to_owned(), 0));
    assert_eq!(ask(&["replay", "--all"]).await, "replayed shown-b-7\n");
    assert_eq!(receiver.done().await, ("shown-b-7".to_owned(), 0));
    let (code, _, complaint) = run(&environment, &["dead-letters", "show", "shown-a-7"]).await;
    let expected = "codesaga-proxy: there is no dead letter with the id shown-a-7\n";
    assert_eq!((code, complaint.as_str()), (2, expected));
}
