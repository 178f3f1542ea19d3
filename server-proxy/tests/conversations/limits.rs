//! Limits of callers as clients see them, counted in process and in a real Redis.

use codesaga_proxy::domain::caller_limits::{Bound, LimitOverrides};
use codesaga_proxy::domain::scope::Scopes;
use codesaga_proxy::outbound::keys_file::{self, NewKey};
use scripted_ollama::{Rule, ScriptedOllama};
use serde_json::{Value, json};

use crate::support::{Client, Redis, Reply, TestProxy};

/// A key with limits of its own, in a file.
struct Keyed {
    _folder: tempfile::TempDir,
    file: String,
    key: String,
}

impl Keyed {
    fn new(limits: LimitOverrides) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("keys");
        let new = NewKey {
            tenant: "team".to_owned(),
            user: "minji".to_owned(),
            scopes: Scopes::EDITOR,
            limits,
            note: None,
        };
        let key = keys_file::add_new(&file, new).expect("written");
        let file = file.to_str().expect("a path").to_owned();
        Self { _folder: folder, file, key }
    }

    async fn proxy(&self, ollama: &ScriptedOllama, redis: Option<&Redis>) -> (TestProxy, Client) {
        let url = redis.map(Redis::url);
        let mut flags = vec!["--keys-file", &self.file];
        flags.extend(url.iter().flat_map(|url| ["--redis-url", url.as_str()]));
        let proxy = TestProxy::start_with(ollama, &flags).await;
        let client = proxy.client_of(&self.key);
        // Until its Redis, if there is one, stands.
        while client.get("/v1/sessions").await.status.as_u16() != 200 {
            tokio::task::yield_now().await;
        }
        (proxy, client)
    }
}

async fn ask(client: &Client) -> Reply {
    client.chat(json!({ "text": "Hi" })).await
}

fn header<'a>(reply: &'a Reply, name: &str) -> &'a str {
    reply.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

/// The error of a refused request.
async fn error(reply: Reply) -> Value {
    assert_eq!(reply.status.as_u16(), 429);
    reply.json().await["error"].clone()
}

/// Asks until it is refused: the tokens of an answer are counted behind its back.
async fn refused_at_last(client: &Client) -> Reply {
    loop {
        let reply = ask(client).await;
        if reply.status.as_u16() == 429 {
            return reply;
        }
        reply.events().await;
    }
}

/// Does the same without and with Redis.
async fn with_each(limits: LimitOverrides, check: impl AsyncFn(ScriptedOllama, Client)) {
    for redis in [None, Some(Redis::start().await)] {
        let (ollama, keyed) = (ScriptedOllama::start().await, Keyed::new(limits));
        let (_proxy, client) = keyed.proxy(&ollama, redis.as_ref()).await;
        check(ollama, client).await;
    }
}

#[tokio::test]
async fn a_refusal_says_which_limit_it_is_and_when_to_come_back() {
    let limits = LimitOverrides {
        requests_per_minute: Some(Bound::Of(2)),
        tokens_per_minute: Some(Bound::Of(1_000_000)),
        ..LimitOverrides::default()
    };
    with_each(limits, async |_ollama, client| {
        let first = ask(&client).await;
        assert_eq!(header(&first, "x-ratelimit-limit-requests"), "2");
        assert_eq!(header(&first, "x-ratelimit-remaining-requests"), "1");
        assert_eq!(header(&first, "x-ratelimit-limit-tokens"), "1000000");
        first.events().await;
        // A third may be let in when the minute turns meanwhile.
        let refused = refused_at_last(&client).await;
        assert_eq!(header(&refused, "x-ratelimit-remaining-requests"), "0");
        let seconds: u64 = header(&refused, "retry-after").parse().expect("seconds");
        let error = error(refused).await;
        let ms = error["retry_after_ms"].as_u64().expect("a time");
        assert_eq!(seconds, ms.div_ceil(1000));
        assert!((1..=120_000).contains(&ms), "{ms}");
        assert_eq!(error["code"], "rate_limited");
        assert_eq!(error["param"], "requests_per_minute");
        let message = error["message"].as_str().expect("words");
        assert!(message.starts_with("2 requests a minute are allowed"), "{message}");
        // What costs nothing is not counted.
        assert_eq!(client.get("/v1/models").await.status.as_u16(), 200);
    })
    .await;
}

#[tokio::test]
async fn a_place_in_flight_is_held_by_the_answer_and_free_when_its_client_leaves() {
    let limits = LimitOverrides { in_flight: Some(Bound::Of(1)), ..LimitOverrides::default() };
    with_each(limits, async |ollama, client| {
        let held = Rule::on("/api/chat").containing("hold").pieces(["a", "b"]).hold_after(1);
        ollama.script([held, Rule::on("/api/chat").pieces(["c"])]);
        let mut first = client.chat(json!({ "text": "hold" })).await;
        first.next_event().await.expect("begun");
        let error = error(ask(&client).await).await;
        assert_eq!(
            (&error["code"], &error["param"]),
            (&json!("rate_limited"), &json!("in_flight"))
        );
        drop(first);
        loop {
            let reply = ask(&client).await;
            if reply.status.as_u16() == 200 {
                break;
            }
            tokio::task::yield_now().await;
        }
    })
    .await;
}

#[tokio::test]
async fn tokens_of_answers_are_accounted() {
    let limits = LimitOverrides { tokens_per_day: Some(Bound::Of(1)), ..LimitOverrides::default() };
    with_each(limits, async |_ollama, client| {
        let refused = refused_at_last(&client).await;
        assert_eq!(header(&refused, "x-ratelimit-remaining-tokens"), "0");
        let error = error(refused).await;
        assert_eq!(error["param"], "tokens_per_day");
        assert!(error["message"].as_str().expect("words").contains(" h"), "{error}");
    })
    .await;
}

#[tokio::test]
async fn two_proxies_with_one_redis_agree() {
    let (ollama, redis) = (ScriptedOllama::start().await, Redis::start().await);
    ollama.script([Rule::on("/api/chat").pieces(["a", "b"]).hold_after(1)]);
    let limits = LimitOverrides { in_flight: Some(Bound::Of(1)), ..LimitOverrides::default() };
    let keyed = Keyed::new(limits);
    let (_one, at_one) = keyed.proxy(&ollama, Some(&redis)).await;
    let (_other, at_other) = keyed.proxy(&ollama, Some(&redis)).await;
    let mut held = ask(&at_one).await;
    held.next_event().await.expect("begun");
    assert_eq!(error(ask(&at_other).await).await["param"], "in_flight");
    ollama.release();
    held.events().await;
    while ask(&at_other).await.status.as_u16() != 200 {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn p7_limits_still_hold_while_redis_is_down() {
    let (ollama, redis) = (ScriptedOllama::start().await, Redis::start().await);
    let limits = LimitOverrides { requests_per_minute: Some(Bound::Of(3)), ..Default::default() };
    let keyed = Keyed::new(limits);
    let (_proxy, client) = keyed.proxy(&ollama, Some(&redis)).await;
    ask(&client).await.events().await;
    redis.stop().await;
    let reply = ask(&client).await;
    assert_eq!(reply.status.as_u16(), 200, "answers go on");
    reply.events().await;
    assert_eq!(error(refused_at_last(&client).await).await["param"], "requests_per_minute");
}
