//! Several model servers, servers that come and go, and servers of the other kind.

use std::time::Duration;

use codesaga_proxy::domain::limits::{KeepAlive, Limits};
use codesaga_proxy::domain::ports::ModelServer as _;
use codesaga_proxy::outbound::{FoundServer, HttpClient};
use expect_test::expect;
use http::Uri;
use saga_domain::FailureCode;
use scripted_ollama::{End, Kind, Options, Rule, ScriptedOllama, Shape};
use serde_json::json;

use crate::bench::{Bench, RunningProxy, holds};

#[tokio::test]
async fn p3_another_server_is_tried_before_the_first_byte() {
    let (first, second) = (ScriptedOllama::start().await, ScriptedOllama::start().await);
    first.script([Rule::any().refusing(500, json!({ "error": "no memory" }))]);
    second.script([Rule::any().pieces(["served"])]);
    let proxy = RunningProxy::start(&[&first.url(), &second.url()], |_| {}).await;
    assert_eq!(proxy.complete("x").await.events().await, "served|[stop]|[DONE]");
    assert!(
        first.requests().iter().any(|request| holds(request, "x")),
        "the first was asked first"
    );
}

#[tokio::test]
async fn p2_nobody_else_is_tried_after_the_first_byte() {
    let (first, second) = (ScriptedOllama::start().await, ScriptedOllama::start().await);
    first.script([Rule::any().pieces(["a"]).end(End::runner_killed())]);
    let proxy = RunningProxy::start(&[&first.url(), &second.url()], |_| {}).await;
    assert_eq!(proxy.complete("x").await.events().await, "a|[upstream_failed]");
    assert!(!second.requests().iter().any(|request| holds(request, "x")));
}

#[tokio::test]
async fn a_server_that_is_gone_is_passed_over() {
    let second = ScriptedOllama::start().await;
    second.script([Rule::any().pieces(["served"])]);
    let proxy = RunningProxy::start(&["http://127.0.0.1:1", &second.url()], |_| {}).await;
    assert_eq!(proxy.complete("x").await.events().await, "served|[stop]|[DONE]");
}

#[tokio::test]
async fn each_model_is_asked_of_the_server_that_has_it() {
    let of = async |shape| {
        let options = Options { shape: Some(shape), ..Options::default() };
        ScriptedOllama::start_with(options).await.expect("a free port")
    };
    let (llama, fim) = (of(Shape::Bllossom).await, of(Shape::Fim).await);
    fim.script([Rule::any().pieces(["filled"])]);
    let proxy = RunningProxy::start(&[&llama.url(), &fim.url()], |_| {}).await;
    let body = json!({ "model": "fim-shape", "prompt": "a", "suffix": "b", "stream": true });
    let seen = proxy.post("/v1/completions", &body).await.events().await;
    assert_eq!(seen, "filled|[stop]|[DONE]");
}

#[tokio::test]
async fn nobody_answers() {
    let proxy = RunningProxy::start(&["http://127.0.0.1:1"], |_| {}).await;
    let refusal = proxy.complete("x").await.refusal().await;
    assert!(
        refusal.starts_with("502 upstream_unreachable: the model server does not answer: "),
        "{refusal}"
    );
}

#[tokio::test]
async fn a_server_that_has_just_come_back_is_asked_what_it_serves_before_it_is_said_to_lack_a_model()
 {
    let ollama = ScriptedOllama::start().await;
    let base: Uri = ollama.url().parse().expect("an address");
    let limits = Limits::new(8192, KeepAlive::Forever, 4, Duration::ZERO);
    let client = HttpClient::new(std::slice::from_ref(&base), &limits).expect("certificates");
    let server = FoundServer::new(base, client, limits);
    server.load("bllossom-shape:latest").await.expect("it is there");
    let missing = server.load("another").await.expect_err("it is not there");
    assert_eq!(missing.code, FailureCode::UnknownModel);
}

#[tokio::test]
async fn a_server_that_comes_back_as_another_kind_is_recognised() {
    let ollama = ScriptedOllama::start().await;
    ollama.script([Rule::any().pieces(["from ollama"])]);
    let port = ollama.port();
    let proxy = RunningProxy::start(&[&ollama.url()], |config| config.model = None).await;
    assert_eq!(proxy.complete("x").await.events().await, "from ollama|[stop]|[DONE]");
    drop(ollama);
    let refusal = proxy.complete("x").await.refusal().await;
    assert!(refusal.starts_with("502 upstream_"), "{refusal}");

    let options = Options { port, kind: Kind::OpenAi, ..Options::default() };
    let openai = ScriptedOllama::start_with(options).await.expect("the port is free again");
    openai.script([Rule::any().pieces(["from llama.cpp"])]);
    let body = json!({ "model": "smollm2", "prompt": "x", "stream": true });
    let seen = loop {
        let reply = proxy.post("/v1/completions", &body).await;
        if reply.status() == 200 {
            break reply.events().await;
        }
        tokio::task::yield_now().await;
    };
    assert_eq!(seen, "from llama.cpp|[stop]|[DONE]");
}

#[tokio::test]
async fn an_openai_compatible_server_is_streamed_and_bounded_too() {
    let options = Options { kind: Kind::OpenAi, ..Options::default() };
    let bench = Bench::with(options, |config| config.model = None).await;
    bench.ollama.script([Rule::any().pieces(["가", "나"]).split(3)]);
    let body = json!({ "prompt": "raw", "max_tokens": 9, "stop": ["다"], "stream": true,
                       "stream_options": { "include_usage": true } });
    let seen = bench.proxy.post("/v1/completions", &body).await.events().await;
    let asked = bench.asked("raw").await;
    expect![[r#"
        가|나|[stop]|[1+2]|[DONE]
        /v1/completions {"model":"smollm2","prompt":"raw","stream":true,"stream_options":{"include_usage":true},"max_tokens":9,"stop":["다"]}"#]].assert_eq(&format!("{seen}\n{} {}", asked.path, asked.body));

    let body = json!({ "messages": [{ "role": "user", "content": "chat" }], "stream": true });
    let seen = bench.proxy.post("/v1/chat/completions", &body).await.events().await;
    assert_eq!(seen, "가|나|[stop]|[DONE]");
    assert_eq!(bench.asked("chat").await.path, "/v1/chat/completions");
}

#[tokio::test]
async fn p4_an_openai_compatible_server_that_ends_without_an_end() {
    let options = Options { kind: Kind::OpenAi, ..Options::default() };
    let bench = Bench::with(options, |config| config.model = None).await;
    for (end, expected) in [
        (End::Silent, "a|[upstream_incomplete]"),
        (End::Cut, "a|[upstream_incomplete]"),
        // A line that is no field of an event means nothing in that format.
        (End::Garbled, "a|[upstream_incomplete]"),
        (End::runner_killed(), "a|[upstream_failed]"),
    ] {
        bench.ollama.script([Rule::any().pieces(["a"]).end(end.clone())]);
        assert_eq!(bench.proxy.complete("x").await.events().await, expected, "{end:?}");
    }
}

#[tokio::test]
async fn holes_cannot_be_filled_by_such_a_server() {
    let options = Options { kind: Kind::OpenAi, ..Options::default() };
    let bench = Bench::with(options, |config| config.model = None).await;
    let body = json!({ "prompt": "a", "suffix": "b" });
    let refusal = bench.proxy.post("/v1/completions", &body).await.refusal().await;
    assert!(refusal.starts_with("400 unsupported: "), "{refusal}");
}
