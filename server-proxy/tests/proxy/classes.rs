//! More urgent requests go first, users share fairly, background work gives way, what is not worth it
//! any more is dropped, and who waits is told its place.

use std::time::Duration;

use codesaga_proxy::config::Config;
use http::header::AUTHORIZATION;
use http::{HeaderName, HeaderValue, Method};
use scripted_ollama::{End, Ending, Rule};

use crate::bench::{Bench, Reply, completion, holds};

/// A proxy whose model server answers one request at a time.
async fn one_at_a_time(change: impl FnOnce(&mut Config)) -> Bench {
    Bench::with(Default::default(), |config| {
        config.limits.parallel_requests_max = 1;
        change(config);
    })
    .await
}

/// A streamed completion with a class, and a document when one is named.
async fn ask(bench: &Bench, prompt: &str, class: &str, document: &str) -> Reply {
    ask_with(bench, prompt, &[("class", class), ("document", document)]).await
}

/// A streamed completion with headers of ours, those that are not empty.
async fn ask_with(bench: &Bench, prompt: &str, headers: &[(&str, &str)]) -> Reply {
    let body = completion(prompt).to_string();
    let mut request = bench.proxy.request(Method::POST, "/v1/completions", body);
    for (name, value) in headers.iter().filter(|(_, value)| !value.is_empty()) {
        let name: HeaderName = format!("x-codesaga-{name}").parse().expect("a name");
        request.headers_mut().insert(name, HeaderValue::from_str(value).expect("a value"));
    }
    bench.proxy.send(request).await
}

/// Everything that was sent so far, until `text` is part of it.
async fn read_until(reply: &mut Reply, text: &str) {
    let mut seen = String::new();
    while !seen.contains(text) {
        let more = reply.more().await.unwrap_or_else(|| panic!("it ended: {seen}"));
        seen.push_str(&String::from_utf8_lossy(&more));
    }
}

#[tokio::test]
async fn background_work_is_put_back_before_its_first_byte_and_done_later() {
    let bench = one_at_a_time(|_| {}).await;
    bench.ollama.script([
        Rule::any().containing("speculation").times(1).pieces([] as [&str; 0]).end(End::Hang),
        Rule::any().containing("typed").pieces(["now"]),
        Rule::any().pieces(["later"]),
    ]);
    let speculation = ask(&bench, "speculation", "background", "");
    let typed = async {
        bench.asked("speculation").await;
        let answer = ask(&bench, "typed", "automatic", "").await.events().await;
        let first = bench.ended("speculation").await;
        assert_eq!(first.ending, Some(Ending::ClientGone), "its connection was closed");
        answer
    };
    let (speculation, typed) = tokio::join!(speculation, typed);
    assert!(typed.ends_with("now|[stop]|[DONE]"), "{typed}");
    let later = speculation.events().await;
    assert!(later.ends_with("later|[stop]|[DONE]"), "{later}");
    let asked = bench.ollama.requests().iter().filter(|r| holds(r, "speculation")).count();
    assert_eq!(asked, 2);
}

#[tokio::test]
async fn background_work_that_has_begun_is_not_put_back() {
    let bench = one_at_a_time(|_| {}).await;
    bench.ollama.script([
        Rule::any().containing("begun").pieces(["a", "b"]).hold_after(1),
        Rule::any().pieces(["c"]),
    ]);
    let mut begun = ask(&bench, "begun", "background", "").await;
    read_until(&mut begun, "\"a\"").await;
    let mut waits = ask(&bench, "waits", "invoke", "").await;
    read_until(&mut waits, "{\"place\":1}").await;
    bench.ollama.release();
    assert_eq!(begun.events().await, "b|[stop]|[DONE]");
    assert_eq!(waits.events().await, "c|[stop]|[DONE]");
    assert_eq!(bench.ended("begun").await.ending, Some(Ending::Finished));
}

#[tokio::test]
async fn background_work_that_waited_too_long_is_refused() {
    let bench = one_at_a_time(|config| {
        config.limits.background_wait_time_max = Duration::from_millis(20);
    })
    .await;
    bench.ollama.script([Rule::any().pieces(["a"]).end(End::Hang)]);
    let mut holds = bench.proxy.complete("holds").await;
    holds.more().await.expect("the only place is taken");
    let body = serde_json::json!({ "prompt": "waits", "max_tokens": 1 }).to_string();
    let mut request = bench.proxy.request(Method::POST, "/v1/completions", body);
    request.headers_mut().insert("x-codesaga-class", HeaderValue::from_static("background"));
    let refused = bench.proxy.send(request).await;
    assert_eq!(refused.header("retry-after"), Some("5"));
    assert_eq!(
        refused.refusal().await,
        "503 preempted: other requests left no time for this background work"
    );
}

