//! P11: only the configured addresses are called, redirects are refused, and the model server's
//! own calls cannot be reached.

use http::Method;
use scripted_ollama::{Rule, ScriptedOllama};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use crate::bench::{Bench, RunningProxy};

#[tokio::test]
async fn p11_the_model_servers_own_calls_cannot_be_reached() {
    let bench = Bench::start().await;
    let allowed =
        ["version", "tags", "show", "ps", "generate", "chat"].map(|call| format!("/api/{call}"));
    for path in [
        "/api/pull",
        "/api/push",
        "/api/create",
        "/api/copy",
        "/api/delete",
        "/api/generate",
        "/api/tags",
        "/api/blobs/sha256:0",
        "/v1/completions/../../api/pull",
        "/v1/models/..%2f..%2fapi%2fpull",
        "//api/pull",
    ] {
        for method in [Method::GET, Method::POST, Method::DELETE] {
            let request = bench.proxy.request(method.clone(), path, "{}".to_owned());
            let status = bench.proxy.send(request).await.status().as_u16();
            assert!(matches!(status, 404 | 405), "{method} {path}: {status}");
        }
    }
    bench.proxy.complete("x").await.events().await;
    for request in bench.ollama.requests() {
        assert!(allowed.contains(&request.path), "{} was called", request.path);
    }
}

#[tokio::test]
async fn p11_redirects_are_refused() {
    let elsewhere = ScriptedOllama::start().await;
    let location = elsewhere.url();
    let redirecting = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let upstream = format!("http://{}", redirecting.local_addr().expect("its address"));
    tokio::spawn(async move {
        while let Ok((mut tcp, _)) = redirecting.accept().await {
            let _ = tcp.read(&mut [0; 4096]).await;
            let answer = format!(
                "HTTP/1.1 307 Temporary Redirect\r\nlocation: {location}/api/version\r\n\
                 content-length: 0\r\nconnection: close\r\n\r\n"
            );
            let _ = tcp.write_all(answer.as_bytes()).await;
        }
    });
    let proxy = RunningProxy::start(&[&upstream], |_| {}).await;
    assert_eq!(
        proxy.complete("x").await.refusal().await,
        "502 upstream_failed: the model server redirects elsewhere; redirects are not followed"
    );
    assert!(elsewhere.requests().is_empty(), "nobody was sent there");
}

#[tokio::test]
async fn a_model_name_cannot_steer_where_a_request_goes() {
    let bench = Bench::start().await;
    bench.ollama.script([Rule::any().pieces(["a"])]);
    let body = serde_json::json!({ "prompt": "x", "model": "http://evil.example/x" });
    let refusal = bench.proxy.post("/v1/completions", &body).await.refusal().await;
    assert!(refusal.starts_with("404 unknown_model: "), "{refusal}");
}
