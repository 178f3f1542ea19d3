//! `Prefer: respond-async`, and `/v1/generate/{id}`.

use scripted_ollama::{End, Rule, ScriptedOllama};
use serde_json::{Value, json};

use crate::support::{Client, Event, Redis, Reply, TestProxy};

const CHAT: &str = "/api/chat";

fn request(input: &str) -> Value {
    json!({
        "request_type": "refactor", "input": input, "language": "python", "file_path": "src/a.py",
        "code_context": "def f():\n    return 1\n", "max_tokens": 64,
    })
}

async fn ask(client: &Client, key: Option<&str>, body: Value) -> Reply {
    let key = key.map(|key| ("idempotency-key", key));
    let headers: Vec<_> = [("prefer", "respond-async, wait=5")].into_iter().chain(key).collect();
    client.send_with(&headers, "POST", "/v1/generate", Some(body)).await
}

/// Where an accepted job is found.
pub(crate) async fn accepted(client: &Client, key: Option<&str>, input: &str) -> String {
    let reply = ask(client, key, request(input)).await;
    assert_eq!(reply.status, 202);
    assert_eq!(reply.headers["preference-applied"], "respond-async");
    let place = reply.headers["location"].to_str().expect("text").to_owned();
    let job = reply.json().await;
    assert_eq!(place, format!("/v1/generate/{}", job["id"].as_str().expect("an id")));
    place
}

async fn follow(client: &Client, place: &str, after: &str) -> Reply {
    let headers = [("accept", "text/event-stream"), ("last-event-id", after)];
    client.send_with(&headers, "GET", place, None).await
}

/// The stages that were told, and what the last event was.
fn told(events: &[Event]) -> Vec<&str> {
    let stages = events.iter().filter(|event| event.name == "stage");
    let stages = stages.map(|event| event.data["stage"].as_str().expect("a stage"));
    stages.chain(events.last().map(|last| last.name.as_str())).collect()
}

/// The job once it has ended.
pub(crate) async fn ended(client: &Client, place: &str) -> Value {
    follow(client, place, "0").await.events().await;
    client.get(place).await.json().await
}

async fn record_of(client: &Client, job: &Value) -> Value {
    let id = job["id"].as_str().expect("an id");
    client.get(&format!("/v1/requests/{id}")).await.json().await
}

/// Without anything outside this process, and with Redis.
async fn both(test: impl AsyncFn(&ScriptedOllama, &Client)) {
    let redis = Redis::start().await;
    for flags in [vec![], vec!["--redis-url".to_owned(), redis.url()]] {
        let flags: Vec<&str> = flags.iter().map(String::as_str).collect();
        let ollama = ScriptedOllama::start().await;
        let proxy = TestProxy::start_with(&ollama, &flags).await;
        test(&ollama, &proxy.client()).await;
    }
}

#[tokio::test]
async fn a_job_is_accepted_followed_and_found_with_its_record() {
    both(async |ollama, client| {
        ollama.script([Rule::on(CHAT).pieces(["f = ", "lambda: 1 # 끝"]).hold_after(1)]);
        let place = accepted(client, None, "Shorter.").await;
        let mut following = follow(client, &place, "1").await;
        assert_eq!(following.next_event().await.expect("a step").data["stage"], "context_stored");
        let generating = following.next_event().await.expect("a step");
        assert_eq!((generating.id, &generating.data["stage"]), (Some(3), &json!("generating")));
        assert_eq!(client.get(&place).await.json().await["stage"], "generating");
        let metrics = client.get("/metrics").await.text().await;
        for line in [
            "codesaga_jobs_open{stage=\"generating\"} 1\n",
            "codesaga_jobs_unsent 0.0\n",
            "codesaga_bus{carrier=\"process\",state=\"answers\"} 1\n",
        ] {
            assert!(metrics.contains(line), "{line}{metrics}");
        }
        ollama.release();
        let rest = following.events().await;
        assert_eq!(told(&rest), ["generated", "stored", "completed", "done"]);
        let job = client.get(&place).await.json().await;
        assert_eq!(rest.last().expect("an end").data, job);
        assert_eq!(job["response"], "f = lambda: 1 # 끝");
        assert_eq!((&job["tries"], &job["request_type"]), (&json!(1), &json!("refactor")));
        assert_eq!(job["model"], "smollm2:latest");
        assert_eq!(job["usage"]["completion_tokens"], 2);

        // Whoever missed something comes back for it.
        let again = follow(client, &place, "4").await.events().await;
        assert_eq!(told(&again), ["stored", "completed", "done"]);
        let record = record_of(client, &job).await;
        assert_eq!(
            (&record["status"], &record["prompt"], &record["language"]),
            (&json!("completed"), &json!("code@1"), &json!("python"))
        );
        assert_eq!(record["code_context"].as_array().map(Vec::len), Some(2));
        let text = record.to_string();
        assert!(!text.contains("lambda") && !text.contains("src/a.py"), "{text}");
    })
    .await;
}

