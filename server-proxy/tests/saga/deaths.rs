//! Workers that die at every step: one takes a job, comes so far, and is not heard of again. The next one
//! goes on, and the job ends as if nothing had been.

use std::time::Duration;

use codesaga_proxy::domain::ports::Caller;
use codesaga_proxy::domain::saga::SagaLimits;
use codesaga_proxy::domain::saga::machine::{Event, Progress, Saga, Undo};
use codesaga_proxy::domain::saga::store::{Commit, Opened, Opening, SagaKey, SagaStore, TextPart};
use codesaga_proxy::outbound::saga_store_redis::RedisSagas;
use saga_domain::{Failure, FailureCode};
use saga_protocol::generate::RecordType;
use saga_protocol::openai::TokenUsage;
use scripted_ollama::{Rule, ScriptedOllama};
use serde_json::{Value, json};

use crate::http::{accepted, ended};
use crate::store::in_redis_at;
use crate::support::{Redis, TestProxy};

const CHAT: &str = "/api/chat";
/// For so long a worker that is dead keeps others waiting.
const LEASE: Duration = Duration::from_secs(1);

fn key(id: &str) -> SagaKey {
    let caller = Caller { tenant: "local".to_owned(), user: "local".to_owned() };
    SagaKey { caller, id: id.to_owned() }
}

/// Does what a gateway and a worker did before they died.
async fn die_after(store: &RedisSagas, key: &SagaKey, done: &[Event]) {
    let limits = SagaLimits::STANDARD;
    let opening = Opening {
        saga: Saga::new(RecordType::Refactor, limits.tries_max, 1_800_000_000_000),
        request: "hash".to_owned(),
        callers_jobs_max: limits.callers_jobs_max,
        jobs_max: limits.jobs_max,
        due: Duration::ZERO,
        kept: limits.open_kept_time,
    };
    let opened = store.open(key, &opening).await.expect("Redis answers");
    assert!(matches!(opened, Opened::There(_)));
    let mut has_lease = false;
    for event in done {
        let fence = match event {
            Event::Worker(fence, _) => Some(*fence),
            _ => None,
        };
        if fence.is_some() && !std::mem::replace(&mut has_lease, fence.is_some()) {
            assert_eq!(store.take(key, LEASE).await, Ok(fence));
        }
        let known = store.read(key).await.expect("Redis answers").expect("it is there");
        let change = known.saga.after(event, 1_800_000_000_001).expect("it fits");
        let commit = Commit {
            version: known.version,
            fence,
            saga: change.saga,
            outgoing: change.outgoing,
            put: put(event),
            deleted: deleted(event),
            kept: limits.open_kept_time,
        };
        assert!(store.commit(key, &commit).await.expect("Redis answers").is_some());
    }
}

fn put(event: &Event) -> Option<(TextPart, String)> {
    let request = json!({ "request_type": "refactor", "input": "!", "code_context": "x = 1" });
    match event {
        Event::ContextStored => Some((TextPart::Before, request.to_string())),
        Event::Worker(_, Progress::Answered { .. }) => {
            Some((TextPart::After, "by the first".to_owned()))
        }
        _ => None,
    }
}

fn deleted(event: &Event) -> Vec<TextPart> {
    match event {
        Event::Worker(_, Progress::Undone(Undo::Answer)) => vec![TextPart::After],
        Event::Worker(_, Progress::Undone(Undo::Context)) => vec![TextPart::Before],
        _ => vec![],
    }
}

/// Tokens that were charged.
async fn charged(redis: &Redis) -> i64 {
    let mut tokens = redis::cmd("HGET");
    redis.number(tokens.arg("cs:{local:local}:use").arg("dc")).await.unwrap_or(0)
}

/// Whether nothing is due, which is so a moment after the last job has ended.
async fn nothing_is_due(redis: &Redis) {
    let mut due = redis::cmd("ZCARD");
    due.arg("cs:{jobs}:due");
    while redis.number(&due).await != Some(0) {
        tokio::task::yield_now().await;
    }
}

