//! `POST /v1/feedback` and `GET /v1/instances`: what became of suggestions, added up in process and
//! in Redis alike.

use std::collections::BTreeMap;
use std::time::Duration;

use codesaga_proxy::domain::feedback::{FeedbackTotals, Totals};
use codesaga_proxy::outbound::feedback_in_process::InProcessFeedback;
use codesaga_proxy::outbound::feedback_redis::RedisFeedback;
use codesaga_proxy::outbound::redis_store::RedisStore;
use futures_util::future::join_all;
use saga_protocol::feedback::FeedbackKind;
use scripted_ollama::{End, Rule, ScriptedOllama};
use serde_json::{Value, json};
use tokio::time::timeout;

use crate::support::{Client, Redis, TestProxy};

/// Longer than anything here takes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(20);

async fn add(kept: &dyn FeedbackTotals, tenant: &str, model: &str, numbers: [u64; 8]) {
    add_of(kept, tenant, model, FeedbackKind::Completion, numbers).await;
}

async fn add_of(
    kept: &dyn FeedbackTotals,
    tenant: &str,
    model: &str,
    kind: FeedbackKind,
    numbers: [u64; 8],
) {
    let report = BTreeMap::from([(model.to_owned(), Totals::of(kind, numbers))]);
    kept.add(tenant, &report).await.expect("it is counted");
}

async fn totals(kept: &dyn FeedbackTotals, tenant: &str, models: &[&str]) -> Vec<Totals> {
    let models: Vec<String> = models.iter().map(|model| (*model).to_owned()).collect();
    kept.totals(tenant, &models).await.expect("it is told")
}

/// The contract, against one adapter.
async fn keeps_its_promises(kept: &dyn FeedbackTotals) {
    let zero = Totals::default();
    assert_eq!(totals(kept, "a", &["m", "n"]).await, [zero, zero]);
    assert_eq!(totals(kept, "a", &[]).await, []);

    add(kept, "a", "m", [1, 2, 3, 4, 5, 6, 7, 8]).await;
    add(kept, "a", "m", [1, 0, 0, 0, 0, 0, 0, 1]).await;
    add(kept, "a", "n:1/x", [9; 8]).await;
    let completions = |numbers| Totals::of(FeedbackKind::Completion, numbers);
    let m = completions([2, 2, 3, 4, 5, 6, 7, 9]);
    assert_eq!(totals(kept, "a", &["n:1/x", "m"]).await, [completions([9; 8]), m]);

    // Each kind is counted apart from the others.
    let mut all = completions([1; 8]);
    add(kept, "d", "m", [1; 8]).await;
    for (kind, numbers) in [(FeedbackKind::Edit, [2; 8]), (FeedbackKind::Chat, [3; 8])] {
        add_of(kept, "d", "m", kind, numbers).await;
        all.add(&Totals::of(kind, numbers));
    }
    assert_eq!(totals(kept, "d", &["m"]).await, [all]);

    // Another tenant's are another's, however it is called.
    for stranger in ["b", "a:feedback", "a}", "A"] {
        assert_eq!(totals(kept, stranger, &["m"]).await, [zero], "{stranger}");
    }
    let empty = BTreeMap::new();
    kept.add("a", &empty).await.expect("nothing to count is no error");

    join_all((0..50).map(|_| add(kept, "c", "m", [1, 1, 0, 0, 0, 0, 10, 10]))).await;
    assert_eq!(totals(kept, "c", &["m"]).await, [completions([50, 50, 0, 0, 0, 0, 500, 500])]);
}

#[tokio::test]
async fn in_process() {
    keeps_its_promises(&InProcessFeedback::default()).await;
}

#[tokio::test]
async fn in_redis() {
    let server = Redis::start().await;
    let store = RedisStore::new(&server.url(), Duration::from_secs(10)).expect("an address");
    keeps_its_promises(&RedisFeedback::new(store)).await;

    let client = redis::Client::open(server.url()).expect("an address");
    let mut connection = client.get_multiplexed_async_connection().await.expect("a connection");
    let mut command = redis::cmd("TTL");
    let left: i64 =
        command.arg("cs:{a}:feedback:m").query_async(&mut connection).await.expect("a time");
    assert!(left > 80 * 24 * 60 * 60, "kept for months, not for ever: {left}");
}

