//! Requests that a server in front could read as one and this one as two.

use crate::attacks::{reached, sent, statuses, still_answers, target};

const HIDDEN: &str = "POST /v1/completions HTTP/1.1\r\nhost: localhost\r\ncontent-length: 19\r\n\r\n\
                      {\"prompt\":\"hidden\"}";

/// The head is refused as a whole, and nothing behind it is taken for a request.
async fn check_refused(head: &str) {
    let bench = target().await;
    let request =
        format!("POST /v1/completions HTTP/1.1\r\nhost: localhost\r\n{head}\r\n\r\n{HIDDEN}");
    let answer = sent(&bench, request.as_bytes()).await;
    let statuses = statuses(&answer);
    assert!(statuses.is_empty() || statuses == ["400"], "{head:?}: {answer}");
    assert!(!reached(&bench, "hidden"), "{head:?} hid a request");
    still_answers(&bench).await;
}

#[tokio::test]
async fn a_length_that_is_not_one_is_refused() {
    for head in [
        "content-length: 0\r\ncontent-length: 19",
        "content-length: 0, 19",
        "content-length: +0",
        "content-length: -1",
        "content-length: 0x0",
        "content-length: 99999999999999999999999999",
        "transfer-encoding: chunked, identity",
        "transfer-encoding: xchunked",
        "transfer-encoding : chunked",
    ] {
        check_refused(head).await;
    }
}

#[tokio::test]
async fn lines_that_are_folded_or_hold_a_lone_return_are_refused() {
    for head in ["x-one: 1\r\n two: 2", "x-one: 1\rtransfer-encoding: chunked", "x\0: 1", ": 1"] {
        check_refused(head).await;
    }
}

#[tokio::test]
async fn a_chunk_that_is_not_one_ends_the_connection() {
    for chunk in ["zz\r\n", "-1\r\n", "ffffffffffffffffff\r\n", "5\r\n{}", "1;\n\n"] {
        let bench = target().await;
        let request = format!(
            "POST /v1/completions HTTP/1.1\r\nhost: localhost\r\ntransfer-encoding: chunked\r\n\r\n\
             {chunk}{HIDDEN}"
        );
        let answer = sent(&bench, request.as_bytes()).await;
        assert!(
            statuses(&answer).iter().all(|status| status.starts_with('4')),
            "{chunk:?}: {answer}"
        );
        assert!(!reached(&bench, "hidden"), "{chunk:?} hid a request");
        still_answers(&bench).await;
    }
}

#[tokio::test]
async fn no_target_leads_elsewhere() {
    for target_line in [
        "GET http://evil.example/api/tags HTTP/1.1",
        "GET http://127.0.0.1:11434/api/tags HTTP/1.1",
        "CONNECT 127.0.0.1:11434 HTTP/1.1",
        "GET /v1/models/..%2F..%2Fapi%2Fpull HTTP/1.1",
        "GET /v1/%2e%2e/api/pull HTTP/1.1",
        "OPTIONS * HTTP/1.1",
        "TRACE / HTTP/1.1",
    ] {
        let bench = target().await;
        let request = format!("{target_line}\r\nhost: localhost\r\nx-canary: c4n4ry\r\n\r\n");
        let answer = sent(&bench, request.as_bytes()).await;
        let statuses = statuses(&answer);
        assert!(statuses.iter().all(|status| status.starts_with('4')), "{target_line}: {answer}");
        assert!(!answer.contains("c4n4ry"), "{target_line} is echoed: {answer}");
        let asked = bench.ollama.requests();
        assert!(asked.iter().all(|request| request.path != "/api/pull"), "{target_line}");
    }
}

#[tokio::test]
async fn what_comes_back_in_headers_holds_no_header() {
    let bench = target().await;
    for id in ["a b", "a\tb", "\"><script>", "é", &"a".repeat(65)] {
        let request =
            format!("GET /v1/nothing HTTP/1.1\r\nhost: localhost\r\nx-request-id: {id}\r\n\r\n");
        let answer = sent(&bench, request.as_bytes()).await;
        let head = answer.split("\r\n\r\n").next().unwrap_or_default();
        assert!(!head.contains(&format!("x-request-id: {id}\r\n")), "{answer}");
    }
}
