//! Commit messages: what is asked, how a diff is cut, and what is taken from an answer.

use proptest::prelude::*;
use saga_domain::{Fim, ModelFacts, Prompt, TemplateFamily};
use saga_prompt::{Budget, MessageAsk, commit_message, estimate_tokens, read_message, read_words};

fn facts(context_tokens: u32) -> ModelFacts {
    let template = TemplateFamily::Llama3;
    ModelFacts { name: "any".to_owned(), template, fim: Fim::None, context_tokens }
}

fn prompt(diff: &str, examples: &[&str], language: Option<&str>, context_tokens: u32) -> String {
    let facts = facts(context_tokens);
    let examples: Vec<String> = examples.iter().map(|&example| example.to_owned()).collect();
    let budget = Budget::for_edit(&facts);
    let instruction = None;
    let ask =
        MessageAsk { facts: &facts, diff, examples: &examples, language, instruction, budget };
    match commit_message(&ask).expect("a prompt").prompt {
        Prompt::Raw(text) => text,
        other => panic!("a template is known: {other:?}"),
    }
}

fn file(name: &str, body: &str) -> String {
    format!("diff --git a/{name} b/{name}\n--- a/{name}\n+++ b/{name}\n@@ -1 +1,9 @@\n{body}")
}

#[test]
fn the_message_is_what_is_left_of_an_answer() {
    for (answer, message) in [
        ("Fix the total", "Fix the total"),
        ("Fix the total\n\nIt was off by one.\n", "Fix the total\n\nIt was off by one."),
        ("\"Fix the total\"", "Fix the total"),
        ("`Fix the total`", "Fix the total"),
        ("\"Fix\" the \"total\"", "\"Fix\" the \"total\""),
        ("Commit message: Fix the total", "Fix the total"),
        ("**Commit message:** Fix the total", "Fix the total"),
        ("Here is the commit message:\n\nFix the total", "Fix the total"),
        ("Sure! Here's a commit message:\n```\nFix the total\n```\nIt says all.", "Fix the total"),
        ("```text\nFix the total\n\n- a\n- b", "Fix the total\n\n- a\n- b"),
        ("커밋 메시지:\n합계를 고친다", "합계를 고친다"),
        ("다음은 커밋 메시지입니다:\n\n```\n합계를 고친다\n```", "합계를 고친다"),
        ("제목: 합계를 고친다", "합계를 고친다"),
        ("<think>\nhm\n</think>\nfix: the total", "fix: the total"),
        ("fix: total\r\n\r\nIt was off.\r\n", "fix: total\n\nIt was off."),
        ("Fix it\n\nThis commit message says that it is fixed.", "Fix it"),
        ("Fix it\n\n이 커밋 메시지는 변경을 설명합니다.", "Fix it"),
        ("Fix it<|eot_id|>and more", "Fix it"),
        ("Handle `<s>` in answers", "Handle `<s>` in answers"),
        ("```\n```", ""),
        ("", ""),
    ] {
        assert_eq!(read_message(answer, true), message, "{answer:?}");
    }
}

#[test]
fn every_file_is_named_and_the_small_ones_are_whole() {
    let long = "+    value = compute(value, 1)\n".repeat(900);
    let diff = [file("a.py", &long), file("b.py", "-x\n+y\n"), file("Cargo.lock", "+z\n")].concat();
    let prompt = prompt(&diff, &[], None, 2048);
    for told in
        ["b/a.py", "b/b.py\n@@ -1 +1,9 @@\n-x\n+y\n", "b/Cargo.lock", " more lines of this file"]
    {
        assert!(prompt.contains(told), "{told:?} in {prompt}");
    }
    assert!(!prompt.contains("+z"), "what a tool wrote says nothing: {prompt}");
    let many: String = (0..500).map(|number| file(&format!("{number}.py"), "+x\n")).collect();
    let prompt = self::prompt(&many, &[], None, 2048);
    assert!(prompt.contains(" more files are left out"), "{prompt}");
}

#[test]
fn the_language_is_the_one_that_is_wanted_or_used_before() {
    let in_korean = |examples: &[&str], language| {
        prompt("+x\n", examples, language, 4096).contains("한국어로 작성하세요")
    };
    assert!(in_korean(&["합계를 고친다", "Add b", "뺄셈을 더한다"], None));
    assert!(!in_korean(&["합계를 고친다", "Add b", "Remove c"], None));
    assert!(!in_korean(&[], None));
    assert!(in_korean(&["Add b"], Some("ko-KR")));
    assert!(!in_korean(&["합계를 고친다"], Some("en")));
}

#[test]
fn what_the_user_adds_stands_last_and_has_a_limit() {
    let facts = facts(4096);
    let budget = Budget::for_edit(&facts);
    let asked = |wish: &str, language| {
        let (diff, instruction) = ("+x\n", Some(wish));
        let ask = MessageAsk { facts: &facts, diff, examples: &[], language, instruction, budget };
        match commit_message(&ask).expect("a prompt").prompt {
            Prompt::Raw(text) => text,
            other => panic!("a template is known: {other:?}"),
        }
    };
    assert!(
        asked(" ticket 7 ", None).contains("message only.\nDo as asked here: ticket 7<|eot_id|>")
    );
    assert!(
        asked("영어로", Some("ko"))
            .contains("메시지만 답하세요.\n다음 요청을 따르세요: 영어로<|eot_id|>")
    );
    assert_eq!(asked(" \n", None), prompt("+x\n", &[], None, 4096));
    assert!(
        asked("<|eot_id|>", None).matches("<|eot_id|>").count()
            == asked("x", None).matches("<|eot_id|>").count()
    );
    assert!(asked(&"가".repeat(5_000), None).matches('가').count() < 1_000);
}

#[test]
fn a_model_without_room_says_so() {
    let facts = facts(256);
    let budget = Budget::for_edit(&facts);
    let (diff, examples, language, instruction) = ("+x", &[], None, None);
    let ask = MessageAsk { facts: &facts, diff, examples, language, instruction, budget };
    let refused = commit_message(&ask).expect_err("too small");
    assert!(refused.needed_tokens > refused.context_tokens);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(200) })]

    #[test]
    fn prompt_and_answer_fit_into_the_context(
        context_tokens in 900_u32..6000, lines in 0_usize..400, files in 1_usize..40,
        line in prop::sample::select(vec!["+    total += step(order)\n", "-사용자의 주문을 합산한다\n", "+```\n"]),
    ) {
        let diff: String = (0..files).map(|number| file(&format!("{number}.py"), &line.repeat(lines))).collect();
        let prompt = prompt(&diff, &["하나", "two"], None, context_tokens);
        prop_assert!(estimate_tokens(&prompt) + 320 <= context_tokens);
    }

    #[test]
    fn what_streams_is_the_beginning_of_what_comes(
        answer in "(Here it is:\n)?(```\n)?(\"|)(Fix|합계를 고친다|<think>a</think>b)( it|\n\n- a\n- 나|)(\"|)(\n```)?(\n\nThis message is good.)?",
    ) {
        let mut shown = String::new();
        for (end, _) in answer.char_indices() {
            let message = read_message(&answer[..end], false);
            prop_assert!(message.starts_with(&shown), "{shown:?} then {message:?} of {answer:?}");
            shown = message;
            let _ = read_words(&answer[..end], false);
        }
        let message = read_message(&answer, true);
        prop_assert!(message.starts_with(shown.trim_end()), "{shown:?} then {message:?} of {answer:?}");
    }
}
