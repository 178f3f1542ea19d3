//! What is asked before anybody asks: the completion after a suggestion, and the prompt itself.

use crate::world::{COMPLETIONS, World};
use saga_domain::{ByteOffset, Trigger};
use scripted_ollama::{Ending, Recorded, Rule};
use serde_json::json;

const ASSIGN: &str = "//- /calc.py\na, b = 1, 2\n$0\n";

fn is_background(request: &Recorded) -> bool {
    request.class.as_deref() == Some("background")
}

/// Answers what is asked at the cursor, and differently what is asked behind the answer.
fn answers(world: &World, ahead: Rule) {
    world.script([
        ahead.containing("total = a + b\n"),
        Rule::on(COMPLETIONS).pieces(["total", " = a", " + b"]),
    ]);
}

fn next() -> Rule {
    Rule::on(COMPLETIONS).pieces(["print", "(total)"])
}

async fn wait_for_hit(world: &World) {
    while world.stats().speculation_hits == 0 {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn after_accepting_the_next_suggestion_is_there() {
    let mut world = World::with_background(ASSIGN).await;
    answers(&world, next());
    world.complete().await;
    let asked = world.server.wait_for(is_background).await;
    world.server.wait_for(|seen| seen.index == asked.index && seen.ending.is_some()).await;
    world.type_text("total = a + b");
    let told = world.told(&world.ask(Trigger::Automatic)).await;
    assert!(told.contains("\"\\nprint(total)\""), "{told}");
    let stats = world.stats();
    assert_eq!((stats.requests_sent, stats.speculation_hits), (1, 1));
}

#[tokio::test]
async fn accepting_while_the_next_one_is_on_its_way_waits_for_it() {
    let mut world = World::with_background(ASSIGN).await;
    answers(&world, next().hold_after(1));
    world.complete().await;
    world.server.wait_for(|seen| is_background(seen) && seen.pieces == 1).await;
    world.type_text("total = a + b");
    let reply = world.ask(Trigger::Automatic);
    world.server.release();
    let told = world.told(&reply).await;
    assert!(told.contains("\"\\nprint(total)\""), "{told}");
    wait_for_hit(&world).await;
    assert_eq!(world.stats().requests_sent, 1);
}

#[tokio::test]
async fn real_work_sends_it_away() {
    let mut world = World::with_background(ASSIGN).await;
    answers(&world, next().hold_after(0));
    world.complete().await;
    let ahead = world.server.wait_for(is_background).await;
    world.type_text("compute(");
    world.complete().await;
    let ended = |seen: &Recorded| seen.index == ahead.index && seen.ending.is_some();
    assert_eq!(world.server.wait_for(ended).await.ending, Some(Ending::ClientGone));
}

#[tokio::test]
async fn a_server_that_puts_it_off_is_left_alone() {
    let mut world = World::with_background(ASSIGN).await;
    let full = json!({"error": {"code": "preempted", "message": "Busy.", "type": "x"}});
    world.script([
        Rule::on(COMPLETIONS).containing("total = a + b\n").refusing(503, full).times(1),
        Rule::on(COMPLETIONS).pieces(["total", " = a", " + b"]),
    ]);
    world.complete().await;
    let ahead = world.server.wait_for(is_background).await;
    world.server.wait_for(|seen| seen.index == ahead.index && seen.ending.is_some()).await;
    world.type_text("total = a + b\n");
    world.complete().await;
    world.type_text("x");
    world.complete().await;
    assert_eq!((world.stats().speculated, world.stats().requests_failed), (1, 0));
}

#[tokio::test]
async fn the_prompt_is_read_before_the_first_key_and_once() {
    let world = World::with_background("//- /calc.py\nimport os\n\ndef add(a, b):\n    $0\n").await;
    world.answers(&[" return"]);
    world.engine.prefill(world.uri(), world.cursor());
    let read = world.server.wait_for(is_background).await;
    assert_eq!(read.body["max_tokens"], 1);
    world.server.wait_for(|seen| seen.index == read.index && seen.ending.is_some()).await;
    world.engine.prefill(world.uri(), world.cursor());
    world.engine.prefill(world.uri(), ByteOffset(world.cursor().0 - 1));
    world.complete().await;
    let prompts = world.prompts();
    let (prefilled, asked) = (&prompts[0], &prompts[1]);
    assert!(asked.starts_with(prefilled.trim_end()), "{prefilled:?}\n{asked:?}");
    // What follows the answer may have been asked ahead by now; nothing was only read again.
    let requests = world.requests();
    let only_read = requests.iter().filter(|request| request.body["max_tokens"] == 1).count();
    assert_eq!((only_read, world.stats().prefills), (1, 1));
}
