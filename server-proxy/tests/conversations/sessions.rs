//! `GET` and `DELETE /v1/sessions…`: the caller's own conversations and nobody else's.

use scripted_ollama::ScriptedOllama;
use serde_json::{Value, json};

use crate::support::{Client, Redis, TestProxy};

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

/// With the memory of a process, and with that of a Redis.
async fn with_each_memory(check: impl AsyncFn(&Client)) {
    let redis = Redis::start().await;
    let ollama = ScriptedOllama::start().await;
    for flags in [vec![], vec!["--redis-url".to_owned(), redis.url()]] {
        let flags: Vec<&str> = flags.iter().map(String::as_str).collect();
        let proxy = TestProxy::start_with(&ollama, &flags).await;
        check(&proxy.client()).await;
    }
}

/// Says something under a request's id; gives the `done` of the answer.
async fn say_as(client: &Client, session: &str, request_id: &str, text: &str) -> Value {
    let body = json!({ "session": session, "request_id": request_id, "text": text });
    let mut events = client.chat(body).await.events().await;
    let done = events.pop().expect("a last event");
    assert_eq!((done.name.as_str(), &done.data["memory"]), ("done", &json!("ok")));
    done.data
}

#[tokio::test]
async fn a_conversation_is_forked_after_any_turn_and_goes_on_apart() {
    with_each_memory(async |client| {
        for (request, text) in [("r-1", "one"), ("r-2", "two"), ("r-3", "three")] {
            let done = say_as(client, "s", request, text).await;
            assert_eq!(done["request_id"], request);
        }
        let path = "/v1/sessions/s/fork";
        let fork = json!({ "after": "r-2", "id": "f" });
        let made = client.send("POST", path, Some(fork.clone())).await;
        assert_eq!(made.status, 201);
        assert_eq!(made.headers["location"], "/v1/sessions/f");
        let made = made.json().await;
        assert_eq!(made["fork_of"], json!({ "session": "s", "after": "r-2" }));
        assert_eq!((&made["turns"], &made["log"][1]["request_id"]), (&json!(2), &json!("r-2")));
        let again = client.send("POST", path, Some(fork)).await.json().await;
        assert_eq!(again, made, "the same fork is the same conversation");

        say_as(client, "f", "r-4", "another way").await;
        let original = client.get("/v1/sessions/s").await.json().await;
        assert_eq!(original["turns"], 3);
        let empty = client.send("POST", path, Some(json!({}))).await.json().await;
        assert_eq!((&empty["turns"], &empty["fork_of"]), (&json!(0), &json!({ "session": "s" })));
        let id = empty["id"].as_str().expect("an id").to_owned();
        say_as(client, &id, "r-5", "from the beginning").await;
        let begun = client.get(&format!("/v1/sessions/{id}")).await.json().await;
        assert_eq!((&begun["title"], &begun["turns"]), (&json!("from the beginning"), &json!(1)));

        for (body, expected) in [
            (json!({ "after": "r-9" }), (404, "not_found")),
            (json!({ "after": "r-1", "id": "f" }), (400, "invalid_request")),
            (json!({ "id": "s" }), (400, "invalid_request")),
            (json!({ "id": "a:b" }), (400, "invalid_request")),
        ] {
            let refused = client.send("POST", path, Some(body)).await.refusal().await;
            assert_eq!((refused.0, refused.1.as_str()), expected);
        }
        let missing = client.send("POST", "/v1/sessions/none/fork", Some(json!({}))).await;
        assert_eq!(missing.refusal().await, (404, "not_found".to_owned()));
    })
    .await;
}

