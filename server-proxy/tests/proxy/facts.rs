//! `/v1/models`, `/readyz`: what is known of models, and whether they can be asked.

use codesaga_proxy::config::Config;
use expect_test::expect;
use saga_protocol::models::ModelList;
use scripted_ollama::{Kind, Options, Rule, ScriptedOllama, Shape, Version};
use serde_json::Value;

use crate::bench::{Bench, RunningProxy};

/// A line for each model.
async fn facts(options: Options, change: fn(&mut Config)) -> String {
    let bench = Bench::with(options, change).await;
    let list = bench.proxy.get("/v1/models").await.json().await;
    let list: ModelList = serde_json::from_value(list).expect("a list of models");
    let mut lines = String::new();
    for model in list.data {
        let facts = model.codesaga.expect("our own facts");
        lines += &format!(
            "{} by {}: template {}, fim {}{}, context {}{}\n",
            model.id,
            model.owned_by,
            facts.template,
            facts.fim,
            facts.fim_family.map_or_else(String::new, |family| format!(" by {family}'s tokens")),
            facts.context_length,
            if facts.default { ", default" } else { "" }
        );
    }
    lines
}

#[tokio::test]
async fn both_versions_tell_the_same_facts() {
    let of = async |version| facts(Options { version, ..Options::default() }, |_| {}).await;
    let (old, new) = (of(Version::V0_24_0).await, of(Version::V0_33_0Rc2).await);
    assert_eq!(old, new);
    expect![[r#"
        bllossom-shape:latest by ollama: template llama3, fim false, context 8192, default
        fim-shape:latest by ollama: template unknown, fim true, context 8192
        smollm2:latest by ollama: template chatml, fim false, context 8192
    "#]]
    .assert_eq(&new);
}

#[tokio::test]
async fn the_setting_caps_the_context() {
    let options = Options { shape: Some(Shape::Bllossom), ..Options::default() };
    let seen = facts(options, |config| config.limits.context_tokens_max = 2048).await;
    expect![[r#"
        bllossom-shape:latest by ollama: template llama3, fim false, context 2048, default
    "#]]
    .assert_eq(&seen);
}

#[tokio::test]
async fn an_openai_compatible_server_tells_its_template_and_context() {
    let options = Options { kind: Kind::OpenAi, ..Options::default() };
    let seen = facts(options, |config| config.model = None).await;
    expect![[r#"
        smollm2 by openai-compatible: template chatml, fim false, context 8192, default
    "#]]
    .assert_eq(&seen);
}

#[tokio::test]
async fn which_tokens_fill_a_hole_is_found_by_asking_for_them() {
    let options = |shape| Options { kind: Kind::OpenAi, shape: Some(shape), ..Options::default() };
    let seen = facts(options(Shape::Fim), |config| config.model = None).await;
    expect![[r#"
        fim-shape by openai-compatible: template unknown, fim false by qwen's tokens, context 8192, default
    "#]]
    .assert_eq(&seen);
    let seen = facts(options(Shape::Bllossom), |config| config.model = None).await;
    expect![[r#"
        bllossom-shape by openai-compatible: template llama3, fim false, context 8192, default
    "#]]
    .assert_eq(&seen);
}

#[tokio::test]
async fn a_server_without_a_tokenizer_call_is_not_asked_again_and_again() {
    let options = Options { kind: Kind::OpenAi, shape: Some(Shape::Fim), ..Options::default() };
    let server = ScriptedOllama::start_with(options).await.expect("a free port");
    server.script([Rule::on("/tokenize").refusing(404, serde_json::json!({}))]);
    let proxy = RunningProxy::start(&[&server.url()], |config| config.model = None).await;
    for _ in 0..2 {
        assert_eq!(proxy.get("/v1/models").await.status(), 200);
    }
    assert_eq!(server.requests_to("/tokenize").len(), 1);
}

#[tokio::test]
async fn one_model_is_found_by_either_spelling_of_its_name() {
    let bench = Bench::start().await;
    for name in ["smollm2", "smollm2:latest", "SmolLM2"] {
        let model = bench.proxy.get(&format!("/v1/models/{name}")).await.json().await;
        assert_eq!(model["id"], "smollm2:latest");
    }
    let missing = bench.proxy.get("/v1/models/hf.co/team/none").await.refusal().await;
    assert!(missing.starts_with("404 unknown_model: "), "{missing}");
}

/// Asks until the status is another one, as a status bar does.
async fn readiness_beside(proxy: &RunningProxy, status: &str) -> (u16, Value) {
    loop {
        let reply = proxy.get("/readyz").await;
        let code = reply.status().as_u16();
        let body = reply.json().await;
        if body["status"] != status {
            return (code, body);
        }
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn it_is_loading_until_the_model_is_in_memory_and_then_ready() {
    let ollama = ScriptedOllama::start().await;
    ollama.script([Rule::on("load").hold_after(0)]);
    let proxy = RunningProxy::start(&[&ollama.url()], |_| {}).await;
    ollama.wait_for_request("/api/generate", 0).await;
    // At the first look, not at one that comes a while later.
    assert_eq!(ollama.requests_to("/api/tags").len(), 1);
    let reply = proxy.get("/readyz").await;
    assert_eq!(reply.status(), 503);
    let body = reply.json().await;
    assert_eq!(body["status"], "loading");
    assert_eq!(body["memory"], "in_process");
    ollama.release();
    let (code, body) = readiness_beside(&proxy, "loading").await;
    assert_eq!((code, &body["status"]), (200, &Value::from("ready")));
    assert_eq!(body["model"], "bllossom-shape:latest");
}

#[tokio::test]
async fn a_model_that_is_not_installed_is_named() {
    let bench =
        Bench::with(Options::default(), |config| config.model = Some("nope".to_owned())).await;
    let (code, body) = readiness_beside(&bench.proxy, "loading").await;
    assert_eq!((code, &body["status"]), (503, &Value::from("unavailable")));
    assert_eq!(body["error"]["code"], "unknown_model");
    assert!(body["error"]["message"].as_str().is_some_and(|words| words.contains("'nope'")));
}

#[tokio::test]
async fn healthz_answers_whatever_the_model_server_does() {
    let proxy = RunningProxy::start(&["http://127.0.0.1:1"], |_| {}).await;
    assert_eq!(proxy.get("/healthz").await.status(), 200);
    let (code, body) = readiness_beside(&proxy, "loading").await;
    assert_eq!((code, &body["status"]), (503, &Value::from("unavailable")));
    assert_eq!(body["error"]["code"], "upstream_unreachable");
}
