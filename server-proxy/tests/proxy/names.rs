//! Names that a team gives to models, and a model of its own for each task.

use expect_test::expect;
use http::Request;
use http_body_util::Full;
use saga_protocol::models::ModelList;
use scripted_ollama::{Options, Rule};
use serde_json::{Value, json};

use crate::bench::{Bench, RunningProxy, holds};

async fn with(flags: &[&str]) -> Bench {
    let ollama = scripted_ollama::ScriptedOllama::start_with(Options::default()).await;
    let ollama = ollama.expect("a free port");
    ollama.script([Rule::any().pieces(["ok"])]);
    let proxy = RunningProxy::start(&[&ollama.url()], |config| {
        let listen = ["--listen", "127.0.0.1:0", "--upstream", &ollama.url()];
        let flags: Vec<&str> = listen.into_iter().chain(flags.iter().copied()).collect();
        *config = codesaga_proxy::config::Config::from_flags(&flags).expect("settings");
    })
    .await;
    Bench { ollama, proxy }
}

/// A line for each name.
async fn listed(bench: &Bench) -> String {
    let list = bench.proxy.get("/v1/models").await.json().await;
    let list: ModelList = serde_json::from_value(list).expect("a list of models");
    let line = |model: saga_protocol::models::Model| {
        let facts = model.codesaga.expect("our own facts");
        let behind = facts.stands_for.map_or_else(String::new, |name| format!(" = {name}"));
        let default = if facts.default { ", default" } else { "" };
        format!("{}{behind}: {}, fim {}{default}\n", model.id, facts.template, facts.fim)
    };
    list.data.into_iter().map(line).collect()
}

/// The model that the request with this text was answered by.
fn asked_of(bench: &Bench, text: &str) -> String {
    let requests = bench.ollama.requests();
    let request = requests.iter().find(|request| holds(request, text)).expect("it was asked");
    request.body["model"].as_str().expect("a model's name").to_owned()
}

#[tokio::test]
async fn a_name_stands_for_a_model_and_is_listed_with_it() {
    let flags = ["--model", "bllossom-shape", "--aliases", "fast=fim-shape, none=nope"];
    let bench = with(&flags).await;
    expect![[r#"
        bllossom-shape:latest: llama3, fim false, default
        fim-shape:latest: unknown, fim true
        smollm2:latest: chatml, fim false
        fast = fim-shape:latest: unknown, fim true
    "#]]
    .assert_eq(&listed(&bench).await);
    let one = bench.proxy.get("/v1/models/fast").await.json().await;
    assert_eq!(
        (&one["id"], &one["codesaga"]["stands_for"]),
        (&json!("fast"), &json!("fim-shape:latest"))
    );

    let body = json!({ "model": "fast", "prompt": "a", "suffix": "b", "max_tokens": 4 });
    let answer = bench.proxy.post("/v1/completions", &body).await.json().await;
    assert_eq!(answer["model"], "fim-shape:latest");
    let body = json!({ "model": "none", "prompt": "a" });
    assert_eq!(
        bench.proxy.post("/v1/completions", &body).await.refusal().await,
        "404 unknown_model: 'none' stands for 'nope', which no model server has"
    );
}

#[tokio::test]
async fn each_task_may_have_its_own_model() {
    let flags = ["--model", "bllossom-shape", "--model-completion", "fim-shape"];
    let bench =
        with(&[&flags[..], &["--model-edit", "smart", "--aliases", "smart=smollm2"]].concat())
            .await;
    expect![[r#"
        default = fim-shape:latest: unknown, fim true, default
        bllossom-shape:latest: llama3, fim false
        fim-shape:latest: unknown, fim true
        smollm2:latest: chatml, fim false
        smart = smollm2:latest: chatml, fim false
    "#]]
    .assert_eq(&listed(&bench).await);
    let post = async |path: &str, body: Value| {
        assert_eq!(bench.proxy.post(path, &body).await.status(), 200, "{path} {body}");
    };
    post("/v1/completions", json!({ "prompt": "one" })).await;
    post("/v1/completions", json!({ "model": "default", "prompt": "two" })).await;
    let said = |text: &str| json!([{ "role": "user", "content": text }]);
    post("/v1/chat/completions", json!({ "messages": said("three") })).await;
    post("/v1/chat/completions", json!({ "model": "default", "messages": said("four") })).await;
    post(
        "/v1/generate",
        json!({ "request_type": "refactor", "input": "five", "language": "rust",
                                 "code_context": "fn a() {}" }),
    )
    .await;
    let models = ["one", "two", "three", "four", "five"].map(|text| asked_of(&bench, text));
    assert_eq!(
        models,
        [
            "fim-shape:latest",
            "fim-shape:latest",
            "bllossom-shape:latest",
            "bllossom-shape:latest",
            "smollm2:latest"
        ]
    );
}

#[tokio::test]
async fn options_of_clients_never_make_the_model_load_again() {
    let bench = with(&["--model", "bllossom-shape", "--context-length", "4096"]).await;
    for round in 0..4 {
        let options = json!({ "num_ctx": 512 << round, "num_batch": 64, "num_gpu": round,
                              "num_thread": 1 + round, "shift": false });
        let mut body = json!({ "prompt": "x", "options": options, "num_ctx": 1024,
                               "keep_alive": round, "temperature": 0.5, "seed": round });
        assert_eq!(bench.proxy.post("/v1/completions", &body).await.status(), 200);
        body["messages"] = json!([{ "role": "user", "content": "hello" }]);
        assert_eq!(bench.proxy.post("/v1/chat/completions", &body).await.status(), 200);
    }
    assert_eq!(bench.ollama.loads(), 1, "the preload, and no reload");
    for request in bench.ollama.requests() {
        if let Some(keep_alive) = request.body.get("keep_alive") {
            let seconds = keep_alive.as_i64().expect("a number of seconds");
            assert!((1700..=1800).contains(&seconds), "the server's own 30m, not {seconds}");
        }
    }
    // The same through a server that does not pin anything, so that the count means something.
    for context in [1024, 2048] {
        let options = json!({ "num_ctx": context });
        let body = json!({ "model": "bllossom-shape", "prompt": "x", "options": options });
        let request = Request::post(format!("{}/api/generate", bench.ollama.url()))
            .body(Full::from(body.to_string()))
            .expect("a request");
        bench.proxy.send(request).await.text().await;
    }
    assert_eq!(bench.ollama.loads(), 3);
}
