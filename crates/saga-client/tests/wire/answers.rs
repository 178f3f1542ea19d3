//! Streams: read whole whatever the cuts, and never ended silently.

use std::time::Duration;

use saga_client::{Finish, Heard, Piece, Purpose};
use saga_domain::Failure;
use saga_protocol::chat::{ChatEvent, ChatRequest};
use saga_protocol::openai::CompletionRequest;

use crate::socket::{Socket, Then};

const HANGUL: &str = "data: {\"choices\":[{\"index\":0,\"text\":\"안녕 \",\"finish_reason\":null}]}\n\n\
    : a comment\n\n\
    data: {\"choices\":[{\"index\":0,\"text\":\"🎉\",\"finish_reason\":\"length\"}]}\n\n\
    data: {\"choices\":[],\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":2,\"total_tokens\":5}}\n\n\
    data: [DONE]\n\n";

async fn told(socket: &Socket) -> String {
    let answer =
        socket.client().completions(CompletionRequest::default(), Purpose::default()).await;
    let mut answer = match answer {
        Ok(answer) => answer,
        Err(failure) => return failed(&failure),
    };
    let mut text = String::new();
    loop {
        match answer.next().await {
            Some(Ok(Piece::Text(more))) => text.push_str(&more),
            Some(Ok(Piece::Done { finish, prompt_tokens, completion_tokens })) => {
                assert!(answer.next().await.is_none(), "something after the end");
                let finish = if finish == Finish::Length { "length" } else { "stop" };
                return format!("{text:?} {finish} {prompt_tokens}+{completion_tokens}");
            }
            Some(Err(failure)) => {
                assert!(answer.next().await.is_none(), "something after a failure");
                return format!("{text:?} {}", failed(&failure));
            }
            None => return format!("{text:?} ended silently"),
        }
    }
}

fn failed(failure: &Failure) -> String {
    format!("{}: {}", failure.code.name(), failure.message)
}

async fn check(body: &str, expected: &str) {
    let socket = Socket::stream(body, usize::MAX, Then::Close).await;
    let told = told(&socket).await.replace(&socket.url, "http://SERVER");
    assert_eq!(told, expected);
}

#[tokio::test]
async fn characters_cut_at_any_byte_arrive_whole() {
    for size in 1..=9 {
        let socket = Socket::stream(HANGUL, size, Then::Close).await;
        assert_eq!(told(&socket).await, "\"안녕 🎉\" length 3+2", "writes of {size}");
    }
}

#[tokio::test]
async fn an_end_is_said_or_is_a_failure() {
    let piece = |text: &str, finish: &str| {
        format!("data: {{\"choices\":[{{\"text\":\"{text}\",\"finish_reason\":{finish}}}]}}\n\n")
    };
    check(&piece("a", "\"stop\""), "\"a\" stop 0+0").await;
    let queued = "event: queued\ndata: {\"place\":3}\n\n".to_owned();
    check(&(queued + &piece("a", "\"stop\"")), "\"a\" stop 0+0").await;
    let ended = "\"a\" upstream_incomplete: The answer ended before it was complete.";
    check(&piece("a", "null"), ended).await;
    check(&format!("{}data: [DONE]\n\n", piece("a", "null")), ended).await;
    check("", "\"\" upstream_incomplete: The answer ended before it was complete.").await;
}

#[tokio::test]
async fn an_error_inside_a_stream_is_read_in_every_dialect() {
    let ours = r#"{"error":{"code":"queue_full","message":"Full.","type":"x"}}"#;
    check(&format!("event: error\ndata: {ours}\n\n"), "\"\" queue_full: Full.").await;
    let llama = r#"{"error":{"code":500,"message":"Out of memory","type":"server_error"}}"#;
    check(&format!("data: {llama}\n\n"), "\"\" upstream_failed: Out of memory").await;
    check("data: {\"error\":\"gone\"}\n\n", "\"\" upstream_failed: gone").await;
    check(
        "data: <html>\n\n",
        "\"\" bad_response: The server at http://SERVER sent something that is not an answer.",
    )
    .await;
}

#[tokio::test]
async fn an_answer_that_is_no_stream_is_refused() {
    let socket = Socket::status("200 OK", "content-type: application/json\r\n", "{}").await;
    let told = told(&socket).await.replace(&socket.url, "http://SERVER");
    assert_eq!(told, "bad_response: The server at http://SERVER does not stream its answers.");
}

#[tokio::test]
async fn silence_has_an_end() {
    let piece = "data: {\"choices\":[{\"text\":\"a\",\"finish_reason\":null}]}\n\n";
    let socket = Socket::stream(piece, usize::MAX, Then::Silence).await;
    let client = socket.client_with(|options| {
        options.timeouts.idle = Duration::from_millis(20);
    });
    let mut answer = client
        .completions(CompletionRequest::default(), Purpose::default())
        .await
        .expect("a stream");
    assert_eq!(answer.next().await, Some(Ok(Piece::Text("a".to_owned()))));
    let failure = answer.next().await.expect("an end").expect_err("a failure");
    assert_eq!(failure.code.name(), "timeout");
}

#[tokio::test]
async fn a_conversation_is_read_event_by_event() {
    let body = "event: session\ndata: {\"session\":\"s1\"}\nid: 1\n\n\
        event: queued\ndata: {\"place\":2}\nid: 2\n\n\
        event: something_new\ndata: {\"x\":1}\nid: 3\n\n\
        event: text\ndata: {\"text\":\"안녕\"}\nid: 4\n\n\
        event: done\ndata: {\"finish_reason\":\"stop\",\"usage\":{\"prompt_tokens\":1,\
        \"completion_tokens\":2,\"total_tokens\":3},\"turns_left_out\":0,\"memory\":\"ok\"}\nid: 5\n\n";
    let socket = Socket::stream(body, 7, Then::Close).await;
    let client = socket.client();
    let request = ChatRequest { text: "hello".to_owned(), ..ChatRequest::default() };
    let mut conversation = client.chat(&request).await.expect("a stream");
    let mut kinds = Vec::new();
    while let Some(event) = conversation.next().await {
        let Heard::Event(event) = event.expect("an event") else { panic!("nothing broke") };
        kinds.push(match event {
            ChatEvent::Session { session } => session,
            ChatEvent::Queued { place } => format!("place {place}"),
            ChatEvent::Text { text } => text,
            ChatEvent::Done(done) => done.memory,
            ChatEvent::Error(body) => body.error.code,
        });
    }
    assert_eq!(kinds, ["s1", "place 2", "안녕", "ok"]);
}

#[tokio::test]
async fn a_conversation_never_ends_silently() {
    let body = "event: text\ndata: {\"text\":\"a\"}\n\n";
    let socket = Socket::stream(body, usize::MAX, Then::Close).await;
    let client = socket.client();
    let mut conversation = client.chat(&ChatRequest::default()).await.expect("a stream");
    assert!(conversation.next().await.expect("an event").is_ok());
    let failure = conversation.next().await.expect("an end").expect_err("a failure");
    assert_eq!(failure.code.name(), "upstream_incomplete");
    assert!(conversation.next().await.is_none());
}
