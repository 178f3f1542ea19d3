//! Which of several model servers is asked, and where a request goes when that one is of no use.

use std::time::Duration;

use codesaga_proxy::config::Config;
use futures_util::future::join_all;
use http::{Method, Request};
use scripted_ollama::{End, Rule, ScriptedOllama};
use serde_json::{Value, json};

use crate::bench::{Reply, RunningProxy, completion, holds};

async fn servers<const N: usize>() -> [ScriptedOllama; N] {
    let started = join_all((0..N).map(|_| ScriptedOllama::start())).await;
    started.try_into().unwrap_or_else(|_| panic!("as many as were started"))
}

async fn proxy(servers: &[ScriptedOllama]) -> RunningProxy {
    proxy_with(servers, Duration::from_secs(5)).await
}

/// In front of servers that are suspected when they say nothing for that long.
async fn proxy_with(servers: &[ScriptedOllama], suspect_time: Duration) -> RunningProxy {
    let urls: Vec<String> = servers.iter().map(ScriptedOllama::url).collect();
    let urls: Vec<&str> = urls.iter().map(String::as_str).collect();
    let proxy = RunningProxy::start(&urls, |config| {
        config.limits.suspect_time_min = suspect_time;
        config.limits.suspect_time_max = suspect_time;
        config.limits.proof_time_max = suspect_time;
    })
    .await;
    all_healthy(&proxy, servers.len()).await;
    proxy
}

async fn all_healthy(proxy: &RunningProxy, servers: usize) {
    while healths(proxy).await != vec!["healthy"; servers] {
        tokio::task::yield_now().await;
    }
}

async fn healths(proxy: &RunningProxy) -> Vec<String> {
    let body = proxy.get("/readyz").await.json().await;
    let servers = body["servers"].as_array().cloned().unwrap_or_default();
    servers.iter().map(|one| one["health"].as_str().unwrap_or("?").to_owned()).collect()
}

/// A completion of that document.
async fn complete_in(proxy: &RunningProxy, document: &str, prompt: &str) -> Reply {
    let mut request =
        proxy.request(Method::POST, "/v1/completions", completion(prompt).to_string());
    let document = document.parse().expect("a header's value");
    request.headers_mut().insert("x-codesaga-document", document);
    proxy.send(request).await
}

/// How often each was asked about the text.
fn asked(servers: &[ScriptedOllama], text: &str) -> Vec<usize> {
    let count = |server: &ScriptedOllama| {
        server.requests().iter().filter(|request| holds(request, text)).count()
    };
    servers.iter().map(count).collect()
}

/// Lets the first server answer somebody, so that the next request finds the second one less
/// loaded.
async fn occupy_first(servers: &[ScriptedOllama], proxy: &RunningProxy) -> Reply {
    for server in servers {
        server.script([
            Rule::any().containing("occupies").pieces(["a", "b"]).hold_after(1),
            Rule::any().pieces(["served"]),
        ]);
    }
    let mut occupies = proxy.complete("occupies").await;
    occupies.more().await.expect("its first piece");
    assert_eq!(asked(servers, "occupies"), [1, 0], "the preferred one of two that are idle");
    occupies
}

#[tokio::test]
async fn a_document_stays_where_it_was_answered() {
    let servers = servers::<2>().await;
    let proxy = proxy(&servers).await;
    let occupies = occupy_first(&servers, &proxy).await;
    complete_in(&proxy, "doc-1", "one").await.events().await;
    servers[0].release();
    occupies.events().await;
    complete_in(&proxy, "doc-1", "two").await.events().await;
    complete_in(&proxy, "doc-2", "three").await.events().await;
    let seen = [asked(&servers, "one"), asked(&servers, "two"), asked(&servers, "three")];
    assert_eq!(seen, [[0, 1], [0, 1], [1, 0]]);
}

#[tokio::test]
async fn a_conversation_stays_where_it_was_answered() {
    let servers = servers::<2>().await;
    let proxy = proxy(&servers).await;
    let occupies = occupy_first(&servers, &proxy).await;
    let say = async |session: &str, text: &str| {
        proxy.post("/v1/chat", &json!({ "session": session, "text": text })).await.text().await
    };
    say("s1", "one").await;
    servers[0].release();
    occupies.events().await;
    say("s1", "two").await;
    say("s2", "three").await;
    let seen = [asked(&servers, "two"), asked(&servers, "three")];
    assert_eq!(seen, [[0, 1], [1, 0]]);
}

#[tokio::test]
async fn a_known_prompt_goes_where_it_is_in_the_cache() {
    let servers = servers::<2>().await;
    let proxy = proxy(&servers).await;
    let occupies = occupy_first(&servers, &proxy).await;
    let known = "def known(): pass\n".repeat(100);
    proxy.complete(&format!("{known}one")).await.events().await;
    servers[0].release();
    occupies.events().await;
    proxy.complete(&format!("{known}two")).await.events().await;
    proxy.complete("three").await.events().await;
    let seen = [asked(&servers, "one"), asked(&servers, "two"), asked(&servers, "three")];
    assert_eq!(seen, [[0, 1], [0, 1], [1, 0]]);
}