fn report(model: &str, shown: u64, accepted: u64) -> Value {
    json!({ "counts": [{
        "model": model, "language": "rust", "shown": shown, "accepted": accepted,
        "characters_shown": 40 * shown, "characters_accepted": 40 * accepted,
    }] })
}

async fn send(client: &Client, report: Value) -> u16 {
    client.send("POST", "/v1/feedback", Some(report)).await.status.as_u16()
}

async fn instance(client: &Client, model: &str) -> Value {
    let all = client.get("/v1/instances").await.json().await;
    let all = all["instances"].as_array().expect("a list").clone();
    all.into_iter().find(|instance| instance["model_name"] == model).expect("it is listed")
}

#[tokio::test]
async fn feedback_becomes_the_accuracy_of_a_model() {
    let ollama = ScriptedOllama::start().await;
    let proxy = TestProxy::start(&ollama).await;
    let client = proxy.client();
    assert_eq!(client.get("/v1/models").await.status, 200);
    let before = instance(&client, "smollm2:latest").await;
    assert_eq!(before["performance_metrics"], json!({ "usage_count": 0 }));
    // Either spelling of the model's name is the same model.
    assert_eq!(send(&client, report("smollm2", 3, 1)).await, 204);
    assert_eq!(send(&client, report("smollm2:latest", 1, 1)).await, 204);
    assert_eq!(send(&client, report("gone", 8, 8)).await, 204);
    let after = instance(&client, "smollm2:latest").await;
    assert_eq!(after["performance_metrics"], json!({ "accuracy": 0.5, "usage_count": 4 }));
    let mut edits = report("smollm2", 4, 1);
    edits["counts"][0]["kind"] = json!("edit");
    assert_eq!(send(&client, edits).await, 204);
    let after = instance(&client, "smollm2:latest").await;
    let edits = json!({ "accuracy": 0.25, "usage_count": 4 });
    let expected = json!({ "accuracy": 0.5, "usage_count": 4, "edits": edits });
    assert_eq!(after["performance_metrics"], expected);
    assert_eq!(
        instance(&client, "fim-shape:latest").await["performance_metrics"]["usage_count"],
        0
    );
}

#[tokio::test]
async fn an_instance_tells_how_it_stands_and_was_used() {
    let ollama = ScriptedOllama::start().await;
    ollama.script([Rule::on("load").hold_after(0), Rule::any().pieces(["a"])]);
    let proxy = TestProxy::start(&ollama).await;
    let client = proxy.client();
    assert_eq!(client.get("/v1/models").await.status, 200);
    ollama
        .wait_for(|request| {
            request.body["model"] == "smollm2:latest" && request.path != "/api/show"
        })
        .await;
    assert_eq!(instance(&client, "smollm2:latest").await["status"], "updating");
    ollama.release();
    client.say("s", "hello").await;
    let used = instance(&client, "smollm2:latest").await;
    assert_eq!((&used["status"], &used["model_type"]), (&json!("active"), &json!("ollama")));
    assert!(used["last_used_at"].as_u64().is_some_and(|at| at > 1_700_000_000_000));
    assert!(used["performance_metrics"]["response_time"].as_f64().is_some_and(|ms| ms > 0.0));
    assert_eq!(used["version"].as_str().map(str::len), Some(64), "the digest");
    assert!(!used.to_string().contains("127.0.0.1"), "no word of where it is");
    let unused = instance(&client, "fim-shape:latest").await;
    assert!(unused.get("last_used_at").is_none());
    assert_ne!(unused["id"], used["id"]);
}

