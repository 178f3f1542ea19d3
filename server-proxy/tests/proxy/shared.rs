//! Identical work is done once.

use codesaga_proxy::config::AnswerCaching;
use http::{HeaderValue, Method};
use scripted_ollama::{End, Ending, Options, Rule};
use serde_json::{Value, json};

use crate::bench::{Bench, Reply, completion, holds, shown};

/// Requests about this text that reached the model server.
fn asked(bench: &Bench, text: &str) -> usize {
    bench.ollama.requests().iter().filter(|request| holds(request, text)).count()
}

async fn classed(bench: &Bench, class: &'static str, body: &Value) -> Reply {
    let mut request = bench.proxy.request(Method::POST, "/v1/completions", body.to_string());
    request.headers_mut().insert("x-codesaga-class", HeaderValue::from_static(class));
    bench.proxy.send(request).await
}

#[tokio::test]
async fn who_asks_what_is_being_answered_reads_along_from_the_beginning() {
    let bench = Bench::start().await;
    bench.ollama.script([Rule::any().pieces(["가", "나🙂", "다"]).hold_after(2)]);
    let first = bench.proxy.complete("same").await;
    bench.ollama.wait_for_pieces("/api/generate", 1, 2).await;
    let late = bench.proxy.complete("same").await;
    let other = bench.proxy.complete("same, but other").await;
    bench.ollama.release();
    let whole = "가|나🙂|다|[stop]|[DONE]";
    assert_eq!(first.events().await, whole);
    assert_eq!(late.events().await, whole);
    assert_eq!(other.events().await, whole);
    assert_eq!(asked(&bench, "same"), 2, "one for each question");
    // It was not deterministic, so who asks after its end is answered anew.
    assert_eq!(bench.proxy.complete("same").await.events().await, whole);
    assert_eq!(asked(&bench, "same"), 3);
}

#[tokio::test]
async fn p1_the_model_is_let_go_when_the_last_reader_leaves_and_no_sooner() {
    let bench = Bench::start().await;
    bench.ollama.script([Rule::any().pieces(["a", "b", "c"]).hold_after(1)]);
    let mut one = bench.proxy.complete("shared").await;
    one.more().await.expect("a piece");
    let mut two = bench.proxy.complete("shared").await;
    two.more().await.expect("a piece");
    drop(one);
    bench.ollama.release();
    let mut rest = String::new();
    while let Some(bytes) = two.more().await {
        rest.push_str(std::str::from_utf8(&bytes).expect("text"));
    }
    assert_eq!(shown(&rest), "b|c|[stop]|[DONE]", "who stays reads on");

    bench.ollama.script([Rule::any().pieces(["a", "b"]).hold_after(1)]);
    let mut one = bench.proxy.complete("left by all").await;
    one.more().await.expect("a piece");
    let mut two = bench.proxy.complete("left by all").await;
    two.more().await.expect("a piece");
    drop((one, two));
    assert_eq!(bench.ended("left by all").await.ending, Some(Ending::ClientGone));
    assert_eq!(asked(&bench, "left by all"), 1);
}

#[tokio::test]
async fn p4_a_shared_failure_is_told_to_each() {
    let bench = Bench::start().await;
    let broken = End::runner_killed();
    bench.ollama.script([Rule::any().pieces(["a", "b"]).hold_after(1).end(broken)]);
    let one = bench.proxy.complete("broken").await;
    let two = bench.proxy.complete("broken").await;
    bench.ollama.release();
    assert_eq!(one.events().await, "a|b|[upstream_failed]");
    assert_eq!(two.events().await, "a|b|[upstream_failed]");
    assert_eq!(asked(&bench, "broken"), 1);
}

