//! Who may ask: with a keys file only its holders, each as whom the key says.

use codesaga_proxy::outbound::keys_file;
use http::header::AUTHORIZATION;
use http::{HeaderValue, Method};
use scripted_ollama::Options;

use crate::bench::{Bench, Reply, is_question};

/// A proxy with a key, and what a request with this `Authorization` gets.
async fn ask(bench: &Bench, path: &str, authorization: Option<&str>) -> Reply {
    let mut request = bench.proxy.request(Method::GET, path, String::new());
    if let Some(value) = authorization {
        let value = HeaderValue::from_str(value).expect("a header");
        request.headers_mut().insert(AUTHORIZATION, value);
    }
    bench.proxy.send(request).await
}

async fn with_a_key() -> (Bench, String) {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("keys.json");
    let key = keys_file::add(&file, "team", "minji").expect("the file is written");
    let bench = Bench::with(Options::default(), |config| config.keys_file = Some(file)).await;
    (bench, key)
}

#[tokio::test]
async fn only_a_known_key_is_answered() {
    let (bench, key) = with_a_key().await;
    let right = format!("Bearer {key}");
    assert_eq!(ask(&bench, "/v1/models", Some(&right)).await.status(), 200);
    assert_eq!(ask(&bench, "/v1/models", Some(&right.to_lowercase())).await.status(), 200);

    let missing = ask(&bench, "/v1/models", None).await;
    assert_eq!(missing.header("www-authenticate"), Some("Bearer"));
    assert_eq!(
        missing.refusal().await,
        "401 unauthorized: a token is needed: `Authorization: Bearer cs_…`"
    );
    for wrong in ["Bearer cs_wrong", "Bearer ", "Basic dTpw", &key] {
        let refusal = ask(&bench, "/v1/models", Some(wrong)).await.refusal().await;
        assert!(refusal.starts_with("401 unauthorized: "), "{wrong}: {refusal}");
    }
}

#[tokio::test]
async fn health_needs_no_key() {
    let (bench, _key) = with_a_key().await;
    assert_eq!(ask(&bench, "/healthz", None).await.status(), 200);
    assert!(ask(&bench, "/readyz", None).await.status().as_u16() != 401);
}

#[tokio::test]
async fn every_call_that_costs_something_needs_a_key() {
    let (bench, _key) = with_a_key().await;
    let calls = [
        (Method::POST, "/v1/completions"),
        (Method::POST, "/v1/chat/completions"),
        (Method::POST, "/v1/chat"),
        (Method::POST, "/v1/generate"),
        (Method::GET, "/v1/requests/x"),
        (Method::GET, "/v1/sessions"),
        (Method::GET, "/v1/sessions/x"),
        (Method::DELETE, "/v1/sessions/x"),
        (Method::GET, "/v1/models/x"),
    ];
    for (method, path) in calls {
        let request = bench.proxy.request(method.clone(), path, "{}".to_owned());
        assert_eq!(bench.proxy.send(request).await.status(), 401, "{method} {path}");
    }
    assert!(!bench.ollama.requests().iter().any(is_question));
}

#[tokio::test]
async fn without_keys_a_page_in_a_browser_is_not_this_machines_user() {
    let bench = Bench::start().await;
    let status = async |name: &'static str, value: &'static str| {
        let mut request = bench.proxy.request(Method::GET, "/v1/models", String::new());
        request.headers_mut().insert(name, HeaderValue::from_static(value));
        bench.proxy.send(request).await.status().as_u16()
    };
    for host in ["localhost:7411", "127.0.0.1", "[::1]:7411", "LOCALHOST"] {
        assert_eq!(status("host", host).await, 200, "{host}");
    }
    for host in ["evil.example", "evil.example:7411", "localhost.evil.example", "10.0.0.1"] {
        assert_eq!(status("host", host).await, 403, "{host}");
    }
    assert_eq!(status("origin", "http://localhost:3000").await, 200);
    assert_eq!(status("origin", "https://evil.example").await, 403);
    assert_eq!(status("origin", "null").await, 403);
}