#[tokio::test]
async fn a_conversation_is_renamed_and_a_turn_deleted() {
    with_each_memory(async |client| {
        say_as(client, "s", "r-1", "first").await;
        say_as(client, "s", "r-2", "second").await;
        let rename = async |title: &str| {
            client.send("PATCH", "/v1/sessions/s", Some(json!({ "title": title }))).await
        };
        assert_eq!(rename(" 스택\n이야기 ").await.json().await["title"], "스택 이야기");
        let list = client.get("/v1/sessions").await.json().await;
        assert_eq!(list["sessions"][0]["title"], "스택 이야기");
        let long = rename(&"가".repeat(121)).await.refusal().await;
        assert_eq!(long, (400, "invalid_request".to_owned()));
        assert_eq!(rename("").await.json().await["title"], "first");

        let turn = "/v1/sessions/s/turns/r-1";
        assert_eq!(client.send("DELETE", turn, None).await.status, 204);
        let again = client.send("DELETE", turn, None).await.refusal().await;
        assert_eq!(again, (404, "not_found".to_owned()));
        let left = client.get("/v1/sessions/s").await.json().await;
        assert_eq!((&left["title"], &left["turns"]), (&json!("second"), &json!(1)));
        for missing in ["/v1/sessions/none/turns/r-1", "/v1/sessions/a%3Ab/turns/r-1"] {
            let refused = client.send("DELETE", missing, None).await.refusal().await;
            assert_eq!(refused, (404, "not_found".to_owned()));
        }
        let refused =
            client.send("PATCH", "/v1/sessions/none", Some(json!({ "title": "x" }))).await;
        assert_eq!(refused.refusal().await, (404, "not_found".to_owned()));
    })
    .await;
}

#[tokio::test]
async fn nothing_is_deleted_from_a_conversation_that_is_being_answered() {
    let ollama = ScriptedOllama::start().await;
    let proxy = TestProxy::start(&ollama).await;
    let client = proxy.client();
    say_as(&client, "s", "r-1", "first").await;
    ollama.script([scripted_ollama::Rule::on("/api/chat").pieces(["a", "b"]).hold_after(1)]);
    let mut running = client.chat(json!({ "session": "s", "text": "second" })).await;
    running.next_event().await.expect("begun");
    let busy = client.send("DELETE", "/v1/sessions/s/turns/r-1", None).await.refusal().await;
    assert_eq!(busy, (409, "session_busy".to_owned()));
    let forked = client.send("POST", "/v1/sessions/s/fork", Some(json!({ "after": "r-1" }))).await;
    assert_eq!(forked.status, 201, "what was said stays as it is");
    ollama.release();
    assert_eq!(running.events().await.last().expect("an end").name, "done");
    assert_eq!(client.get("/v1/sessions/s").await.json().await["turns"], 2);
}

#[tokio::test]
async fn conversations_are_found_by_their_words() {
    with_each_memory(async |client| {
        say_as(client, "one", "r-1", "스택이 뭐예요?").await;
        say_as(client, "two", "r-2", "And a QUEUE?").await;
        client.send("PATCH", "/v1/sessions/two", Some(json!({ "title": "Structures" }))).await;
        let check = async |query: &str, expected: &[&str]| {
            let list = client.get(&format!("/v1/sessions?q={query}")).await.json().await;
            assert_eq!(ids(&list), expected, "{query}");
            assert_eq!(list.get("stopped_after"), None);
            list
        };
        let found = check("%EC%8A%A4%ED%83%9D", &["one"]).await;
        assert_eq!(found["sessions"][0]["excerpt"], "스택이 뭐예요?");
        check("queue+structures", &["two"]).await;
        check("heap", &[]).await;
        check("+", &["two", "one"]).await;
        for wrong in [format!("q={}", "x".repeat(257)), "q=a&q=b".to_owned()] {
            let refused = client.get(&format!("/v1/sessions?{wrong}")).await.refusal().await;
            assert_eq!(refused, (400, "invalid_request".to_owned()), "{wrong}");
        }
    })
    .await;
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
    let request = &minji.get("/v1/sessions/s").await.json().await["log"][0]["request_id"];
    let turn = format!("/v1/sessions/s/turns/{}", request.as_str().expect("an id"));
    for (method, path, body) in [
        ("DELETE", turn.as_str(), None),
        ("PATCH", "/v1/sessions/s", Some(json!({ "title": "theirs" }))),
        ("POST", "/v1/sessions/s/fork", Some(json!({ "after": request, "id": "f" }))),
    ] {
        let refused = jun.send(method, path, body).await.refusal().await;
        assert_eq!(refused, (404, "not_found".to_owned()), "{method} {path}");
    }
    let found = jun.get("/v1/sessions?q=secret").await.json().await;
    assert_eq!(found, json!({ "sessions": [] }));
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
