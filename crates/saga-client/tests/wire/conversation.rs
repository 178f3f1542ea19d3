//! A conversation whose connection breaks is read on where it was.

use saga_client::{Client, ClientOptions, Heard, Timeouts};
use saga_protocol::chat::{ChatEvent, ChatRequest};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpListener;
use tokio::sync::mpsc;

use crate::socket::read_request;

const HEAD: &str =
    "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n";

/// A server that gives each connection the next of these answers and then breaks it off.
struct Script {
    url: String,
    requests: mpsc::UnboundedReceiver<String>,
}

impl Script {
    async fn start(answers: Vec<String>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let (asked, requests) = mpsc::unbounded_channel();
        tokio::spawn(async move {
            for answer in answers {
                let (mut stream, _) = listener.accept().await.expect("a connection");
                let request = read_request(&mut stream).await;
                stream.write_all(answer.as_bytes()).await.expect("it listens");
                let _ = asked.send(request);
            }
        });
        Self { url, requests }
    }

    fn client(&self) -> Client {
        Client::new(&ClientOptions {
            server_url: self.url.clone(),
            token: None,
            headers: Vec::new(),
            ca_pem: None,
            proxy: None,
            timeouts: Timeouts::default(),
        })
        .expect("valid options")
    }
}

fn chunk(events: &str) -> String {
    format!("{:x}\r\n{events}\r\n", events.len())
}

fn text(id: u64, text: &str) -> String {
    chunk(&format!("id: {id}\nevent: text\ndata: {{\"text\":\"{text}\"}}\n\n"))
}

fn done(id: u64) -> String {
    let data = "{\"finish_reason\":\"stop\",\"turns_left_out\":0,\"memory\":\"ok\"}";
    chunk(&format!("id: {id}\nevent: done\ndata: {data}\n\n")) + "0\r\n\r\n"
}

/// What a person sees of answers given to one connection after the other.
async fn seen(answers: Vec<String>, resumable: bool) -> (Vec<String>, Script) {
    let script = Script::start(answers).await;
    let request = ChatRequest {
        text: "hello".to_owned(),
        request_id: Some("r-1".to_owned()),
        resumable,
        ..ChatRequest::default()
    };
    let mut conversation = script.client().chat(&request).await.expect("a stream");
    let mut seen = Vec::new();
    while let Some(event) = conversation.next().await {
        seen.push(match event {
            Ok(Heard::Event(ChatEvent::Text { text })) => text,
            Ok(Heard::Event(ChatEvent::Done(_))) => "[done]".to_owned(),
            Ok(Heard::Event(other)) => format!("{other:?}"),
            Ok(Heard::Reconnecting) => "[reconnecting]".to_owned(),
            Err(failure) => format!("[{}]", failure.code.name()),
        });
    }
    (seen, script)
}

#[tokio::test]
async fn the_rest_is_read_over_a_new_connection() {
    let first = HEAD.to_owned() + &text(1, "마지막에 ") + &text(2, "넣은 ");
    let second = HEAD.to_owned() + &text(3, "것을 ");
    let third = HEAD.to_owned() + &text(4, "먼저.") + &done(5);
    let (seen, mut script) = seen(vec![first, second, third], true).await;
    let expected =
        ["마지막에 ", "넣은 ", "[reconnecting]", "것을 ", "[reconnecting]", "먼저.", "[done]"];
    assert_eq!(seen, expected);
    let mut after = Vec::new();
    while let Some(request) = script.requests.recv().await {
        assert!(request.contains(r#""resumable":true"#) && request.contains(r#""r-1""#));
        let value = request.lines().find_map(|line| line.strip_prefix("last-event-id: "));
        after.push(value.map(str::to_owned));
    }
    assert_eq!(after, [None, Some("2".to_owned()), Some("3".to_owned())]);
}

#[tokio::test]
async fn what_cannot_be_resumed_ends_with_the_first_failure_and_nothing_foreign() {
    let first = || HEAD.to_owned() + &text(1, "a");
    let gone =
        "HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\nconnection: close\r\n\r\n".to_owned();
    let anew = HEAD.to_owned() + &text(1, "another answer") + &done(2);
    for (answers, resumable) in
        [(vec![first(), gone], true), (vec![first(), anew], true), (vec![first()], false)]
    {
        let (mut seen, _script) = seen(answers, resumable).await;
        seen.retain(|heard| heard != "[reconnecting]");
        assert_eq!(seen, ["a", "[upstream_incomplete]"]);
    }
}

#[tokio::test]
async fn a_conversation_that_is_let_go_is_called_off() {
    let ok = "HTTP/1.1 204 No Content\r\n\r\n".to_owned();
    let mut script = Script::start(vec![HEAD.to_owned() + &text(1, "a"), ok]).await;
    let request = ChatRequest {
        text: "hello".to_owned(),
        request_id: Some("r-1".to_owned()),
        resumable: true,
        ..ChatRequest::default()
    };
    let mut conversation = script.client().chat(&request).await.expect("a stream");
    conversation.next().await.expect("an event").expect("no failure");
    drop(conversation);
    script.requests.recv().await.expect("the question");
    let called_off = script.requests.recv().await.expect("another request");
    assert!(called_off.starts_with("DELETE /v1/chat/r-1 HTTP/1.1"), "{called_off}");
}

#[tokio::test]
async fn one_that_is_left_to_itself_is_not_called_off() {
    let ok = "HTTP/1.1 204 No Content\r\n\r\n".to_owned();
    let held = || HEAD.to_owned() + &text(1, "a");
    let mut script = Script::start(vec![held(), held(), ok]).await;
    let client = script.client();
    for (name, is_left) in [("r-1", true), ("r-2", false)] {
        let request = ChatRequest {
            text: "hello".to_owned(),
            request_id: Some(name.to_owned()),
            resumable: true,
            ..ChatRequest::default()
        };
        let mut conversation = client.chat(&request).await.expect("a stream");
        conversation.next().await.expect("an event").expect("no failure");
        script.requests.recv().await.expect("the question");
        if is_left {
            conversation.let_run();
        }
    }
    let called_off = script.requests.recv().await.expect("another request");
    assert!(called_off.starts_with("DELETE /v1/chat/r-2 HTTP/1.1"), "{called_off}");
}