#[tokio::test]
async fn who_waits_is_told_its_place_and_the_more_urgent_go_first() {
    let bench = one_at_a_time(|_| {}).await;
    bench.ollama.script([
        Rule::any().containing("holds").pieces(["a", "b"]).hold_after(1),
        Rule::any().pieces(["c"]),
    ]);
    let mut holds = bench.proxy.complete("holds").await;
    holds.more().await.expect("the only place is taken");
    let mut automatic = ask(&bench, "automatic", "automatic", "").await;
    read_until(&mut automatic, "{\"place\":1}").await;
    let mut invoked = ask(&bench, "invoked", "invoke", "").await;
    read_until(&mut invoked, "{\"place\":1}").await;
    read_until(&mut automatic, "{\"place\":2}").await;
    bench.ollama.release();
    holds.events().await;
    assert_eq!(invoked.events().await, "c|[stop]|[DONE]");
    assert_eq!(automatic.events().await, "[queued 1]|c|[stop]|[DONE]");
    let order = |text: &str| bench.ollama.requests().iter().position(|r| self::holds(r, text));
    assert!(order("invoked") < order("automatic"));
}

#[tokio::test]
async fn clients_that_name_no_class_see_openais_chunks_alone() {
    let bench = one_at_a_time(|_| {}).await;
    bench.ollama.script([
        Rule::any().containing("holds").pieces(["a", "b"]).hold_after(1),
        Rule::any().pieces(["c"]),
    ]);
    let mut holds = bench.proxy.complete("holds").await;
    holds.more().await.expect("the only place is taken");
    let plain = async {
        let plain = bench.proxy.complete("plain").await;
        plain.events().await
    };
    let ours = async {
        let mut ours = ask(&bench, "ours", "automatic", "").await;
        // It stands behind the plain one, so that one is waiting too.
        read_until(&mut ours, "{\"place\":2}").await;
        bench.ollama.release();
        ours.events().await
    };
    let (plain, _ours) = tokio::join!(plain, ours);
    assert_eq!(plain, "c|[stop]|[DONE]");
    holds.events().await;
}

#[tokio::test]
async fn a_newer_completion_of_a_document_supersedes_one_that_waits() {
    let bench = one_at_a_time(|_| {}).await;
    bench.ollama.script([
        Rule::any().containing("holds").pieces(["a", "b"]).hold_after(1),
        Rule::any().pieces(["c"]),
    ]);
    let mut holds = bench.proxy.complete("holds").await;
    holds.more().await.expect("the only place is taken");
    let mut older = ask(&bench, "older", "automatic", "doc-1").await;
    read_until(&mut older, "{\"place\":1}").await;
    let mut other = ask(&bench, "other", "automatic", "doc-2").await;
    read_until(&mut other, "{\"place\":2}").await;
    let newer = ask(&bench, "newer", "automatic", "doc-1").await;
    assert_eq!(older.events().await, "[superseded]");
    bench.ollama.release();
    holds.events().await;
    assert!(newer.events().await.ends_with("c|[stop]|[DONE]"));
    assert!(other.events().await.ends_with("c|[stop]|[DONE]"));
    let reached = bench.ollama.requests().iter().any(|request| self::holds(request, "older"));
    assert!(!reached, "nobody was asked for it");
}

#[tokio::test]
async fn p5_an_automatic_completion_that_waited_longer_than_it_is_worth_is_dropped() {
    let bench = one_at_a_time(|config| {
        config.limits.automatic_wait_time_max = Duration::from_millis(30);
    })
    .await;
    bench.ollama.script([Rule::any().pieces(["a"]).end(End::Hang)]);
    let mut holds = bench.proxy.complete("holds").await;
    holds.more().await.expect("the only place is taken");
    // By what the server thinks of it, and by what its client says.
    let usual = ask(&bench, "usual", "automatic", "").await;
    assert_eq!(usual.events().await, "[queued 1]|[expired]");
    let stated = [("class", "invoke"), ("worth-ms", "20")];
    let stated = ask_with(&bench, "stated", &stated).await;
    assert_eq!(stated.events().await, "[queued 1]|[expired]");
    // With a status of its own where nothing was said yet.
    let plain = ask_with(&bench, "plain", &[("worth-ms", "20")]).await;
    let words = "it waited longer than its answer is worth";
    assert_eq!(plain.refusal().await, format!("503 expired: {words}"));
    let mut prompts = ["usual", "stated", "plain"].into_iter();
    let requests = bench.ollama.requests();
    assert!(!prompts.any(|prompt| requests.iter().any(|request| self::holds(request, prompt))));
}

