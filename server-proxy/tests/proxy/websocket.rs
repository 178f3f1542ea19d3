//! `GET /v1/ws`: streams side by side, each with exactly one end, and a socket that ends for a reason.

use std::time::Duration;

use bytes::Bytes;
use codesaga_proxy::config::Config;
use codesaga_proxy::outbound::keys_file;
use futures_util::SinkExt;
use http::{Method, Request, Version};
use http_body_util::Empty;
use hyper::client::conn::http2;
use hyper_util::rt::{TokioExecutor, TokioIo};
use scripted_ollama::{End, Ending, Options, Rule};
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::Role;

use crate::bench::Bench;
use crate::socket::{Socket, is_end, shown};

const PIECES: [&str; 4] = ["한", "글 🙂", "\n", "end"];

async fn with(change: impl FnOnce(&mut Config)) -> (Bench, Socket) {
    let bench = Bench::with(Options::default(), change).await;
    let socket = Socket::open(bench.proxy.address()).await;
    (bench, socket)
}

fn chat(id: &str, request_id: &str) -> Value {
    let body = json!({ "session": request_id, "text": "talk", "request_id": request_id,
                       "resumable": true });
    json!({ "type": "chat", "id": id, "body": body })
}

#[tokio::test]
async fn p4_p10_streams_run_side_by_side_and_each_ends_once() {
    let (bench, mut socket) = with(|_| {}).await;
    bench.ollama.script([
        Rule::any().containing("slow").pieces(PIECES).split(2).hold_after(2),
        Rule::any().containing("talk").pieces(["A stack."]),
        Rule::any().containing("broken").pieces(["a"]).end(End::Silent),
        Rule::any().pieces(["quick"]),
    ]);
    socket.complete("slow", "slow").await;
    socket.complete("quick", "quick").await;
    assert_eq!(socket.until_the_end_of("quick").await["quick"], "1:quick|2:[done stop]");
    socket.say(&chat("chat", "r-1")).await;
    let talked = socket.until_the_end_of("chat").await;
    assert_eq!(talked["chat"], "1:[session]|2:A stack.|3:[done stop]");
    socket.complete("broken", "broken").await;
    let broken = socket.until_the_end_of("broken").await;
    assert_eq!(broken["broken"], "1:a|2:[error upstream_incomplete]");
    bench.ollama.release();
    let last = socket.until_the_end_of("slow").await;
    assert!(last["slow"].ends_with("3:\n|4:end|5:[done stop]"), "{last:?}");
    // Its id may be used again, and what fails before it begins is an end too.
    socket.say(&json!({ "type": "complete", "id": "slow", "body": { "prompt": 7 } })).await;
    assert_eq!(socket.until_the_end_of("slow").await["slow"], "[error invalid_request]");
    let unknown = json!({ "prompt": "x", "model": "nope" });
    socket.say(&json!({ "type": "complete", "id": "slow", "body": unknown })).await;
    assert_eq!(socket.until_the_end_of("slow").await["slow"], "[error unknown_model]");
}

#[tokio::test]
async fn p1_cancelling_one_stream_frees_its_model_and_leaves_the_others() {
    let (bench, mut socket) = with(|_| {}).await;
    bench.ollama.script([
        Rule::any().containing("endless").pieces(["a"]).end(End::Hang),
        Rule::any().containing("other").pieces(["b", "c"]).hold_after(1),
    ]);
    socket.complete("other", "other").await;
    socket.complete("1", "endless").await;
    loop {
        if shown(&socket.hear().await) == "1:a" {
            break;
        }
    }
    socket.say(&json!({ "type": "cancel", "id": "1" })).await;
    let seen = socket.until_the_end_of("1").await;
    assert!(seen["1"].ends_with("[cancelled]"), "{seen:?}");
    assert_eq!(bench.ended("endless").await.ending, Some(Ending::ClientGone));
    socket.say(&json!({ "type": "cancel", "id": "1" })).await;
    let complaint = socket.until_a_complaint().await;
    assert_eq!(shown(&complaint), "[error not_found]");
    bench.ollama.release();
    assert!(socket.until_the_end_of("other").await["other"].ends_with("2:c|3:[done stop]"));
}

