//! Records: the contract of where they are kept, the same in process, in one Redis and in a cluster;
//! and the calls that show them.

use std::time::Duration;

use codesaga_proxy::domain::ports::Caller;
use codesaga_proxy::domain::records::{RecordLimits, RecordStore};
use codesaga_proxy::outbound::records_in_process::InProcessRecords;
use codesaga_proxy::outbound::records_redis::RedisRecords;
use codesaga_proxy::outbound::redis_store::RedisStore;
use saga_protocol::records::{LlamaRequest, LlamaStatus, Record, RecordKind};
use scripted_ollama::{Rule, ScriptedOllama};
use serde_json::{Value, json};

use crate::support::{Client, Redis, RedisCluster, TestProxy};

const BEGIN: u64 = 1_800_000_000_000;

const LIMITS: RecordLimits =
    RecordLimits { records_max: 4, kept_time: Duration::from_secs(3600), ..RecordLimits::STANDARD };

fn caller(user: &str) -> Caller {
    Caller { tenant: "team".to_owned(), user: user.to_owned() }
}

fn record(id: &str, at: u64, status: LlamaStatus) -> Record {
    Record::Llama(Box::new(LlamaRequest {
        id: id.to_owned(),
        instance_id: None,
        user_id: "minji".to_owned(),
        request_type: "chat".to_owned(),
        model: "모델".to_owned(),
        input_tokens: Some(3),
        output_tokens: None,
        output_bytes: 7,
        waited_ms: None,
        first_text_ms: Some(1),
        processing_time: 9,
        origin: None,
        status,
        error_code: None,
        created_at: at,
    }))
}

async fn ids(
    kept: &dyn RecordStore,
    who: &Caller,
    after: Option<&str>,
    count: usize,
) -> Vec<String> {
    let page = kept.page(who, RecordKind::Llama, after, count).await.expect("they are read");
    page.iter().map(|record| record.id().to_owned()).collect()
}

async fn keeps_its_promises(kept: &dyn RecordStore) {
    let (minji, jun) = (caller("minji"), caller("jun"));
    assert!(ids(kept, &minji, None, 9).await.is_empty());
    // They come when they end, and are listed by when they began.
    for (id, at) in [("b", BEGIN + 20), ("a", BEGIN + 10), ("c", BEGIN + 30)] {
        kept.put(&minji, &record(id, at, LlamaStatus::Completed)).await.expect("kept");
    }
    assert_eq!(ids(kept, &minji, None, 9).await, ["c", "b", "a"]);
    assert_eq!(ids(kept, &minji, None, 2).await, ["c", "b"]);
    assert_eq!(ids(kept, &minji, Some("b"), 9).await, ["a"]);
    assert!(ids(kept, &minji, Some("unknown"), 9).await.is_empty());

    let changed = record("b", BEGIN + 20, LlamaStatus::Failed);
    kept.put(&minji, &changed).await.expect("kept");
    assert_eq!(kept.get(&minji, RecordKind::Llama, "b").await, Ok(Some(changed)));
    assert_eq!(ids(kept, &minji, None, 9).await, ["c", "b", "a"], "replaced, not added");

    for stranger in [&jun, &Caller { tenant: "other".to_owned(), user: "minji".to_owned() }] {
        assert_eq!(kept.get(stranger, RecordKind::Llama, "b").await, Ok(None));
        assert!(ids(kept, stranger, None, 9).await.is_empty());
    }
    assert_eq!(kept.get(&minji, RecordKind::Codesaga, "b").await, Ok(None));

    for (id, at) in [("d", BEGIN + 40), ("e", BEGIN + 50)] {
        kept.put(&minji, &record(id, at, LlamaStatus::Completed)).await.expect("kept");
    }
    assert_eq!(ids(kept, &minji, None, 9).await, ["e", "d", "c", "b"], "the oldest go first");
    let later = BEGIN + 3_600_000 + 35;
    kept.put(&minji, &record("f", later, LlamaStatus::Completed)).await.expect("kept");
    assert_eq!(ids(kept, &minji, None, 9).await, ["f", "e", "d"], "and what is too old");

    kept.put(&jun, &record("j", BEGIN, LlamaStatus::Completed)).await.expect("kept");
    assert_eq!(kept.erase(&minji, later + 5).await, Ok(3));
    kept.put(&minji, &record("f", later, LlamaStatus::Completed)).await.expect("answered");
    assert!(ids(kept, &minji, None, 9).await.is_empty(), "what was running stays erased");
    assert_eq!(kept.erase(&minji, later + 5).await, Ok(0));
    kept.put(&minji, &record("g", later + 6, LlamaStatus::Completed)).await.expect("kept");
    assert_eq!(ids(kept, &minji, None, 9).await, ["g"]);
    assert_eq!(ids(kept, &jun, None, 9).await, ["j"], "of nobody else");
}

