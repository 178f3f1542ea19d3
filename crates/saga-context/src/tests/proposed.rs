//! Proposed edits in their place: the errors they bring, and what is left of them when only comments
//! count.

use expect_test::{Expect, expect};
use saga_domain::TextEdit;

use super::Opened;
use crate::{CommentsOnly, new_syntax_error, only_comments};

/// The selection is replaced by each answer; what is wrong then is told.
fn check_errors(fixture: &str, answers: &[(&str, &str)]) {
    let (doc, span) = Opened::new(fixture).selection();
    for (answer, expected) in answers {
        let edit = TextEdit { span, text: (*answer).to_owned() };
        let found = new_syntax_error(&doc, &edit);
        let found = found.map_or_else(String::new, |error| error.to_string());
        assert_eq!(found, *expected, "{fixture}\n---\n{answer}");
    }
}

/// The document with the comments of the answer in place of the selection.
fn check(fixture: &str, answer: &str, expected: Expect) {
    let (doc, span) = Opened::new(fixture).selection();
    let edit = TextEdit { span, text: answer.to_owned() };
    let told = match only_comments(&doc, &edit) {
        CommentsOnly::Taken { edit, code_differed } => {
            let after = doc.with_edit(&edit).expect("fits");
            let code = if code_differed { "\n(its code differed)" } else { "" };
            format!("{}{code}\n", after.rope())
        }
        other => format!("{other:?}\n"),
    };
    expected.assert_eq(&told);
}

#[test]
fn an_error_that_was_not_there_is_told_with_its_line() {
    check_errors(
        "//- /a.ts\nconst a = 1;\n$0function f(x) {\n  return x;\n}$0\nconst b = 2;\n",
        &[
            ("function f(x) {\n  return x + 1;\n}", ""),
            ("function f(x) {\n  return x +;\n}", "line 3: syntax error in `return x +;`"),
            ("function f(x) {\n  return (x;\n}", "line 3: `)` is missing in `return (x;`"),
            ("function f(x) {\n  return x;\n", "line 5: `}` is missing in `const b = 2;`"),
        ],
    );
    check_errors(
        "//- /a.py\n$0def f(x):\n    return x$0\n\ny = 1\n",
        &[
            ("def f(x):\n    return x * 2", ""),
            ("def f(x)\n    return x", "line 1: syntax error in `def f(x)`"),
            ("def f(x):\n    return (x", "line 2: syntax error in `return (x`"),
        ],
    );
    check_errors(
        "//- /a.rs\n$0fn f() {}$0\n",
        &[("fn f() { let x = ; }", "line 1: syntax error in `fn f() { let x = ; }`")],
    );
}

#[test]
fn what_was_wrong_before_is_not_told_again() {
    check_errors(
        "//- /a.ts\n$0function f(x) {\n  return x +;\n}$0\n",
        &[("function f(x) {\n  return 2 +;\n}", ""), ("function f(x) {\n  return x;\n}", "")],
    );
    check_errors(
        "//- /a.ts\nconst broken = ;\n\n$0function f() {}$0\n",
        &[
            ("function g() {\n  return 1;\n}", ""),
            ("function g() {\n  return );\n}", "line 4: syntax error in `return );`"),
        ],
    );
    check_errors("//- /a.zig\n$0fn f() {}$0\n", &[("fn f( {", "")]);
    check_errors("//- /a.sql\n$0select 1;$0\n", &[("create or replace pragma 1 2;", "")]);
}

#[test]
fn documentation_is_added() {
    check(
        "//- /a.py\n$0def add(a, b):\n    return a + b$0\n",
        "def add(a, b):\n    \"\"\"두 수의 합.\n\n    큰 수도 된다.\n    \"\"\"\n    return a + b",
        expect![[r#"
            def add(a, b):
                """두 수의 합.

                큰 수도 된다.
                """
                return a + b

        "#]],
    );
    check(
        "//- /a.rs\nstruct A;\n\n$0#[inline]\nfn f() -> u8 {\n    1 // one\n}$0\n",
        "/// Gives one.\n#[inline]\nfn f() -> u8 {\n    1\n}",
        expect![[r#"
            struct A;

            /// Gives one.
            #[inline]
            fn f() -> u8 {
                1 // one
            }

        "#]],
    );
}

#[test]
fn code_that_differs_is_kept_as_it_was() {
    check(
        "//- /a.py\n$0def add(a, b):\n    return a + b\n\n\ndef sub(a, b):\n    return a - b$0\n",
        "def add(a: int, b: int) -> int:\n    \"\"\"Adds.\"\"\"\n    return a + b\n\ndef sub(a: int, b: int) -> int:\n    \"\"\"Subtracts.\"\"\"\n    return a - b",
        expect![[r#"
            def add(a, b):
                """Adds."""
                return a + b


            def sub(a, b):
                """Subtracts."""
                return a - b

            (its code differed)
        "#]],
    );
    check(
        "//- /a.ts\n$0function f(x) {\n  log(x);\n  return x;\n}$0\n",
        "/** Gives it back. */\nfunction f(x) {\n  return x;\n}",
        expect![[r#"
            /** Gives it back. */
            function f(x) {
              log(x);
              return x;
            }

            (its code differed)
        "#]],
    );
}

#[test]
fn comments_are_translated_wherever_they_stand() {
    check(
        "//- /A.java\n$0class A {\n    /*\n     * 합계\n     */\n    int f() { // 함수\n        String s = \"// 문자열\"; /* 끝 */\n        return 1;\n    }\n}$0\n",
        "class A {\n    /*\n     * The sum\n     */\n    int f() { // a function\n        String s = \"// a string\"; /* end */\n        return 1;\n    }\n}",
        expect![[r#"
            class A {
                /*
                 * The sum
                 */
                int f() { // a function
                    String s = "// 문자열"; /* 끝 */
                    return 1;
                }
            }

            (its code differed)
        "#]],
    );
    check(
        "//- /a.py\n$0# 하나\nx = 1  # 둘\n\n# 셋$0\n",
        "# one\nx = 1  # two\n# three",
        expect![[r#"
            # one
            x = 1  # two

            # three

        "#]],
    );
}

#[test]
fn what_has_no_new_comments_or_cannot_be_told_says_so() {
    let fixture = "//- /a.ts\n$0const a = 1;$0\n";
    check(fixture, "const a = 2;", expect!["Unchanged\n"]);
    check(fixture, "/* never closed\nconst a = 1;", expect!["Unchanged\n"]);
    check(
        "//- /a.zig\n$0const a = 1;$0\n",
        "// One.\nconst a = 1;",
        expect![[r#"
        // One.
        const a = 1;

    "#]],
    );
}