#[tokio::test]
async fn a_task_that_is_named_decides_the_rank() {
    let bench = one_at_a_time(|_| {}).await;
    bench.ollama.script([
        Rule::any().containing("holds").pieces(["a", "b"]).hold_after(1),
        Rule::any().pieces(["c"]),
    ]);
    let mut holds = bench.proxy.complete("holds").await;
    holds.more().await.expect("the only place is taken");
    let mut edit = ask_with(&bench, "edit", &[("class", "invoke"), ("task", "edit")]).await;
    read_until(&mut edit, "{\"place\":1}").await;
    let typed = ask(&bench, "typed", "automatic", "").await;
    read_until(&mut edit, "{\"place\":2}").await;
    bench.ollama.release();
    assert_eq!(typed.events().await, "[queued 1]|c|[stop]|[DONE]");
    assert_eq!(edit.events().await, "[queued 1]|c|[stop]|[DONE]");
    holds.events().await;
}

/// A proxy that knows three users.
async fn three_users(folder: &tempfile::TempDir) -> (Bench, [String; 3]) {
    let file = folder.path().join("keys.json");
    let keys = ["greedy", "jun", "minji"]
        .map(|user| codesaga_proxy::outbound::keys_file::add(&file, "team", user).expect("a key"));
    let bench = one_at_a_time(|config| config.keys_file = Some(file)).await;
    (bench, keys)
}

#[tokio::test]
async fn whoever_was_idle_goes_before_all_the_rest_of_a_greedy_one() {
    let folder = tempfile::tempdir().expect("a folder");
    let (bench, keys) = three_users(&folder).await;
    bench.ollama.script([
        Rule::any().containing("greedy 0").pieces(["a", "b"]).hold_after(1),
        Rule::any().pieces(["c"]),
    ]);
    let ask = async |user: usize, prompt: &str| {
        let mut request =
            bench.proxy.request(Method::POST, "/v1/completions", completion(prompt).to_string());
        let key = HeaderValue::from_str(&format!("Bearer {}", keys[user])).expect("a value");
        request.headers_mut().insert(AUTHORIZATION, key);
        let class = HeaderValue::from_static("invoke");
        request.headers_mut().insert("x-codesaga-class", class);
        bench.proxy.send(request).await
    };
    let mut running = ask(0, "greedy 0").await;
    running.more().await.expect("the only place is taken");
    let mut waiting = Vec::new();
    for number in 1..50 {
        let mut reply = ask(0, &format!("greedy {number}.")).await;
        read_until(&mut reply, &format!("{{\"place\":{number}}}")).await;
        waiting.push(reply);
    }
    for (user, place) in [(1, 1), (2, 2)] {
        let mut reply = ask(user, &format!("idle {user}")).await;
        read_until(&mut reply, &format!("{{\"place\":{place}}}")).await;
        waiting.push(reply);
    }
    bench.ollama.release();
    for reply in waiting {
        assert!(reply.events().await.ends_with("c|[stop]|[DONE]"));
    }
    let bodies = bench.ollama.bodies("/api/generate");
    let order: Vec<&str> = bodies.iter().filter_map(|body| body["prompt"].as_str()).collect();
    assert_eq!(order[..4], ["greedy 0", "idle 1", "idle 2", "greedy 1."]);
    assert_eq!(order.len(), 52);
    running.events().await;
}

#[tokio::test]
async fn a_wrong_header_is_named() {
    let bench = Bench::start().await;
    let refused = ask(&bench, "x", "urgent", "").await.refusal().await;
    let expected = "expected invoke, automatic or background";
    assert_eq!(refused, format!("400 invalid_request: `x-codesaga-class`: {expected}"));
    let refused = ask(&bench, "x", "automatic", "file:///a b").await.refusal().await;
    let expected = "expected 1 to 64 of A-Z a-z 0-9 - _";
    assert_eq!(refused, format!("400 invalid_request: `x-codesaga-document`: {expected}"));
    for (name, value, expected) in [
        ("task", "poem", "completion, chat or edit"),
        ("worth-ms", "0", "1 to 600000 milliseconds"),
        ("worth-ms", "600001", "1 to 600000 milliseconds"),
    ] {
        let refused = ask_with(&bench, "x", &[(name, value)]).await.refusal().await;
        let message = format!("`x-codesaga-{name}`: expected {expected}");
        assert_eq!(refused, format!("400 invalid_request: {message}"));
    }
}