#[tokio::test]
async fn the_same_key_gives_the_same_job_and_completions_are_answered_at_once() {
    both(async |ollama, client| {
        let place = accepted(client, Some("k-1"), "Shorter.").await;
        assert_eq!(accepted(client, Some("k-1"), "Shorter.").await, place);
        assert_eq!(ended(client, &place).await["stage"], "completed");
        assert_eq!(accepted(client, Some("k-1"), "Shorter.").await, place);
        assert_eq!(ollama.requests_to(CHAT).len(), 1, "the model was asked once");
        let other = ask(client, Some("k-1"), request("Longer.")).await.json().await;
        assert_eq!(other["error"]["param"], "idempotency-key");

        let mut completion = request("Go on.");
        completion["request_type"] = json!("completion");
        assert_eq!(ask(client, None, completion).await.status, 200);
        let large = "가".repeat(100_000);
        let refused = ask(client, None, request(&large)).await.refusal().await;
        assert_eq!(refused, (413, "too_large".to_owned()));
        let unknown = client.get("/v1/generate/req-unknown").await.refusal().await;
        assert_eq!(unknown, (404, "not_found".to_owned()));
    })
    .await;
}

#[tokio::test]
async fn p1_called_off_it_lets_the_model_server_go_and_undoes_everything() {
    both(async |ollama, client| {
        ollama.script([Rule::on(CHAT).pieces(["a", "b"]).hold_after(1)]);
        let place = accepted(client, None, "Shorter.").await;
        ollama.wait_for_pieces(CHAT, 0, 1).await;
        client.send("DELETE", &place, None).await.json().await;
        ollama.wait_for_end(CHAT, 0).await;
        let events = follow(client, &place, "2").await.events().await;
        assert_eq!(told(&events), ["generating", "compensating", "cancelled", "cancelled"]);
        let job = client.get(&place).await.json().await;
        assert_eq!(
            (&job["stage"], &job["error"]["code"], &job["response"]),
            (&json!("cancelled"), &json!("cancelled"), &Value::Null)
        );
        let record = record_of(client, &job).await;
        assert_eq!(
            (&record["status"], &record["error"]["code"]),
            (&json!("failed"), &json!("cancelled"))
        );
        let again = client.send("DELETE", &place, None).await.json().await;
        assert_eq!(again, job);
    })
    .await;
}

#[tokio::test]
async fn what_passes_is_tried_again_and_what_does_not_fails() {
    both(async |ollama, client| {
        ollama.script([
            Rule::on(CHAT).times(1).pieces(["half "]).end(End::Cut),
            Rule::on(CHAT).pieces(["whole"]),
        ]);
        let place = accepted(client, None, "Shorter.").await;
        let job = ended(client, &place).await;
        assert_eq!((&job["stage"], &job["tries"]), (&json!("completed"), &json!(2)));
        assert_eq!((&job["response"], &job["error"]), (&json!("whole"), &Value::Null));

        let mut unknown = request("Shorter.");
        unknown["model"] = json!("nobody-has-it");
        let reply = ask(client, None, unknown).await;
        let place = reply.headers["location"].to_str().expect("text").to_owned();
        let events = follow(client, &place, "0").await.events().await;
        assert_eq!(events.last().expect("an end").data["error"]["code"], "unknown_model");
        let job = client.get(&place).await.json().await;
        assert_eq!((&job["stage"], &job["tries"]), (&json!("failed"), &json!(1)));
    })
    .await;
}

#[tokio::test]
async fn p9_anothers_job_does_not_exist_and_ones_own_is_forgotten_with_everything() {
    let ollama = ScriptedOllama::start().await;
    ollama.script([Rule::on(CHAT).pieces(["a", "b"]).hold_after(1)]);
    let (_proxy, clients) = TestProxy::start_for(&ollama, &["minji", "jun"]).await;
    let place = accepted(&clients[0], Some("k"), "Shorter.").await;
    ollama.wait_for_pieces(CHAT, 0, 1).await;
    for (method, accept) in
        [("GET", "application/json"), ("GET", "text/event-stream"), ("DELETE", "application/json")]
    {
        let refused = clients[1].send_accepting(accept, method, &place, None).await.refusal().await;
        assert_eq!(refused, (404, "not_found".to_owned()), "{method} {accept}");
    }
    assert_eq!(clients[0].get(&place).await.json().await["stage"], "generating");
    clients[0].send("DELETE", "/v1/me", None).await.json().await;
    ollama.wait_for_end(CHAT, 0).await;
    assert_eq!(clients[0].get(&place).await.refusal().await.0, 404);
}

#[tokio::test]
async fn what_is_kept_of_the_caller_names_jobs_too() {
    both(async |_, client| {
        let place = accepted(client, None, "Shorter.").await;
        let job = ended(client, &place).await;
        assert_eq!(client.get("/v1/me").await.json().await["jobs"], json!([job]));
        let metrics = client.get("/metrics").await.text().await;
        assert!(metrics.contains("codesaga_jobs_total{outcome=\"completed\"} 1\n"), "{metrics}");
    })
    .await;
}
