//! Gateway and worker as processes of their own, over one Redis.

use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use codesaga_proxy::domain::bus::{Bus, BusLimits};
use codesaga_proxy::outbound::bus_redis::RedisBus;
use codesaga_proxy::outbound::redis_store::RedisStore;
use scripted_ollama::{End, Rule, ScriptedOllama};
use serde_json::json;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

use crate::http::{accepted, ended};
use crate::support::{Client, Redis};

const CHAT: &str = "/api/chat";

/// A process of the fleet, killed with the test.
struct Process {
    child: Child,
    client: Client,
}

impl Process {
    async fn start(role: &str, ollama: &ScriptedOllama, redis: &Redis, bus: &str) -> Self {
        let (upstream, redis) = (ollama.url(), redis.url());
        let mut command = Command::new(env!("CARGO_BIN_EXE_codesaga-proxy"));
        for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("CODESAGA_")) {
            command.env_remove(name);
        }
        let mut child = command
            .args(["--role", role, "--listen", "127.0.0.1:0", "--log", "json", "--bus", bus])
            .args(["--upstream", &upstream, "--model", "smollm2", "--redis-url", &redis])
            .args(["--job-lease-seconds", "1"])
            .env_remove("RUST_LOG")
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .expect("the program starts");
        let mut log = BufReader::new(child.stderr.take().expect("its log")).lines();
        let address = loop {
            let line = log.next_line().await.expect("its log is text").expect("it goes on");
            let entry: serde_json::Value = serde_json::from_str(&line).expect("JSON lines");
            if entry["fields"]["message"] == "listening" {
                let address = entry["fields"]["address"].as_str().expect("an address");
                break address.parse().expect("an address");
            }
        };
        // Read on, so that it never waits for somebody to read its log.
        tokio::spawn(async move { while let Ok(Some(_)) = log.next_line().await {} });
        Self { child, client: Client::new(address, None) }
    }

    async fn kill(mut self) {
        self.child.kill().await.expect("it runs");
    }
}

#[tokio::test]
async fn a_gateway_accepts_what_workers_do_one_of_which_is_killed() {
    for bus in ["process", "redis"] {
        let (redis, ollama) = (Redis::start().await, ScriptedOllama::start().await);
        ollama.script([
            Rule::on(CHAT).times(1).pieces(["lost", "!"]).hold_after(1),
            Rule::on(CHAT).pieces(["found"]),
        ]);
        let gateway = Process::start("gateway", &ollama, &redis, bus).await;
        let place = accepted(&gateway.client, None, "Shorter.").await;
        let job = gateway.client.get(&place).await.json().await;
        assert_eq!(job["stage"], "context_stored", "nobody drives it yet");
        let worker = Process::start("worker", &ollama, &redis, bus).await;
        ollama.wait_for_pieces(CHAT, 0, 1).await;
        worker.kill().await;
        ollama.wait_for_end(CHAT, 0).await;
        // The gateway dies too; who follows the job comes back to another one.
        gateway.kill().await;
        let (gateway, _worker) = tokio::join!(
            Process::start("gateway", &ollama, &redis, bus),
            Process::start("worker", &ollama, &redis, bus),
        );
        let job = ended(&gateway.client, &place).await;
        assert_eq!(
            (&job["stage"], &job["response"], &job["tries"]),
            (&json!("completed"), &json!("found"), &json!(2))
        );
        // Called off through one process, the model server is let go by the other.
        ollama.script([Rule::on(CHAT).pieces(["a", "b"]).hold_after(1)]);
        let place = accepted(&gateway.client, None, "Longer.").await;
        ollama.wait_for_pieces(CHAT, 2, 1).await;
        gateway.client.send("DELETE", &place, None).await.json().await;
        ollama.wait_for_end(CHAT, 2).await;
        assert_eq!(ended(&gateway.client, &place).await["stage"], "cancelled");
    }
}

#[tokio::test]
async fn a_job_that_is_given_up_is_a_dead_letter_and_comes_back_from_there() {
    let (redis, ollama) = (Redis::start().await, ScriptedOllama::start().await);
    ollama.script([
        Rule::on(CHAT).times(3).pieces(["half "]).end(End::Cut),
        Rule::on(CHAT).pieces(["whole"]),
    ]);
    let all = Process::start("all", &ollama, &redis, "redis").await;
    let place = accepted(&all.client, None, "Shorter.").await;
    let job = ended(&all.client, &place).await;
    assert_eq!(
        (&job["stage"], &job["tries"], &job["error"]["code"]),
        (&json!("failed"), &json!(3), &json!("upstream_incomplete"))
    );
    let store = RedisStore::new(&redis.url(), Duration::from_secs(5)).expect("an address");
    let bus: Arc<dyn Bus> = Arc::new(RedisBus::new(store, BusLimits::STANDARD));
    let letter = loop {
        let letters = bus.dead_letters(10).await.expect("they are read");
        if let Some(letter) = letters.into_iter().next() {
            break letter;
        }
        tokio::task::yield_now().await;
    };
    assert_eq!(letter.message.kind, "job.given_up");
    assert!(!letter.message.body.contains("Shorter"), "{}", letter.message.body);
    assert_eq!(bus.replay(&letter.message.id).await, Ok(true));
    let mut job = job;
    while job["stage"] == "failed" {
        job = all.client.get(&place).await.json().await;
    }
    let job = ended(&all.client, &place).await;
    assert_eq!((&job["stage"], &job["response"]), (&json!("completed"), &json!("whole")));
    assert_eq!(bus.dead_letters(10).await.map(|letters| letters.len()), Ok(0));
}
