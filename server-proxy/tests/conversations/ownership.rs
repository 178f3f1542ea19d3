//! P9: what is one caller's does not exist for another, by whatever call it is asked for, and nothing
//! that a request says makes it somebody else's.

use scripted_ollama::{End, Ending, Rule, ScriptedOllama};
use serde_json::{Value, json};

use crate::support::{Client, TestProxy};

/// What a test says to be somebody else, beside what is asked.
fn claiming(mut body: Value) -> Value {
    for name in ["user", "user_id", "tenant", "caller", "name", "key"] {
        body[name] = json!("minji");
    }
    body
}

/// A finished record's path.
async fn generated(client: &Client) -> String {
    let body = json!({
        "request_type": "refactor", "language": "rust", "input": "rename it", "code_context": "x",
    });
    let record = client.send("POST", "/v1/generate", Some(claiming(body))).await.json().await;
    format!("/v1/requests/{}", record["id"].as_str().expect("an id"))
}

/// The status of each of these calls.
async fn statuses(client: &Client, calls: &[(&str, &str)]) -> Vec<u16> {
    let mut statuses = Vec::new();
    for (method, path) in calls {
        statuses.push(client.send(method, path, None).await.status.as_u16());
    }
    statuses
}

#[tokio::test]
async fn p9_nobody_reads_lists_or_deletes_what_is_anothers() {
    let users = [("team", "minji"), ("team", "jun"), ("other", "minji")];
    let ollama = ScriptedOllama::start().await;
    let (_proxy, clients) = TestProxy::start_for_tenants(&ollama, &users).await;
    let [minji, others @ ..] = clients.as_slice() else { unreachable!("three were made") };
    minji.say("s", "mine").await;
    let record = generated(minji).await;
    let calls = [("GET", "/v1/sessions/s"), ("DELETE", "/v1/sessions/s"), ("GET", &record)];
    for other in others {
        assert_eq!(statuses(other, &calls).await, [404; 3]);
        let list = other.get("/v1/sessions?user=minji&tenant=team").await.json().await;
        assert_eq!(list["sessions"], json!([]));
        let said = claiming(json!({ "session": "s", "text": "Go on" }));
        let events = other.chat(said).await.events().await;
        assert_eq!(events.last().expect("an end").name, "done");
        let asked = ollama.bodies("/api/chat").pop().expect("it was asked").to_string();
        assert!(asked.contains("Go on") && !asked.contains("mine"), "{asked}");
    }
    let own = minji.get("/v1/sessions/s").await.json().await;
    assert_eq!(own["turns"], 1, "theirs went elsewhere");
    assert_eq!(minji.get(&record).await.status.as_u16(), 200);
    assert_eq!(statuses(minji, &[("DELETE", "/v1/sessions/s")]).await, [204]);
    for other in others {
        assert_eq!(statuses(other, &[("GET", "/v1/sessions/s")]).await, [200], "theirs stays");
    }
}

#[tokio::test]
async fn p9_forged_ids_lead_nowhere() {
    let ollama = ScriptedOllama::start().await;
    let (_proxy, clients) = TestProxy::start_for(&ollama, &["minji", "jun"]).await;
    clients[0].say("s", "mine").await;
    let forged = [
        "team:minji:s",
        "%7Bteam:minji:s%7D",
        "..%2Fminji%2Fs",
        "s%00",
        "*",
        "s%0D%0Ax",
        "%F0%9F%92%A9",
        "s:meta",
    ];
    for id in forged {
        for base in ["/v1/sessions", "/v1/requests"] {
            let path = format!("{base}/{id}");
            let status = clients[1].get(&path).await.status.as_u16();
            assert!(matches!(status, 400 | 404), "{path}: {status}");
        }
    }
}

#[tokio::test]
async fn p9_nobody_ends_anothers_answer() {
    let ollama = ScriptedOllama::start().await;
    let held = Rule::on("/api/chat").containing("mine").pieces(["a", "b"]).hold_after(1);
    let gone = Rule::on("/api/chat").containing("theirs").pieces(["c"]).end(End::Hang);
    ollama.script([held, gone]);
    let (_proxy, clients) = TestProxy::start_for(&ollama, &["minji", "jun"]).await;
    let request = |text: &str| json!({ "session": "s", "request_id": "r", "text": text });
    let mut own = clients[0].chat(request("mine")).await;
    own.next_event().await.expect("begun");
    let mut others = clients[1].chat(claiming(request("theirs"))).await;
    others.next_event().await.expect("begun");
    drop(others);
    let ended = ollama
        .wait_for(|asked| asked.body.to_string().contains("theirs") && asked.ending.is_some())
        .await;
    assert_eq!(ended.ending, Some(Ending::ClientGone));
    let _deleted = clients[1].send("DELETE", "/v1/sessions/s", None).await;
    ollama.release();
    assert_eq!(own.events().await.last().expect("an end").name, "done");
}
