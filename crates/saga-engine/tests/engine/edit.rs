//! Refactoring and fixing, from the selection to the proposal; what other tasks do is in `tasks.rs`.

use crate::world::{CHAT, COMPLETIONS, World};
use expect_test::{Expect, expect};
use saga_domain::{
    ByteOffset, Diagnostic, EditTask, FailureCode, RelatedPlace, ReplyEvent, Severity, Span, Tried,
};
use scripted_ollama::{Ending, Rule};

const LOOP: &str = "\
//- /calc.py
def total(items):
    $0result = 0
    for item in items:
        result += item
    return result$0

print(total([1]))
";

async fn check(fixture: &str, pieces: &[&str], expected: Expect) {
    let world = World::new(fixture).await;
    world.answers(pieces);
    let reply = world.refactor("단순하게").expect("a selection with code");
    expected.assert_eq(&world.told(&reply).await);
}

#[tokio::test]
async fn a_selection_is_rewritten_in_place() {
    check(
        LOOP,
        &["    return", " sum(items)\n", "```\n"],
        expect![[r#"
        edit of version 1
        def total(items):
            return sum(items)

        print(total([1]))
        done
    "#]],
    )
    .await;
}

#[tokio::test]
async fn words_are_shown_and_the_document_stays() {
    let world = World::with_plain_server(LOOP).await;
    world.script([Rule::on(CHAT).pieces(["이 코드는 이미 ", "충분히 단순해요."])]);
    let reply = world.refactor("simplify").expect("a selection with code");
    expect![[r#"
        text "이 코드는 이미 충분히 단순해요."
        failed no_code: The model answered in words instead of code.
    "#]]
    .assert_eq(&world.told(&reply).await);
}

#[tokio::test]
async fn a_proposal_grows_and_its_last_state_is_whole() {
    let world = World::new(LOOP).await;
    let lines: Vec<String> = (0..40).map(|number| format!("    call({number})\n")).collect();
    let rule = Rule::on(COMPLETIONS).pieces(lines);
    world.script([rule.between(std::time::Duration::from_millis(10))]);
    let reply = world.refactor("unroll").expect("a selection with code");
    let mut sizes = Vec::new();
    while let Some(event) = reply.next().await {
        if let ReplyEvent::Edit { version, edits } = event {
            assert_eq!(version, 1);
            sizes.push(edits[0].text.lines().count());
        }
    }
    assert!(sizes.is_sorted() && sizes.len() > 2, "{sizes:?}");
    assert!(sizes.len() < 30, "shown too often: {sizes:?}");
    assert_eq!(sizes.last(), Some(&40));
}

#[tokio::test]
async fn the_document_s_line_ends_are_kept() {
    let world = World::with_crlf(LOOP).await;
    world.answers(&["    first = 1\n", "    return first\n"]);
    let reply = world.refactor("simplify").expect("a selection with code");
    let mut text = String::new();
    while let Some(event) = reply.next().await {
        if let ReplyEvent::Edit { edits, .. } = event {
            text.clone_from(&edits[0].text);
        }
    }
    assert_eq!(text, "    first = 1\r\n    return first");
}

#[tokio::test]
async fn cancelling_closes_the_connection() {
    let world = World::new(LOOP).await;
    world.script([Rule::on(COMPLETIONS).pieces(["    a\n", "    b\n"]).hold_after(1)]);
    let reply = world.refactor("simplify").expect("a selection with code");
    world.server.wait_for_pieces(COMPLETIONS, 0, 1).await;
    reply.cancel();
    let ended = world.server.wait_for_end(COMPLETIONS, 0).await;
    assert_eq!(ended.ending, Some(Ending::ClientGone));
    assert_eq!(reply.next().await, None);
}

#[tokio::test]
async fn an_answer_that_was_cut_off_cannot_be_applied() {
    let world = World::new(LOOP).await;
    let mut rule = Rule::on(COMPLETIONS).pieces(["    return 1\n"]);
    rule.done_reason = Some("length".to_owned());
    world.script([rule]);
    let reply = world.refactor("simplify").expect("a selection with code");
    let told = world.told(&reply).await;
    assert!(told.contains("failed no_code"), "{told}");
}

#[tokio::test]
async fn what_cannot_be_asked_is_refused_at_once() {
    let world = World::new("//- /a.py\nx = 1\n$0\n").await;
    let code = |outcome: Result<_, saga_domain::Failure>| outcome.err().expect("refused").code;
    assert_eq!(code(world.refactor("  ")), FailureCode::InvalidRequest);
    assert_eq!(code(world.refactor("simplify")), FailureCode::InvalidRequest);
    assert_eq!(code(world.refactor(&"x".repeat(20_000))), FailureCode::TooLarge);
    let outside = Span::new(2, 900);
    let outcome = world.edit(EditTask::Refactor, |ask| {
        ask.selection = outside;
        ask.instruction = "simplify".to_owned();
    });
    assert_eq!(code(outcome), FailureCode::OffsetOutOfRange);
    assert_eq!(code(world.engine.fix(world.uri(), &[], None)), FailureCode::InvalidRequest);
}

#[tokio::test]
async fn code_that_is_too_long_for_the_model_says_so() {
    let long = "    value = compute(value, 1)\n".repeat(2_000);
    let world = World::new(&format!("//- /a.py\n$0def f(value):\n{long}$0")).await;
    let reply = world.refactor("simplify").expect("a selection with code");
    let told = world.told(&reply).await;
    assert!(told.starts_with("failed context_overflow: "), "{told}");
    assert_eq!(world.stats().requests_sent, 0);
}

#[tokio::test]
async fn a_fix_sees_the_definition_around_the_problem() {
    let fixture = "\
//- /calc.py
def other():
    pass

def total(items):
    return sun(i$0tems)
";
    let world = World::new(fixture).await;
    world.answers(&["def total(items):\n", "    return sum(items)\n"]);
    let at = world.selection().start;
    let diagnostic = Diagnostic {
        span: Span { start: ByteOffset(at.0 - 5), end: ByteOffset(at.0 - 2) },
        message: "\"sun\" is not defined".to_owned(),
        severity: Severity::Error,
        source: Some("Pylance".to_owned()),
        code: Some("reportUndefinedVariable".to_owned()),
        related: Vec::new(),
        hover: None,
    };
    let reply =
        world.engine.fix(world.uri(), &[diagnostic], None).expect("a place in the document");
    expect![[r#"
        edit of version 1
        def other():
            pass

        def total(items):
            return sum(items)
        done
    "#]]
    .assert_eq(&world.told(&reply).await);
    let prompt = world.server.bodies(COMPLETIONS)[0]["prompt"].to_string();
    assert!(prompt.contains("Pylance reportUndefinedVariable"), "{prompt}");
}

#[tokio::test]
async fn a_syntax_error_that_was_not_there_is_told_before_the_end() {
    check(
        LOOP,
        &["    return sum(items\n", "```\n"],
        expect![[r#"
            edit of version 1
            def total(items):
                return sum(items

            print(total([1]))
            warning new_syntax_errors: line 2: syntax error in `return sum(items`
            done
        "#]],
    )
    .await;
}

#[tokio::test]
async fn trying_again_tells_what_was_wrong_and_leaves_room_for_another_answer() {
    let world = World::new(LOOP).await;
    world.answers(&["    return sum(items)\n"]);
    let asked = |tried| {
        let reply = world.edit(EditTask::Refactor, |ask| {
            ask.instruction = "단순하게".to_owned();
            ask.tried = tried;
        });
        reply.expect("a selection with code")
    };
    world.told(&asked(None)).await;
    let tried = Tried {
        answer: "    return sum(items\n".to_owned(),
        problem: Some("line 2: `)` is missing".to_owned()),
        instruction: Some("for를 쓰지 마".to_owned()),
    };
    world.told(&asked(Some(tried.clone()))).await;
    let bodies = world.server.bodies(COMPLETIONS);
    let temperature = |at: usize| bodies[at]["temperature"].as_f64().expect("a number");
    assert!(temperature(0) < 0.01 && temperature(1) > 0.1, "{bodies:?}");
    let prompt = bodies[1]["prompt"].as_str().expect("a prompt");
    let told = [&tried.answer, &tried.problem.expect("said"), &tried.instruction.expect("said")];
    assert!(told.iter().all(|told| prompt.contains(told.trim())), "{prompt}");
}

#[tokio::test]
async fn problems_in_several_definitions_are_fixed_together() {
    let fixture = "\
//- /calc.py
def first(items):
    return sun(items)

def second(items):
    return lenn(items)

def third(items):
    return items
$0";
    let world = World::new(fixture).await;
    let fixed =
        "def first(items):\n    return sum(items)\n\ndef second(items):\n    return len(items)\n";
    world.answers(&[fixed]);
    let text =
        "def first(items):\n    return sun(items)\n\ndef second(items):\n    return lenn(items)\n";
    let problem = |name: &str, severity| {
        let start = text.find(name).expect("it is there");
        Diagnostic {
            span: Span::new(start, start + name.len()),
            message: format!(
                "\"{name}\" is not defined; see api_key = \"sk-ant-api03-Zx81kQ0pLm27VbTr94Yc\""
            ),
            severity,
            source: None,
            code: None,
            related: vec![RelatedPlace {
                path: "lib.py".to_owned(),
                line: 3,
                message: "여기에 sum이 있어요".to_owned(),
            }],
            hover: Some("```python\n(function) sum\n```".to_owned()),
        }
    };
    let problems = [problem("lenn", Severity::Warning), problem("sun", Severity::Error)];
    let reply = world.engine.fix(world.uri(), &problems, None).expect("places in the document");
    expect![[r#"
        edit of version 1
        def first(items):
            return sum(items)

        def second(items):
            return len(items)

        def third(items):
            return items
        done
    "#]]
    .assert_eq(&world.told(&reply).await);
    let prompts = world.prompts();
    let prompt = &prompts[0];
    let (sun, lenn) = (prompt.find("\"sun\" is not"), prompt.find("\"lenn\" is not"));
    assert!(sun < lenn && sun.is_some(), "in the order of the text: {prompt}");
    assert!(prompt.contains("lib.py:3: 여기에 sum이 있어요"), "{prompt}");
    assert!(prompt.contains("there: (function) sum"), "{prompt}");
    assert!(!prompt.contains("sk-ant"), "{prompt}");
}
