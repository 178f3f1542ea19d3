//! What the engine says of its server, and conversations.

use crate::world::{COMPLETIONS, World, engine, models};
use expect_test::{Expect, expect};
use saga_domain::{EditTask, FailureCode, Trigger};
use saga_engine::{ChatAsk, CompleteAsk, EditAsk, Engine, EngineOptions, ServerStatus};
use scripted_ollama::Rule;
use serde_json::{Value, json};

async fn told(engine: &Engine, url: &str) -> String {
    let told = match engine.status().await {
        ServerStatus::Ready { facts, memory } => {
            let template = facts.template.name();
            format!("ready {} {template} {} {memory}", facts.name, facts.context_tokens)
        }
        ServerStatus::Loading { model, seconds } => format!("loading {model} {seconds}"),
        ServerStatus::Offline(failure) => {
            format!("offline {}: {}", failure.code.name(), failure.message)
        }
    };
    told.replace(url, "http://SERVER")
}

async fn check(rules: Vec<Rule>, expected: Expect) {
    let world = World::with_plain_server("$0").await;
    world.server.script(rules);
    expected.assert_eq(&told(&world.engine, &world.server.url()).await);
}

fn ready(status: &str, error: &Value) -> Rule {
    let http = if status == "ready" { 200 } else { 503 };
    let body = json!({
        "status": status, "model": "smollm2", "for_seconds": 12, "memory": "ok", "error": error,
    });
    Rule::on("/readyz").refusing(http, body)
}

fn error(code: &str, message: &str) -> Value {
    json!({ "code": code, "message": message, "type": "server_error" })
}

#[tokio::test]
async fn status_of_a_server() {
    check(
        vec![ready("ready", &Value::Null), models("llama3")],
        expect!["ready smollm2 llama3 4096 ok"],
    )
    .await;
    check(vec![], expect!["ready smollm2 unknown 4096 none"]).await;
    check(vec![ready("loading", &Value::Null)], expect!["loading smollm2 12"]).await;
    check(
        vec![ready("unavailable", &error("upstream_unreachable", "Ollama is gone."))],
        expect!["offline upstream_unreachable: Ollama is gone."],
    )
    .await;
    check(
        vec![ready("draining", &Value::Null)],
        expect!["offline shutting_down: The server is shutting down."],
    )
    .await;
}

#[tokio::test]
async fn a_refused_token_shows_in_the_status_and_in_answers() {
    let refused = json!({ "error": error("unauthorized", "The token is not known.") });
    let world = World::new("//- /a.py\nx = $0").await;
    let mut options = EngineOptions::new(world.server.url());
    options.token = Some("wrong".to_owned());
    let engine = engine(options);
    world.server.script([
        ready("ready", &Value::Null),
        Rule::on("/v1/models").refusing(401, refused.clone()),
        Rule::on(COMPLETIONS).refusing(401, refused),
    ]);
    expect!["offline unauthorized: The token is not known."]
        .assert_eq(&told(&engine, &world.server.url()).await);
    crate::world::open(&engine, "a", "python", "x = ").expect("fits");
    let reply = engine
        .complete(CompleteAsk::new("a", saga_domain::ByteOffset(4), Trigger::Invoke))
        .expect("fits");
    assert_eq!(world.told(&reply).await, "failed unauthorized: The token is not known.\n");
}

