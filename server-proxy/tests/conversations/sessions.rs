//! `GET` and `DELETE /v1/sessions…`: the caller's own conversations and nobody else's.

use scripted_ollama::ScriptedOllama;
use serde_json::{Value, json};

use crate::support::TestProxy;

fn ids(list: &Value) -> Vec<&str> {
    let sessions = list["sessions"].as_array().expect("a list");
    sessions.iter().map(|one| one["id"].as_str().expect("an id")).collect()
}

#[tokio::test]
async fn conversations_are_listed_read_and_deleted() {
    let ollama = ScriptedOllama::start().await;
    let proxy = TestProxy::start(&ollama).await;
    let client = proxy.client();
    assert_eq!(client.get("/v1/sessions").await.json().await, json!({ "sessions": [] }));
    client.say("one", "스택이 뭐예요?\n자세히").await;
    client.say("two", "Hi").await;
    let list = client.get("/v1/sessions").await.json().await;
    let mut listed = ids(&list);
    listed.sort_unstable();
    assert_eq!(listed, ["one", "two"]);
    let one = client.get("/v1/sessions/one").await.json().await;
    assert_eq!((&one["title"], &one["turns"]), (&json!("스택이 뭐예요?"), &json!(1)));
    assert_eq!(one["log"][0]["user"], "스택이 뭐예요?\n자세히");
    assert!(one["log"][0]["assistant"].as_str().is_some_and(|said| !said.is_empty()));

    assert_eq!(client.send("DELETE", "/v1/sessions/one", None).await.status, 204);
    let gone = client.get("/v1/sessions/one").await.refusal().await;
    assert_eq!(gone, (404, "not_found".to_owned()));
    let again = client.send("DELETE", "/v1/sessions/one", None).await.refusal().await;
    assert_eq!(again, (404, "not_found".to_owned()));
    assert_eq!(ids(&client.get("/v1/sessions").await.json().await), ["two"]);
    for odd in ["a%3Ab", "%EB%AF%BC", "x%0D%0A"] {
        let refused = client.get(&format!("/v1/sessions/{odd}")).await.refusal().await;
        assert_eq!(refused, (404, "not_found".to_owned()));
    }
}

#[tokio::test]
async fn p9_what_is_anothers_does_not_exist() {
    let ollama = ScriptedOllama::start().await;
    let (_proxy, clients) = TestProxy::start_for(&ollama, &["minji", "jun"]).await;
    let [minji, jun] = clients.as_slice() else { unreachable!("two users were made") };
    minji.say("s", "my secret").await;
    assert_eq!(jun.get("/v1/sessions").await.json().await, json!({ "sessions": [] }));
    assert_eq!(jun.get("/v1/sessions/s").await.refusal().await, (404, "not_found".to_owned()));
    let deleted = jun.send("DELETE", "/v1/sessions/s", None).await.refusal().await;
    assert_eq!(deleted, (404, "not_found".to_owned()));
    let claimed = json!({ "session": "s", "text": "Go on", "user": "minji", "tenant": "team" });
    jun.chat(claimed).await.events().await;
    let bodies = ollama.bodies("/api/chat");
    assert!(!bodies[1].to_string().contains("my secret"));
    let minjis = minji.get("/v1/sessions/s").await.json().await;
    assert_eq!(minjis["turns"], 1, "the other's turn went elsewhere");
}

#[tokio::test]
async fn p9_one_users_answer_does_not_keep_another_from_the_same_id() {
    let ollama = ScriptedOllama::start().await;
    ollama.script([scripted_ollama::Rule::on("/api/chat").pieces(["a", "b"]).hold_after(1)]);
    let (_proxy, clients) = TestProxy::start_for(&ollama, &["minji", "jun"]).await;
    let body = json!({ "session": "s", "text": "Hi" });
    let mut first = clients[0].chat(body.clone()).await;
    first.next_event().await.expect("begun");
    let mut second = clients[1].chat(body).await;
    assert_eq!(second.next_event().await.expect("begun").name, "session");
    ollama.release();
    for reply in [first, second] {
        assert_eq!(reply.events().await.last().expect("an end").name, "done");
    }
}

#[tokio::test]
async fn without_a_key_there_is_nothing_to_see() {
    let ollama = ScriptedOllama::start().await;
    let (proxy, _clients) = TestProxy::start_for(&ollama, &["minji"]).await;
    let nobody = proxy.stranger();
    for path in ["/v1/sessions", "/v1/sessions/s", "/v1/requests/r"] {
        assert_eq!(nobody.get(path).await.refusal().await, (401, "unauthorized".to_owned()));
    }
    let body = json!({ "text": "Hi" });
    assert_eq!(nobody.chat(body).await.refusal().await, (401, "unauthorized".to_owned()));
}
