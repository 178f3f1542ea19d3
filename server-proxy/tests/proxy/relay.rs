//! P10: what the model says arrives exactly, wherever its bytes are split. P5: what a client does
//! not read stays unread at the model server.

use std::time::Duration;

use scripted_ollama::{Ending, Kind, Options, Rule};
use serde_json::json;

use crate::bench::{Bench, Protocol};

const PIECES: [&str; 6] =
    ["안녕", "하세요 🙂", "\n\t\"따옴표\\\"", "👩‍👩‍👧", "다\u{301}", "</s>\u{2028}끝"];

#[tokio::test]
async fn p10_hangul_and_emoji_split_at_any_byte_arrive_whole() {
    let expected = format!("{}|[stop]|[DONE]", PIECES.join("|"));
    for kind in [Kind::Ollama, Kind::OpenAi] {
        let options = Options { kind, ..Options::default() };
        let bench = Bench::with(options, |config| config.model = None).await;
        for bytes in 1..=7 {
            bench.ollama.script([Rule::any().pieces(PIECES).split(bytes)]);
            let seen = bench.proxy.complete("x").await.events().await;
            assert_eq!(seen, expected, "split every {bytes} bytes");
        }
    }
}

#[tokio::test]
async fn p5_what_a_client_does_not_read_stays_at_the_model_server() {
    const PIECE_BYTES: usize = 64 << 10;
    const PIECES_ALL: usize = 960;
    // What the system's own buffers of two connections may hold; ours have 64 KiB of it.
    const ON_THE_WAY_BYTES_MAX: usize = 24 << 20;
    for protocol in Protocol::BOTH {
        let bench = Bench::with(Options::default(), |config| {
            config.limits.client_stall_time_max = Duration::from_millis(300);
        })
        .await
        .over(protocol);
        let piece = "x".repeat(PIECE_BYTES);
        bench.ollama.script([Rule::any().pieces(vec![piece; PIECES_ALL])]);
        let body = json!({ "prompt": "unread", "stream": true, "max_tokens": 4096 });
        let unread = bench.proxy.post("/v1/completions", &body).await;
        // It ends when the client has taken nothing for too long, and not because all was read.
        let ended = bench.ended("unread").await;
        assert_eq!(ended.ending, Some(Ending::ClientGone), "{protocol:?}");
        let read_bytes = ended.pieces * PIECE_BYTES;
        assert!(read_bytes < ON_THE_WAY_BYTES_MAX, "{read_bytes} bytes were read, {protocol:?}");
        drop(unread);
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