#[tokio::test]
async fn p1_a_socket_that_closes_lets_go_of_all_its_streams() {
    let (bench, mut socket) = with(|_| {}).await;
    bench.ollama.script([Rule::any().pieces(["a"]).end(End::Hang)]);
    socket.complete("1", "first").await;
    socket.complete("2", "second").await;
    socket.hear().await;
    socket.hear().await;
    drop(socket);
    for text in ["first", "second"] {
        assert_eq!(bench.ended(text).await.ending, Some(Ending::ClientGone));
    }
}

#[tokio::test]
async fn who_waits_hears_its_place_and_automatic_work_is_superseded() {
    let (bench, mut socket) = with(|config| config.limits.parallel_requests_max = 1).await;
    bench.ollama.script([
        Rule::any().containing("first").pieces(["a"]).hold_after(1),
        Rule::any().pieces(["b"]),
    ]);
    socket.complete("first", "first").await;
    assert_eq!(shown(&socket.hear().await), "1:a");
    let typed = |id: &str| {
        json!({ "type": "complete", "id": id, "body": { "prompt": id },
                "headers": { "class": "automatic", "document": "d-1" } })
    };
    socket.say(&typed("old")).await;
    assert_eq!(shown(&socket.hear().await), "1:[queued 1]");
    socket.say(&typed("new")).await;
    let seen = socket.until_the_end_of("old").await;
    assert_eq!(seen["old"], "2:[error superseded]");
    bench.ollama.release();
    let seen = socket.until_the_end_of("new").await;
    assert!(seen["new"].ends_with("b|3:[done stop]") || seen["new"].ends_with("b|2:[done stop]"));
}