fn in_redis_at(url: &str) -> RedisRecords {
    let store = RedisStore::new(url, Duration::from_secs(10)).expect("an address");
    RedisRecords::new(store, LIMITS)
}

#[tokio::test]
async fn in_process_all_together_are_bounded_and_the_greedy_lose_theirs_first() {
    let bytes_max = 100 * 300;
    let limits = RecordLimits { records_max: 1_000, in_process_bytes_max: bytes_max, ..LIMITS };
    let kept = InProcessRecords::new(limits);
    let (greedy, modest) = (caller("greedy"), caller("modest"));
    for at in 0..3 {
        let own = record(&format!("m{at}"), BEGIN + at, LlamaStatus::Completed);
        kept.put(&modest, &own).await.expect("kept");
    }
    for at in 0..500 {
        let own = record(&format!("g{at:03}"), BEGIN + at, LlamaStatus::Completed);
        kept.put(&greedy, &own).await.expect("kept");
    }
    assert_eq!(ids(&kept, &modest, None, 9).await, ["m2", "m1", "m0"]);
    let left = ids(&kept, &greedy, None, 1_000).await;
    assert_eq!(left.first().map(String::as_str), Some("g499"));
    assert!((50..300).contains(&left.len()), "{}", left.len());
    let bytes: usize = left
        .iter()
        .map(|id| record(id, BEGIN, LlamaStatus::Completed))
        .map(|one| serde_json::to_vec(&one).expect("JSON").len())
        .sum();
    assert!(bytes <= bytes_max, "{bytes}");
}

#[tokio::test]
async fn in_process() {
    keeps_its_promises(&InProcessRecords::new(LIMITS)).await;
}

#[tokio::test]
async fn in_redis() {
    let server = Redis::start().await;
    keeps_its_promises(&in_redis_at(&server.url())).await;
}

#[tokio::test]
async fn in_a_cluster() {
    let servers = RedisCluster::start().await;
    keeps_its_promises(&in_redis_at(&servers.url())).await;
}

fn request(kind: &str) -> Value {
    json!({
        "request_type": kind, "input": "Shorter.", "language": "python", "file_path": "src/a.py",
        "code_context": "def f():\n    return 1\n", "max_tokens": 64,
    })
}

async fn list(client: &Client, query: &str) -> Value {
    client.get(&format!("/v1/requests{query}")).await.json().await
}

fn count(page: &Value) -> usize {
    page["requests"].as_array().expect("a list").len()
}

