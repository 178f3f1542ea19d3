//! What an OpenTelemetry collector hears, read from the bytes that arrive.

use std::collections::BTreeMap;

use axum::Router;
use axum::extract::State;
use axum::routing::post;
use bytes::Bytes;
use codesaga_proxy::config::Tracing;
use http::{HeaderMap, HeaderValue, Method};
use scripted_ollama::{Options, Rule};
use tokio::sync::mpsc;

use crate::bench::{Bench, completion};

/// A collector on a free port: its base address, and the requests it hears.
async fn collector() -> (String, mpsc::UnboundedReceiver<Bytes>) {
    let (tell, heard) = mpsc::unbounded_channel();
    let router = Router::new().route("/v1/traces", post(keep)).with_state(tell);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = format!("http://{}", listener.local_addr().expect("its address"));
    tokio::spawn(async move { axum::serve(listener, router).await });
    (address, heard)
}

async fn keep(State(tell): State<mpsc::UnboundedSender<Bytes>>, headers: HeaderMap, body: Bytes) {
    assert_eq!(headers["content-type"], "application/x-protobuf");
    tell.send(body).expect("the test listens");
}

/// The fields of a protobuf message: fixed and whole numbers as their bytes.
fn fields(mut message: &[u8]) -> Vec<(u64, Vec<u8>)> {
    let mut fields = Vec::new();
    while !message.is_empty() {
        let tag = varint(&mut message);
        let bytes = match tag & 7 {
            0 => varint(&mut message).to_le_bytes().to_vec(),
            1 => take(&mut message, 8),
            2 => {
                let length = usize::try_from(varint(&mut message)).expect("a length");
                take(&mut message, length)
            }
            kind => panic!("wire type {kind}"),
        };
        fields.push((tag >> 3, bytes));
    }
    fields
}

fn take(message: &mut &[u8], count: usize) -> Vec<u8> {
    let (taken, rest) = message.split_at(count);
    *message = rest;
    taken.to_vec()
}

fn varint(message: &mut &[u8]) -> u64 {
    let mut value = 0;
    for shift in (0..).step_by(7) {
        let byte = take(message, 1)[0];
        value |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            break;
        }
    }
    value
}

fn all(message: &[u8], field: u64) -> Vec<Vec<u8>> {
    fields(message).into_iter().filter(|(known, _)| *known == field).map(|(_, b)| b).collect()
}

fn one(message: &[u8], field: u64) -> Vec<u8> {
    all(message, field).into_iter().next().unwrap_or_default()
}

fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).expect("UTF-8")
}

/// Attributes that hold texts.
fn texts(attributes: Vec<Vec<u8>>) -> BTreeMap<String, String> {
    let pair = |attribute: Vec<u8>| (text(one(&attribute, 1)), one(&one(&attribute, 2), 1));
    attributes.into_iter().map(pair).map(|(name, value)| (name, text(value))).collect()
}

#[tokio::test]
async fn p6_an_answer_is_a_span_of_the_callers_trace_without_its_words() {
    let (endpoint, mut heard) = collector().await;
    let bench = Bench::with(Options::default(), |config| {
        let service_name = "saga-test".to_owned();
        config.tracing = Some(Tracing { endpoint, service_name });
    })
    .await;
    bench.ollama.script([Rule::any().pieces(["a secret answer"])]);
    let body = completion("a secret prompt").to_string();
    let mut request = bench.proxy.request(Method::POST, "/v1/completions", body.clone());
    let parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    for (name, value) in [("traceparent", parent), ("x-request-id", "request-7")] {
        request.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    bench.proxy.send(request).await.events().await;
    let mut unsampled = bench.proxy.request(Method::POST, "/v1/completions", body);
    let parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00";
    unsampled.headers_mut().insert("traceparent", HeaderValue::from_static(parent));
    bench.proxy.send(unsampled).await.events().await;

    bench.proxy.stop().await.expect("no panic").expect("a clean end");
    let request = heard.recv().await.expect("what was left is sent at the end");
    assert!(heard.try_recv().is_err(), "the caller did not want the other one recorded");
    let resource_spans = one(&request, 1);
    let resource = texts(all(&one(&resource_spans, 1), 1));
    assert_eq!(resource["service.name"], "saga-test");
    let spans = all(&one(&resource_spans, 2), 2);
    let [span] = &spans[..] else { panic!("{} spans", spans.len()) };
    assert_eq!(one(span, 1), 0x0af7651916cd43dd8448eb211c80319c_u128.to_be_bytes());
    assert_eq!(one(span, 4), 0xb7ad6b7169203331_u64.to_be_bytes());
    let name = text(one(span, 5));
    assert!(name.starts_with("text_completion bllossom-shape"), "{name}");
    let time = |field| u64::from_le_bytes(one(span, field).try_into().expect("8 bytes"));
    assert!(0 < time(7) && time(7) <= time(8));
    let attributes = texts(all(span, 9));
    for (name, value) in [
        ("codesaga.class", "invoke"),
        ("codesaga.outcome", "done"),
        ("codesaga.request.id", "request-7"),
        ("codesaga.task", "completion"),
        ("gen_ai.operation.name", "text_completion"),
    ] {
        assert_eq!(attributes.get(name).map(String::as_str), Some(value), "{attributes:?}");
    }
    for name in ["gen_ai.request.model", "gen_ai.usage.input_tokens", "gen_ai.usage.output_tokens"]
    {
        assert!(attributes.contains_key(name), "{name} of {attributes:?}");
    }
    let words = String::from_utf8_lossy(&request);
    assert!(!words.contains("secret") && !words.contains("local"), "{words}");
}
