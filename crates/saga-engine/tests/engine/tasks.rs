//! Explaining, documenting, testing, generating, translating, and commit messages.

use expect_test::{Expect, expect};
use saga_domain::{EditTask, Failure, FailureCode};
use saga_engine::{ChatContext, WriteAsk, WriteTask};
use scripted_ollama::Rule;

use crate::world::{COMPLETIONS, World};

async fn check(task: EditTask, fixture: &str, answer: &str, expected: Expect) {
    check_with(task, "", &[], fixture, answer, expected).await;
}

async fn check_with(
    task: EditTask,
    instruction: &str,
    context: &[ChatContext],
    fixture: &str,
    answer: &str,
    expected: Expect,
) {
    let world = World::new(fixture).await;
    let pieces: Vec<&str> = answer.split_inclusive('\n').collect();
    world.answers(&pieces);
    let reply = world.edit(task, |ask| {
        ask.instruction = instruction.to_owned();
        ask.context = context.to_vec();
    });
    expected.assert_eq(&world.told(&reply.expect("it can be asked")).await);
}

#[tokio::test]
async fn an_explanation_is_words_in_the_language_it_is_asked_in() {
    let fixture = "//- /a.py\ndef total(items):\n    return sum($0items)\n";
    let world = World::new(fixture).await;
    world.answers(&["합계를 ", "구합니다.\n"]);
    let reply = world.edit(EditTask::Explain, |ask| ask.instruction = "설명해 줘".to_owned());
    let told = world.told(&reply.expect("code")).await;
    assert_eq!(told.matches("text").count() + 1, told.lines().count(), "{told}");
    assert!(told.contains("합계를") && told.ends_with("done\n"), "{told}");
    let prompt = &world.prompts()[0];
    assert!(prompt.contains("def total(items):\n    return sum(items)"), "{prompt}");
    assert!(prompt.contains("한국어로 답하세요."), "{prompt}");
}