#[tokio::test]
async fn a_model_that_the_server_does_not_have_is_named() {
    let world = World::new("$0").await;
    let mut options = EngineOptions::new(world.server.url());
    options.model = Some("nobody".to_owned());
    let engine = engine(options);
    expect![[r#"offline unknown_model: The server has no model named "nobody". It has: smollm2."#]]
        .assert_eq(&told(&engine, &world.server.url()).await);
}

#[tokio::test]
async fn each_kind_of_work_has_its_model() {
    let world = World::new("//- /a.py\nx = $01$0").await;
    let details =
        json!({ "template": "chatml", "fim": false, "context_length": 4096, "default": false });
    let model = |name: &str| json!({ "id": name, "object": "model", "codesaga": details });
    let models = ["small", "large", "talker"].map(model);
    let listed = json!({ "object": "list", "data": models });
    world.server.script([
        Rule::on("/v1/models").refusing(200, listed),
        Rule::on(COMPLETIONS).pieces(["2"]),
    ]);
    let mut options = EngineOptions::new(world.server.url());
    options.model = Some("small".to_owned());
    options.edit_model = Some("large".to_owned());
    options.chat_model = Some(" talker ".to_owned());
    options.background = false;
    let engine = engine(options);
    crate::world::open(&engine, "a", "python", "x = 1").expect("fits");
    let at = saga_domain::ByteOffset(5);
    let ask = CompleteAsk::new("a", at, Trigger::Invoke);
    world.told(&engine.complete(ask).expect("fits")).await;
    let selection = saga_domain::Span::new(4, 5);
    let mut ask = EditAsk::new("a", selection, EditTask::Refactor);
    ask.instruction = "two".to_owned();
    world.told(&engine.edit(ask).expect("fits")).await;
    let ask = ChatAsk { text: "hello".to_owned(), ..ChatAsk::default() };
    world.told(&engine.chat(ask).expect("a message")).await;
    let asked = |path: &str| -> Vec<Value> {
        let bodies = world.server.bodies(path);
        let mut models: Vec<Value> = bodies.iter().map(|body| body["model"].clone()).collect();
        // A completion may be asked a second time, with the plain prompt.
        models.dedup();
        models
    };
    assert_eq!(asked(COMPLETIONS), ["small", "large"]);
    assert_eq!(asked("/v1/chat"), ["talker"]);
}

#[tokio::test]
async fn the_models_of_a_server_are_listed() {
    let world = World::new("$0").await;
    let described = json!({
        "template": "chatml", "fim": true, "context_length": 8192, "default": true,
        "completion": false, "stands_for": "qwen",
    });
    let listed = json!({ "object": "list", "data": [
        { "id": "fast", "object": "model", "codesaga": described },
        { "id": "unknown", "object": "model" },
    ] });
    world.server.script([Rule::on("/v1/models").refusing(200, listed)]);
    expect![[r#"
        [
            ServedModel {
                name: "fast",
                is_default: true,
                writes: false,
                fim: true,
                context_length: Some(
                    8192,
                ),
                stands_for: Some(
                    "qwen",
                ),
            },
            ServedModel {
                name: "unknown",
                is_default: false,
                writes: true,
                fim: false,
                context_length: None,
                stands_for: None,
            },
        ]
    "#]]
    .assert_debug_eq(&world.engine.models().await.expect("a list"));
}

#[tokio::test]
async fn wrong_settings_are_named() {
    let failure = Engine::new(EngineOptions::new("localhost")).err().expect("refused");
    assert_eq!(failure.code, FailureCode::InvalidSetting);
    assert!(failure.message.starts_with("`serverUrl` is wrong"), "{failure}");
}

#[tokio::test]
async fn chat_needs_a_server_that_keeps_conversations() {
    let world = World::with_plain_server("$0").await;
    let ask = ChatAsk { text: "안녕?".to_owned(), ..ChatAsk::default() };
    let reply = world.engine.chat(ask).expect("a message");
    let told = world.told(&reply).await.replace(&world.server.url(), "http://SERVER");
    expect![[r#"
        failed unsupported: The server at http://SERVER keeps no conversations. Chat needs codesaga-proxy.
    "#]]
    .assert_eq(&told);
    let sessions = world.engine.sessions(None).await.expect_err("refused");
    assert_eq!(sessions.code, FailureCode::Unsupported);
}

#[tokio::test]
async fn a_message_that_cannot_be_sent_is_refused_at_once() {
    let world = World::new("$0").await;
    let code = |text: String| {
        let refused = world.engine.chat(ChatAsk { text, ..ChatAsk::default() });
        refused.err().expect("refused").code
    };
    assert_eq!(code(" \n".to_owned()), FailureCode::InvalidRequest);
    assert_eq!(code("x".repeat(1 << 20)), FailureCode::TooLarge);
    let session = Some("../other".to_owned());
    let ask = ChatAsk { session, text: "hello".to_owned(), ..ChatAsk::default() };
    let told = world.told(&world.engine.chat(ask).expect("sent")).await;
    assert!(told.starts_with("failed invalid_request: `session`"), "{told}");
}
