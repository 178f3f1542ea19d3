//! Bad input, and model servers that refuse: each a stable code and a sentence that helps.

use http::Method;
use scripted_ollama::{Rule, Version};
use serde_json::{Value, json};

use crate::bench::{Bench, completion, is_question};

async fn check(path: &str, body: Value, expected: &str) {
    let bench = Bench::start().await;
    let reply = bench.proxy.post(path, &body).await;
    assert_eq!(reply.refusal().await, expected);
    let reached = bench.ollama.requests().iter().any(is_question);
    assert!(!reached, "a wrong request is not passed on");
}

#[tokio::test]
async fn a_wrong_field_is_named() {
    let path = "/v1/completions";
    check(path, json!({}), "400 invalid_request: missing field `prompt` at line 1 column 2").await;
    check(
        path,
        json!({ "prompt": 7 }),
        "400 invalid_request: `prompt`: invalid type: integer `7`, expected a text, or a list with one text",
    )
    .await;
    check(
        path,
        json!({ "prompt": "" }),
        "400 invalid_request: `prompt`: expected at least one character",
    )
    .await;
    check(
        path,
        json!({ "prompt": "x", "max_tokens": "many" }),
        "400 invalid_request: `max_tokens`: invalid type: string \"many\", expected u32",
    )
    .await;
    check(
        path,
        json!({ "prompt": "x", "max_tokens": 0 }),
        "400 invalid_request: `max_tokens`: expected at least 1",
    )
    .await;
    check(
        path,
        json!({ "prompt": "x", "temperature": -1 }),
        "400 invalid_request: `temperature`: expected a number from 0 to 2",
    )
    .await;
    check(
        path,
        json!({ "prompt": "x", "stop": [""] }),
        "400 invalid_request: `stop`: a text must have 1 to 1024 bytes",
    )
    .await;
}

#[tokio::test]
async fn a_wrong_conversation_is_named() {
    let path = "/v1/chat/completions";
    check(
        path,
        json!({ "messages": [] }),
        "400 invalid_request: `messages`: expected 1 to 1024 messages",
    )
    .await;
    check(
        path,
        json!({ "messages": [{ "role": "user", "content": "x" }, { "role": "wizard", "content": "" }] }),
        "400 invalid_request: `messages[1].role`: expected system, developer, user, assistant or tool",
    )
    .await;
}

#[tokio::test]
async fn what_a_model_cannot_do_or_is_not_there() {
    check(
        "/v1/completions",
        json!({ "prompt": "x", "suffix": "y" }),
        "400 unsupported: the model 'bllossom-shape:latest' does not fill holes, so `suffix` \
         cannot be used",
    )
    .await;
    check(
        "/v1/completions",
        json!({ "prompt": "x", "model": "nope" }),
        "404 unknown_model: no model server has the model 'nope'; `GET /v1/models` lists what \
         there is",
    )
    .await;
}

#[tokio::test]
async fn a_body_that_is_too_large_or_no_json() {
    let bench = Bench::start().await;
    let large = completion(&"x".repeat(2 << 20));
    let reply = bench.proxy.post("/v1/completions", &large).await;
    assert_eq!(
        reply.refusal().await,
        "413 too_large: the request's body is larger than 2097152 bytes"
    );
    let broken = bench.proxy.request(Method::POST, "/v1/completions", "{\"prompt\": ".to_owned());
    assert_eq!(
        bench.proxy.send(broken).await.refusal().await,
        "400 invalid_request: the body is not JSON: EOF while parsing a value at line 1 column 11"
    );
}

#[tokio::test]
async fn paths_and_methods_that_are_not_there() {
    let bench = Bench::start().await;
    let nothing = bench.proxy.get("/v2").await.refusal().await;
    assert_eq!(nothing, "404 not_found: there is nothing at this path");
    let wrong = bench.proxy.get("/v1/completions").await.refusal().await;
    assert_eq!(wrong, "405 invalid_request: this path does not take this method");
}

/// What a client sees when the model server refuses as it was recorded.
async fn check_recorded(name: &str, rule: impl Fn(u16, Value) -> Rule, expected: [&str; 2]) {
    for (version, expected) in Version::ALL.into_iter().zip(expected) {
        let bench = Bench::of(version).await;
        let (status, body) = recorded(version, name);
        bench.ollama.script([rule(status, body)]);
        assert_eq!(bench.proxy.complete("x").await.refusal().await, expected, "{version:?}");
    }
}

fn recorded(version: Version, name: &str) -> (u16, Value) {
    let path = format!(
        "{}/../tests/data/ollama-transcripts/{}/{name}.json",
        env!("CARGO_MANIFEST_DIR"),
        version.name()
    );
    let file = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
    let exchange: Value = serde_json::from_str(&file).expect("a recording is JSON");
    let status = exchange["response"]["status"].as_u64().expect("a status");
    let line = exchange["response"]["body_lines"][0].as_str().expect("a line");
    (u16::try_from(status).expect("a status"), serde_json::from_str(line).expect("JSON"))
}

#[tokio::test]
async fn too_long_a_prompt_is_refused_with_numbers_in_both_wordings() {
    let rule = |status, body| Rule::any().refusing(status, body);
    check_recorded(
        "generate-overlong-refused",
        rule,
        [
            "400 context_overflow: the prompt has more tokens than the model's context of 8192",
            "400 context_overflow: the prompt has 6979 tokens and the model's context 2048",
        ],
    )
    .await;
}

#[tokio::test]
async fn recorded_refusals_have_their_codes() {
    let rule = |status, body| Rule::any().refusing(status, body);
    let gone = "404 unknown_model: model 'nope' not found";
    check_recorded("generate-unknown-model", rule, [gone, gone]).await;
    let option = "502 upstream_failed: the model server failed (500): option \"num_predict\" must \
                  be of type integer";
    check_recorded("generate-bad-option", rule, [option, option]).await;
    let json = "400 invalid_request: the model server refused the request: unexpected EOF";
    check_recorded("generate-bad-json", rule, [json, json]).await;
}

#[tokio::test]
async fn a_busy_model_server_is_said_with_a_time_to_come_back() {
    let bench = Bench::start().await;
    bench.ollama.script([Rule::busy()]);
    let reply = bench.proxy.complete("x").await;
    assert_eq!(reply.header("retry-after"), Some("2"));
    assert_eq!(
        reply.refusal().await,
        "503 upstream_busy: the model server is busy: server busy, please try again.  maximum \
         pending requests exceeded"
    );
}