#[tokio::test]
async fn wrong_frames_are_named_and_the_socket_goes_on_until_there_are_too_many() {
    let (bench, mut socket) = with(|_| {}).await;
    bench.ollama.script([Rule::any().pieces(["a"]).end(End::Hang)]);
    socket.complete("open", "open").await;
    socket.hear().await;
    let wrong = [
        ("{", "not JSON"),
        ("[]", "`type`"),
        (r#"{"type":"dance","id":"x"}"#, "`type`"),
        (r#"{"type":"complete","body":{}}"#, "missing field `id`"),
        (r#"{"type":"complete","id":"x"}"#, "missing field `body`"),
        (r#"{"type":"complete","id":"a b","body":{}}"#, "`id`"),
        (r#"{"type":"resume","id":"x","answer":"../y"}"#, "`answer`"),
        (r#"{"type":"cancel"}"#, "`id`"),
        (r#"{"type":"cancel","id":"never"}"#, "'never'"),
        (r#"{"type":"complete","id":"open","body":{"prompt":"x"}}"#, "'open' is open"),
    ];
    for (frame, named) in wrong {
        socket.say_text(frame).await;
        let answer = socket.hear().await;
        assert!(answer.get("id").is_none(), "no stream ends by {frame}");
        let message = answer["error"]["message"].as_str().expect("a message");
        assert!(message.contains(named), "{message} for {frame}");
    }
    for _ in 0..20 {
        // It may be closed before all of them are said.
        let _ = socket.inner.send(Message::from("?")).await;
    }
    assert_eq!(socket.closed().await, 1008);
    assert_eq!(bench.ended("open").await.ending, Some(Ending::ClientGone));
}

#[tokio::test]
async fn what_is_not_the_protocol_closes_with_the_right_code() {
    let bench = Bench::start().await;
    let address = bench.proxy.address();

    let mut socket = Socket::open(address).await;
    socket.inner.send(Message::Binary(Bytes::from_static(b"x"))).await.expect("sent");
    assert_eq!(socket.closed().await, 1003);

    let mut socket = Socket::open(address).await;
    let large = "x".repeat((2 << 20) + 1);
    let _sent = socket.inner.send(Message::from(large)).await;
    assert_eq!(socket.closed().await, 1009);

    // A text frame with half a character, and one that is not masked.
    for (raw, code) in [(&b"\x81\x81\0\0\0\0\xea"[..], 1007), (&b"\x81\x01x"[..], 1002)] {
        let mut socket = Socket::open(address).await;
        socket.inner.get_mut().write_all(raw).await.expect("sent");
        assert_eq!(socket.closed().await, code);
    }

    let plain = bench.proxy.get("/v1/ws").await.refusal().await;
    assert!(plain.starts_with("400 invalid_request: this path speaks WebSocket"), "{plain}");
}

#[tokio::test]
async fn p5_streams_and_sockets_are_bounded() {
    let (bench, mut socket) = with(|config| {
        config.limits.socket_streams_max = 2;
        config.limits.caller_sockets_max = 2;
    })
    .await;
    bench.ollama.script([Rule::any().pieces(["a"]).end(End::Hang)]);
    for id in ["1", "2"] {
        socket.complete(id, id).await;
        assert_eq!(shown(&socket.hear().await), "1:a");
    }
    socket.complete("3", "3").await;
    assert_eq!(socket.until_the_end_of("3").await["3"], "[error rate_limited]");
    let second = Socket::open(bench.proxy.address()).await;
    assert_eq!(Socket::try_open(bench.proxy.address(), None).await.err(), Some(429));
    drop(second);
    while Socket::try_open(bench.proxy.address(), None).await.is_err() {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn p5_a_client_that_does_not_read_stalls_nobody_and_is_let_go() {
    let (bench, mut socket) = with(|config| {
        config.limits.client_stall_time_max = Duration::from_millis(300);
    })
    .await;
    // More than all buffers on the way hold.
    let piece = "x".repeat(64 << 10);
    bench.ollama.script([
        Rule::any().containing("stalls").pieces(vec![piece; 640]),
        Rule::any().pieces(["served"]),
    ]);
    let body = json!({ "prompt": "stalls", "max_tokens": 4096 });
    socket.say(&json!({ "type": "complete", "id": "1", "body": body })).await;
    bench.asked("stalls").await;
    let mut other = Socket::open(bench.proxy.address()).await;
    other.complete("2", "next").await;
    assert_eq!(other.until_the_end_of("2").await["2"], "1:served|2:[done stop]");
    assert_eq!(bench.ended("stalls").await.ending, Some(Ending::ClientGone));
}

#[tokio::test]
async fn p10_p4_cut_after_any_event_a_new_socket_says_exactly_what_was_missed() {
    let bench = Bench::start().await;
    let address = bench.proxy.address();
    for kind in ["complete", "chat"] {
        let ask = |name: &str| match kind {
            "chat" => chat("1", name),
            _ => json!({ "type": "complete", "id": "1", "answer": name,
                         "body": { "prompt": "whole" } }),
        };
        bench.ollama.script([Rule::any().pieces(PIECES)]);
        let mut socket = Socket::open(address).await;
        socket.say(&ask(&format!("{kind}-whole"))).await;
        let whole = socket.until_the_end_of("1").await["1"].clone();
        let parts: Vec<&str> = whole.split('|').collect();
        for cut in 0..parts.len() {
            let mut rule = Rule::any().pieces(PIECES).split(2);
            rule.hold_after = Some(cut.clamp(1, PIECES.len()));
            bench.ollama.script([rule]);
            let name = format!("{kind}-{cut}");
            let mut socket = Socket::open(address).await;
            socket.say(&ask(&name)).await;
            let mut seen = Vec::new();
            while seen.len() < cut {
                seen.push(shown(&socket.hear().await));
            }
            if cut == 0 {
                // Left only once it is asked: what was never taken cannot be resumed.
                socket.hear().await;
            }
            drop(socket);
            let mut again = Socket::open(address).await;
            let resume = json!({ "type": "resume", "id": "r", "answer": name, "after": cut });
            again.say(&resume).await;
            bench.ollama.release();
            let rest = again.until_the_end_of("r").await["r"].clone();
            seen.push(rest);
            assert_eq!(seen.join("|"), whole, "{kind} cut after {cut}");
        }
    }
}

#[tokio::test]
async fn an_answer_begun_on_a_socket_is_called_off_from_another() {
    let (bench, mut socket) = with(|_| {}).await;
    bench.ollama.script([Rule::any().pieces(["a"]).end(End::Hang)]);
    socket.say(&chat("1", "mine")).await;
    socket.hear().await;
    let mut other = Socket::open(bench.proxy.address()).await;
    other.say(&json!({ "type": "cancel", "answer": "mine" })).await;
    assert!(socket.until_the_end_of("1").await["1"].ends_with("[cancelled]"));
    assert_eq!(bench.ended("talk").await.ending, Some(Ending::ClientGone));
}

#[tokio::test]
async fn p9_a_forged_name_meets_nothing_of_another_and_scopes_hold_for_each_frame() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("keys.json");
    let keys: Vec<String> = ["minji", "jun"]
        .iter()
        .map(|user| keys_file::add(&file, "team", user).expect("a key"))
        .collect();
    let bench = Bench::with(Options::default(), |config| config.keys_file = Some(file)).await;
    bench.ollama.script([Rule::any().pieces(["secret", "b"]).hold_after(1)]);
    let address = bench.proxy.address();
    assert_eq!(Socket::try_open(address, None).await.err(), Some(401));
    assert_eq!(Socket::try_open(address, Some("cs_wrong")).await.err(), Some(401));
    let mut minji = Socket::try_open(address, Some(&keys[0])).await.expect("a key");
    minji.say(&chat("1", "mine")).await;
    minji.hear().await;
    let mut jun = Socket::try_open(address, Some(&keys[1])).await.expect("a key");
    jun.say(&json!({ "type": "resume", "id": "x", "answer": "mine" })).await;
    assert_eq!(jun.until_the_end_of("x").await["x"], "[error not_found]");
    jun.say(&json!({ "type": "cancel", "answer": "mine" })).await;
    assert_eq!(shown(&jun.hear().await), "[error not_found]");
    bench.ollama.release();
    assert!(minji.until_the_end_of("1").await["1"].ends_with("[done stop]"));
}

#[tokio::test]
async fn p8_stopping_lets_streams_end_and_closes_sockets_as_going_away() {
    let mut bench = Bench::start().await;
    bench.ollama.script([Rule::any().pieces(["a", "b"]).hold_after(1)]);
    let mut idle = Socket::open(bench.proxy.address()).await;
    let mut busy = Socket::open(bench.proxy.address()).await;
    busy.complete("1", "runs").await;
    assert_eq!(shown(&busy.hear().await), "1:a");
    bench.proxy.begin_to_stop();
    assert_eq!(idle.closed().await, 1001);
    busy.complete("2", "late").await;
    assert_eq!(busy.until_the_end_of("2").await["2"], "[error shutting_down]");
    bench.ollama.release();
    assert_eq!(busy.until_the_end_of("1").await["1"], "2:b|3:[done stop]");
    assert_eq!(busy.closed().await, 1001);
    bench.proxy.stopped().await;
}

#[tokio::test]
async fn p8_streams_that_do_not_end_in_time_are_cut_with_a_word() {
    let mut bench = Bench::with(Options::default(), |config| {
        config.limits.drain_time_max = Duration::from_millis(50);
    })
    .await;
    bench.ollama.script([Rule::any().pieces(["a"]).end(End::Hang)]);
    let mut socket = Socket::open(bench.proxy.address()).await;
    socket.complete("1", "endless").await;
    socket.hear().await;
    bench.proxy.begin_to_stop();
    assert_eq!(socket.until_the_end_of("1").await["1"], "2:[error shutting_down]");
    assert_eq!(socket.closed().await, 1001);
    bench.proxy.stopped().await;
}

#[tokio::test]
async fn a_socket_may_be_a_stream_of_an_http2_connection() {
    let bench = Bench::start().await;
    bench.ollama.script([Rule::any().pieces(["a"])]);
    let tcp = TcpStream::connect(bench.proxy.address()).await.expect("it listens");
    let (mut http2, connection) =
        http2::handshake(TokioExecutor::new(), TokioIo::new(tcp)).await.expect("HTTP/2");
    tokio::spawn(connection);
    http2.ready().await.expect("it stands");
    // The server's settings, which allow it, must have come.
    let probe = Request::get(format!("http://{}/healthz", bench.proxy.address()));
    let probe = probe.body(Empty::<Bytes>::new()).expect("a request");
    http2.send_request(probe).await.expect("an answer");
    let request = Request::builder()
        .method(Method::CONNECT)
        .uri(format!("http://{}/v1/ws", bench.proxy.address()))
        .version(Version::HTTP_2)
        .extension(hyper::ext::Protocol::from_static("websocket"))
        .header("sec-websocket-version", "13")
        .body(Empty::<Bytes>::new())
        .expect("a request");
    let response = http2.send_request(request).await.expect("an answer");
    assert_eq!(response.status(), 200);
    let upgraded = TokioIo::new(hyper::upgrade::on(response).await.expect("it is a socket"));
    let inner = WebSocketStream::from_raw_socket(upgraded, Role::Client, None).await;
    let mut socket = Socket { inner };
    socket.complete("1", "over http/2").await;
    let mut seen = Vec::new();
    loop {
        let frame = socket.hear().await;
        seen.push(shown(&frame));
        if is_end(&frame) {
            break;
        }
    }
    assert_eq!(seen.join("|"), "1:a|2:[done stop]");
}
