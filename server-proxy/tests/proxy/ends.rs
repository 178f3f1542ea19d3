//! P4: every stream ends with exactly one terminal event, whatever the model server does.

use std::time::Duration;

use scripted_ollama::{End, Rule};
use serde_json::json;

use crate::bench::Bench;

async fn check(end: End, expected: &str) {
    let bench = Bench::start().await;
    bench.ollama.script([Rule::any().pieces(["a", "b"]).end(end)]);
    assert_eq!(bench.proxy.complete("x").await.events().await, expected);
    let body = json!({ "messages": [{ "role": "user", "content": "x" }], "stream": true });
    assert_eq!(bench.proxy.post("/v1/chat/completions", &body).await.events().await, expected);
}

#[tokio::test]
async fn p4_a_proper_end() {
    check(End::Done, "a|b|[stop]|[DONE]").await;
}

#[tokio::test]
async fn p4_a_silent_end() {
    check(End::Silent, "a|b|[upstream_incomplete]").await;
}

#[tokio::test]
async fn p4_a_broken_connection() {
    check(End::Cut, "a|b|[upstream_incomplete]").await;
}

#[tokio::test]
async fn p4_an_error_in_the_stream() {
    check(End::runner_killed(), "a|b|[upstream_failed]").await;
}

#[tokio::test]
async fn p4_a_line_that_is_not_the_protocol() {
    check(End::Garbled, "a|b|[upstream_failed]").await;
}

#[tokio::test]
async fn p4_a_server_that_hangs() {
    let bench = Bench::with(Default::default(), |config| {
        config.limits.between_pieces_time_max = Duration::from_millis(50);
    })
    .await;
    bench.ollama.script([Rule::any().pieces(["a", "b"]).end(End::Hang)]);
    assert_eq!(bench.proxy.complete("x").await.events().await, "a|b|[timeout]");
}

#[tokio::test]
async fn an_answer_that_is_not_streamed_fails_with_a_status() {
    let bench = Bench::start().await;
    bench.ollama.script([Rule::any().pieces(["a"]).end(End::Silent)]);
    let reply = bench.proxy.post("/v1/completions", &json!({ "prompt": "x" })).await;
    assert_eq!(
        reply.refusal().await,
        "502 upstream_incomplete: the model server ended its answer before it was complete"
    );
}

#[tokio::test]
async fn a_failure_before_the_first_piece_has_a_status_also_when_streaming() {
    let bench = Bench::start().await;
    bench.ollama.script([Rule::any().pieces([] as [&str; 0]).end(End::runner_killed())]);
    let reply = bench.proxy.complete("x").await;
    assert_eq!(
        reply.refusal().await,
        "502 upstream_failed: the model server failed in the middle of its answer: \
         an error was encountered while running the model: unexpected EOF"
    );
}