#[tokio::test]
async fn ones_own_requests_are_listed_in_pages_and_by_type_and_status() {
    let redis = Redis::start().await;
    for flags in [vec![], vec!["--redis-url".to_owned(), redis.url()]] {
        let flags: Vec<&str> = flags.iter().map(String::as_str).collect();
        let ollama = ScriptedOllama::start().await;
        let proxy = TestProxy::start_with(&ollama, &flags).await;
        let client = proxy.client();
        for kind in ["refactor", "error_fix", "refactor"] {
            client.send("POST", "/v1/generate", Some(request(kind))).await.json().await;
        }
        let refusal = json!({ "error": "something broke" });
        ollama.script([Rule::on("/api/chat").refusing(500, refusal)]);
        client.send("POST", "/v1/generate", Some(request("refactor"))).await.refusal().await;

        let all = list(&client, "").await;
        assert_eq!(count(&all), 4, "{flags:?}");
        assert_eq!(all["next"], Value::Null);
        assert_eq!(count(&list(&client, "?type=refactor").await), 3);
        assert_eq!(count(&list(&client, "?type=refactor&status=completed").await), 2);
        let failed = list(&client, "?status=failed").await;
        assert_eq!(failed["requests"][0]["error"]["code"], "upstream_failed");

        let first = list(&client, "?limit=3").await;
        let next = first["next"].as_str().expect("there is more").to_owned();
        let second = list(&client, &format!("?limit=3&cursor={next}")).await;
        let both: Vec<_> = [&first, &second]
            .iter()
            .flat_map(|page| page["requests"].as_array().expect("a list").clone())
            .collect();
        assert_eq!(json!(both), all["requests"]);

        let answers = list(&client, "?record=llama&status=completed").await;
        assert_eq!(count(&answers), 3);
        let one = &answers["requests"][0];
        let instances = client.get("/v1/instances").await.json().await;
        let listed = instances["instances"].as_array().expect("a list");
        assert!(listed.iter().any(|known| known["id"] == one["instance_id"]), "{one}");
        assert_eq!(
            (&one["request_type"], &one["model"]),
            (&json!("edit"), &json!("smollm2:latest"))
        );
        assert!(one["output_tokens"].is_u64() && one["processing_time"].is_u64(), "{one}");
        let id = one["id"].as_str().expect("an id");
        assert_eq!(client.get(&format!("/v1/requests/{id}")).await.json().await, *one);

        for wrong in ["?limit=0", "?limit=many", "?record=other"] {
            let refused = client.get(&format!("/v1/requests{wrong}")).await.refusal().await;
            assert_eq!(refused, (400, "invalid_request".to_owned()), "{wrong}");
        }
    }
}

#[tokio::test]
async fn texts_are_kept_only_for_teams_that_want_it() {
    let ollama = ScriptedOllama::start().await;
    ollama.script([Rule::on("/api/chat").pieces(["f = ", "lambda: 1"])]);
    for (flags, keeps) in [(vec![], false), (vec!["--record-texts", "others, local"], true)] {
        let proxy = TestProxy::start_with(&ollama, &flags).await;
        let client = proxy.client();
        let answer =
            client.send("POST", "/v1/generate", Some(request("refactor"))).await.json().await;
        assert_eq!(answer["response"], "f = lambda: 1");
        let path = format!("/v1/requests/{}", answer["id"].as_str().expect("an id"));
        let record = client.get(&path).await.json().await;
        assert_eq!((&record["user_id"], &record["prompt"]), (&json!("local"), &json!("code@1")));
        let [before, after] = record["code_context"].as_array().expect("two").as_slice() else {
            panic!("before and after: {record}");
        };
        assert_eq!(
            (&before["context_type"], &after["context_type"]),
            (&json!("before"), &json!("after"))
        );
        assert_eq!(before["request_id"], record["id"]);
        assert_eq!(
            (&before["metadata"]["bytes"], &before["metadata"]["lines"]),
            (&json!(22), &json!(2))
        );
        assert_eq!(after["metadata"]["hash"].as_str().map(str::len), Some(32));
        let text = record.to_string();
        assert_eq!(text.contains("lambda"), keeps, "{text}");
        assert_eq!(text.contains("def f"), keeps, "{text}");
        assert_eq!(text.contains("src/a.py"), keeps, "{text}");
        assert!(!text.contains("Shorter."), "the instruction is not part of a record");
    }
}

