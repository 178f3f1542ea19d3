//! An answer on its way serves what is typed meanwhile, or is let go at once.

use crate::world::{COMPLETIONS, World};
use saga_domain::{Span, TextEdit, Trigger};
use scripted_ollama::{Ending, Rule};

/// Types while the answer stands after its first piece; tells the new reply.
async fn check_kept(fixture: &str, pieces: &[&str], keys: &[(&str, &str)], expected: &str) {
    let mut world = World::new(fixture).await;
    let rule = Rule::on(COMPLETIONS).pieces(pieces.iter().copied());
    world.script([rule.hold_after(1)]);
    let mut reply = world.ask(Trigger::Invoke);
    world.server.wait_for_pieces(COMPLETIONS, 0, 1).await;
    for (before, text) in keys {
        // As editors do it: the change, the old question let go, the new question.
        world.retype(before, text);
        reply.cancel();
        let joined = world.stats().in_flight_reused;
        reply = world.ask(Trigger::Automatic);
        while world.stats().in_flight_reused == joined {
            tokio::task::yield_now().await;
        }
    }
    world.server.release();
    let told = world.told(&reply).await;
    assert!(told.contains(expected), "{keys:?}: {told}");
    assert_eq!(world.requests().len(), 1);
}

#[tokio::test]
async fn a_syllable_under_composition_keeps_it() {
    let name = "//- /a.py\nname = \"$0\"\n";
    let pieces = [" \"사", "용", "자 이름"];
    check_kept(name, &pieces, &[("", "ㅅ")], "completion 8..11 \"사용자 이름\"").await;
    check_kept(name, &pieces, &[("", "ㅅ"), ("ㅅ", "사")], "completion 11..11 \"용자 이름\"").await;
    let keys = [("", "ㅅ"), ("ㅅ", "사"), ("사", "상"), ("상", "사요")];
    check_kept(name, &pieces, &keys, "completion 11..14 \"용자 이름\"").await;
}

#[tokio::test]
async fn an_answer_asked_in_the_middle_of_a_syllable_serves_the_next_strokes() {
    let name = "//- /a.py\nname = \"ㅅ$0\"\n";
    let pieces = [" \"사용", "자"];
    check_kept(name, &pieces, &[("ㅅ", "사")], "completion 11..11 \"용자\"").await;
    check_kept(name, &pieces, &[("ㅅ", "사"), ("사", "상")], "completion 8..11 \"사용자\"").await;
}

#[tokio::test]
async fn a_bracket_that_the_editor_closes_keeps_it() {
    let mut world = World::new("//- /a.py\nvalue = compute$0\n").await;
    world.script([Rule::on(COMPLETIONS).pieces([" compute(", "one, two)"]).hold_after(1)]);
    let first = world.ask(Trigger::Invoke);
    world.server.wait_for_pieces(COMPLETIONS, 0, 1).await;
    let at = world.cursor();
    world.change(TextEdit { span: Span::at(at), text: "()".to_owned() });
    world.move_to(at.0 + 1);
    first.cancel();
    let second = world.ask(Trigger::Automatic);
    while world.stats().in_flight_reused == 0 {
        tokio::task::yield_now().await;
    }
    world.server.release();
    let told = world.told(&second).await;
    assert!(told.contains("one, two"), "{told}");
    assert_eq!(world.requests().len(), 1);
}

#[tokio::test]
async fn a_key_that_misfits_closes_it_before_anybody_asks() {
    let mut world = World::new("//- /a.py\nx = $0\n").await;
    world.script([Rule::on(COMPLETIONS).pieces([" alpha", " +"]).hold_after(1)]);
    let reply = world.ask(Trigger::Invoke);
    world.server.wait_for_pieces(COMPLETIONS, 0, 1).await;
    reply.next().await;
    world.type_text("z");
    let ended = world.server.wait_for_end(COMPLETIONS, 0).await;
    assert_eq!(ended.ending, Some(Ending::ClientGone));
}

/// Lets go in a phase, asks again, and counts the connections that this took.
async fn check_cancel(held: Rule) {
    let mut world = World::new("//- /a.py\nx = $0\n").await;
    // Until this has been asked it is not known what the server speaks.
    world.engine.status().await;
    world.script([held.times(1), Rule::on(COMPLETIONS).pieces([" b"])]);
    let reply = world.ask(Trigger::Invoke);
    let held = world.server.wait_for_request(COMPLETIONS, 0).await;
    assert!(held.http2);
    let connections = world.server.connections_total();
    reply.cancel();
    let ended = world.server.wait_for_end(COMPLETIONS, 0).await;
    assert_eq!(ended.ending, Some(Ending::ClientGone));
    world.type_text("b");
    world.complete().await;
    assert_eq!(world.server.connections_total(), connections);
}

#[tokio::test]
async fn cancelling_costs_a_stream_and_no_connection_in_every_phase() {
    let answer = || Rule::on(COMPLETIONS).pieces([" a", " +", " b"]);
    let a_minute = std::time::Duration::from_secs(60);
    check_cancel(answer().first_delay(a_minute)).await;
    check_cancel(answer().hold_after(0)).await;
    check_cancel(answer().hold_after(1)).await;
}

#[tokio::test]
async fn a_word_that_the_answer_does_not_know_is_asked_about_once() {
    let mut world = World::new("//- /a.py\nx = $0\n").await;
    world.script([Rule::on(COMPLETIONS).pieces(["!!"])]);
    for (nth, key) in ["a", "b", "c"].into_iter().enumerate() {
        world.type_text(key);
        world.complete().await;
        // The prompt before the word, and the plain one for each key.
        assert_eq!(world.requests().len(), nth + 2);
    }
}