/// What was done, what the job ends as, what it answers, how often the second worker asks a model.
type Death = (Vec<Event>, &'static str, Option<&'static str>, usize);

fn deaths() -> Vec<Death> {
    let worker = |progress| Event::Worker(1, progress);
    let undone = |undo| worker(Progress::Undone(undo));
    let usage = TokenUsage { prompt_tokens: 30, completion_tokens: 10, total_tokens: 40 };
    let answered = Progress::Answered { model: "smollm2:latest".to_owned(), usage: Some(usage) };
    let failure = Failure::new(FailureCode::ContextOverflow, "too much");
    let accepted = vec![Event::ContextStored];
    let begun = [accepted.clone(), vec![worker(Progress::Begun)]].concat();
    let answered = [begun.clone(), vec![worker(answered)]].concat();
    let kept = [answered.clone(), vec![worker(Progress::Kept)]].concat();
    let failing = [begun.clone(), vec![worker(Progress::Stumbled { failure })]].concat();
    let called_off = |after: &[Event]| [after, &[Event::CancelWanted]].concat();
    let undoing = [called_off(&answered), vec![undone(Undo::Answer)]].concat();
    vec![
        (vec![], "failed", None, 0),
        (accepted.clone(), "completed", Some("by the second"), 1),
        (begun.clone(), "completed", Some("by the second"), 1),
        (answered.clone(), "completed", Some("by the first"), 0),
        (kept, "completed", Some("by the first"), 0),
        (failing.clone(), "failed", None, 0),
        ([failing, vec![undone(Undo::Record)]].concat(), "failed", None, 0),
        (called_off(&accepted), "cancelled", None, 0),
        (called_off(&begun), "cancelled", None, 0),
        (called_off(&answered), "cancelled", None, 0),
        (undoing.clone(), "cancelled", None, 0),
        ([undoing, vec![undone(Undo::Record)]].concat(), "cancelled", None, 0),
    ]
}

#[tokio::test]
async fn whoever_dies_at_whatever_step_the_job_ends_once() {
    let redis = Redis::start().await;
    let store = in_redis_at(&redis.url());
    for (number, (done, ..)) in deaths().iter().enumerate() {
        die_after(&store, &key(&format!("req-{number}")), done).await;
    }
    let ollama = ScriptedOllama::start().await;
    ollama.script([Rule::on(CHAT).pieces(["by the ", "second"])]);
    let url = redis.url();
    let flags = ["--redis-url", &url, "--job-lease-seconds", "1"];
    let proxy = TestProxy::start_with(&ollama, &flags).await;
    let client = proxy.client();
    let (mut asked, mut used) = (0, 0);
    for (number, (done, stage, answer, asks)) in deaths().into_iter().enumerate() {
        let job = ended(&client, &format!("/v1/generate/req-{number}")).await;
        assert_eq!(job["stage"], stage, "{number} {done:?} {job}");
        assert_eq!(job["response"].as_str(), answer, "{number} {done:?} {job}");
        asked += asks;
        if stage == "completed" {
            used += job["usage"]["total_tokens"].as_i64().expect("counted");
        }
        let record = client.get(&format!("/v1/requests/req-{number}")).await.json().await;
        // The worker that put the record may have been the first one, which did not here.
        let is_recorded = !done.is_empty() && !done.contains(&undone_record());
        if is_recorded && stage != "completed" {
            assert_eq!(record["status"], "failed", "{number} {done:?} {record}");
        }
        let mut before = redis::cmd("EXISTS");
        before.arg(format!("cs:{{local:local:req-{number}}}:before"));
        assert_eq!(redis.number(&before).await, Some(0), "{number}: its code is deleted");
    }
    nothing_is_due(&redis).await;
    assert_eq!(ollama.requests_to(CHAT).len(), asked, "each of them once");
    assert_eq!(charged(&redis).await, used, "charged once, and nothing for what failed");
}

fn undone_record() -> Event {
    Event::Worker(1, Progress::Undone(Undo::Record))
}

