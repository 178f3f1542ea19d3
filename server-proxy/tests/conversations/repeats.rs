//! `Idempotency-Key` on `POST /v1/generate`.

use scripted_ollama::{Rule, ScriptedOllama};
use serde_json::{Value, json};

use crate::support::{Client, Reply, TestProxy, said};

const CHAT: &str = "/api/chat";

fn request(input: &str) -> Value {
    json!({ "request_type": "refactor", "input": input, "code_context": "x = 1" })
}

async fn generate(client: &Client, accept: &str, key: &str, input: &str) -> Reply {
    let headers = [("accept", accept), ("idempotency-key", key)];
    client.send_with(&headers, "POST", "/v1/generate", Some(request(input))).await
}

fn location(reply: &Reply) -> String {
    reply.headers["location"].to_str().expect("text").to_owned()
}

#[tokio::test]
async fn the_second_follows_the_first_and_a_third_is_told_the_same() {
    let ollama = ScriptedOllama::start().await;
    ollama.script([Rule::on(CHAT).pieces(["a", "b", "c"]).hold_after(1)]);
    let proxy = TestProxy::start(&ollama).await;
    let client = proxy.client();
    let mut first = generate(&client, "text/event-stream", "k-1", "Shorter.").await;
    assert_eq!(first.next_event().await.expect("text").data, json!({ "text": "a" }));
    let second = generate(&client, "text/event-stream", "k-1", "Shorter.").await;
    assert_eq!(location(&second), location(&first));
    let whole = tokio::spawn({
        let client = client.clone();
        async move { generate(&client, "application/json", "k-1", "Shorter.").await.json().await }
    });
    ollama.release();
    let place = location(&first);
    assert_eq!(said(&first.events().await), "bc");
    let second = second.events().await;
    assert_eq!(said(&second), "abc");
    assert_eq!(whole.await.expect("no panic")["response"], "abc");
    let again = generate(&client, "application/json", "k-1", "Shorter.").await;
    assert_eq!(location(&again), place);
    assert_eq!(again.json().await["response"], "abc");
    assert_eq!(ollama.requests_to(CHAT).len(), 1, "the model was asked once");
    let records = client.get("/v1/requests").await.json().await;
    assert_eq!(records["requests"].as_array().map(Vec::len), Some(1));
}

#[tokio::test]
async fn p1_the_model_is_let_go_when_the_last_of_them_leaves() {
    let ollama = ScriptedOllama::start().await;
    ollama.script([Rule::on(CHAT).pieces(["a", "b"]).hold_after(1).times(1)]);
    let proxy = TestProxy::start(&ollama).await;
    let client = proxy.client();
    let mut first = generate(&client, "text/event-stream", "k", "Shorter.").await;
    first.next_event().await.expect("begun");
    let mut second = generate(&client, "text/event-stream", "k", "Shorter.").await;
    second.next_event().await.expect("begun");
    drop(first);
    drop(second);
    ollama.wait_for_end(CHAT, 0).await;
    let again = generate(&client, "application/json", "k", "Shorter.").await;
    assert_eq!(again.status, 200, "what did not end is asked again");
    assert_eq!(ollama.requests_to(CHAT).len(), 2);
}

#[tokio::test]
async fn another_request_with_the_key_is_refused_and_a_failed_one_may_be_sent_again() {
    let ollama = ScriptedOllama::start().await;
    let proxy = TestProxy::start(&ollama).await;
    let client = proxy.client();
    assert_eq!(generate(&client, "application/json", "k", "Shorter.").await.status, 200);
    let other = generate(&client, "application/json", "k", "Longer.").await.json().await;
    assert_eq!(other["error"]["code"], "invalid_request");
    assert_eq!(other["error"]["param"], "idempotency-key");
    let odd = generate(&client, "application/json", "a b", "Shorter.").await.refusal().await;
    assert_eq!(odd, (400, "invalid_request".to_owned()));

    let refusal = json!({ "error": "something broke" });
    ollama.script([Rule::on(CHAT).times(1).refusing(500, refusal), Rule::on(CHAT).pieces(["ok"])]);
    let failed = generate(&client, "application/json", "l", "Shorter.").await.refusal().await;
    assert_eq!(failed.0, 502);
    let again = generate(&client, "application/json", "l", "Shorter.").await.json().await;
    assert_eq!(again["response"], "ok");
}

#[tokio::test]
async fn p9_a_key_is_ones_own() {
    let ollama = ScriptedOllama::start().await;
    let (_proxy, clients) = TestProxy::start_for(&ollama, &["minji", "jun"]).await;
    ollama.script([
        Rule::on(CHAT).times(1).pieces(["for minji"]),
        Rule::on(CHAT).times(1).pieces(["for jun"]),
    ]);
    for (client, expected) in clients.iter().zip(["for minji", "for jun"]) {
        let answer = generate(client, "application/json", "k", "Shorter.").await.json().await;
        assert_eq!(answer["response"], expected);
    }
}
