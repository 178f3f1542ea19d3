//! What became of suggestions, as the server learns of it.

use saga_engine::{Outcome, OutcomeCounts, OutcomeKind, Suggested};
use scripted_ollama::Rule;
use serde_json::json;

use crate::world::World;

fn shown() -> Outcome {
    let of = Suggested::Completion;
    Outcome { of, kind: OutcomeKind::Shown, language: "python".to_owned(), characters: 12 }
}

#[tokio::test]
async fn a_closing_engine_tells_what_it_still_knows() {
    let world = World::new("//- /a.py\nx = $0").await;
    let ready = json!({ "status": "ready", "model": "smollm2", "for_seconds": 1, "memory": "ok" });
    world.script([
        Rule::on("/readyz").refusing(200, ready),
        Rule::on("/v1/feedback").refusing(204, serde_json::Value::Null),
    ]);
    // The model is known once it has answered.
    world.complete().await;
    world.engine.note(&shown()).expect("a language");
    let accepted = Outcome { kind: OutcomeKind::Accepted, ..shown() };
    world.engine.note(&accepted).expect("a language");
    let of = Suggested::Edit;
    let edit = Outcome { of, kind: OutcomeKind::PartiallyAccepted, characters: 30, ..shown() };
    world.engine.note(&edit).expect("a language");
    let counts = OutcomeCounts { shown: 1, accepted: 1, ..OutcomeCounts::default() };
    assert_eq!(world.stats().outcomes, counts);
    let edits = OutcomeCounts { partially_accepted: 1, ..OutcomeCounts::default() };
    assert_eq!(world.stats().edits, edits);
    world.engine.close();
    let told = world.server.wait_for_end("/v1/feedback", 0).await.body;
    let characters = |entry: &serde_json::Value| {
        let of = |name: &str| entry[name].as_u64();
        (entry["kind"].clone(), of("characters_shown"), of("characters_accepted"))
    };
    let entries = told["counts"].as_array().expect("a list");
    assert!(entries.iter().all(|entry| entry["model"] == "smollm2"), "{told}");
    let told: Vec<_> = entries.iter().map(characters).collect();
    let edits = ("edit".into(), Some(0), Some(30));
    assert_eq!(told, [(serde_json::Value::Null, Some(12), Some(12)), edits]);
}

#[tokio::test]
async fn another_server_is_told_nothing() {
    let world = World::with_plain_server("//- /a.py\nx = $0").await;
    // The model is known once it has answered.
    world.complete().await;
    world.engine.note(&shown()).expect("a language");
    world.engine.close();
    // The last that a closed engine does is to let go of its connections.
    world.server.wait_for_connections(0).await;
    assert_eq!(world.server.requests_to("/v1/feedback").len(), 0);
}
