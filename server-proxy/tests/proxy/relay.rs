//! P10: what the model says arrives exactly, wherever its bytes are split.

use scripted_ollama::Rule;
use serde_json::json;

use crate::bench::Bench;

const PIECES: [&str; 6] =
    ["안녕", "하세요 🙂", "\n\t\"따옴표\\\"", "👩‍👩‍👧", "다\u{301}", "</s>\u{2028}끝"];

#[tokio::test]
async fn p10_hangul_and_emoji_split_at_any_byte_arrive_whole() {
    let bench = Bench::start().await;
    let expected = format!("{}|[stop]|[DONE]", PIECES.join("|"));
    for bytes in 1..=7 {
        bench.ollama.script([Rule::any().pieces(PIECES).split(bytes)]);
        let seen = bench.proxy.complete("x").await.events().await;
        assert_eq!(seen, expected, "split every {bytes} bytes");
    }
}

#[tokio::test]
async fn p10_a_burst_arrives_whole_and_in_order() {
    let bench = Bench::start().await;
    let pieces: Vec<String> = (0..60).map(|n| format!("조각{n} ")).collect();
    bench.ollama.script([Rule::any().pieces(pieces.clone()).burst()]);
    let seen = bench.proxy.complete("x").await.events().await;
    assert_eq!(seen, format!("{}|[stop]|[DONE]", pieces.join("|")));
}

#[tokio::test]
async fn pieces_are_passed_on_as_they_come() {
    let bench = Bench::start().await;
    bench.ollama.script([Rule::any().pieces(["first", "second"]).hold_after(1)]);
    let mut reply = bench.proxy.complete("x").await;
    let first = reply.more().await.expect("it does not wait for the rest");
    assert!(String::from_utf8_lossy(&first).contains("first"));
    bench.ollama.release();
    assert_eq!(reply.events().await, "second|[stop]|[DONE]");
}

#[tokio::test]
async fn an_answer_leaves_its_connection_for_the_next_one() {
    let bench = Bench::start().await;
    bench.ollama.script([Rule::any().pieces(["a"])]);
    bench.proxy.complete("warm").await.events().await;
    bench.ended("warm").await;
    let before = bench.ollama.connections_total();
    for _ in 0..5 {
        bench.proxy.post("/v1/completions", &json!({ "prompt": "again" })).await.json().await;
    }
    let made = bench.ollama.connections_total() - before;
    assert!(made <= 1, "{made} new connections for five requests");
}
