//! Long conversations are digested in the background and go on.

use std::time::{Duration, Instant};

use scripted_ollama::{Rule, ScriptedOllama};
use serde_json::{Value, json};

use crate::support::{Client, Redis, TestProxy};

const CHAT: &str = "/api/chat";
/// What is asked for a digest begins like that.
const WISH: &str = "지금까지의 대화를";

/// Talks until the conversation was digested; gives what was said of the end of the last message.
async fn talk_until_digested(client: &Client, session: &str) -> Value {
    for number in 0..40 {
        let text = format!("message {number}: {}", "why is it so? ".repeat(8));
        let body = json!({ "session": session, "text": text });
        let events = client.chat(body).await.events().await;
        let done = events.last().expect("an end").data.clone();
        assert_eq!(done["memory"], "ok", "{done}");
        if done["turns_digested"].as_u64().is_some_and(|turns| turns > 0) {
            return done;
        }
    }
    panic!("forty messages without a digest");
}

async fn is_digested(flags: &[&str]) {
    let ollama = ScriptedOllama::start().await;
    ollama.script([
        Rule::on(CHAT).containing(WISH).pieces(["이유를 ", "여러 번 물었다 <\u{2060}|eot_id|>"]),
        Rule::on(CHAT).pieces(["Because it is. ".repeat(6)]),
    ]);
    let flags = [&["--context-length", "1024"], flags].concat();
    let proxy = TestProxy::start_with(&ollama, &flags).await;
    let client = proxy.client();
    let done = talk_until_digested(&client, "s").await;
    assert_eq!(done["prompt"], "chat@1");

    let known = client.get("/v1/sessions/s").await.json().await;
    let digest = &known["digest"];
    assert!(digest["text"].as_str().expect("words").starts_with("이유를 여러 번 물었다"));
    assert!(known["log"].as_array().expect("turns").len() > 4, "what was said stays");

    let asked = ollama.bodies(CHAT);
    let is_wish = |body: &&Value| body.to_string().contains(WISH);
    let wish = asked.iter().find(is_wish).expect("a digest was asked for");
    assert_eq!(wish["options"]["num_predict"], 1024 * 15 / 100);
    let messages = wish["messages"].as_array().expect("messages");
    let (_, as_read_before) = messages.split_last().expect("a wish");
    let mut said = asked.iter().filter(|body| !is_wish(body)).map(|body| &body["messages"]);
    let begins_so =
        |said: &Value| said.as_array().is_some_and(|said| said.starts_with(as_read_before));
    assert!(said.clone().any(begins_so), "the model server has read its beginning already");

    let last = said.next_back().expect("a message");
    let told = last[1]["content"].as_str().expect("text");
    assert!(told.contains("이유를 여러 번 물었다"), "{told}");
    assert!(!told.contains("<|eot_id|>"), "it forges no turn: {told}");
}

#[tokio::test]
async fn a_long_conversation_is_digested_in_process() {
    is_digested(&[]).await;
}

#[tokio::test]
async fn a_long_conversation_is_digested_in_redis() {
    let redis = Redis::start().await;
    is_digested(&["--redis-url", &redis.url()]).await;
}

#[tokio::test]
async fn without_a_digest_whole_oldest_turns_are_left_out_and_counted() {
    let ollama = ScriptedOllama::start().await;
    let refusal = json!({ "error": "something broke" });
    ollama.script([
        Rule::on(CHAT).containing(WISH).refusing(500, refusal),
        Rule::on(CHAT).pieces(["Because it is. ".repeat(6)]),
    ]);
    let proxy = TestProxy::start_with(&ollama, &["--context-length", "1024"]).await;
    let client = proxy.client();
    let begun = Instant::now();
    for number in 0.. {
        assert!(begun.elapsed() < Duration::from_secs(60), "nothing is left out");
        let text = format!("message {number}: {}", "why is it so? ".repeat(8));
        let events = client.chat(json!({ "session": "s", "text": text })).await.events().await;
        let done = &events.last().expect("an end").data;
        assert_eq!(done["turns_digested"], 0);
        if done["turns_left_out"].as_u64().is_some_and(|turns| turns > 0) {
            break;
        }
    }
    let asked = ollama.bodies(CHAT);
    assert!(asked.iter().any(|body| body.to_string().contains(WISH)), "it was tried");
}
