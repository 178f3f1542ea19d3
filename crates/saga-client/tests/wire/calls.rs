//! Calls that are answered whole, and what every request carries.

use std::time::Duration;

use saga_client::{Client, ClientOptions, ProxyOptions, Purpose, RequestClass, Task, Timeouts};
use saga_domain::FailureCode;
use saga_protocol::chat::ForkRequest;
use saga_protocol::openai::CompletionRequest;

use crate::socket::{Socket, Then};

#[tokio::test]
async fn token_and_headers_go_with_every_request() {
    let socket = Socket::status("200 OK", "", r#"{"data":[{"id":"m"}]}"#).await;
    let client = socket.client_with(|options| {
        options.token = Some(" secret \n".to_owned());
        options.headers = vec![("X-Team".to_owned(), "blue".to_owned())];
    });
    let models = client.models().await.expect("a list");
    assert_eq!(models[0].id, "m");
    let request = socket.request().await;
    assert!(request.starts_with("GET /v1/models HTTP/1.1\r\n"), "{request}");
    assert!(request.contains("authorization: Bearer secret\r\n"), "{request}");
    assert!(request.contains("x-team: blue\r\n"), "{request}");
}

#[tokio::test]
async fn a_proxy_stands_in_between() {
    let between = Socket::status("200 OK", "", r#"{"data":[{"id":"m"}]}"#).await;
    let client = between.client_with(|options| {
        options.proxy = Some(ProxyOptions { url: options.server_url.clone(), except: Vec::new() });
        options.server_url = "http://models.example:7411".to_owned();
    });
    assert_eq!(client.models().await.expect("a list")[0].id, "m");
    let request = between.request().await;
    assert!(
        request.starts_with("GET http://models.example:7411/v1/models HTTP/1.1\r\n"),
        "{request}"
    );
}

#[tokio::test]
async fn hosts_are_left_out_of_a_proxy() {
    let socket = Socket::status("200 OK", "", r#"{"data":[{"id":"m"}]}"#).await;
    let client = socket.client_with(|options| {
        // A name of this machine that is not known as one, so that the proxy counts.
        options.server_url = options.server_url.replace("127.0.0.1", "0.0.0.0");
        let except = vec!["0.0.0.0".to_owned()];
        options.proxy = Some(ProxyOptions { url: "http://127.0.0.1:1".to_owned(), except });
    });
    assert_eq!(client.models().await.expect("a list")[0].id, "m");
    let request = socket.request().await;
    assert!(request.starts_with("GET /v1/models HTTP/1.1\r\n"), "{request}");
}

#[test]
fn a_wrong_proxy_is_named_and_not_quoted() {
    let options = ClientOptions {
        server_url: "http://models.example".to_owned(),
        token: None,
        headers: Vec::new(),
        ca_pem: None,
        proxy: Some(ProxyOptions { url: "http://me:secret@".to_owned(), except: Vec::new() }),
        timeouts: Timeouts::default(),
    };
    let failure = Client::new(&options).err().expect("no proxy");
    assert_eq!(failure.code, FailureCode::InvalidSetting);
    assert!(failure.message.contains("proxyUrl"), "{failure}");
    assert!(!failure.message.contains("secret"), "{failure}");
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let elsewhere = Socket::status("200 OK", "", r#"{"data":[]}"#).await;
    let location = format!("location: {}/v1/models\r\n", elsewhere.url);
    let socket = Socket::status("307 Temporary Redirect", &location, "").await;
    let failure = socket.client().models().await.expect_err("refused");
    assert_eq!(failure.code, FailureCode::BadResponse);
    assert!(failure.message.ends_with("set that address instead."), "{failure}");
}

#[tokio::test]
async fn statuses_become_codes() {
    for (status, headers, expected) in [
        ("401 Unauthorized", "", FailureCode::Unauthorized),
        ("403 Forbidden", "", FailureCode::Forbidden),
        ("413 Payload Too Large", "", FailureCode::TooLarge),
        ("429 Too Many Requests", "retry-after: 3\r\n", FailureCode::RateLimited),
        ("500 Internal Server Error", "", FailureCode::UpstreamFailed),
        ("503 Service Unavailable", "", FailureCode::UpstreamBusy),
        ("504 Gateway Timeout", "", FailureCode::Timeout),
    ] {
        let socket = Socket::status(status, headers, "").await;
        let failure = socket.client().models().await.expect_err("a failure");
        assert_eq!(failure.code, expected, "{status}");
        let retry_after_ms = (!headers.is_empty()).then_some(3_000);
        assert_eq!(failure.retry_after_ms, retry_after_ms, "{status}");
    }
}

#[tokio::test]
async fn a_server_that_finds_nothing_to_answer_with_does_not_know_the_model() {
    let body = r#"{"error":"model \"x\" not found"}"#;
    let socket = Socket::status("404 Not Found", "", body).await;
    let asked = socket.client().completions(CompletionRequest::default(), Purpose::default()).await;
    let failure = asked.err().expect("refused");
    assert_eq!(failure.code, FailureCode::UnknownModel);
    assert_eq!(failure.message, "model \"x\" not found");
}

#[tokio::test]
async fn a_conversation_that_is_not_there_is_none() {
    let body = r#"{"error":{"code":"not_found","message":"None.","type":"not_found_error"}}"#;
    let socket = Socket::status("404 Not Found", "", body).await;
    assert_eq!(socket.client().session("abc").await, Ok(None));
    let socket = Socket::status("404 Not Found", "", body).await;
    assert_eq!(socket.client().delete_session("abc").await, Ok(false));
    let socket = Socket::status("204 No Content", "", "").await;
    let client = socket.client();
    assert_eq!(client.delete_session("abc").await, Ok(true));
    assert!(socket.request().await.starts_with("DELETE /v1/sessions/abc "));
    let socket = Socket::status("404 Not Found", "", body).await;
    assert_eq!(socket.client().rename_session("abc", "Stacks").await, Ok(None));
    let socket = Socket::status("404 Not Found", "", body).await;
    assert_eq!(socket.client().delete_turn("abc", "r-1").await, Ok(false));
    let socket = Socket::status("404 Not Found", "", body).await;
    let failure = socket.client().fork_session("abc", &ForkRequest::default()).await;
    assert_eq!(failure.expect_err("nothing to fork").code, FailureCode::NotFound);
}

#[tokio::test]
async fn calls_about_conversations_say_what_they_are_about_and_no_more() {
    let summary = r#"{"id":"abc","title":"Stacks","turns":1,"created_at":1,"updated_at":2}"#;
    let session = format!("{},\"log\":[]}}", &summary[..summary.len() - 1]);
    let list = format!("{{\"sessions\":[{summary}],\"stopped_after\":7}}");

    let socket = Socket::status("200 OK", "", &list).await;
    let found = socket.client().sessions(Some("스택 & q=1")).await.expect("a list");
    assert_eq!((found.sessions.len(), found.stopped_after), (1, Some(7)));
    let request = socket.request().await;
    let expected = "GET /v1/sessions?q=%EC%8A%A4%ED%83%9D+%26+q%3D1 ";
    assert!(request.starts_with(expected), "{request}");

    let socket = Socket::status("200 OK", "", summary).await;
    let renamed = socket.client().rename_session("abc", "Stacks").await.expect("renamed");
    assert_eq!(renamed.expect("it is there").title, "Stacks");
    let request = socket.request().await;
    assert!(request.starts_with("PATCH /v1/sessions/abc "), "{request}");
    assert!(request.ends_with(r#"{"title":"Stacks"}"#), "{request}");

    let socket = Socket::status("200 OK", "", &session).await;
    let fork = ForkRequest { after: Some("r-1".to_owned()), id: None };
    socket.client().fork_session("abc", &fork).await.expect("forked");
    let request = socket.request().await;
    assert!(request.starts_with("POST /v1/sessions/abc/fork "), "{request}");
    assert!(request.ends_with(r#"{"after":"r-1"}"#), "{request}");

    let socket = Socket::status("204 No Content", "", "").await;
    let client = socket.client();
    assert_eq!(client.delete_turn("abc", "r-1").await, Ok(true));
    assert!(socket.request().await.starts_with("DELETE /v1/sessions/abc/turns/r-1 "));

    for odd in ["", "..", "a/b", "민", &"x".repeat(65)] {
        let failure = client.delete_turn("abc", odd).await.expect_err("refused");
        assert_eq!(failure.code, FailureCode::InvalidRequest, "{odd}");
        let failure = client.rename_session(odd, "x").await.expect_err("refused");
        assert_eq!(failure.code, FailureCode::InvalidRequest, "{odd}");
    }
}

#[tokio::test]
async fn a_body_without_end_is_not_read_to_its_end() {
    let endless = format!("HTTP/1.1 200 OK\r\n\r\n{}", " ".repeat(9 << 20));
    let socket = Socket::answer(&endless, 1 << 16, Then::Silence).await;
    let failure = socket.client().models().await.expect_err("refused");
    assert_eq!(failure.code, FailureCode::BadResponse);
}

#[tokio::test]
async fn what_an_answer_is_wanted_for_goes_along() {
    let body = "data: {\"choices\":[{\"text\":\"a\",\"finish_reason\":\"stop\"}]}\n\n";
    let purposes = [
        (Purpose::default(), vec!["x-codesaga-class: invoke"]),
        (
            Purpose {
                class: RequestClass::Automatic,
                document: Some("doc-1"),
                task: Some(Task::Edit),
                worth: Some(Duration::from_secs(3)),
            },
            vec![
                "x-codesaga-class: automatic",
                "x-codesaga-document: doc-1",
                "x-codesaga-task: edit",
                "x-codesaga-worth-ms: 3000",
            ],
        ),
    ];
    for (purpose, expected) in purposes {
        let socket = Socket::stream(body, usize::MAX, Then::Close).await;
        let asked = socket.client().completions(CompletionRequest::default(), purpose).await;
        asked.expect("a stream");
        let request = socket.request().await;
        let mut ours: Vec<&str> =
            request.lines().filter(|line| line.starts_with("x-codesaga-")).collect();
        ours.sort_unstable();
        assert_eq!(ours, expected);
    }
}

#[tokio::test]
async fn traffic_is_counted() {
    let body = "data: {\"choices\":[{\"text\":\"a\",\"finish_reason\":\"stop\"}]}\n\n";
    let socket = Socket::stream(body, usize::MAX, Then::Close).await;
    let client = socket.client();
    let mut answer = client
        .completions(CompletionRequest::default(), Purpose::default())
        .await
        .expect("a stream");
    while answer.next().await.is_some() {}
    assert_eq!(client.traffic().bytes_received(), body.len() as u64);
    let request = socket.request().await;
    let (_, sent) = request.split_once("\r\n\r\n").expect("a body");
    assert_eq!(client.traffic().bytes_sent(), sent.len() as u64);
    assert!(sent.contains("\"stream\":true"), "{sent}");
}
