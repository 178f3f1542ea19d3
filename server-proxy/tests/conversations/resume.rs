//! An answer goes on when its connection breaks, and is read on where it was.

use scripted_ollama::{End, Ending, Rule, ScriptedOllama};
use serde_json::{Value, json};

use crate::support::{Client, Event, TestProxy, said};

const CHAT: &str = "/api/chat";
const PIECES: [&str; 5] = ["마지막에 ", "넣은 ", "🙂 것을", "\n```rust\n", "먼저."];

fn message(request_id: &str) -> Value {
    json!({ "session": request_id, "text": "스택?", "request_id": request_id, "resumable": true })
}

/// Reads so many events and leaves.
async fn read(client: &Client, body: &Value, events: usize) -> Vec<Event> {
    let mut reply = client.chat(body.clone()).await;
    let mut read = Vec::new();
    while read.len() < events {
        read.push(reply.next_event().await.expect("another event"));
    }
    read
}

async fn turns(client: &Client, session: &str) -> usize {
    let known = client.get(&format!("/v1/sessions/{session}")).await.json().await;
    known["log"].as_array().map_or(0, Vec::len)
}

#[tokio::test]
async fn p10_p4_cut_after_any_event_the_rest_is_exactly_what_was_missed() {
    let ollama = ScriptedOllama::start().await;
    let proxy = TestProxy::start(&ollama).await;
    let client = proxy.client();
    ollama.script([Rule::on(CHAT).pieces(PIECES)]);
    let whole = client.chat(message("whole")).await.events().await;
    let all = PIECES.len() + 2;
    for cut in 0..=all {
        for held in [None, Some(cut.saturating_sub(1).clamp(1, PIECES.len() - 1))] {
            let mut rule = Rule::on(CHAT).pieces(PIECES).split(3);
            // Held, the answer is still running when its client comes back.
            rule.hold_after = held.filter(|held| cut <= *held + 1);
            ollama.script([rule]);
            let body = message(&format!("cut-{cut}-{}", held.is_some()));
            let asked = ollama.requests_to(CHAT).len();
            let mut events = read(&client, &body, cut).await;
            let again = client.chat_after(&body, cut as u64).await;
            ollama.release();
            events.extend(again.events().await);
            let shown = |events: &[Event]| -> Vec<(Option<u64>, String, Value)> {
                // Each cut is another conversation and another request.
                let data = |event: &Event| {
                    let mut data = event.data.clone();
                    let fields = data.as_object_mut().expect("an object");
                    fields.retain(|name, _| name != "session" && name != "request_id");
                    data
                };
                events.iter().map(|event| (event.id, event.name.clone(), data(event))).collect()
            };
            assert_eq!(said(&events), PIECES.concat(), "cut after {cut}");
            assert_eq!(shown(&events), shown(&whole), "cut after {cut}");
            assert_eq!(ollama.requests_to(CHAT).len(), asked + 1, "asked once");
            let session = body["session"].as_str().expect("an id");
            assert_eq!(turns(&client, session).await, 1, "remembered once");
        }
    }
}

#[tokio::test]
async fn read_three_times_an_answer_is_remembered_once() {
    let ollama = ScriptedOllama::start().await;
    ollama.script([Rule::on(CHAT).pieces(["a", "b", "c"]).hold_after(2)]);
    let proxy = TestProxy::start(&ollama).await;
    let client = proxy.client();
    let body = message("thrice");
    read(&client, &body, 2).await;
    // Without an event to go on after, it is read from its beginning.
    let from_start = read(&client, &body, 3).await;
    assert_eq!(said(&from_start), "ab");
    ollama.release();
    let rest = client.chat_after(&body, 3).await.events().await;
    assert_eq!(said(&rest), "c");
    let again = client.chat(body).await.events().await;
    assert_eq!(said(&again), "abc");
    assert_eq!(turns(&client, "thrice").await, 1);
    assert_eq!(ollama.requests_to(CHAT).len(), 1);
}

#[tokio::test]
async fn the_newest_connection_reads_and_the_one_before_is_told() {
    let ollama = ScriptedOllama::start().await;
    ollama.script([Rule::on(CHAT).pieces(["a", "b"]).hold_after(1)]);
    let proxy = TestProxy::start(&ollama).await;
    let client = proxy.client();
    let body = message("two");
    let mut first = client.chat(body.clone()).await;
    assert_eq!(first.next_event().await.expect("an event").name, "session");
    let second = client.chat_after(&body, 1).await;
    let last = first.events().await.pop().expect("an end");
    assert_eq!(last.data["error"]["code"], "superseded");
    ollama.release();
    assert_eq!(said(&second.events().await), "ab");
}

#[tokio::test]
async fn p1_nobody_comes_back_within_the_grace_time_and_the_model_is_free() {
    let ollama = ScriptedOllama::start().await;
    ollama.script([Rule::on(CHAT).pieces(["a"]).end(End::Hang)]);
    let proxy = TestProxy::start_with(&ollama, &["--resume-seconds", "0"]).await;
    let client = proxy.client();
    let body = message("left");
    read(&client, &body, 2).await;
    let left = ollama.wait_for_end(CHAT, 0).await;
    assert_eq!(left.ending, Some(Ending::ClientGone));
    let late = client.chat_after(&body, 2).await;
    assert_eq!(late.refusal().await, (404, "not_found".to_owned()));
    assert_eq!(client.get("/v1/sessions/left").await.status, 404);
}

