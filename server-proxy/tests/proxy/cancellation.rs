//! P1: the client is gone, so the model server's connection is closed and its place is free.
//!
//! The answers here never end by themselves, so a connection that closed was closed because the
//! client left. How fast that goes `npm run bench` measures.

use std::time::Duration;

use scripted_ollama::{End, Ending, Rule};
use serde_json::json;
use tokio::time::timeout;

use crate::bench::{Bench, Protocol, completion};

/// Waits for the model server to see that its client is gone.
async fn closed(bench: &Bench, text: &str) {
    let ended = bench.ended(text).await;
    assert_eq!(ended.ending, Some(Ending::ClientGone));
}

#[tokio::test]
async fn p1_client_gone_closes_upstream_while_streaming() {
    for protocol in Protocol::BOTH {
        let bench = Bench::start().await.over(protocol);
        bench.ollama.script([Rule::any().pieces(["a", "b"]).end(End::Hang)]);
        let mut reply = bench.proxy.complete("streaming").await;
        reply.more().await.expect("the first piece");
        drop(reply);
        closed(&bench, "streaming").await;
    }
}

#[tokio::test]
async fn p1_client_gone_closes_upstream_in_prefill() {
    for protocol in Protocol::BOTH {
        let bench = Bench::start().await.over(protocol);
        bench.ollama.script([Rule::any().pieces([] as [&str; 0]).end(End::Hang)]);
        let mut asking = Box::pin(bench.proxy.complete("prefill"));
        tokio::select! {
            _ = &mut asking => panic!("nothing was answered"),
            _ = bench.asked("prefill") => {}
        }
        drop(asking);
        closed(&bench, "prefill").await;
    }
}

#[tokio::test]
async fn p1_client_gone_closes_upstream_of_an_answer_that_is_not_streamed() {
    for protocol in Protocol::BOTH {
        let bench = Bench::start().await.over(protocol);
        bench.ollama.script([Rule::any().pieces(["a"]).end(End::Hang)]);
        let body = json!({ "prompt": "whole", "max_tokens": 8 });
        let mut asking = Box::pin(bench.proxy.post("/v1/completions", &body));
        tokio::select! {
            _ = &mut asking => panic!("nothing was answered"),
            _ = bench.asked("whole") => {}
        }
        drop(asking);
        closed(&bench, "whole").await;
    }
}

#[tokio::test]
async fn p1_client_gone_from_the_queue_never_reaches_upstream() {
    for protocol in Protocol::BOTH {
        let bench = Bench::with(Default::default(), |config| {
            config.limits.parallel_requests_max = 1;
            config.limits.queued_requests_max = 1;
        })
        .await
        .over(protocol);
        bench.ollama.script([Rule::any().pieces(["a"]).end(End::Hang)]);
        let mut first = bench.proxy.complete("first").await;
        first.more().await.expect("the first holds the only place");

        // One of the two finds room to wait, the other is refused: then the first of them waits.
        let mut second = Box::pin(bench.proxy.complete("second"));
        let mut third = Box::pin(bench.proxy.complete("third"));
        let refused = tokio::select! {
            reply = &mut second => reply,
            reply = &mut third => reply,
        };
        assert_eq!(refused.status(), 429);
        drop((second, third));
        drop(first);
        closed(&bench, "first").await;

        bench.ollama.script([Rule::any().pieces(["served"])]);
        let reply = timeout(Duration::from_secs(10), bench.proxy.complete("fourth")).await;
        assert_eq!(reply.expect("its place is free").events().await, "served|[stop]|[DONE]");
        let reached = bench.ollama.bodies("/api/generate");
        let went_on =
            |body: &serde_json::Value| body["prompt"] == "second" || body["prompt"] == "third";
        assert!(!reached.iter().any(went_on), "who left the queue was asked for all the same");
    }
}

#[tokio::test]
async fn p1_the_permit_comes_back_when_the_client_is_gone() {
    for protocol in Protocol::BOTH {
        let bench = Bench::with(Default::default(), |config| {
            config.limits.parallel_requests_max = 1;
        })
        .await
        .over(protocol);
        bench.ollama.script([
            Rule::any().containing("leaves").pieces(["a"]).end(End::Hang),
            Rule::any().pieces(["b"]),
        ]);
        for _ in 0..3 {
            let mut reply = bench.proxy.complete("leaves").await;
            reply.more().await.expect("a piece");
        }
        let reply = timeout(Duration::from_secs(10), bench.proxy.complete("stays")).await;
        assert_eq!(reply.expect("the place is free again").events().await, "b|[stop]|[DONE]");
    }
}

#[tokio::test]
async fn a_full_queue_is_refused_at_once_with_a_time_to_come_back() {
    let bench = Bench::with(Default::default(), |config| {
        config.limits.parallel_requests_max = 1;
        config.limits.queued_requests_max = 0;
    })
    .await;
    bench.ollama.script([Rule::any().pieces(["a"]).end(End::Hang)]);
    let mut holds = bench.proxy.complete("holds").await;
    holds.more().await.expect("the only place is taken");
    let refused = bench.proxy.post("/v1/completions", &completion("refused")).await;
    assert_eq!(refused.header("retry-after"), Some("2"));
    assert_eq!(
        refused.refusal().await,
        "429 queue_full: 0 requests are waiting already; come back in a moment"
    );
}

#[tokio::test]
async fn loading_goes_on_when_the_client_that_caused_it_leaves() {
    let bench = Bench::start().await;
    bench.ollama.script([Rule::on("load").hold_after(0), Rule::any().pieces(["a"])]);
    let body = json!({ "model": "smollm2", "prompt": "impatient", "stream": true });
    let mut asking = Box::pin(bench.proxy.post("/v1/completions", &body));
    let is_load = |model: &str, body: &serde_json::Value| {
        body["model"] == model && body.get("prompt").is_none()
    };
    tokio::select! {
        _ = &mut asking => panic!("nothing is loaded"),
        _ = bench.ollama.wait_for(|r| is_load("smollm2:latest", &r.body)) => {}
    }
    drop(asking);
    bench.ollama.release();
    let load =
        bench.ollama.wait_for(|r| is_load("smollm2:latest", &r.body) && r.ending.is_some()).await;
    assert_eq!(load.ending, Some(Ending::Finished));
}

#[tokio::test]
async fn p1_a_client_that_stops_reading_gives_its_place_back() {
    for protocol in Protocol::BOTH {
        let bench = Bench::with(Default::default(), |config| {
            config.limits.client_stall_time_max = Duration::from_millis(200);
            config.limits.parallel_requests_max = 1;
        })
        .await
        .over(protocol);
        // More than all buffers on the way hold.
        let piece = "x".repeat(64 << 10);
        bench.ollama.script([
            Rule::any().containing("stalls").pieces(vec![piece; 640]),
            Rule::any().pieces(["served"]),
        ]);
        let body = json!({ "prompt": "stalls", "stream": true, "max_tokens": 4096 });
        let stalled = bench.proxy.post("/v1/completions", &body).await;
        let ended = bench.ended("stalls").await;
        assert_eq!(ended.ending, Some(Ending::ClientGone));
        drop(stalled);
        assert_eq!(bench.proxy.complete("next").await.events().await, "served|[stop]|[DONE]");
    }
}
