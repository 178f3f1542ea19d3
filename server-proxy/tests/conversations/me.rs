//! `GET` and `DELETE /v1/me`: everything that is kept of the caller.

use scripted_ollama::{Rule, ScriptedOllama};
use serde_json::{Value, json};

use crate::support::{Client, Redis, RedisCluster, TestProxy};

async fn generate(client: &Client) -> Value {
    let body = json!({ "request_type": "refactor", "input": "Shorter.", "code_context": "x = 1" });
    client.send("POST", "/v1/generate", Some(body)).await.json().await
}

fn lengths(everything: &Value) -> [usize; 3] {
    ["sessions", "requests", "model_requests"]
        .map(|name| everything[name].as_array().expect("a list").len())
}

async fn gives_and_forgets_everything(flags: &[&str]) {
    let ollama = ScriptedOllama::start().await;
    let proxy = TestProxy::start_with(&ollama, flags).await;
    let client = proxy.client();
    client.say("one", "스택이 뭐예요?").await;
    client.say("one", "그럼 큐는?").await;
    client.say("two", "Hi").await;
    generate(&client).await;
    let everything = client.get("/v1/me").await.json().await;
    assert_eq!(everything["caller"], json!({ "tenant": "local", "user": "local" }));
    assert_eq!(lengths(&everything), [2, 4, 4]);
    let one = client.get("/v1/sessions/one").await.json().await;
    assert!(everything["sessions"].as_array().expect("a list").contains(&one), "{everything}");

    ollama.script([Rule::on("/api/chat").pieces(["a", "b"]).hold_after(1)]);
    let chat = |session: &str| json!({ "session": session, "text": "Go on" });
    let mut old = client.chat(chat("one")).await;
    let mut new = client.chat(chat("new")).await;
    let body = json!({ "request_type": "refactor", "input": "Shorter." });
    let mut edit =
        client.send_accepting("text/event-stream", "POST", "/v1/generate", Some(body)).await;
    for running in [&mut old, &mut new, &mut edit] {
        while running.next_event().await.expect("begun").name != "text" {}
    }
    let erased = client.send("DELETE", "/v1/me", None).await.json().await;
    assert_eq!(erased["sessions"], 2);
    // Those that had been there, and as many of the three that were running as were written by then.
    let records = erased["records"].as_u64().expect("a number");
    assert!((8..=14).contains(&records), "{records}");
    for running in [old, new, edit] {
        let end = running.events().await.pop().expect("an end");
        assert_eq!((end.name.as_str(), &end.data["error"]["code"]), ("error", &json!("not_found")));
    }
    for number in 4..7 {
        ollama.wait_for_end("/api/chat", number).await;
    }
    assert_eq!(lengths(&client.get("/v1/me").await.json().await), [0, 0, 0]);
    let again = client.send("DELETE", "/v1/me", None).await.json().await;
    assert_eq!(again, json!({ "sessions": 0, "records": 0 }));
    ollama.release();
    client.say("one", "What was said before?").await;
    let last = ollama.bodies("/api/chat").pop().expect("a request");
    assert_eq!(last["messages"].as_array().map(Vec::len), Some(2), "nothing");
}

#[tokio::test]
async fn everything_is_given_and_forgotten_in_process() {
    gives_and_forgets_everything(&[]).await;
}

#[tokio::test]
async fn everything_is_given_and_forgotten_in_redis() {
    let redis = Redis::start().await;
    gives_and_forgets_everything(&["--redis-url", &redis.url()]).await;
}

#[tokio::test]
async fn everything_is_given_and_forgotten_in_a_cluster() {
    let redis = RedisCluster::start().await;
    gives_and_forgets_everything(&["--redis-url", &redis.url()]).await;
}

#[tokio::test]
async fn p9_everything_is_the_callers_alone() {
    let ollama = ScriptedOllama::start().await;
    let (proxy, clients) = TestProxy::start_for(&ollama, &["minji", "jun"]).await;
    let [minji, jun] = clients.as_slice() else { unreachable!("two users were made") };
    minji.say("s", "my secret").await;
    generate(minji).await;
    assert_eq!(lengths(&jun.get("/v1/me").await.json().await), [0, 0, 0]);
    let erased = jun.send("DELETE", "/v1/me?user=minji", None).await.json().await;
    assert_eq!(erased, json!({ "sessions": 0, "records": 0 }));
    assert_eq!(lengths(&minji.get("/v1/me").await.json().await), [1, 2, 2]);
    for method in ["GET", "DELETE"] {
        let refused = proxy.stranger().send(method, "/v1/me", None).await.refusal().await;
        assert_eq!(refused, (401, "unauthorized".to_owned()));
    }
}

#[tokio::test]
async fn p7_without_its_store_it_is_said_that_nothing_can_be_given_or_forgotten() {
    let ollama = ScriptedOllama::start().await;
    let port = Redis::start().await.stop().await;
    let url = format!("redis://127.0.0.1:{port}");
    let proxy = TestProxy::start_with(&ollama, &["--redis-url", &url]).await;
    for method in ["GET", "DELETE"] {
        let refused = proxy.client().send(method, "/v1/me", None).await.refusal().await;
        assert_eq!(refused, (504, "timeout".to_owned()));
    }
    assert!(generate(&proxy.client()).await["response"].is_string(), "answers come all the same");
}
