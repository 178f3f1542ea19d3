//! Each rule by itself, and that pieces do not matter.

use expect_test::expect;
use proptest::prelude::*;
use saga_prompt::AnswerForm;

use super::{Case, PYTHON, RUST, SAYS, TYPESCRIPT, check, shape, shaper};

#[test]
fn what_was_taken_back_is_not_shown_again() {
    let case = Case { taken_back: " ret", ..PYTHON };
    check(
        &case,
        "def f(x):\n    ret|\n",
        " return x\n",
        expect![[r#"
            def f(x):
                ret«urn x»

            [end]
        "#]],
    );
    check(
        &case,
        "def f(x):\n    ret|\n",
        " pass",
        expect![[r#"
            def f(x):
                ret«»

            [NotContinued]
        "#]],
    );
}

#[test]
fn a_half_composed_syllable_is_taken_over() {
    check(
        &Case { taken_back: " 상", ..PYTHON },
        "# 상|",
        " 사용자 이름",
        expect![[r#"
            # «사용자 이름»
            [end]
        "#]],
    );
}

#[test]
fn the_closing_fence_ends_it() {
    check(
        &PYTHON,
        "x = |",
        "5\n```\n\nThis sets x.",
        expect![[r#"
            x = «5»
            [Fence]
        "#]],
    );
    check(
        &PYTHON,
        "x = |",
        "5```",
        expect![[r#"
            x = «5»
            [Fence]
        "#]],
    );
}

#[test]
fn a_control_token_ends_it_and_one_of_the_users_own_comes_back() {
    check(
        &PYTHON,
        "x = |",
        "5<|eot_id|><|start_header_id|>user",
        expect![[r#"
            x = «5»
            [ControlToken]
        "#]],
    );
    check(
        &PYTHON,
        "stop = |",
        "\"<\u{2060}|eot_id|>\"",
        expect![[r#"
            stop = «"<|eot_id|>"»
            [end]
        "#]],
    );
}

#[test]
fn the_scope_ends_it_in_python() {
    check(
        &PYTHON,
        "class A:\n    def f(self):\n        |\n",
        "self.x = 1\n        return self\n\n    def g(self):\n        pass\n",
        expect![[r#"
            class A:
                def f(self):
                    «self.x = 1
                    return self»

            [ScopeEnd]
        "#]],
    );
    check(
        &PYTHON,
        "def f(x):|\n",
        "\n    if x:\n        return 1\n    return 2\n\n\ndef g():\n    pass",
        expect![[r#"
            def f(x):«
                if x:
                    return 1
                return 2»

            [ScopeEnd]
        "#]],
    );
    check(
        &PYTHON,
        "if x:|\n",
        "\n    a()\nelse:\n    b()\nc()",
        expect![[r#"
            if x:«
                a()
            else:
                b()»

            [ScopeEnd]
        "#]],
    );
}

#[test]
fn a_blank_line_ends_it_where_the_scope_has_no_end() {
    check(
        &PYTHON,
        "import json\n|\n",
        "import os\nimport sys\n\ndef main():\n    pass\n",
        expect![[r#"
            import json
            «import os
            import sys»

            [ScopeEnd]
        "#]],
    );
    check(
        &PYTHON,
        "class A:\n    |\n",
        "def f(self):\n        a()\n\n        b()\n\n    def g(self):\n        pass\n",
        expect![[r#"
            class A:
                «def f(self):
                    a()

                    b()»

            [ScopeEnd]
        "#]],
    );
}

#[test]
fn the_scope_ends_it_in_languages_with_braces() {
    check(
        &RUST,
        "fn f() {\n    if x {|\n}\n",
        "\n        go();\n    }\n    stop();\n}\n\nfn g() {}",
        expect![[r#"
            fn f() {
                if x {«
                    go();
                }»
            }

            [ScopeEnd]
        "#]],
    );
    check(
        &RUST,
        "fn f() {\n    if x {\n        |\n    }\n}\n",
        "go();\n    } else {\n        stay();\n    }\n",
        expect![[r#"
            fn f() {
                if x {
                    «go();»
                }
            }

            [ScopeEnd]
        "#]],
    );
    check(
        &TYPESCRIPT,
        "function f() {|",
        "\n  return { a: 1 }\n}\n\nfunction g() {}",
        expect![[r#"
            function f() {«
              return { a: 1 }
            }»
            [ScopeEnd]
        "#]],
    );
}

#[test]
fn what_already_follows_is_not_written_twice() {
    check(
        &PYTHON,
        "def f(items):\n    total = 0\n    |\n    return total\n",
        "for item in items:\n        total += item\n    return total\n",
        expect![[r#"
            def f(items):
                total = 0
                «for item in items:
                    total += item»
                return total

            [Follows]
        "#]],
    );
    check(
        &PYTHON,
        "def f(items):\n    |\n    return total\n",
        "return total\n",
        expect![[r#"
            def f(items):
                «»
                return total

            [Follows]
        "#]],
    );
}

#[test]
fn brackets_and_quotes_after_the_cursor_are_kept() {
    for (file, answer, expected) in [
        ("foo(|)", "a, bar(b))", "a, bar(b)"),
        ("foo(|)", "a, bar(b)", "a, bar(b)"),
        ("foo(bar(|));", "x));", "x"),
        ("say(\"hel|\")", "lo\")", "lo"),
        ("say('|')", "it\\'s')", "it\\'s"),
        ("x = [|]", "1, 2]\ny = 3", "1, 2"),
        ("foo(|bar)", "x, bar)", "x, "),
        ("foo(|, y);", "x, y);", "x"),
        ("if (|) {", "a && (b || c)) {", "a && (b || c)"),
    ] {
        assert_eq!(shape(&TYPESCRIPT, file, [answer]).text, expected, "{file} {answer}");
    }
}

#[test]
fn an_answer_that_goes_on_with_the_rest_of_the_line_has_filled_the_hole() {
    for (file, answer, expected) in [
        (
            "def f(|, type: str, codes: list, queue=None):\n",
            "self, type: str, codes: list, queue: mp.Queue",
            "self",
        ),
        ("total = |price * rate\n", "item.price * rate + tax", "item."),
        ("total = | * rate\n", "price * rate + tax", "price"),
        ("f(|, 사용자 이름)\n", "값, 사용자 나이", "값"),
        ("f(user|name, x)\n", "_id, username, x", "_id, user"),
        ("x = |, b\n", "a, c", "a, c"),
    ] {
        let case = Case { one_line: true, ..PYTHON };
        let whole = shape(&case, file, [answer]);
        assert_eq!(whole, shape(&case, file, answer.chars().map(String::from)), "{file}");
        assert_eq!(whole.text, expected, "{file} {answer}");
    }
}

#[test]
fn a_bracket_after_the_cursor_closes_several_lines_from_its_own() {
    check(
        &TYPESCRIPT,
        "  const x = {|};\n",
        "\n    a: 1,\n    b: [2],\n  };\n  return x;",
        expect![[r#"
              const x = {«
                a: 1,
                b: [2],
              »};

            [ScopeEnd]
        "#]],
    );
}

#[test]
fn prose_ends_it() {
    check(
        &PYTHON,
        "import os\n|",
        "import sys\nThis imports the modules that are needed.\n",
        expect![[r#"
            import os
            «import sys»
            [Prose]
        "#]],
    );
    check(
        &PYTHON,
        "import os\n|",
        "위 코드는 모듈을 가져옵니다.\nimport sys",
        expect![[r#"
            import os
            «»
            [Prose]
        "#]],
    );
}

#[test]
fn loops_end_it() {
    check(
        &PYTHON,
        "def f():\n    |",
        "self.add(item)\n    self.add(item)\n    self.add(item)\n    self.add(item)\n",
        expect![[r#"
            def f():
                «self.add(item)»
            [Repetition]
        "#]],
    );
    check(
        &PYTHON,
        "x = |",
        &"foo.bar.".repeat(30),
        expect![[r#"
            x = «foo.bar.»
            [Repetition]
        "#]],
    );
    check(
        &PYTHON,
        "    self.first = first\n    |",
        "self.first = first\n",
        expect![[r#"
                self.first = first
                «»
            [Repetition]
        "#]],
    );
}

#[test]
fn one_line_is_one_line() {
    check(
        &Case { one_line: true, ..PYTHON },
        "x = |",
        "compute(y)\nz = 3\n",
        expect![[r#"
            x = «compute(y)»
            [OneLine]
        "#]],
    );
}

#[test]
fn the_beginning_is_evened_out() {
    check(
        &PYTHON,
        "x = |",
        " 5",
        expect![[r#"
            x = «5»
            [end]
        "#]],
    );
    check(
        &PYTHON,
        "def f():\n    |",
        "\n    return 5\n",
        expect![[r#"
            def f():
                «return 5»
            [end]
        "#]],
    );
    check(
        &PYTHON,
        "def f():\n    |",
        " return 5\n",
        expect![[r#"
            def f():
                «return 5»
            [end]
        "#]],
    );
}

#[test]
fn what_a_chat_model_says_around_code_is_left_out() {
    check(
        &SAYS,
        "def add(a, b):\n    ret|\n",
        "Here is the code:\n\n```python\nreturn a + b\n```\nThis returns the sum.",
        expect![[r#"
            def add(a, b):
                ret«urn a + b»

            [Fence]
        "#]],
    );
    check(
        &SAYS,
        "def add(a, b):\n    |\n",
        "물론입니다! 다음 코드를 넣으세요:\n```python\ntotal = a + b\nreturn total\n```",
        expect![[r#"
            def add(a, b):
                «total = a + b
                return total»

            [Fence]
        "#]],
    );
    check(
        &SAYS,
        "def add(a, b):\n    |\n",
        "I cannot help with that request, sorry.",
        expect![[r#"
            def add(a, b):
                «»

            [Prose]
        "#]],
    );
    check(
        &SAYS,
        "def add(a, b):\n    |\n",
        "<think>\nreturn what?\n</think>\n\nreturn a + b",
        expect![[r#"
            def add(a, b):
                «return a + b»

            [end]
        "#]],
    );
}

#[test]
fn what_a_chat_model_writes_again_is_left_out() {
    check(
        &SAYS,
        "import os\n\ndef add(a, b):\n    ret|\n",
        "```python\nimport os\n\ndef add(a, b):\n    return a + b\n```",
        expect![[r#"
            import os

            def add(a, b):
                ret«urn a + b»

            [Fence]
        "#]],
    );
    check(
        &SAYS,
        "class A:\n    def add(a, b):\n        |\n",
        "```python\ndef add(a, b):\n    total = a + b\n    return total\n```",
        expect![[r#"
            class A:
                def add(a, b):
                    «total = a + b
                    return total»

            [Fence]
        "#]],
    );
    check(
        &SAYS,
        "def add(a, b):\n    total = a + b\n    |\n",
        "```python\ndef add(a, b):\n    pass\n```",
        expect![[r#"
            def add(a, b):
                total = a + b
                «»

            [Repetition]
        "#]],
    );
}

#[test]
fn brackets_inside_patterns_cut_nothing() {
    check(
        &TYPESCRIPT,
        "const m = |",
        "text.match(/[(]/) ?? don't(x[0])",
        expect![[r#"
        const m = «text.match(/[(]/) ?? don't(x[0])»
        [end]
    "#]],
    );
}

#[test]
fn brackets_inside_patterns_hide_no_end() {
    check(
        &TYPESCRIPT,
        "function f() {\n  |",
        "go(/[(]/);\n}\n\nfunction g() {\n}\n",
        expect![[r#"
            function f() {
              «go(/[(]/);
            }»
            [ScopeEnd]
        "#]],
    );
}

#[test]
fn what_the_answer_opens_it_may_close() {
    check(
        &PYTHON,
        "def f(xs):\n    |\n",
        "days = [\n        day(x)\n        for x in xs\n    ]\n    call(\n        days,\n    )\n    return days\n",
        expect![[r#"
            def f(xs):
                «days = [
                    day(x)
                    for x in xs
                ]
                call(
                    days,
                )
                return days»

            [end]
        "#]],
    );
    check(
        &TYPESCRIPT,
        "function f() {\n  |\n}\n",
        "go({\n    a: [\n      1,\n    ],\n  });\n  return { a };\n}\n",
        expect![[r#"
            function f() {
              «go({
                a: [
                  1,
                ],
              });
              return { a };»
            }

            [Follows]
        "#]],
    );
}

#[test]
fn a_fence_at_the_end_of_the_last_line() {
    check(
        &PYTHON,
        "def f():\n    |",
        "x = 1\n    return x```",
        expect![[r#"
        def f():
            «x = 1
            return x»
        [Fence]
    "#]],
    );
}

#[test]
fn markup_after_the_cursor_is_kept() {
    check(
        &Case { language: "typescriptreact", ..PYTHON },
        "  return <div>|</div>;\n",
        "{title}</div>;\n}",
        expect![[r#"
              return <div>«{title}»</div>;

            [Follows]
        "#]],
    );
}

#[test]
fn a_docstring_ends_at_the_quotes_that_are_there() {
    check(
        &PYTHON,
        "def f(a):\n    \"\"\"|\"\"\"\n",
        "두 수의 합을 구한다.\"\"\"\n    return a",
        expect![[r#"
            def f(a):
                """«두 수의 합을 구한다.»"""

            [Follows]
        "#]],
    );
}

#[test]
fn trailing_blanks_and_half_a_fence_are_not_shown() {
    let mut shaper = shaper(&PYTHON, "def f():\n    |", None);
    for (piece, shown) in [
        ("x = 1", "x = 1"),
        ("\n    ", "x = 1"),
        ("y", "x = 1\n    y"),
        (" = 2  \n", "x = 1\n    y = 2"),
        ("``", "x = 1\n    y = 2"),
    ] {
        assert_eq!(shaper.push(piece).text, shown, "{piece:?}");
    }
}

fn fragments() -> impl Strategy<Value = String> {
    let fragment = prop::sample::select(vec![
        "foo",
        "(",
        ")",
        "{",
        "}",
        "[",
        "]",
        "\"",
        "'",
        "`",
        "```",
        "\n",
        "\n    ",
        "\n        ",
        " ",
        ":",
        "사용자",
        "ㅅ",
        "return x",
        "<",
        "<|eot_id|>",
        "<|",
        "[INST",
        "\u{2060}",
        "if a:",
        "x = 1",
        ";",
        "Here is the code:",
        "위 코드입니다.",
        "🎉",
        "e\u{301}",
        "\r\n",
        "<think>",
        "</think>",
        "def f():",
        "end",
        "\n\t",
        "\nfi\n",
        "</ul>",
        "값을 더한다. ",
    ]);
    prop::collection::vec(fragment, 0..24).prop_map(|parts| parts.concat())
}

fn languages() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "python",
        "rust",
        "typescript",
        "markdown",
        "ruby",
        "shellscript",
        "html",
    ])
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(2000) })]

    #[test]
    fn pieces_do_not_matter(
        before in fragments(), after in fragments(), answer in fragments(),
        language in languages(), says in any::<bool>(), one_line in any::<bool>(), in_prose in any::<bool>(),
        cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..6),
    ) {
        let before = before.replace('|', "");
        let form = if says { AnswerForm::Says } else { AnswerForm::Continues };
        let case = Case { language, form, one_line, in_prose, ..PYTHON };
        let file = format!("{before}|{after}");
        let characters: Vec<char> = answer.chars().collect();
        let mut bounds: Vec<usize> = cuts.iter().map(|cut| cut.index(characters.len() + 1)).collect();
        bounds.extend([0, characters.len()]);
        bounds.sort_unstable();
        let pieces = bounds.windows(2).map(|pair| characters[pair[0]..pair[1]].iter().collect::<String>());
        let whole = shape(&case, &file, [answer.as_str()]);
        prop_assert_eq!(&shape(&case, &file, pieces), &whole);
        let is_kept_apart = after.starts_with([')', ']', '}']) || after.starts_with(char::is_alphanumeric);
        let lines = whole.text.split('\n');
        prop_assert!(is_kept_apart || !lines.clone().any(|line| line.ends_with([' ', '\t'])));
        prop_assert!(is_kept_apart || !whole.text.ends_with('\n'));
        let may_hold_tokens = answer.contains('\u{2060}');
        prop_assert!(may_hold_tokens || !whole.text.contains("<|eot_id|>"));
        let said = whole.text.trim();
        prop_assert!(said.is_empty() || !after.trim_start().starts_with(said));
    }
}
