//! More of everything than anybody needs: refused early, and nobody else notices.

use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::attacks::{reached, sent, statuses, still_answers, target};
use crate::bench::Bench;

const HEAD: &str = "POST /v1/completions HTTP/1.1\r\nhost: localhost\r\n";

#[tokio::test]
async fn p5_a_gigabyte_is_refused_before_it_is_sent() {
    let bench = target().await;
    let announced = format!("{HEAD}content-length: 1073741824\r\n\r\n{{\"prompt\":\"");
    let answer = sent(&bench, announced.as_bytes()).await;
    assert_eq!(statuses(&answer), ["413"], "{answer}");
    still_answers(&bench).await;
}

#[tokio::test]
async fn p5_a_body_without_end_is_refused_at_the_limit() {
    let bench = target().await;
    let client = TcpStream::connect(bench.proxy.address()).await.expect("it listens");
    let (mut from, mut to) = client.into_split();
    let flood = async {
        to.write_all(format!("{HEAD}transfer-encoding: chunked\r\n\r\n").as_bytes()).await?;
        let chunk = format!("10000\r\n{}\r\n", "x".repeat(0x10000));
        let mut bytes = 0_usize;
        // Bounded, so that a server that takes everything fails the test and does not hang it.
        while bytes < 64 << 20 {
            to.write_all(chunk.as_bytes()).await?;
            bytes += chunk.len();
        }
        Ok::<_, std::io::Error>(())
    };
    let mut answer = Vec::new();
    let (flooded, _end) = tokio::join!(flood, from.read_to_end(&mut answer));
    assert!(flooded.is_err(), "64 MiB were taken");
    let answer = String::from_utf8_lossy(&answer).into_owned();
    // The answer may be lost when the connection is reset under what was still being sent.
    assert!(answer.is_empty() || statuses(&answer) == ["413"], "{answer}");
    still_answers(&bench).await;
}

#[tokio::test]
async fn ten_thousand_headers_are_refused() {
    let bench = target().await;
    let mut request = HEAD.to_owned();
    for number in 0..10_000 {
        request.push_str(&format!("x-{number}: 1\r\n"));
    }
    request.push_str("content-length: 18\r\n\r\n{\"prompt\":\"flood\"}");
    let answer = sent(&bench, request.as_bytes()).await;
    assert!(statuses(&answer).iter().all(|status| status.starts_with('4')), "{answer}");
    assert!(!reached(&bench, "flood"));
    still_answers(&bench).await;
}

#[tokio::test]
async fn json_as_deep_as_a_well_is_refused() {
    let bench = target().await;
    for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
        let depth = 50_000;
        let inner = if open == "[" { "" } else { "1" };
        let deep = format!("{}{inner}{}", open.repeat(depth), close.repeat(depth));
        for path in ["/v1/completions", "/v1/chat/completions", "/v1/generate", "/v1/chat"] {
            let body = format!("{{\"prompt\":\"x\",\"unknown\":{deep}}}");
            let request = bench.proxy.request(http::Method::POST, path, body);
            let refusal = bench.proxy.send(request).await.refusal().await;
            assert!(refusal.starts_with("400 invalid_request: "), "{path}: {refusal}");
        }
    }
    still_answers(&bench).await;
}

/// What a field holds that is longer than anybody needs is refused, and named.
async fn check_long(bench: &Bench, path: &str, body: serde_json::Value) {
    let refusal = bench.proxy.post(path, &body).await.refusal().await;
    let code = refusal.split([' ', ':']).nth(1).unwrap_or_default();
    assert!(["invalid_request", "too_large", "unknown_model"].contains(&code), "{path}: {refusal}");
}

#[tokio::test]
async fn long_names_and_ids_are_refused() {
    let bench = target().await;
    let long = "x".repeat(100_000);
    check_long(&bench, "/v1/completions", json!({ "prompt": "x", "model": long })).await;
    check_long(&bench, "/v1/chat", json!({ "text": "x", "session": long })).await;
    check_long(&bench, "/v1/chat", json!({ "text": "x", "request_id": long })).await;
    check_long(&bench, "/v1/completions", json!({ "prompt": "x", "stop": long })).await;
    let status = bench.proxy.get(&format!("/v1/requests/{}", "x".repeat(2_000))).await.status();
    assert_eq!(status, 404);
    still_answers(&bench).await;
}
