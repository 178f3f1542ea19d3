//! Redis goes away, comes back, hangs: answers come all the same and say how memory stands.

use std::time::{Duration, Instant};

use scripted_ollama::{Rule, ScriptedOllama};
use serde_json::{Value, json};

use crate::support::{Client, Redis, RedisCluster, TestProxy, said};

async fn ask(client: &Client, text: &str) -> Value {
    let events = client.chat(json!({ "session": "s", "text": text })).await.events().await;
    assert!(!said(&events).is_empty(), "an answer in any case");
    let done = events.last().expect("an end");
    assert_eq!(done.name, "done");
    done.data["memory"].clone()
}

/// Asks until memory stands like that; it is noticed within seconds.
async fn until_memory_is(client: &Client, wanted: &str) {
    let begun = Instant::now();
    while begun.elapsed() < Duration::from_secs(20) {
        let said = ask(client, "again").await == expected(wanted);
        if said && client.get("/readyz").await.json().await["memory"] == wanted {
            return;
        }
        tokio::task::yield_now().await;
    }
    panic!("memory did not become {wanted}");
}

fn expected(state: &str) -> Value {
    json!(if state == "degraded" { "degraded" } else { "ok" })
}

#[tokio::test]
async fn a_conversation_outlives_the_proxy() {
    let (ollama, redis) = (ScriptedOllama::start().await, Redis::start().await);
    let url = redis.url();
    let flags = ["--redis-url", url.as_str()];
    let proxy = TestProxy::start_with(&ollama, &flags).await;
    until_memory_is(&proxy.client(), "ok").await;
    let turns = proxy.client().get("/v1/sessions/s").await.json().await["turns"].clone();
    proxy.stop().await;
    let proxy = TestProxy::start_with(&ollama, &flags).await;
    until_memory_is(&proxy.client(), "ok").await;
    let known = proxy.client().get("/v1/sessions/s").await.json().await;
    assert!(known["turns"].as_u64() > turns.as_u64(), "{turns} before");
    let last = ollama.bodies("/api/chat").pop().expect("a request");
    assert!(last["messages"].as_array().expect("messages").len() >= 4);
}

#[tokio::test]
async fn p7_answers_go_on_while_redis_is_down_and_memory_comes_back() {
    let (ollama, redis) = (ScriptedOllama::start().await, Redis::start().await);
    let proxy = TestProxy::start_with(&ollama, &["--redis-url", &redis.url()]).await;
    let client = proxy.client();
    until_memory_is(&client, "ok").await;
    let port = redis.stop().await;
    assert_eq!(ask(&client, "The first one while it is down").await, "degraded");
    let ready = client.get("/readyz").await;
    assert_eq!(
        (ready.status.as_u16(), ready.json().await["memory"].clone()),
        (200, json!("degraded"))
    );
    let refused = client.get("/v1/sessions").await.refusal().await;
    assert_eq!(refused, (504, "timeout".to_owned()));
    let _redis = Redis::start_on(port).await;
    until_memory_is(&client, "ok").await;
    let known = client.get("/v1/sessions/s").await.json().await;
    assert!(known["turns"].as_u64().is_some_and(|turns| turns >= 1));
}

#[tokio::test]
async fn p7_a_cluster_that_was_lost_is_used_again() {
    let (ollama, mut redis) = (ScriptedOllama::start().await, RedisCluster::start().await);
    let proxy = TestProxy::start_with(&ollama, &["--redis-url", &redis.url()]).await;
    let client = proxy.client();
    until_memory_is(&client, "ok").await;
    redis.stop().await;
    until_memory_is(&client, "degraded").await;
    redis.start_again().await;
    until_memory_is(&client, "ok").await;
    assert_eq!(client.get("/v1/sessions/s").await.status, 200);
}