#[tokio::test]
async fn p1_called_off_the_model_is_free_at_once() {
    let ollama = ScriptedOllama::start().await;
    ollama.script([Rule::on(CHAT).pieces(["a"]).end(End::Hang)]);
    let proxy = TestProxy::start_with(&ollama, &["--resume-seconds", "300"]).await;
    let client = proxy.client();
    let mut reply = client.chat(message("off")).await;
    reply.next_event().await.expect("begun");
    assert_eq!(client.send("DELETE", "/v1/chat/off", None).await.status, 204);
    let left = ollama.wait_for_end(CHAT, 0).await;
    assert_eq!(left.ending, Some(Ending::ClientGone));
    assert_eq!(reply.events().await.last().expect("an end").name, "cancelled");
    assert_eq!(client.get("/v1/sessions/off").await.status, 404);
    ollama.script([Rule::on(CHAT).pieces(["again"])]);
    assert_eq!(said(&client.chat(message("off")).await.events().await), "again");
}

#[tokio::test]
async fn p1_a_client_that_leaves_in_prefill_finds_its_answer_again() {
    let ollama = ScriptedOllama::start().await;
    ollama.script([Rule::on(CHAT).pieces(["a"]).hold_after(0)]);
    let proxy = TestProxy::start(&ollama).await;
    let client = proxy.client();
    let body = message("early");
    let mut asking = Box::pin(client.chat(body.clone()));
    tokio::select! {
        _ = &mut asking => panic!("nothing was answered"),
        _ = ollama.wait_for_request(CHAT, 0) => {}
    }
    drop(asking);
    ollama.release();
    assert_eq!(said(&client.chat(body).await.events().await), "a");
    assert_eq!(ollama.requests_to(CHAT).len(), 1);
}

#[tokio::test]
async fn what_fails_before_it_begins_has_its_status_and_may_be_asked_again() {
    let ollama = ScriptedOllama::start().await;
    let proxy = TestProxy::start(&ollama).await;
    let client = proxy.client();
    let unknown = json!({ "text": "x", "request_id": "r", "resumable": true, "model": "nope" });
    for _ in 0..2 {
        let refusal = client.chat(unknown.clone()).await.refusal().await;
        assert_eq!(refusal, (404, "unknown_model".to_owned()));
    }
    let known = json!({ "text": "x", "request_id": "r", "resumable": true });
    assert_eq!(client.chat(known).await.events().await.last().expect("an end").name, "done");
}

#[tokio::test]
async fn p9_nobody_reads_or_calls_off_the_answer_of_another() {
    let ollama = ScriptedOllama::start().await;
    ollama.script([Rule::on(CHAT).pieces(["secret", "b"]).hold_after(1)]);
    let (proxy, clients) = TestProxy::start_for(&ollama, &["minji", "jun"]).await;
    let [minji, jun] = &clients[..] else { panic!("two") };
    let body = message("mine");
    let mut own = minji.chat(body.clone()).await;
    own.next_event().await.expect("begun");
    let forged = jun.chat_after(&body, 0).await;
    assert_eq!(forged.refusal().await, (404, "not_found".to_owned()));
    let called_off = jun.send("DELETE", "/v1/chat/mine", None).await;
    assert_eq!(called_off.refusal().await, (404, "not_found".to_owned()));
    let stranger = proxy.stranger().chat_after(&body, 0).await;
    assert_eq!(stranger.refusal().await, (401, "unauthorized".to_owned()));
    ollama.release();
    assert_eq!(said(&own.events().await), "secretb");
}

#[tokio::test]
async fn a_wrong_place_to_go_on_is_refused_by_name() {
    let ollama = ScriptedOllama::start().await;
    let proxy = TestProxy::start(&ollama).await;
    let client = proxy.client();
    let body = message("r");
    client.chat(body.clone()).await.events().await;
    let mut other = body.clone();
    other["text"] = json!("another question");
    let plain = json!({ "text": "x", "request_id": "p" });
    let nameless = json!({ "text": "x", "resumable": true });
    let cases = [
        (client.chat_after(&body, 99).await, 400, "events so far"),
        (client.chat_after(&other, 1).await, 400, "another question"),
        (client.chat(other).await, 400, "another question"),
        (client.chat_after(&plain, 1).await, 400, "`last-event-id`"),
        (client.chat(nameless).await, 400, "`request_id`"),
        (client.chat_after(&message("never-asked"), 1).await, 404, "no answer"),
    ];
    for (reply, status, named) in cases {
        assert_eq!(reply.status.as_u16(), status, "{named}");
        let answer = reply.json().await;
        let message = answer["error"]["message"].as_str().expect("a message");
        assert!(message.contains(named), "{message}");
    }
    let headers = [("last-event-id", "two")];
    let text = client.send_with(&headers, "POST", "/v1/chat", Some(body)).await;
    assert_eq!(text.refusal().await, (400, "invalid_request".to_owned()));
}

#[tokio::test]
async fn p8_an_answer_that_nobody_reads_is_remembered_before_the_server_stops() {
    let ollama = ScriptedOllama::start().await;
    ollama.script([Rule::on(CHAT).pieces(["a", "b"]).hold_after(1)]);
    let proxy = TestProxy::start(&ollama).await;
    let client = proxy.client();
    read(&client, &message("stops"), 2).await;
    let stopped = tokio::spawn(proxy.stop());
    while client.get("/readyz").await.json().await["status"] != "draining" {
        tokio::task::yield_now().await;
    }
    ollama.release();
    stopped.await.expect("it stops");
    assert_eq!(ollama.wait_for_end(CHAT, 0).await.ending, Some(Ending::Finished));
}
