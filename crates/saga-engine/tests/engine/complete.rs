//! Completions, from the keystroke to what is shown.

use crate::world::{CHAT, COMPLETIONS, World, engine, models, open};
use expect_test::{Expect, expect};
use saga_domain::{ByteOffset, FailureCode, Span, TextEdit, Trigger};
use saga_engine::{CompleteAsk, EngineOptions};
use scripted_ollama::{End, Ending, Rule};
use serde_json::json;

const RETURN: &str = "//- /calc.py\ndef add(a, b):\n    return $0\n";
const BODY: &str = "//- /calc.py\ndef add(a, b):\n    $0\n";

/// One completion by hand, from the pieces of an answer.
async fn check(fixture: &str, pieces: &[&str], expected: Expect) {
    let world = World::new(fixture).await;
    world.answers(pieces);
    expected.assert_eq(&world.complete().await);
}

#[tokio::test]
async fn an_answer_is_shown_without_what_was_taken_back() {
    check(
        RETURN,
        &[" a", " +", " b"],
        expect![[r#"
        completion 26..26 "a + b"
        done
    "#]],
    )
    .await;
}

#[tokio::test]
async fn the_document_s_line_ends_are_kept() {
    let world = World::with_crlf(BODY).await;
    world.answers(&[" total = a + b\n", "    return total\n"]);
    expect![[r#"
        completion 20..20 "total = a + b\r\n    return total"
        done
    "#]]
    .assert_eq(&world.complete().await);
}

#[tokio::test]
async fn hangul_cut_at_any_byte_arrives_whole() {
    for size in [1, 2, 3, 5, 7] {
        let world = World::new(RETURN).await;
        let rule = Rule::on(COMPLETIONS).pieces([" \"안녕", "하세요 🎉\""]).split(size);
        world.script([rule]);
        expect![[r#"
            completion 26..26 "\"안녕하세요 🎉\""
            done
        "#]]
        .assert_eq(&world.complete().await);
    }
}

#[tokio::test]
async fn the_same_place_again_is_served_from_the_cache() {
    let world = World::new(RETURN).await;
    world.answers(&[" a", " +", " b"]);
    world.complete().await;
    expect![[r#"
        completion 26..26 "a + b"
        done from the cache
    "#]]
    .assert_eq(&world.complete().await);
    assert_eq!(world.requests().len(), 1);
    assert_eq!((world.stats().cache_hits, world.stats().cache_misses), (1, 1));
}

#[tokio::test]
async fn typing_along_sends_no_second_request() {
    let mut world = World::new(RETURN).await;
    world.answers(&[" a", " +", " b"]);
    world.complete().await;
    for (typed, left) in [("a", " + b"), (" ", "+ b"), ("+", " b"), (" ", "b")] {
        world.type_text(typed);
        let told = world.told(&world.ask(Trigger::Automatic)).await;
        assert!(told.contains(&format!("{left:?}")), "{told}");
    }
    assert_eq!(world.stats().requests_sent, 1);
    assert_eq!(world.stats().cache_hits, 4);
}

#[tokio::test]
async fn a_syllable_under_composition_keeps_the_suggestion() {
    let mut world = World::new("//- /a.py\nname = \"$0\"\n").await;
    world.answers(&[" \"사용자"]);
    world.complete().await;
    world.type_text("사");
    world.type_text("ㅇ");
    expect![[r#"
        completion 11..14 "용자"
        done from the cache
    "#]]
    .assert_eq(&world.told(&world.ask(Trigger::Automatic)).await);
    assert_eq!(world.stats().requests_sent, 1);
}

#[tokio::test]
async fn a_hundred_keys_leave_one_request_open() {
    let mut world = World::new(RETURN).await;
    world.script([Rule::on(COMPLETIONS).pieces([" zzz", " zzz"]).hold_after(1)]);
    let mut newest = world.ask(Trigger::Invoke);
    for _ in 0..100 {
        world.type_text("x");
        newest = world.ask(Trigger::Invoke);
        tokio::task::yield_now().await;
    }
    let open = || world.requests().iter().filter(|request| request.ending.is_none()).count();
    let one_is_left = async {
        while open() > 1 {
            tokio::task::yield_now().await;
        }
    };
    let patience = std::time::Duration::from_secs(20);
    tokio::time::timeout(patience, one_is_left).await.expect("older requests are let go");
    drop(newest);
    for nth in 0..world.requests().len() {
        let ended = world.server.wait_for_end(COMPLETIONS, nth).await;
        assert_eq!(ended.ending, Some(Ending::ClientGone));
    }
}

#[tokio::test]
async fn typing_along_an_answer_in_flight_keeps_it() {
    let mut world = World::new(RETURN).await;
    world.script([Rule::on(COMPLETIONS).pieces([" a", " +", " b"]).hold_after(1)]);
    let first = world.ask(Trigger::Invoke);
    world.server.wait_for_pieces(COMPLETIONS, 0, 1).await;
    first.next().await;
    // As editors do it: the change, the old question let go, the new question.
    world.type_text("a");
    first.cancel();
    let second = world.ask(Trigger::Automatic);
    while world.stats().in_flight_reused == 0 {
        tokio::task::yield_now().await;
    }
    world.server.release();
    let told = world.told(&second).await;
    assert!(told.contains("completion 27..27 \" + b\""), "{told}");
    assert_eq!(world.requests().len(), 1);
    assert_eq!(world.stats().in_flight_reused, 1);
}

#[tokio::test]
async fn an_answer_in_flight_that_does_not_fit_is_let_go_for_a_new_one() {
    let mut world = World::new(RETURN).await;
    world.script([
        Rule::on(COMPLETIONS).pieces([" a", " +"]).hold_after(1).times(1),
        Rule::on(COMPLETIONS).pieces([" xyz"]),
    ]);
    let first = world.ask(Trigger::Invoke);
    world.server.wait_for_pieces(COMPLETIONS, 0, 1).await;
    first.next().await;
    world.type_text("x");
    let second = world.ask(Trigger::Invoke);
    expect![[r#"
        completion 27..27 "yz"
        done
    "#]]
    .assert_eq(&world.told(&second).await);
    assert_eq!(world.server.wait_for_end(COMPLETIONS, 0).await.ending, Some(Ending::ClientGone));
    assert_eq!(first.next().await, None);
    assert_eq!(world.stats().requests_cancelled, 1);
}

#[tokio::test]
async fn the_newest_question_wins() {
    let mut world = World::new("//- /a.py\nfirst = 1\nsecond = $0\n").await;
    world.script([
        Rule::on(COMPLETIONS).pieces([" 1"]).hold_after(0).times(1),
        Rule::on(COMPLETIONS).pieces([" 2"]),
    ]);
    let first = world.ask(Trigger::Invoke);
    world.server.wait_for_request(COMPLETIONS, 0).await;
    world.move_to(9);
    let told = world.told(&world.ask(Trigger::Invoke)).await;
    assert!(told.ends_with("done\n"), "{told}");
    assert_eq!(world.told(&first).await, "");
    assert_eq!(world.server.wait_for_end(COMPLETIONS, 0).await.ending, Some(Ending::ClientGone));
}

#[tokio::test]
async fn an_automatic_question_that_is_overtaken_while_it_waits_sends_nothing() {
    let mut world = World::new("//- /a.py\nvalue = compute(one, tw$0\n").await;
    world.answers(&["o)"]);
    let mut replies = Vec::new();
    for key in ["o", "x", "y"] {
        world.type_text(key);
        replies.push(world.ask(Trigger::Automatic));
    }
    for reply in &replies {
        world.told(reply).await;
    }
    assert!(world.stats().suppressed >= 2, "{:?}", world.stats());
    let first_tries = world.stats().requests_sent - world.stats().second_tries;
    assert_eq!(first_tries, 1);
}

async fn check_cancelled(let_go: impl FnOnce(saga_engine::Reply, &World)) {
    let world = World::new(RETURN).await;
    world.script([Rule::on(COMPLETIONS).pieces([" a", " +", " b"]).hold_after(1)]);
    let reply = world.ask(Trigger::Invoke);
    world.server.wait_for_pieces(COMPLETIONS, 0, 1).await;
    let_go(reply, &world);
    let ended = world.server.wait_for_end(COMPLETIONS, 0).await;
    assert_eq!(ended.ending, Some(Ending::ClientGone));
}

#[tokio::test]
async fn cancelling_closes_the_connection() {
    check_cancelled(|reply, _| {
        reply.cancel();
        // The handle may live on.
        std::mem::forget(reply);
    })
    .await;
}

#[tokio::test]
async fn dropping_the_reply_closes_the_connection() {
    check_cancelled(|reply, _| drop(reply)).await;
}

#[tokio::test]
async fn a_key_that_no_question_follows_closes_the_connection_too() {
    let mut world = World::new(RETURN).await;
    world.script([Rule::on(COMPLETIONS).pieces([" a", " +", " b"]).hold_after(1)]);
    let reply = world.ask(Trigger::Invoke);
    world.server.wait_for_pieces(COMPLETIONS, 0, 1).await;
    world.type_text("a");
    reply.cancel();
    let ended = world.server.wait_for_end(COMPLETIONS, 0).await;
    assert_eq!(ended.ending, Some(Ending::ClientGone));
    assert_eq!(world.stats().in_flight_reused, 0);
}

#[tokio::test]
async fn closing_the_engine_closes_the_connection() {
    check_cancelled(|_reply, world| world.engine.close()).await;
}

#[tokio::test]
async fn closing_the_document_closes_the_connection() {
    check_cancelled(|reply, world| {
        world.engine.close_document(world.uri());
        std::mem::forget(reply);
    })
    .await;
}

#[tokio::test]
async fn an_answer_that_leaves_its_scope_is_let_go() {
    let world = World::new(BODY).await;
    let mut pieces = vec![" total = a + b\n", "    return total\n", "\n\n", "def other():\n"];
    pieces.resize(100, "    call()\n");
    let rule = Rule::on(COMPLETIONS).pieces(pieces);
    world.script([rule.between(std::time::Duration::from_millis(10))]);
    expect![[r#"
        completion 19..19 "total = a + b\n    return total"
        done
    "#]]
    .assert_eq(&world.complete().await);
    let ended = world.server.wait_for_end(COMPLETIONS, 0).await;
    assert_eq!(ended.ending, Some(Ending::ClientGone));
    assert_eq!(world.stats().requests_cancelled, 0);
}

#[tokio::test]
async fn what_does_not_go_on_from_the_boundary_is_asked_plainly_once() {
    let world = World::new(RETURN).await;
    world.script([
        Rule::on(COMPLETIONS).pieces(["!!"]).times(1),
        Rule::on(COMPLETIONS).pieces(["a + b"]),
    ]);
    expect![[r#"
        completion 26..26 "a + b"
        done
    "#]]
    .assert_eq(&world.complete().await);
    assert_eq!((world.stats().requests_sent, world.stats().second_tries), (2, 1));
    let prompts: Vec<bool> = world
        .server
        .bodies(COMPLETIONS)
        .iter()
        .map(|body| body["prompt"].as_str().is_some_and(|prompt| prompt.ends_with("return ")))
        .collect();
    assert_eq!(prompts, [false, true]);
}

#[tokio::test]
async fn a_plain_server_is_asked_in_words() {
    let world = World::with_plain_server(RETURN).await;
    world.script([Rule::on(CHAT).pieces(["Here it is:\n", "```python\na + b\n", "```\n"])]);
    expect![[r#"
        completion 26..26 "a + b"
        done
    "#]]
    .assert_eq(&world.complete().await);
}

async fn check_fault(rule: Rule, expected: Expect) {
    let world = World::new(RETURN).await;
    world.script([rule]);
    let told = world.complete().await;
    let told = told.replace(&world.server.url(), "http://SERVER");
    let told: Vec<&str> = told.lines().filter(|line| line.starts_with("failed")).collect();
    expected.assert_eq(&told.join("\n"));
    assert_eq!(world.stats().requests_failed, 1);
}

#[tokio::test]
async fn faults_of_an_answer_have_a_code() {
    let answer = || Rule::on(COMPLETIONS).pieces([" a", " +"]);
    check_fault(
        answer().end(End::Silent),
        expect!["failed upstream_incomplete: The answer ended before it was complete."],
    )
    .await;
    check_fault(
        answer().end(End::Cut),
        expect!["failed upstream_incomplete: The connection broke before the answer was complete."],
    )
    .await;
    check_fault(
        answer().end(End::Garbled),
        expect![
            "failed bad_response: The server at http://SERVER sent something that is not an answer."
        ],
    )
    .await;
    check_fault(
        answer().end(End::ErrorLine("out of memory".to_owned())),
        expect!["failed upstream_failed: out of memory"],
    )
    .await;
    check_fault(
        Rule::on(COMPLETIONS).refusing(
            503,
            json!({"error": {"code": "queue_full", "message": "Full.", "type": "x"}}),
        ),
        expect!["failed queue_full: Full."],
    )
    .await;
}

#[tokio::test]
async fn an_answer_that_would_come_too_late_is_nothing_to_show_and_no_failure() {
    for code in ["superseded", "expired"] {
        let world = World::new(RETURN).await;
        let error = json!({"error": {"code": code, "message": "Late.", "type": "x"}});
        world.script([Rule::on(COMPLETIONS).refusing(503, error)]);
        let told = world.complete().await;
        assert!(!told.contains("failed"), "{code}: {told}");
        assert_eq!(world.stats().requests_failed, 0, "{code}");
    }
}

#[tokio::test]
async fn a_silent_server_is_given_up() {
    let world = World::new(RETURN).await;
    let mut options = EngineOptions::new(world.server.url());
    options.timeouts.first_byte = std::time::Duration::from_millis(50);
    let engine = engine(options);
    world.script([Rule::on(COMPLETIONS).pieces(Vec::<String>::new()).end(End::Hang)]);
    open(&engine, "a", "python", "x = ").expect("fits");
    let reply =
        engine.complete(CompleteAsk::new("a", ByteOffset(4), Trigger::Invoke)).expect("fits");
    let told = world.told(&reply).await;
    assert!(told.starts_with("failed timeout:"), "{told}");
}

#[tokio::test]
async fn a_server_that_is_not_there_is_named() {
    let world = World::new(RETURN).await;
    // A port that was free a moment ago, with a path that must not be shown.
    let port = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = port.local_addr().expect("an address");
    drop(port);
    let engine = engine(EngineOptions::new(format!("http://{address}/team/v1")));
    open(&engine, "a", "python", "x = ").expect("fits");
    let reply =
        engine.complete(CompleteAsk::new("a", ByteOffset(4), Trigger::Automatic)).expect("fits");
    assert_eq!(
        world.told(&reply).await,
        format!("failed unreachable: No server answers at http://{address}.\n")
    );
}

#[tokio::test]
async fn facts_of_the_model_are_asked_once_and_again_after_a_failure() {
    let mut world = World::new(RETURN).await;
    world.script([
        Rule::on(COMPLETIONS).refusing(500, json!({"error": "gone"})).times(1),
        Rule::on(COMPLETIONS).pieces([" a"]),
    ]);
    world.complete().await;
    assert_eq!(world.server.requests_to("/v1/models").len(), 1);
    world.complete().await;
    assert_eq!(world.server.requests_to("/v1/models").len(), 2);
    world.type_text("b");
    world.complete().await;
    assert_eq!(world.server.requests_to("/v1/models").len(), 2);
}

#[tokio::test]
async fn another_model_is_asked_what_the_one_before_was_asked() {
    let world = World::new(RETURN).await;
    world.answers(&[" a"]);
    world.complete().await;
    world.server.script([models("llama3"), Rule::on(COMPLETIONS).pieces([" b"])]);
    world.engine.status().await;
    let told = world.complete().await;
    assert!(told.starts_with("completion 26..26 \"b\""), "{told}");
}

fn code<T>(outcome: Result<T, saga_domain::Failure>) -> FailureCode {
    outcome.err().expect("refused").code
}

#[tokio::test]
async fn what_cannot_be_a_question_is_refused_at_once() {
    let world = World::new("//- /a.py\nx = \"가$0\"\n").await;
    let engine = &world.engine;
    let at = |at| engine.complete(CompleteAsk::new(world.uri(), ByteOffset(at), Trigger::Invoke));
    assert_eq!(code(at(1_000)), FailureCode::OffsetOutOfRange);
    assert_eq!(code(at(6)), FailureCode::OffsetOutOfRange);
    let unknown = engine.complete(CompleteAsk::new("b.py", ByteOffset(0), Trigger::Invoke));
    assert_eq!(code(unknown), FailureCode::UnknownDocument);
    assert_eq!(code(engine.change_document("b.py", 2, &[])), FailureCode::UnknownDocument);
    assert_eq!(code(engine.change_document(world.uri(), 1, &[])), FailureCode::StaleDocument);
    assert_eq!(code(open(engine, "big", "python", &"x\n".repeat(25 << 20))), FailureCode::TooLarge);
    assert_eq!(code(open(engine, "bin", "python", "\0\u{1}")), FailureCode::Unsupported);
    engine.close();
    assert_eq!(code(at(0)), FailureCode::ShuttingDown);
}

#[tokio::test]
async fn an_empty_document_and_one_without_a_last_newline_are_fine() {
    for text in ["//- /a.py\n$0", "//- /a.py\nprint(1)\nprint($0"] {
        let world = World::new(text.trim_end()).await;
        world.answers(&["2)"]);
        let told = world.complete().await;
        assert!(told.ends_with("done\n"), "{told}");
    }
}

#[tokio::test]
async fn an_edit_that_does_not_fit_asks_for_the_whole_text() {
    let world = World::new(RETURN).await;
    let edit = TextEdit { span: Span::new(900, 901), text: String::new() };
    world.engine.change_document(world.uri(), 2, &[edit]).expect_err("refused");
    let after = world.engine.change_document(world.uri(), 3, &[]);
    assert_eq!(code(after), FailureCode::UnknownDocument);
    open(&world.engine, world.uri(), "python", "x = 1\n").expect("fits");
    assert_eq!(world.engine.text(world.uri()).expect("open").to_string(), "x = 1\n");
}
