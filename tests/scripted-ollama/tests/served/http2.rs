//! HTTP/2 by prior knowledge, what is recorded of a request's headers, and the prompt cache.

use bytes::Bytes;
use http::Request;
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http2::{self, SendRequest};
use hyper_util::rt::{TokioExecutor, TokioIo};
use scripted_ollama::{End, Ending, Kind, Options, Rule, ScriptedOllama};
use serde_json::{Value, json};
use tokio::net::TcpStream;

async fn connect(ollama: &ScriptedOllama) -> SendRequest<Full<Bytes>> {
    let stream = TcpStream::connect(("127.0.0.1", ollama.port())).await.expect("it listens");
    let handshake = http2::handshake(TokioExecutor::new(), TokioIo::new(stream)).await;
    let (client, connection) = handshake.expect("it speaks HTTP/2");
    tokio::spawn(connection);
    client
}

fn generate(prompt: &str) -> Request<Full<Bytes>> {
    let body = json!({ "model": "smollm2", "prompt": prompt, "raw": true }).to_string();
    Request::post("http://scripted/api/generate")
        .header("x-codesaga-class", "background")
        .body(Full::from(body))
        .expect("a request")
}

#[tokio::test]
async fn streams_of_one_connection_are_answered_and_recorded() {
    let ollama = ScriptedOllama::start().await;
    ollama.script([Rule::any().pieces(["a", "b"])]);
    let mut client = connect(&ollama).await;
    for prompt in ["one", "two"] {
        client.ready().await.expect("it is open");
        let response = client.send_request(generate(prompt)).await.expect("an answer");
        let body = response.into_body().collect().await.expect("its end").to_bytes();
        assert_eq!(body.iter().filter(|byte| **byte == b'\n').count(), 3, "a, b and the end");
    }
    let recorded = ollama.wait_for_end("/api/generate", 1).await;
    assert!(recorded.http2);
    assert_eq!(recorded.class.as_deref(), Some("background"));
    assert_eq!(ollama.connections_total(), 1);
}

#[tokio::test]
async fn a_reset_stream_is_a_client_that_left() {
    let ollama = ScriptedOllama::start().await;
    ollama.script([
        Rule::any().containing("prefill").pieces([] as [&str; 0]).end(End::Hang),
        Rule::any().containing("streaming").pieces(["a"]).end(End::Hang),
    ]);
    let mut client = connect(&ollama).await;
    client.ready().await.expect("it is open");
    let asking = client.send_request(generate("prefill"));
    let asking = tokio::spawn(asking);
    ollama.wait_for_request("/api/generate", 0).await;
    asking.abort();
    let ended = ollama.wait_for_end("/api/generate", 0).await;
    assert_eq!(ended.ending, Some(Ending::ClientGone));

    let response = client.send_request(generate("streaming")).await.expect("it begins");
    ollama.wait_for_pieces("/api/generate", 1, 1).await;
    drop(response);
    let ended = ollama.wait_for_end("/api/generate", 1).await;
    assert_eq!(ended.ending, Some(Ending::ClientGone));
    assert_eq!(ollama.connections(), 1, "the connection stays");
}

#[tokio::test]
async fn what_was_evaluated_is_told_as_llama_cpp_tells_it() {
    let options = Options { kind: Kind::OpenAi, ..Options::default() };
    let ollama = ScriptedOllama::start_with(options).await.expect("a free port");
    ollama.script([Rule::any().pieces(["x"])]);
    let mut timings = Vec::new();
    for prompt in ["def greet(name):\n", "def greet(name):\n    return"] {
        let body = json!({ "prompt": prompt }).to_string();
        let answer = crate::http::ask(&ollama, "POST", "/v1/completions", &body).await.text();
        let answer: Value = serde_json::from_str(&answer).expect("JSON");
        timings.push(answer["timings"].clone());
    }
    assert_eq!(timings[0], json!({ "cache_n": 0, "prompt_n": 5, "predicted_n": 1 }));
    assert_eq!(timings[1], json!({ "cache_n": 5, "prompt_n": 2, "predicted_n": 1 }));
    let recorded = ollama.requests_to("/v1/completions");
    assert_eq!(recorded[1].prompt_tokens, Some(7));
    assert_eq!(recorded[1].evaluated_tokens, Some(2));
}