#[tokio::test]
async fn p3_each_server_is_tried_at_most_once() {
    let servers = servers::<3>().await;
    let proxy = proxy(&servers).await;
    for server in &servers {
        server.script([Rule::any().refusing(500, json!({ "error": "no memory" }))]);
    }
    let refusal = proxy.complete("in vain").await.refusal().await;
    assert_eq!(refusal, "502 upstream_failed: the model server failed (500): no memory");
    assert_eq!(asked(&servers, "in vain"), [1, 1, 1]);
}

#[tokio::test]
async fn p3_retries_stay_within_their_budget() {
    const REQUESTS: usize = 60;
    let servers = servers::<3>().await;
    let proxy = proxy(&servers).await;
    for server in &servers {
        server.script([Rule::any().refusing(500, json!({ "error": "no memory" }))]);
    }
    let replies = join_all((0..REQUESTS).map(|_| proxy.complete("storm"))).await;
    assert!(replies.iter().all(|reply| reply.status() == 502));
    let tries: usize = asked(&servers, "storm").iter().sum();
    // A fifth of sixty; on a slow machine the requests lie in two windows.
    assert!(tries <= REQUESTS + 2 * 12, "{tries} tries for {REQUESTS} requests");
}

#[tokio::test]
async fn p3_a_request_leaves_a_server_that_hangs_and_does_not_come_back() {
    let servers = servers::<2>().await;
    let proxy = proxy_with(&servers, Duration::from_millis(200)).await;
    let hang = || Rule::any().pieces([] as [&str; 0]).end(End::Hang);
    servers[0].script([hang(), Rule::on("proof").end(End::Hang)]);
    servers[1].script([Rule::any().pieces(["served"])]);
    assert_eq!(proxy.complete("stuck").await.events().await, "served|[stop]|[DONE]");
    assert_eq!(asked(&servers, "stuck"), [1, 1]);
    assert_eq!(healths(&proxy).await, ["wedged", "healthy"]);
    proxy.complete("next").await.events().await;
    assert_eq!(asked(&servers, "next"), [0, 1], "nothing new goes where nothing comes back");
    let list = proxy.get("/v1/instances").await.json().await;
    let of_first = &list["instances"][0];
    assert_eq!((&of_first["health"], &of_first["status"]), (&json!("wedged"), &json!("inactive")));
}

#[tokio::test]
async fn p3_without_another_server_a_request_stays_and_new_ones_are_told_when_to_come_back() {
    let servers = servers::<1>().await;
    let proxy = proxy_with(&servers, Duration::from_millis(100)).await;
    servers[0].script([
        Rule::any().pieces(["late"]).hold_after(0),
        Rule::on("proof").pieces([] as [&str; 0]).end(End::Hang),
    ]);
    let mut waits = Box::pin(proxy.complete("waits"));
    tokio::select! {
        _ = &mut waits => panic!("nothing was answered yet"),
        () = async { while healths(&proxy).await != ["wedged"] {} } => {}
    }
    let refused = proxy.complete("refused").await;
    assert_eq!(refused.header("retry-after"), Some("5"));
    let words = "504 timeout: the model server accepts requests but generates nothing";
    assert_eq!(refused.refusal().await, words);
    servers[0].release();
    assert_eq!(waits.await.events().await, "late|[stop]|[DONE]");
    assert_eq!(healths(&proxy).await, ["healthy"], "an answer is proof");
}

#[tokio::test]
async fn a_server_that_works_is_busy_when_it_says_nothing_else() {
    let servers = servers::<1>().await;
    let proxy = proxy_with(&servers, Duration::from_millis(300)).await;
    let slow = vec!["word "; 2000];
    servers[0].script([
        Rule::any().containing("works").pieces(slow).between(Duration::from_millis(20)),
        Rule::any().pieces(["late"]).hold_after(0),
        Rule::on("proof").end(End::Hang),
    ]);
    let body = json!({ "prompt": "works", "stream": true, "max_tokens": 2000 });
    let mut works = proxy.post("/v1/completions", &body).await;
    let reading = async { while works.more().await.is_some() {} };
    let waiting = proxy.complete("waits");
    tokio::select! {
        () = reading => panic!("it works on"),
        _ = waiting => panic!("nothing was answered yet"),
        () = async { while healths(&proxy).await != ["busy"] {} } => {}
    }
}

#[tokio::test]
async fn one_of_three_killed_under_load_loses_nothing_before_the_first_byte() {
    const REQUESTS: usize = 60;
    let servers = servers::<3>().await;
    let proxy = proxy(&servers).await;
    for server in &servers {
        let words = (0..20).map(|number| format!("{number} "));
        server.script([Rule::any()
            .pieces(words)
            .first_delay(Duration::from_millis(20))
            .between(Duration::from_millis(5))]);
    }
    let asking = &proxy;
    let [killed, _second, _third] = servers;
    let mut killed = Some(killed);
    let load = join_all((0..REQUESTS).map(|number| {
        let prompt = format!("load {number}");
        async move { asking.complete(&prompt).await }
    }));
    let kill = async {
        let server = killed.take().expect("it is killed once");
        server.wait_for(|request| holds(request, "load") && request.pieces > 3).await;
        drop(server);
    };
    let (replies, ()) = tokio::join!(load, kill);
    let mut cut = 0;
    for reply in replies {
        if reply.status() != 200 {
            panic!("lost before the first byte: {}", reply.refusal().await);
        }
        let seen = reply.events().await;
        assert!(seen.starts_with("0 |"), "{seen}");
        let is_whole = seen.ends_with("19 |[stop]|[DONE]");
        cut += usize::from(!is_whole);
        let ends = seen.matches("[DONE]").count() + seen.matches("[upstream_").count();
        assert_eq!(ends, 1, "exactly one end: {seen}");
    }
    assert!(cut <= 4, "only what it was answering ends early, not {cut}");
}

