//! P8: told to stop, it takes no new work, lets running answers end, and goes.

use std::process::Stdio;
use std::time::Duration;

use scripted_ollama::{End, Rule, ScriptedOllama};
use tokio::process::Command;

use crate::bench::{Bench, completion, shown};
use crate::process::{self, ProxyProcess};

#[tokio::test]
async fn p8_running_streams_end_and_new_work_is_refused() {
    let mut bench = Bench::start().await;
    bench.ollama.script([Rule::any().pieces(["a", "b"]).hold_after(1)]);
    let mut running = bench.proxy.complete("running").await;
    let first = running.more().await.expect("it began");

    bench.proxy.begin_to_stop();
    let refused = loop {
        let reply = bench.proxy.get("/readyz").await.json().await;
        if reply["status"] == "draining" {
            break bench.proxy.post("/v1/completions", &completion("new")).await;
        }
        tokio::task::yield_now().await;
    };
    assert_eq!(refused.header("retry-after"), Some("5"));
    assert_eq!(refused.refusal().await, "503 shutting_down: the server is shutting down");

    bench.ollama.release();
    let rest = running.text().await;
    let whole = String::from_utf8(first.to_vec()).expect("UTF-8") + &rest;
    assert_eq!(shown(&whole), "a|b|[stop]|[DONE]");
    bench.proxy.stopped().await;
}

#[tokio::test]
async fn p8_what_does_not_end_in_time_is_cut_with_a_word() {
    let bench = Bench::with(Default::default(), |config| {
        config.limits.drain_time_max = Duration::from_millis(50);
    })
    .await;
    bench.ollama.script([Rule::any().pieces(["a"]).end(End::Hang)]);
    let running = bench.proxy.complete("endless").await;
    let mut stopped = bench.proxy.stop();
    assert_eq!(running.events().await, "a|[shutting_down]");
    (&mut stopped).await.expect("no panic").expect("a clean end");
    bench.ollama.wait_for(|request| request.ending.is_some()).await;
}

#[tokio::test]
async fn p8_sigterm_drains_and_exits_with_0() {
    let ollama = ScriptedOllama::start().await;
    let mut proxy = ProxyProcess::start(&["--upstream", &ollama.url()]).await;
    let pid = proxy.child.id().expect("it runs").to_string();
    let sent = Command::new("kill").args(["-TERM", &pid]).stdin(Stdio::null()).status().await;
    assert!(sent.expect("kill runs").success());
    let status = proxy.child.wait().await.expect("it ends");
    assert_eq!(status.code(), Some(0));
    assert!(proxy.rest_of_log().await.contains("draining"));
}

#[tokio::test]
async fn p6_what_is_asked_and_answered_is_never_logged() {
    let ollama = ScriptedOllama::start().await;
    ollama.script([Rule::any().pieces(["SECRET-ANSWER"]).end(End::Garbled)]);
    let mut proxy =
        ProxyProcess::start_with(&["--upstream", &ollama.url()], &[("RUST_LOG", "trace")]).await;
    let body = completion("SECRET-PROMPT").to_string();
    let token = "Authorization: Bearer SECRET-TOKEN\r\n";
    let answer = process::post(&proxy.address, "/v1/completions", token, &body).await;
    assert!(answer.contains("SECRET-ANSWER"), "{answer}");
    proxy.child.kill().await.expect("it is stopped");
    let log = proxy.rest_of_log().await;
    assert!(log.contains("answered"), "there is a log: {log}");
    for line in log.lines().filter(|line| line.contains("codesaga_proxy")) {
        assert!(!line.contains("SECRET"), "{line}");
    }
}