#[tokio::test]
async fn a_verdict_is_noted_and_counted_once() {
    let redis = Redis::start().await;
    for flags in [vec![], vec!["--redis-url".to_owned(), redis.url()]] {
        let flags: Vec<&str> = flags.iter().map(String::as_str).collect();
        let ollama = ScriptedOllama::start().await;
        let proxy = TestProxy::start_with(&ollama, &flags).await;
        let client = proxy.client();
        let judge = async |id: &Value, verdict: &str| {
            let body = json!({ "verdicts": [{ "request_id": id, "verdict": verdict }] });
            client.send("POST", "/v1/feedback", Some(body)).await.status.as_u16()
        };
        let mut ids = Vec::new();
        for _ in 0..4 {
            let answer = client.send("POST", "/v1/generate", Some(request("refactor"))).await;
            ids.push(answer.json().await["id"].clone());
        }
        for (id, verdict) in ids.iter().zip(["accepted", "edited", "rejected", "thumbs_up"]) {
            assert_eq!(judge(id, verdict).await, 204, "{flags:?}");
        }
        assert_eq!(judge(&ids[0], "thumbs_down").await, 204, "another word on the same answer");
        assert_eq!(judge(&json!("req-unknown"), "accepted").await, 204, "dropped");
        assert_eq!(judge(&ids[0], "splendid").await, 400);
        let record = client.get(&format!("/v1/requests/{}", ids[0].as_str().expect("an id"))).await;
        assert_eq!(record.json().await["verdict"], "thumbs_down");
        let all = client.get("/v1/instances").await.json().await;
        let used = all["instances"].as_array().expect("a list").iter();
        let used = used.filter(|one| one["model_name"] == "smollm2:latest");
        let figures: Vec<_> = used.map(|one| &one["performance_metrics"]).collect();
        let edits = json!({ "accuracy": 0.5, "usage_count": 4 });
        assert_eq!((&figures[0]["edits"], &figures[0]["usage_count"]), (&edits, &json!(0)));
    }
}

#[tokio::test]
async fn a_turn_of_a_conversation_has_a_record_that_takes_a_verdict_with_its_reason() {
    let redis = Redis::start().await;
    for flags in [vec![], vec!["--redis-url".to_owned(), redis.url()]] {
        let flags: Vec<&str> = flags.iter().map(String::as_str).collect();
        let ollama = ScriptedOllama::start().await;
        ollama.script([Rule::on("/api/chat").pieces(["a stack"])]);
        let proxy = TestProxy::start_with(&ollama, &flags).await;
        let client = proxy.client();
        let said = json!({ "session": "s", "request_id": "turn-1", "text": "What is it?" });
        client.chat(said).await.events().await;
        let judge = async |verdict: &str, reason: &str| {
            let said = json!({ "request_id": "turn-1", "verdict": verdict, "reason": reason });
            client.send("POST", "/v1/feedback", Some(json!({ "verdicts": [said] }))).await
        };
        assert_eq!(judge("thumbs_down", "틀렸어요 🙂").await.status, 204);
        let record = client.get("/v1/requests/turn-1").await.json().await;
        let seen =
            ["request_type", "status", "verdict", "reason", "prompt"].map(|key| &record[key]);
        assert_eq!(seen, ["chat", "completed", "thumbs_down", "틀렸어요 🙂", "chat@1"]);
        assert_eq!(record["code_context"][0]["metadata"]["bytes"], 7);
        let text = record.to_string();
        assert!(!text.contains("a stack") && !text.contains("What is it?"), "{text}");
        assert_eq!(count(&list(&client, "?type=chat").await), 1);

        let long = judge("thumbs_up", &"가".repeat(1001)).await.refusal().await;
        assert_eq!(long, (400, "invalid_request".to_owned()));
        assert_eq!(judge("thumbs_up", &"가".repeat(1000)).await.status, 204);
        let all = client.get("/v1/instances").await.json().await;
        let used = all["instances"].as_array().expect("a list").iter();
        let used = used.filter(|one| one["model_name"] == "smollm2:latest");
        let figures: Vec<_> = used.map(|one| &one["performance_metrics"]).collect();
        let chat = json!({ "accuracy": 0.0, "usage_count": 1 });
        assert_eq!((&figures[0]["chat"], &figures[0]["usage_count"]), (&chat, &json!(0)));
    }
}

#[tokio::test]
async fn p9_nobody_judges_anothers_answer() {
    let ollama = ScriptedOllama::start().await;
    let (_proxy, clients) = TestProxy::start_for(&ollama, &["minji", "jun"]).await;
    let said = json!({ "session": "s", "request_id": "turn-1", "text": "What is it?" });
    clients[0].chat(said).await.events().await;
    let verdict = json!({ "request_id": "turn-1", "verdict": "thumbs_down", "reason": "bad" });
    let told = json!({ "verdicts": [verdict] });
    let taken = clients[1].send("POST", "/v1/feedback", Some(told)).await;
    assert_eq!(taken.status, 204, "as for one that is known no more");
    let record = clients[0].get("/v1/requests/turn-1").await.json().await;
    assert_eq!((&record["verdict"], &record["reason"]), (&Value::Null, &Value::Null));
}
