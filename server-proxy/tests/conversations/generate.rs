//! `POST /v1/generate` and `GET /v1/requests/{id}`: one answer and its recorded life.

use scripted_ollama::{End, Rule, ScriptedOllama};
use serde_json::{Value, json};

use crate::support::{Client, TestProxy, said};

const CHAT: &str = "/api/chat";

fn request() -> Value {
    json!({
        "request_type": "refactor", "input": "Shorter.", "language": "python",
        "code_context": "def f():\n    return 1\n", "max_tokens": 64,
    })
}

async fn record_of(client: &Client, location: &str) -> Value {
    client.get(location).await.json().await
}

#[tokio::test]
async fn an_answer_comes_with_its_record() {
    let ollama = ScriptedOllama::start().await;
    ollama.script([Rule::on(CHAT).pieces(["```python\n", "f = lambda: 1", "\n```"])]);
    let proxy = TestProxy::start(&ollama).await;
    let client = proxy.client();
    let reply = client.send("POST", "/v1/generate", Some(request())).await;
    let location = reply.headers["location"].to_str().expect("text").to_owned();
    let answer = reply.json().await;
    assert_eq!(answer["response"], "```python\nf = lambda: 1\n```");
    assert_eq!(
        (&answer["status"], &answer["request_type"]),
        (&json!("completed"), &json!("refactor"))
    );
    assert_eq!(answer["usage"]["completion_tokens"], 3);
    assert_eq!(location, format!("/v1/requests/{}", answer["id"].as_str().expect("an id")));
    let record = record_of(&client, &location).await;
    let mut without_answer = answer.clone();
    without_answer.as_object_mut().expect("an object").remove("response");
    assert_eq!(record, without_answer, "the record is the reply without the answer");

    let sent = &ollama.bodies(CHAT)[0];
    let asked = sent["messages"][1]["content"].as_str().expect("text");
    assert_eq!(asked, "```python\ndef f():\n    return 1\n```\n\nShorter.");
    assert_eq!(sent["options"]["num_predict"], 64);
    let temperature = sent["options"]["temperature"].as_f64().expect("a number");
    assert!((temperature - 0.2).abs() < 0.001, "little freedom unless asked for: {temperature}");
}

#[tokio::test]
async fn as_events_it_streams_and_ends_with_the_record() {
    let ollama = ScriptedOllama::start().await;
    ollama.script([Rule::on(CHAT).pieces(["a", "b"]).hold_after(1)]);
    let proxy = TestProxy::start(&ollama).await;
    let client = proxy.client();
    let mut reply =
        client.send_accepting("text/event-stream", "POST", "/v1/generate", Some(request())).await;
    let location = reply.headers["location"].to_str().expect("text").to_owned();
    assert_eq!(reply.next_event().await.expect("text").data, json!({ "text": "a" }));
    assert_eq!(record_of(&client, &location).await["status"], "processing");
    ollama.release();
    let rest = reply.events().await;
    assert_eq!(said(&rest), "b");
    let done = rest.last().expect("an end");
    assert_eq!((done.name.as_str(), &done.data["status"]), ("done", &json!("completed")));
}

#[tokio::test]
async fn a_failure_is_recorded() {
    let ollama = ScriptedOllama::start().await;
    let proxy = TestProxy::start(&ollama).await;
    let client = proxy.client();
    ollama.script([Rule::on(CHAT).pieces(["a"]).end(End::Cut)]);
    let mut reply =
        client.send_accepting("text/event-stream", "POST", "/v1/generate", Some(request())).await;
    let location = reply.headers["location"].to_str().expect("text").to_owned();
    let mut last = None;
    while let Some(event) = reply.next_event().await {
        last = Some(event);
    }
    assert_eq!(last.expect("an end").data["error"]["code"], "upstream_incomplete");
    let record = record_of(&client, &location).await;
    assert_eq!(
        (&record["status"], &record["error"]["code"]),
        (&json!("failed"), &json!("upstream_incomplete"))
    );
    let whole = client.send("POST", "/v1/generate", Some(request())).await.refusal().await;
    assert_eq!(whole, (502, "upstream_incomplete".to_owned()));
}

#[tokio::test]
async fn p1_a_client_that_leaves_is_recorded_and_the_model_server_let_go() {
    let ollama = ScriptedOllama::start().await;
    ollama.script([Rule::on(CHAT).pieces(["a", "b"]).hold_after(1)]);
    let proxy = TestProxy::start(&ollama).await;
    let client = proxy.client();
    let mut reply =
        client.send_accepting("text/event-stream", "POST", "/v1/generate", Some(request())).await;
    let location = reply.headers["location"].to_str().expect("text").to_owned();
    reply.next_event().await.expect("begun");
    drop(reply);
    ollama.wait_for_end(CHAT, 0).await;
    let record = record_of(&client, &location).await;
    assert_eq!(
        (&record["status"], &record["error"]["code"]),
        (&json!("failed"), &json!("cancelled"))
    );
}

#[tokio::test]
async fn p9_anothers_record_does_not_exist() {
    let ollama = ScriptedOllama::start().await;
    let (_proxy, clients) = TestProxy::start_for(&ollama, &["minji", "jun"]).await;
    let reply = clients[0].send("POST", "/v1/generate", Some(request())).await;
    let location = reply.headers["location"].to_str().expect("text").to_owned();
    assert_eq!(record_of(&clients[0], &location).await["status"], "completed");
    let refused = clients[1].get(&location).await.refusal().await;
    assert_eq!(refused, (404, "not_found".to_owned()));
}

#[tokio::test]
async fn wrong_fields_are_named() {
    let ollama = ScriptedOllama::start().await;
    let proxy = TestProxy::start(&ollama).await;
    let client = proxy.client();
    for (field, value) in
        [("request_type", json!("poem")), ("input", json!(7)), ("temperature", json!(9))]
    {
        let mut body = request();
        body[field] = value;
        let answer = client.send("POST", "/v1/generate", Some(body)).await.json().await;
        assert_eq!(answer["error"]["code"], "invalid_request");
        let message = answer["error"]["message"].as_str().expect("a message");
        assert!(message.contains(&format!("`{field}`")), "{message}");
    }
    let empty = json!({ "request_type": "error_fix", "input": " " });
    let refused = client.send("POST", "/v1/generate", Some(empty)).await.refusal().await;
    assert_eq!(refused, (400, "invalid_request".to_owned()));
    assert!(ollama.requests_to(CHAT).is_empty());
}