#[tokio::test]
async fn what_a_person_asks_does_not_wait_for_background_work() {
    let one_place = |config: &mut codesaga_proxy::config::Config| {
        config.limits.parallel_requests_max = 1;
    };
    let bench = Bench::with(Options::default(), one_place).await;
    bench.ollama.script([
        Rule::any().containing("blocks").pieces(["x"]).hold_after(1),
        Rule::any().pieces(["a"]),
    ]);
    let mut blocks = bench.proxy.complete("blocks").await;
    blocks.more().await.expect("a piece");
    let mut waits = classed(&bench, "background", &completion("asked twice")).await;
    waits.more().await.expect("its place");
    let mut urgent = classed(&bench, "invoke", &completion("asked twice")).await;
    urgent.more().await.expect("its place");
    bench.ollama.release();
    assert!(urgent.text().await.ends_with("data: [DONE]\n\n"));
    assert!(waits.text().await.ends_with("data: [DONE]\n\n"));
    assert_eq!(asked(&bench, "asked twice"), 2);
}

#[tokio::test]
async fn a_deterministic_answer_is_kept_for_the_same_question_alone() {
    let bench = Bench::start().await;
    bench.ollama.script([Rule::any().pieces(["가", "나"])]);
    let question = json!({
        "prompt": "kept", "temperature": 0, "stream": true, "max_tokens": 9,
        "stream_options": { "include_usage": true },
    });
    let ask = async |change: (&str, Value)| {
        let mut body = question.clone();
        body[change.0] = change.1;
        bench.proxy.post("/v1/completions", &body).await.events().await
    };
    assert_eq!(ask(("stream", json!(true))).await, "가|나|[stop]|[1+2]|[DONE]");
    assert_eq!(ask(("user", json!("x"))).await, "가나|[stop]|[1+2]|[DONE]");
    assert_eq!(asked(&bench, "kept"), 1);
    let others = [
        ("max_tokens", json!(8)),
        ("seed", json!(1)),
        ("temperature", json!(0.5)),
        ("top_p", json!(0.5)),
        ("stop", json!(["x"])),
        ("presence_penalty", json!(1)),
        ("model", json!("smollm2")),
    ];
    let others_count = others.len();
    for other in others {
        ask(other).await;
    }
    assert_eq!(asked(&bench, "kept"), 1 + others_count);

    // A conversation too, whole as well as streamed.
    let body = json!({ "messages": [{ "role": "user", "content": "kept too" }], "seed": 7 });
    let one = bench.proxy.post("/v1/chat/completions", &body).await.json().await;
    let two = bench.proxy.post("/v1/chat/completions", &body).await.json().await;
    assert_eq!(one["choices"], two["choices"]);
    assert_eq!(one["usage"], two["usage"]);
    assert_ne!(one["id"], two["id"]);
    assert_eq!(asked(&bench, "kept too"), 1);

    let metrics = bench.proxy.get("/metrics").await.text().await;
    let spared = "codesaga_spared_requests_total{source=\"process\"} 2";
    assert!(metrics.contains(spared), "{metrics}");
}

#[tokio::test]
async fn a_failed_answer_is_not_kept_and_nothing_is_where_it_is_switched_off() {
    let bench = Bench::start().await;
    bench.ollama.script([Rule::any().pieces(["a"]).end(End::Silent)]);
    let body = json!({ "prompt": "silent", "temperature": 0, "stream": true });
    for _ in 0..2 {
        let events = bench.proxy.post("/v1/completions", &body).await.events().await;
        assert_eq!(events, "a|[upstream_incomplete]");
    }
    assert_eq!(asked(&bench, "silent"), 2);

    let off = |config: &mut codesaga_proxy::config::Config| {
        config.answer_cache = AnswerCaching::Off;
    };
    let bench = Bench::with(Options::default(), off).await;
    bench.ollama.script([Rule::any().pieces(["a", "b"]).hold_after(1)]);
    let one = bench.proxy.post("/v1/completions", &body).await;
    let two = bench.proxy.post("/v1/completions", &body).await;
    bench.ollama.release();
    assert_eq!(one.events().await, two.events().await);
    assert_eq!(asked(&bench, "silent"), 2);
}