#[tokio::test]
async fn what_is_measured_of_a_model_is_told() {
    let servers = servers::<1>().await;
    let proxy = proxy(&servers).await;
    servers[0].script([Rule::any().pieces(["a", "b", "c"]).between(Duration::from_millis(5))]);
    proxy.complete("x").await.events().await;
    let list = proxy.get("/v1/instances").await.json().await;
    let used = |one: &&Value| one["last_used_at"].is_u64();
    let instance = list["instances"].as_array().expect("a list").iter().find(used);
    let instance = instance.expect("one was used");
    assert_eq!(instance["health"], "healthy");
    let pace = instance["performance_metrics"]["tokens_per_second"].as_f64().expect("measured");
    assert!(pace > 0.0 && pace < 400.0, "5 ms between tokens are 200 in a second, not {pace}");
    assert!(instance["performance_metrics"]["response_time"].as_f64().is_some_and(|ms| ms > 0.0));
}

#[tokio::test]
async fn a_server_that_is_taken_out_ends_what_it_answers_and_those_who_wait_go_elsewhere() {
    let servers = servers::<2>().await;
    let urls = [servers[0].url(), servers[1].url()];
    let proxy = RunningProxy::start(&[&urls[0]], |config| {
        config.limits.parallel_requests_max = 1;
    })
    .await;
    for server in &servers {
        server.script([
            Rule::any().containing("runs").pieces(["a", "b"]).hold_after(1),
            Rule::any().pieces(["served"]),
        ]);
    }
    let mut runs = proxy.complete("runs").await;
    runs.more().await.expect("its first piece");
    let request = proxy.request(Method::POST, "/v1/completions", completion("waits").to_string());
    let (mut parts, body) = request.into_parts();
    parts.headers.insert("x-codesaga-class", "invoke".parse().expect("a value"));
    let mut waits = proxy.send(Request::from_parts(parts, body)).await;
    assert_eq!(waits.more().await.as_deref(), Some(&b"event: queued\ndata: {\"place\":1}\n\n"[..]));

    let config = Config::from_flags(&["--upstream", &urls[1]]).expect("settings");
    proxy.models().replace(codesaga_proxy::model_servers(&config).expect("no certificates"));
    assert_eq!(waits.events().await, "served|[stop]|[DONE]");
    assert_eq!(asked(&servers, "waits"), [0, 1]);
    servers[0].release();
    assert_eq!(runs.events().await, "b|[stop]|[DONE]");
    proxy.complete("new").await.events().await;
    assert_eq!(asked(&servers, "new"), [0, 1]);
    let numbers: Vec<usize> = proxy.models().servers().iter().map(|one| one.number).collect();
    assert_eq!(numbers, [1], "a number is never used again");

    // The same address again is the same server.
    proxy.models().replace(codesaga_proxy::model_servers(&config).expect("no certificates"));
    let numbers: Vec<usize> = proxy.models().servers().iter().map(|one| one.number).collect();
    assert_eq!(numbers, [1]);
}

#[tokio::test]
async fn a_file_of_servers_and_names_is_read_again_when_told() {
    let servers = servers::<2>().await;
    for server in &servers {
        server.script([Rule::any().pieces(["served"])]);
    }
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("servers");
    let write = |text: String| std::fs::write(&file, text).expect("the file is written");
    write(format!("{} # the old one\nfast = smollm2\n", servers[0].url()));
    let path = file.to_str().expect("a path of letters");
    let flags = ["--listen", "127.0.0.1:0", "--model", "fast", "--servers-file", path];
    let proxy = RunningProxy::start(&[&servers[0].url()], |config| {
        *config = Config::from_flags(&flags).expect("settings");
    })
    .await;
    proxy.complete("one").await.events().await;
    write(format!("{}\nfast = bllossom-shape\n", servers[1].url()));
    proxy.reload.now();
    proxy.complete("two").await.events().await;
    write("nonsense".to_owned());
    proxy.reload.now();
    proxy.complete("three").await.events().await;
    let seen = ["one", "two", "three"].map(|text| asked(&servers, text));
    assert_eq!(seen, [[1, 0], [0, 1], [0, 1]], "what cannot be used changes nothing");
    let requests = servers[1].requests();
    let two = requests.iter().find(|request| holds(request, "two")).expect("it was asked");
    assert_eq!(two.body["model"], "bllossom-shape:latest");
}