#[tokio::test]
async fn a_worker_that_stops_gives_its_job_back_and_one_that_is_gone_leaves_it() {
    let redis = Redis::start().await;
    let url = redis.url();
    let flags = ["--redis-url", &url, "--job-lease-seconds", "1", "--drain-seconds", "0"];
    for dies in [false, true] {
        let ollama = ScriptedOllama::start().await;
        ollama.script([
            Rule::on(CHAT).times(1).pieces(["lost", "!"]).hold_after(1),
            Rule::on(CHAT).pieces(["found"]),
        ]);
        let proxy = TestProxy::start_with(&ollama, &flags).await;
        let place = accepted(&proxy.client(), None, "Shorter.").await;
        ollama.wait_for_pieces(CHAT, 0, 1).await;
        match dies {
            true => drop(proxy),
            false => proxy.stop().await,
        }
        ollama.wait_for_end(CHAT, 0).await;
        let next = TestProxy::start_with(&ollama, &flags).await;
        let job = ended(&next.client(), &place).await;
        assert_eq!((&job["stage"], &job["response"]), (&json!("completed"), &json!("found")));
        // What was given back was no try of its own.
        assert_eq!(job["tries"], if dies { json!(2) } else { json!(1) }, "{job}");
        assert_eq!(job["error"], Value::Null);
        nothing_is_due(&redis).await;
    }
}

#[tokio::test]
async fn p7_while_the_store_is_gone_an_answer_waits_for_it() {
    let redis = Redis::start().await;
    let url = redis.url();
    let ollama = ScriptedOllama::start().await;
    ollama.script([Rule::on(CHAT).pieces(["a", "b"]).hold_after(1)]);
    let proxy = TestProxy::start_with(&ollama, &["--redis-url", &url]).await;
    let client = proxy.client();
    let place = accepted(&client, None, "Shorter.").await;
    ollama.wait_for_pieces(CHAT, 0, 1).await;
    redis.pause().await;
    ollama.release();
    let refused = client.get(&place).await.refusal().await;
    assert_eq!(refused, (504, "timeout".to_owned()));
    redis.resume().await;
    let mut job = Value::Null;
    while job["stage"] != "completed" {
        // Until the store is found to answer again, it is asked again, as clients do.
        job = client.get(&place).await.json().await;
        assert!(job["stage"] != "failed", "{job}");
    }
    assert_eq!((&job["response"], &job["tries"]), (&json!("ab"), &json!(1)));
}

#[tokio::test]
async fn servers_come_and_go_and_every_job_ends_once() {
    const ROUNDS: usize = 8;
    const JOBS: usize = 4;
    let redis = Redis::start().await;
    let url = redis.url();
    let flags = ["--redis-url", &url, "--job-lease-seconds", "1", "--drain-seconds", "0"];
    let ollama = ScriptedOllama::start().await;
    ollama.script([Rule::on(CHAT).pieces(["a", "b", "c"]).between(Duration::from_millis(20))]);
    let mut servers = Vec::new();
    for _ in 0..3 {
        servers.push(TestProxy::start_with(&ollama, &flags).await);
    }
    let mut places = Vec::new();
    for round in 0..ROUNDS {
        for number in 0..JOBS {
            let key = format!("{round}-{number}");
            places.push(accepted(&servers[number % 3].client(), Some(&key), &key).await);
        }
        ollama.wait_for_request(CHAT, round * JOBS).await;
        let gone = servers.remove(0);
        // Three deaths of its workers would be all tries of a job.
        match round % 4 {
            3 => drop(gone),
            _ => gone.stop().await,
        }
        servers.push(TestProxy::start_with(&ollama, &flags).await);
    }
    let mut used = 0;
    for (number, place) in places.iter().enumerate() {
        let job = ended(&servers[number % 3].client(), place).await;
        assert_eq!(
            (&job["stage"], &job["response"]),
            (&json!("completed"), &json!("abc")),
            "{job}"
        );
        used += job["usage"]["total_tokens"].as_i64().expect("counted");
    }
    nothing_is_due(&redis).await;
    assert_eq!(charged(&redis).await, used);
}