#[tokio::test]
async fn a_server_that_is_gone_leaves_inactive_instances() {
    let ollama = ScriptedOllama::start().await;
    let proxy = TestProxy::start(&ollama).await;
    let client = proxy.client();
    assert_eq!(client.get("/v1/models").await.status, 200);
    drop(ollama);
    let failed = client.chat(json!({ "session": "s", "text": "hello" })).await;
    assert_eq!(failed.status, 502);
    // Asking again finds that nobody answers.
    let noticed = async {
        while instance(&client, "smollm2:latest").await["status"] != "inactive" {
            client.get("/v1/models").await;
        }
    };
    timeout(PATIENCE, noticed).await.expect("it is noticed");
}

#[tokio::test]
async fn p9_a_tenant_sees_its_own_feedback_alone() {
    let ollama = ScriptedOllama::start().await;
    let keys = [("red", "ann"), ("red", "bob"), ("blue", "eve")];
    let (_proxy, clients) = TestProxy::start_for_tenants(&ollama, &keys).await;
    let [ann, bob, eve] = clients.try_into().ok().expect("three clients");
    assert_eq!(ann.get("/v1/models").await.status, 200);
    assert_eq!(send(&ann, report("smollm2", 2, 1)).await, 204);
    let seen =
        async |client| instance(client, "smollm2:latest").await["performance_metrics"].clone();
    let reds = json!({ "accuracy": 0.5, "usage_count": 2 });
    assert_eq!((seen(&ann).await, seen(&bob).await), (reds.clone(), reds));
    assert_eq!(seen(&eve).await, json!({ "usage_count": 0 }));
}

#[tokio::test]
async fn only_numbers_within_bounds_are_taken() {
    let ollama = ScriptedOllama::start().await;
    let proxy = TestProxy::start(&ollama).await;
    let client = proxy.client();
    let check = async |body: Value, expected: &str| {
        let reply = client.send("POST", "/v1/feedback", Some(body)).await;
        assert_eq!(reply.status, 400, "{expected}");
        let error = reply.json().await["error"].clone();
        assert_eq!(format!("{}: {}", error["code"], error["message"]), expected);
    };
    let with = |name: &str, value: Value| {
        let mut body = report("smollm2", 1, 1);
        body["counts"][0][name] = value;
        body
    };
    check(
        with("text", json!("let x = 1;")),
        "\"invalid_request\": \"`counts[0].text`: unknown field `text`, expected one of `model`, \
         `language`, `kind`, `shown`, `accepted`, `partially_accepted`, `dismissed`, `survived`, \
         `changed`, `characters_shown`, `characters_accepted`\"",
    )
    .await;
    check(
        with("shown", json!(1_000_001)),
        "\"invalid_request\": \"`counts[0].shown`: expected 1000000 at most\"",
    )
    .await;
    check(
        with("language", json!("")),
        "\"invalid_request\": \"`counts[0].language`: expected 1 to 64 bytes\"",
    )
    .await;
    check(
        json!({ "counts": vec![report("m", 1, 1)["counts"][0].clone(); 257] }),
        "\"invalid_request\": \"`counts`: at most 256 are taken\"",
    )
    .await;
    let negative = client.send("POST", "/v1/feedback", Some(with("shown", json!(-1)))).await;
    assert_eq!(negative.status, 400);
}

#[tokio::test]
async fn p7_without_its_redis_feedback_is_refused_and_instances_are_told() {
    let ollama = ScriptedOllama::start().await;
    ollama.script([Rule::any().pieces(["a"]).end(End::Done)]);
    let redis = Redis::start().await;
    let url = redis.url();
    let proxy = TestProxy::start_with(&ollama, &["--redis-url", &url]).await;
    let client = proxy.client();
    assert_eq!(client.get("/v1/models").await.status, 200);
    let counted = async { while send(&client, report("smollm2", 2, 1)).await != 204 {} };
    timeout(PATIENCE, counted).await.expect("it is counted");
    redis.stop().await;
    let refused = client.send("POST", "/v1/feedback", Some(report("smollm2", 2, 1))).await;
    assert_eq!(refused.headers["retry-after"], "1");
    assert_eq!(refused.refusal().await, (504, "timeout".to_owned()));
    assert_eq!(instance(&client, "smollm2:latest").await["performance_metrics"], json!({}));
}