#[tokio::test]
async fn p7_a_redis_that_hangs_delays_no_answer() {
    let (ollama, redis) = (ScriptedOllama::start().await, Redis::start().await);
    let proxy = TestProxy::start_with(&ollama, &["--redis-url", &redis.url()]).await;
    let client = proxy.client();
    until_memory_is(&client, "ok").await;
    redis.pause().await;
    // It stays so until all have come: none of them waits for it.
    for _ in 0..8 {
        assert_eq!(ask(&client, "Hi").await, "degraded");
    }
    redis.resume().await;
    until_memory_is(&client, "ok").await;
}

#[tokio::test]
async fn a_conversation_is_kept_over_tls_under_an_authority_of_ones_own() {
    let files = tempfile::tempdir().expect("a folder");
    let made = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).expect("a certificate");
    let (certificate, key) = (files.path().join("cert.pem"), files.path().join("key.pem"));
    std::fs::write(&certificate, made.cert.pem()).expect("written");
    std::fs::write(&key, made.signing_key.serialize_pem()).expect("written");
    let (ollama, redis) =
        (ScriptedOllama::start().await, Redis::start_tls(&certificate, &key).await);
    let url = redis.url().replace("redis://", "rediss://");
    let authority = certificate.to_str().expect("a path");
    let flags = ["--redis-url", url.as_str(), "--redis-ca", authority];
    let proxy = TestProxy::start_with(&ollama, &flags).await;
    until_memory_is(&proxy.client(), "ok").await;
    // Trusted by the system alone, it would not be.
    let stranger = TestProxy::start_with(&ollama, &flags[..2]).await;
    until_memory_is(&stranger.client(), "degraded").await;
}

#[tokio::test]
async fn one_conversation_has_one_writer_across_two_servers() {
    let (ollama, redis) = (ScriptedOllama::start().await, Redis::start().await);
    let url = redis.url();
    let flags = ["--redis-url", url.as_str()];
    let (one, two) = (
        TestProxy::start_with(&ollama, &flags).await,
        TestProxy::start_with(&ollama, &flags).await,
    );
    until_memory_is(&one.client(), "ok").await;
    until_memory_is(&two.client(), "ok").await;
    ollama.script([Rule::on("/api/chat").pieces(["a", "b"]).hold_after(1).times(1)]);
    let mut first = one.client().chat(json!({ "session": "t", "text": "one" })).await;
    assert_eq!(first.next_event().await.expect("begun").name, "session");
    let second = two.client().chat(json!({ "session": "t", "text": "two" })).await;
    assert_eq!(second.refusal().await, (409, "session_busy".to_owned()));
    ollama.release();
    assert_eq!(first.events().await.last().expect("an end").data["memory"], "ok");
    two.client().say("t", "two").await;
    let known = one.client().get("/v1/sessions/t").await.json().await;
    assert_eq!(known["turns"], 2, "both are remembered");
}

#[tokio::test]
async fn what_is_deleted_while_it_is_answered_stays_deleted() {
    let (ollama, redis) = (ScriptedOllama::start().await, Redis::start().await);
    let url = redis.url();
    let proxy = TestProxy::start_with(&ollama, &["--redis-url", url.as_str()]).await;
    let client = proxy.client();
    until_memory_is(&client, "ok").await;
    ollama.script([Rule::on("/api/chat").pieces(["a", "b"]).hold_after(1).times(1)]);
    let mut running = client.chat(json!({ "session": "t", "text": "one" })).await;
    while running.next_event().await.expect("begun").name != "text" {}
    assert_eq!(client.send("DELETE", "/v1/sessions/t", None).await.status, 204);
    let end = running.events().await.pop().expect("an end");
    assert_eq!((end.name.as_str(), &end.data["error"]["code"]), ("error", &json!("not_found")));
    assert_eq!(client.get("/v1/sessions/t").await.status, 404);
    ollama.release();
}

#[tokio::test]
async fn p7_a_server_starts_without_its_redis() {
    let ollama = ScriptedOllama::start().await;
    let port = Redis::start().await.stop().await;
    let url = format!("redis://127.0.0.1:{port}");
    let proxy = TestProxy::start_with(&ollama, &["--redis-url", &url]).await;
    until_memory_is(&proxy.client(), "degraded").await;
}