#[tokio::test]
async fn documentation_changes_nothing_but_comments() {
    check(
        EditTask::Document,
        "//- /a.py\ndef total(items):\n    return sum($0items)\n\nx = 1\n",
        "def total(items: list) -> int:\n    \"\"\"합계.\"\"\"\n    return sum(items)\n",
        expect![[r#"
            edit of version 1
            def total(items):
                """합계."""
                return sum(items)

            x = 1
            warning code_kept: The model changed code too; only its comments were taken.
            done
        "#]],
    )
    .await;
    check(
        EditTask::Document,
        "//- /a.py\ndef total(items):\n    return sum($0items)\n",
        "def total(items):\n    return sum(items) + 1\n",
        expect![[r#"
            text "def total(items):\n    return sum(items) + 1\n"
            failed no_code: The answer has no new comments.
        "#]],
    )
    .await;
}

#[tokio::test]
async fn comments_are_translated_and_strings_are_not() {
    let world = World::new("//- /a.ts\n$0// 합계\nconst label = \"합계\"; // 끝$0\n").await;
    world.answers(&["// The sum\nconst label = \"sum\"; // the end\n"]);
    let reply = world.edit(EditTask::TranslateComments, |_| ()).expect("code");
    expect![[r#"
        edit of version 1
        // The sum
        const label = "합계"; // 끝
        warning code_kept: The model changed code too; only its comments were taken.
        done
    "#]]
    .assert_eq(&world.told(&reply).await);
    assert!(world.prompts()[0].contains("into English"), "{}", world.prompts()[0]);
}

#[tokio::test]
async fn new_code_is_put_below_the_comment_that_asks_for_it() {
    check(
        EditTask::Generate,
        "//- /a.py\ndef f(items):\n    # 합계를 돌려준다$0\n\nx = 1\n",
        "return sum(items)\n",
        expect![[r#"
            edit of version 1
            def f(items):
                # 합계를 돌려준다
                return sum(items)

            x = 1
            done
        "#]],
    )
    .await;
    // What stands around the place is often said again.
    check(
        EditTask::Generate,
        "//- /a.py\ndef f(items):\n    # 합계를 돌려준다$0\n\nx = 1\n",
        "def f(items):\n    # 합계를 돌려준다\n    return sum(items)\n\nx = 1\n",
        expect![[r#"
            edit of version 1
            def f(items):
                # 합계를 돌려준다
                return sum(items)

            x = 1
            done
        "#]],
    )
    .await;
    check_with(
        EditTask::Generate,
        "print the total",
        &[],
        "//- /a.py\ntotal = 1\n$0",
        "print(total)\n",
        expect![[r#"
            edit of version 1
            total = 1
            print(total)
            done
        "#]],
    )
    .await;
    check_with(
        EditTask::Generate,
        "return x",
        &[],
        "//- /a.rs\nfn f(x: u8) -> u8 {$0\n}\n",
        "    x\n",
        expect![[r#"
            edit of version 1
            fn f(x: u8) -> u8 {
                x
            }
            done
        "#]],
    )
    .await;
}

#[tokio::test]
async fn tests_are_put_where_the_file_s_tests_are() {
    check(
        EditTask::WriteTests,
        "//- /a.rs\nfn add(a: u8, b: u8) -> u8 {\n    a $0+ b\n}\n",
        "#[test]\nfn adds() {\n    assert_eq!(add(1, 2), 3);\n}\n",
        expect![[r#"
            edit of version 1
            fn add(a: u8, b: u8) -> u8 {
                a + b
            }

            #[cfg(test)]
            mod tests {
                use super::*;

                #[test]
                fn adds() {
                    assert_eq!(add(1, 2), 3);
                }
            }
            done
        "#]],
    )
    .await;
    let tested = ChatContext {
        path: "Cart.java".to_owned(),
        language: "java".to_owned(),
        start_line: None,
        end_line: None,
        text: "class Cart { int total() { return 0; } }".to_owned(),
    };
    check_with(
        EditTask::WriteTests,
        "",
        &[tested],
        "//- /CartTest.java\nclass CartTest {\n    @Test\n    void one() {}\n}\n$0",
        "@Test\nvoid isEmpty() {\n    assertEquals(0, new Cart().total());\n}\n",
        expect![[r#"
            edit of version 1
            class CartTest {
                @Test
                void one() {}

                @Test
                void isEmpty() {
                    assertEquals(0, new Cart().total());
                }
            }
            done
        "#]],
    )
    .await;
}

#[tokio::test]
async fn what_a_task_cannot_do_is_refused_at_once() {
    let world = World::new("//- /a.py\nx = 1\n\n$0\n").await;
    let code = |outcome: Result<_, Failure>| outcome.err().expect("refused").code;
    let invalid = FailureCode::InvalidRequest;
    for task in [EditTask::Document, EditTask::Explain, EditTask::Fix, EditTask::WriteTests] {
        assert_eq!(code(world.edit(task, |_| ())), invalid, "{task:?}");
    }
    assert_eq!(code(world.edit(EditTask::Generate, |_| ())), invalid, "nothing says what");
    let piece = |path: &str, bytes: usize| ChatContext {
        path: path.to_owned(),
        language: "python".to_owned(),
        start_line: None,
        end_line: None,
        text: "x".repeat(bytes),
    };
    let with = |context: Vec<ChatContext>| {
        code(world.edit(EditTask::Generate, |ask| {
            ask.instruction = "x".to_owned();
            ask.context = context;
        }))
    };
    assert_eq!(with(vec![piece("b.py", 1 << 20)]), FailureCode::TooLarge);
    assert_eq!(with(vec![piece("b.py", 1); 40]), FailureCode::TooLarge);
    assert_eq!(with(vec![piece("secrets/.env", 1)]), FailureCode::PrivateFile);
}

fn message(text: &str, examples: &[&str], language: Option<&str>) -> WriteAsk {
    WriteAsk {
        task: WriteTask::CommitMessage,
        text: text.to_owned(),
        examples: examples.iter().map(|&example| example.to_owned()).collect(),
        language: language.map(str::to_owned),
        instruction: None,
    }
}

#[tokio::test]
async fn a_commit_message_comes_as_text_without_what_is_said_around_it() {
    let world = World::new("$0").await;
    let diff =
        "diff --git a/a.py b/a.py\n@@ -1 +1 @@\n-key = 1\n+password = \"hunter2-Zx81kQ0pLm27\"\n";
    world.answers(&[
        "Here is the commit message:\n\n",
        "```\nRead the key",
        " from a file\n\nIt was",
        " wrong.\n```\n",
    ]);
    let instruction = Some("mention the ticket; password = \"hunter2-Zx81kQ0pLm27\"".to_owned());
    let ask = WriteAsk { instruction, ..message(diff, &["Add a thing"], None) };
    let reply = world.engine.write(ask).expect("a diff");
    let told = world.told(&reply).await;
    let said: String = told.lines().filter_map(|line| line.strip_prefix("text ")).collect();
    assert_eq!(said.replace("\"\"", ""), "\"Read the key from a file\\n\\nIt was wrong.\"");
    assert!(told.ends_with("done\n"), "{told}");
    let prompt = &world.prompts()[0];
    assert!(prompt.contains("- Add a thing") && prompt.contains("in English"), "{prompt}");
    assert!(prompt.contains("Do as asked here: mention the ticket"), "{prompt}");
    assert!(!prompt.contains("hunter2"), "{prompt}");
}

#[tokio::test]
async fn a_diff_that_is_too_long_is_cut_and_the_user_is_told() {
    let world = World::new("$0").await;
    world.answers(&["큰 변경을 한다\n"]);
    let file = |name: &str, lines: usize| {
        let lines = "+    value = compute(value, 1)\n".repeat(lines);
        format!("diff --git a/{name} b/{name}\n--- a/{name}\n+++ b/{name}\n@@ -0,0 +1 @@\n{lines}")
    };
    let diff = [file("a.py", 3000), file("b.py", 2), file("Cargo.lock", 500)].concat();
    let reply = world.engine.write(message(&diff, &[], Some("ko"))).expect("a diff");
    expect![[r#"
        warning shortened: The model saw only parts of the diff.
        text "큰 변경을 한다"
        done
    "#]]
    .assert_eq(&world.told(&reply).await);
    let prompt = &world.prompts()[0];
    for told in
        ["a/a.py b/a.py", "a/b.py b/b.py", "a/Cargo.lock b/Cargo.lock", "more lines of this file"]
    {
        assert!(prompt.contains(told), "{told}: {prompt}");
    }
    assert!(prompt.contains("한국어로"), "{prompt}");
}

#[tokio::test]
async fn a_diff_that_is_none_is_refused_and_no_message_is_a_failure() {
    let world = World::new("$0").await;
    let refused = |text: &str| world.engine.write(message(text, &[], None)).err().expect("refused");
    assert_eq!(refused(" \n").code, FailureCode::InvalidRequest);
    assert_eq!(refused(&"x".repeat(5 << 20)).code, FailureCode::TooLarge);
    world.script([Rule::on(COMPLETIONS).pieces(["```\n```\n"])]);
    let reply = world.engine.write(message("+x", &[], None)).expect("a diff");
    assert_eq!(world.told(&reply).await, "failed no_code: The model wrote no message.\n");
}
