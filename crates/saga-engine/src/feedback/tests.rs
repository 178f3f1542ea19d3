//! What a scripted server is told.

use saga_client::{ClientOptions, Timeouts};
use scripted_ollama::{Kind, Options, Rule, ScriptedOllama};
use serde_json::json;

use super::*;
use crate::options::EngineOptions;
use crate::runner::Threads;

const FEEDBACK: &str = "/v1/feedback";

fn outcome(kind: OutcomeKind, language: &str) -> Outcome {
    Outcome { of: Suggested::Completion, kind, language: language.to_owned(), characters: 7 }
}

fn note(feedback: &Feedback, kind: OutcomeKind, language: &str) {
    feedback.count(Some("small".to_owned()), &outcome(kind, language));
}

/// A server that poses as `codesaga-proxy`.
async fn server() -> ScriptedOllama {
    let options = Options { kind: Kind::OpenAi, ..Options::default() };
    let server = ScriptedOllama::start_with(options).await.expect("a free port");
    let ready = json!({ "status": "ready", "model": "small", "for_seconds": 1, "memory": "ok" });
    server.also(Rule::on("/readyz").refusing(200, ready));
    server
}

fn client(server: &ScriptedOllama) -> Client {
    Client::new(&ClientOptions {
        server_url: server.url(),
        token: None,
        headers: Vec::new(),
        ca_pem: None,
        proxy: None,
        timeouts: Timeouts::default(),
    })
    .expect("valid options")
}

fn accepting() -> Rule {
    Rule::on(FEEDBACK).refusing(204, serde_json::Value::Null)
}

#[tokio::test]
async fn outcomes_are_told_by_model_language_and_kind() {
    let (server, feedback) = (server().await, Feedback::default());
    server.also(accepting());
    note(&feedback, OutcomeKind::Shown, "rust");
    note(&feedback, OutcomeKind::Accepted, "rust");
    note(&feedback, OutcomeKind::PartiallyAccepted, "rust");
    note(&feedback, OutcomeKind::Survived, "rust");
    let edit = Outcome { of: Suggested::Edit, ..outcome(OutcomeKind::Shown, "rust") };
    feedback.count(Some("small".to_owned()), &edit);
    note(&feedback, OutcomeKind::Dismissed, "python");
    note(&feedback, OutcomeKind::Changed, "python");
    feedback.tell(&client(&server)).await;
    let none = json!({
        "model": "small", "language": "python", "shown": 0, "accepted": 0,
        "partially_accepted": 0, "dismissed": 1, "survived": 0, "changed": 1,
        "characters_shown": 0, "characters_accepted": 0,
    });
    let some = json!({
        "model": "small", "language": "rust", "shown": 1, "accepted": 1,
        "partially_accepted": 1, "dismissed": 0, "survived": 1, "changed": 0,
        "characters_shown": 7, "characters_accepted": 14,
    });
    let edit = json!({
        "model": "small", "language": "rust", "kind": "edit", "shown": 1, "accepted": 0,
        "partially_accepted": 0, "dismissed": 0, "survived": 0, "changed": 0,
        "characters_shown": 7, "characters_accepted": 0,
    });
    assert_eq!(server.bodies(FEEDBACK), [json!({ "counts": [none, some, edit] })]);
    feedback.tell(&client(&server)).await;
    assert_eq!(server.bodies(FEEDBACK).len(), 1, "nothing is told twice");
    assert_eq!(feedback.total(Suggested::Completion).shown, 1);
}

#[tokio::test]
async fn what_could_not_be_told_is_told_the_next_time() {
    let (server, feedback) = (server().await, Feedback::default());
    server.also(Rule::on(FEEDBACK).refusing(503, json!({})).times(1));
    server.also(accepting());
    note(&feedback, OutcomeKind::Shown, "rust");
    feedback.tell(&client(&server)).await;
    assert!(!feedback.is_all_told());
    note(&feedback, OutcomeKind::Shown, "rust");
    feedback.tell(&client(&server)).await;
    assert_eq!(server.bodies(FEEDBACK)[1]["counts"][0]["shown"], 2);
    assert!(feedback.is_all_told());
}

#[tokio::test]
async fn what_is_refused_is_not_said_again() {
    let (server, feedback) = (server().await, Feedback::default());
    server.also(Rule::on(FEEDBACK).refusing(404, json!({})));
    note(&feedback, OutcomeKind::Shown, "rust");
    feedback.tell(&client(&server)).await;
    assert!(feedback.is_all_told());
}

#[tokio::test]
async fn other_servers_are_told_nothing() {
    let options = Options { kind: Kind::OpenAi, ..Options::default() };
    let server = ScriptedOllama::start_with(options).await.expect("a free port");
    let feedback = Feedback::default();
    note(&feedback, OutcomeKind::Shown, "rust");
    feedback.tell(&client(&server)).await;
    assert_eq!(server.bodies(FEEDBACK).len(), 0);
    assert!(feedback.is_all_told());
}

#[tokio::test]
async fn counts_are_gathered_and_then_told() {
    let server = server().await;
    server.also(accepting());
    let threads = Threads::start().expect("threads");
    let options = EngineOptions::new(server.url());
    let mut shared = Shared::new(options, threads.closing()).expect("valid options");
    shared.feedback.period = Duration::from_millis(1);
    shared.facts().await.expect("a model");
    let shared = Arc::new(shared);
    let noted = super::note(&shared, &threads.runner(), &outcome(OutcomeKind::Shown, "rust"));
    assert_eq!(noted, Ok(()));
    server.wait_for_end(FEEDBACK, 0).await;
    let too_long = outcome(OutcomeKind::Shown, &"x".repeat(LANGUAGE_BYTES_MAX + 1));
    for wrong in [outcome(OutcomeKind::Shown, ""), too_long] {
        let refused = super::note(&shared, &threads.runner(), &wrong);
        assert_eq!(refused.map_err(|failure| failure.code), Err(FailureCode::InvalidRequest));
    }
}

#[test]
fn counts_are_bounded() {
    let feedback = Feedback::default();
    for language in 0..2 * COUNTS_MAX {
        note(&feedback, OutcomeKind::Shown, &language.to_string());
    }
    let report = feedback.take();
    assert_eq!(report.counts.len(), COUNTS_MAX);
    feedback.put_back(report.clone());
    feedback.put_back(Report {
        counts: vec![FeedbackCounts { shown: COUNT_MAX, ..report.counts[0].clone() }],
        ..Report::default()
    });
    let again = feedback.take();
    assert_eq!((again.counts.len(), again.counts[0].shown), (COUNTS_MAX, COUNT_MAX));
    assert_eq!(feedback.total(Suggested::Completion).shown, 2 * COUNTS_MAX as u64);
}
