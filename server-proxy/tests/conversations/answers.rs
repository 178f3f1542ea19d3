//! Finished answers in a real Redis: for the proxies of a team, never for another team.

use std::sync::Arc;
use std::time::Duration;

use codesaga_proxy::domain::answer_cache::{AnswerStore, CacheLimits, FinishedAnswer};
use codesaga_proxy::outbound::answers_redis::RedisAnswers;
use codesaga_proxy::outbound::redis_store::RedisStore;
use scripted_ollama::{Rule, ScriptedOllama};
use serde_json::json;

use crate::support::{Client, Redis, RedisCluster, TestProxy};

/// More than an operation takes beside many others.
const PATIENCE: Duration = Duration::from_secs(20);

fn answer(text: &str) -> FinishedAnswer {
    FinishedAnswer { text: text.to_owned(), ..FinishedAnswer::default() }
}

/// The contract of the store, against the Redis at this address.
async fn keeps_its_promises(url: &str) {
    let store = RedisStore::new(url, PATIENCE).expect("an address");
    let limits =
        CacheLimits { stored_bytes_max: 1400, answer_bytes_max: 1000, ..CacheLimits::STANDARD };
    let kept = RedisAnswers::new(Arc::clone(&store), limits);
    let key = |name: &str| blake3::hash(name.as_bytes());
    assert_eq!(kept.get("a", &key("1")).await, None);
    kept.put("a", &key("1"), &answer("가🙂")).await;
    assert_eq!(kept.get("a", &key("1")).await, Some(answer("가🙂")));
    assert_eq!(kept.get("b", &key("1")).await, None, "another tenant's");

    kept.put("a", &key("long"), &answer(&"x".repeat(1000))).await;
    assert_eq!(kept.get("a", &key("long")).await, None, "too long");
    for name in ["2", "3", "4"] {
        kept.put("a", &key(name), &answer(&"x".repeat(600))).await;
    }
    kept.put("b", &key("1"), &answer("b")).await;
    let mut there = Vec::new();
    for name in ["1", "2", "3", "4"] {
        there.push(kept.get("a", &key(name)).await.is_some());
    }
    assert_eq!(there, [false, false, true, true], "the oldest go, so that all fit");
    assert!(kept.get("b", &key("1")).await.is_some());

    let brief = CacheLimits { ttl: Duration::from_millis(1), ..limits };
    let brief = RedisAnswers::new(store, brief);
    brief.put("c", &key("1"), &answer("c")).await;
    while brief.get("c", &key("1")).await.is_some() {}
}

#[tokio::test]
async fn a_store_keeps_its_promises_in_one_redis_and_in_a_cluster() {
    let redis = Redis::start().await;
    keeps_its_promises(&redis.url()).await;
    let cluster = RedisCluster::start().await;
    keeps_its_promises(&cluster.url()).await;
}

#[tokio::test]
async fn proxies_of_a_team_find_each_others_answers() {
    let redis = Redis::start().await;
    let ollama = ScriptedOllama::start().await;
    ollama.script([Rule::any().pieces(["하나", "둘"])]);
    let flags = ["--redis-url", &redis.url()];
    let one = TestProxy::start_with(&ollama, &flags).await;
    let two = TestProxy::start_with(&ollama, &flags).await;
    let ask = async |client: Client| {
        let body = json!({ "prompt": "the same", "temperature": 0 });
        let answer = client.send("POST", "/v1/completions", Some(body)).await.json().await;
        answer["choices"][0]["text"].as_str().map(str::to_owned)
    };
    assert_eq!(ask(one.client()).await.as_deref(), Some("하나둘"));
    // It is put there beside the answer's way to the client.
    let store = redis::Client::open(redis.url()).expect("an address");
    let mut connection = store.get_multiplexed_async_connection().await.expect("it runs");
    loop {
        let keys: Vec<String> = redis::cmd("KEYS")
            .arg("cs:{answers:*")
            .query_async(&mut connection)
            .await
            .expect("keys");
        if !keys.is_empty() {
            break;
        }
    }
    assert_eq!(ask(two.client()).await.as_deref(), Some("하나둘"));
    let holds = |request: &scripted_ollama::Recorded| request.body["prompt"] == "the same";
    assert_eq!(ollama.requests().iter().filter(|request| holds(request)).count(), 1);
}

#[tokio::test]
async fn p9_an_answer_is_never_shared_between_tenants() {
    let ollama = ScriptedOllama::start().await;
    ollama.script([Rule::any().pieces(["a", "b"]).hold_after(1)]);
    let users = [("mobile", "minji"), ("web", "jun"), ("mobile", "sora")];
    let (_proxy, clients) = TestProxy::start_for_tenants(&ollama, &users).await;
    let body = json!({ "prompt": "secret", "temperature": 0, "stream": true });
    let mut streams = Vec::new();
    for client in &clients {
        streams.push(client.send("POST", "/v1/completions", Some(body.clone())).await);
    }
    ollama.release();
    for stream in streams {
        stream.events().await;
    }
    for client in &clients {
        client.send("POST", "/v1/completions", Some(body.clone())).await.events().await;
    }
    let holds = |request: &scripted_ollama::Recorded| request.body["prompt"] == "secret";
    let asked = ollama.requests().iter().filter(|request| holds(request)).count();
    assert_eq!(asked, 2, "once for each tenant, while it runs and afterwards");
}

#[tokio::test]
async fn p7_without_its_redis_the_proxy_answers_all_the_same() {
    let redis = Redis::start().await;
    let ollama = ScriptedOllama::start().await;
    ollama.script([Rule::any().pieces(["a"])]);
    let proxy = TestProxy::start_with(&ollama, &["--redis-url", &redis.url()]).await;
    redis.stop().await;
    for prompt in ["one", "two", "two"] {
        let body = json!({ "prompt": prompt, "temperature": 0 });
        let answer = proxy.client().send("POST", "/v1/completions", Some(body)).await.json().await;
        assert_eq!(answer["choices"][0]["text"], "a");
    }
}

#[tokio::test]
async fn who_is_spared_a_models_work_has_a_record_and_pays_for_what_was_shared() {
    let ollama = ScriptedOllama::start().await;
    ollama.script([Rule::any().pieces(["a", "b"]).hold_after(1)]);
    let proxy = TestProxy::start_with(&ollama, &["--tokens-per-day", "1000000"]).await;
    let client = proxy.client();
    let body = json!({ "prompt": "the same", "temperature": 0, "stream": true });
    let ask = async || client.send("POST", "/v1/completions", Some(body.clone())).await;
    let both = [ask().await, ask().await];
    ollama.release();
    for stream in both {
        stream.events().await;
    }
    ask().await.events().await;
    let page = client.get("/v1/requests?record=llama").await.json().await;
    let mut seen = Vec::new();
    for record in page["requests"].as_array().expect("a list") {
        assert_eq!(record["status"], "completed");
        let tokens = |name: &str| record[name].as_u64().expect("a number");
        let origin = record["origin"].as_str().unwrap_or("asked").to_owned();
        seen.push((origin, tokens("input_tokens") + tokens("output_tokens")));
    }
    seen.sort();
    let [(asked, tokens), kept, shared] = seen.as_slice() else { panic!("three: {seen:?}") };
    assert!(asked == "asked" && *tokens > 0, "{seen:?}");
    assert_eq!((kept, shared), (&("kept".to_owned(), 0), &("shared".to_owned(), *tokens)));
    // It says what was left when its request began.
    let last = ask().await;
    assert_eq!(
        last.headers["x-ratelimit-remaining-tokens"],
        (1_000_000 - 2 * tokens).to_string().as_str()
    );
}
