//! HTTP/1.1 and HTTP/2 by prior knowledge on one port, and clients that take their time.

use std::time::Duration;

use bytes::Bytes;
use codesaga_proxy::config::Config;
use http::Request;
use http_body_util::Empty;
use hyper::client::conn::http2;
use hyper_util::rt::{TokioExecutor, TokioIo};
use scripted_ollama::{End, Rule};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::bench::{Bench, Protocol, completion};

/// More than a client lets go of at once, fewer than the streams it may have.
const RESETS: usize = 200;

#[tokio::test]
async fn both_protocols_are_spoken_on_one_port() {
    let bench = Bench::start().await;
    bench.ollama.script([Rule::any().pieces(["가", "b"])]);
    let Bench { ollama: _ollama, mut proxy } = bench;
    for protocol in Protocol::BOTH {
        proxy = proxy.over(protocol);
        let reply = proxy.complete("x").await;
        assert_eq!(reply.version() == http::Version::HTTP_2, protocol == Protocol::Http2);
        assert_eq!(reply.events().await, "가|b|[stop]|[DONE]");
    }
}

#[tokio::test]
async fn no_more_connections_are_held_than_may_be() {
    let bench = Bench::with(Default::default(), |config| config.limits.connections_max = 2).await;
    let connect = async || TcpStream::connect(bench.proxy.address()).await.expect("it listens");
    let ask = async |tcp: &mut TcpStream| {
        // Whoever is sent away may notice while it still writes.
        let _sent = tcp.write_all(b"GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n").await;
        tcp.read(&mut [0; 4096]).await.unwrap_or_default() > 0
    };
    let (mut first, mut second) = (connect().await, connect().await);
    assert!(ask(&mut first).await && ask(&mut second).await);
    assert!(!ask(&mut connect().await).await, "the third is sent away");
    assert!(ask(&mut first).await, "those that were there stay");
    drop(second);
    while !ask(&mut connect().await).await {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn streams_that_are_reset_again_and_again_leave_the_connection_and_the_places() {
    let bench = Bench::with(Default::default(), |config| {
        config.limits.parallel_requests_max = 1;
    })
    .await
    .over(Protocol::Http2);
    bench.ollama.script([
        Rule::any().containing("leaves").pieces(["a"]).end(End::Hang),
        Rule::any().pieces(["b"]),
    ]);
    let body = completion("leaves");
    for _ in 0..RESETS {
        // Let go at whatever point one turn of the runtime has brought it to.
        let mut asking = Box::pin(bench.proxy.post("/v1/completions", &body));
        tokio::select! {
            biased;
            _reply = &mut asking => {}
            () = tokio::task::yield_now() => {}
        }
    }
    assert_eq!(bench.proxy.complete("stays").await.events().await, "b|[stop]|[DONE]");
}

#[tokio::test]
async fn over_http2_too_a_name_of_another_machine_is_refused_without_keys() {
    let bench = Bench::start().await;
    let tcp = TcpStream::connect(bench.proxy.address()).await.expect("it listens");
    let handshake = http2::handshake(TokioExecutor::new(), TokioIo::new(tcp)).await;
    let (mut client, connection) = handshake.expect("it speaks HTTP/2");
    tokio::spawn(connection);
    for (name, status) in [("localhost", 200), ("evil.example", 403)] {
        let request = Request::get(format!("http://{name}/v1/models"));
        let request = request.body(Empty::<Bytes>::new()).expect("a request");
        let answer = client.send_request(request).await.expect("an answer");
        assert_eq!(answer.status(), status, "{name}");
    }
}

async fn impatient() -> Bench {
    Bench::with(Default::default(), |config: &mut Config| {
        config.limits.head_time_max = Duration::from_millis(100);
        config.limits.body_time_max = Duration::from_millis(100);
    })
    .await
}

/// Sends what a slow client has sent so far; gives all that is answered before the end.
async fn check(sent: &[u8]) -> String {
    let bench = impatient().await;
    let mut client = TcpStream::connect(bench.proxy.address()).await.expect("it listens");
    client.write_all(sent).await.expect("it reads");
    let mut answer = Vec::new();
    // The connection may also end in a reset.
    let _end = client.read_to_end(&mut answer).await;
    String::from_utf8_lossy(&answer).into_owned()
}

#[tokio::test]
async fn a_client_that_says_nothing_is_let_go() {
    assert_eq!(check(b"").await, "");
    // The first bytes of either protocol.
    assert_eq!(check(b"P").await, "");
}

#[tokio::test]
async fn a_client_that_never_ends_its_headers_is_let_go() {
    assert_eq!(check(b"POST /v1/completions HTTP/1.1\r\nhost: localhost\r\nx-slow: ").await, "");
}

#[tokio::test]
async fn an_http2_client_that_never_asks_is_let_go() {
    let preface = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0";
    // Its own settings are answered; a request that was promised is not waited for.
    assert!(!check(preface).await.is_empty());
}

#[tokio::test]
async fn a_client_that_never_ends_its_body_is_told_so() {
    let head = b"POST /v1/completions HTTP/1.1\r\nhost: localhost\r\ncontent-length: 99\r\n\
        connection: close\r\n\r\n{\"prompt\":";
    let answer = check(head).await;
    assert!(answer.starts_with("HTTP/1.1 408 "), "{answer}");
    assert!(answer.contains("\"code\":\"timeout\""), "{answer}");
}

#[tokio::test]
async fn headers_without_end_are_refused() {
    let mut head = b"GET /healthz HTTP/1.1\r\nhost: localhost\r\nx-long: ".to_vec();
    head.resize(1 << 20, b'a');
    let bench = Bench::start().await;
    let mut client = TcpStream::connect(bench.proxy.address()).await.expect("it listens");
    // It may hang up while this is still being sent.
    let _sent = client.write_all(&head).await;
    let mut answer = Vec::new();
    let _end = client.read_to_end(&mut answer).await;
    let answer = String::from_utf8_lossy(&answer).into_owned();
    assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 431 "), "{answer}");
}
