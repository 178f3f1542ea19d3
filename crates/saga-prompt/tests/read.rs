//! What is taken out of an answer about an edit.

use expect_test::{Expect, expect};
use saga_prompt::{AskedCode, Reading, is_cut_off, read_code};

const ADD: &str = "def add(a, b):\n    total = a + b\n    return total\n";
const METHOD: &str = "    def area(self):\n        w = self.w\n        return w * self.h\n";

fn read(code: &str, language: &str, prefilled: bool, answer: &str) -> Reading {
    read_code(answer, &AskedCode { code, language, prefilled, ..AskedCode::default() }, true)
}

fn show(reading: Reading) -> String {
    match reading {
        Reading::Code(code) => code,
        Reading::Elided => "[elided]\n".to_owned(),
        Reading::Uncertain => "[uncertain]\n".to_owned(),
        Reading::Nothing => "[nothing]\n".to_owned(),
    }
}

fn check(code: &str, answer: &str, expect: Expect) {
    expect.assert_eq(&show(read(code, "python", false, answer)));
}

fn check_prefilled(code: &str, answer: &str, expect: Expect) {
    expect.assert_eq(&show(read(code, "python", true, answer)));
}

#[test]
fn a_fence_between_english_words() {
    check(
        ADD,
        "Sure! Here is the refactored code:\n\n```python\ndef add(a, b):\n    return a + b\n```\n\nThis returns the sum directly.\n",
        expect![[r#"
            def add(a, b):
                return a + b
        "#]],
    );
}

#[test]
fn a_fence_between_korean_words() {
    check(
        ADD,
        "물론입니다! 아래는 리팩터링한 코드입니다:\n```py\ndef add(a, b):\n    return a + b\n```\n위 코드는 합을 바로 반환합니다.",
        expect![[r#"
            def add(a, b):
                return a + b
        "#]],
    );
}

#[test]
fn no_fence_and_words_in_both_languages() {
    check(
        ADD,
        "Here is the code:\n\ndef add(a, b):\n    return a + b\n\n이 함수는 두 수의 합을 반환합니다.\n- 변수를 없앴습니다.\n",
        expect![[r#"
            def add(a, b):
                return a + b
        "#]],
    );
}

#[test]
fn code_alone() {
    check(
        ADD,
        "def add(a, b):\n    return a + b",
        expect![[r#"
            def add(a, b):
                return a + b
        "#]],
    );
}

#[test]
fn words_alone() {
    check(
        ADD,
        "I'm sorry, but I can't change this function.",
        expect![[r#"
            [nothing]
        "#]],
    );
    check(
        ADD,
        "이 함수는 이미 충분히 간단합니다.\n더 바꿀 것이 없어 보입니다.",
        expect![[r#"
            [nothing]
        "#]],
    );
    check(
        ADD,
        "",
        expect![[r#"
            [nothing]
        "#]],
    );
}

#[test]
fn of_several_blocks_the_answer() {
    check(
        ADD,
        "Before:\n```python\ndef add(a, b):\n    total = a + b\n    return total\n```\nAfter:\n```python\ndef add(a, b):\n    return a + b\n```\nUsage:\n```python\nprint(add(1, 2))\n```\nRun it:\n```bash\npython add.py\n```\n",
        expect![[r#"
            def add(a, b):
                return a + b
        "#]],
    );
}

#[test]
fn of_two_versions_one() {
    check(
        ADD,
        "You had this:\n```python\ndef add(a, b):\n    total = a + b  # sum\n    return total\n```\nBetter:\n```python\ndef add(x, y):\n    total: int = x + y\n    return total\n```\n",
        expect![[r#"
            def add(x, y):
                total: int = x + y
                return total
        "#]],
    );
    check(
        ADD,
        "Option 1:\n```python\ndef add(a, b):\n    return a + b\n```\nOption 2:\n```python\ndef add(x, y):\n    total = x + y\n    return total\n```\n",
        expect![[r#"
            def add(x, y):
                total = x + y
                return total
        "#]],
    );
    check(
        ADD,
        "Like this:\n```python\ndef add(a, b):\n    return a + b\n\nAnd then you call it:\n\n```python\nadd(1, 2)\n```\n",
        expect![[r#"
            def add(a, b):
                return a + b
        "#]],
    );
}

#[test]
fn an_answer_in_parts() {
    check(
        "def first(a):\n    return a[0]\n\n\ndef last(b):\n    return b[-1]\n",
        "First:\n```python\ndef first(items):\n    return items[0]\n```\nThen:\n```python\ndef last(b):\n    return b[-1]\n```\n",
        expect![[r#"
            def first(items):
                return items[0]

            def last(b):
                return b[-1]
        "#]],
    );
}

#[test]
fn a_fence_inside_the_code() {
    check(
        ADD,
        "```python\ndef add(a, b):\n    \"\"\"Add.\n\n    ```python\n    add(1, 2)\n    ```\n    \"\"\"\n    return a + b\n```\nDone.",
        expect![[r#"
            def add(a, b):
                """Add.

                ```python
                add(1, 2)
                ```
                """
                return a + b
        "#]],
    );
}

#[test]
fn a_fence_never_closed_and_one_on_the_last_line() {
    check(
        ADD,
        "```python\ndef add(a, b):\n    return a + b\n\nThis function returns the sum.",
        expect![[r#"
            def add(a, b):
                return a + b
        "#]],
    );
    check(
        ADD,
        "```python\ndef add(a, b):\n    return a + b```",
        expect![[r#"
            def add(a, b):
                return a + b
        "#]],
    );
    check(
        ADD,
        "```def add(a, b):\n    return a + b\n```",
        expect![[r#"
            def add(a, b):
                return a + b
        "#]],
    );
}

#[test]
fn a_long_fence_closed_by_a_short_one() {
    let code = "def add(a, b):\n    \"\"\"\n    ```\n    add(1, 2)\n    ```\n    \"\"\"\n    total = a + b\n";
    let changed = code.replace("total = a + b", "return a + b");
    for closing in ["```", "````", "```\n", ""] {
        let reading = read(code, "python", true, &format!("{changed}{closing}"));
        assert_eq!(reading, Reading::Code(changed.clone()), "{closing}");
    }
}

#[test]
fn thoughts_control_tokens_and_line_ends() {
    check(
        ADD,
        "<think>\n```python\nwrong()\n```\n</think>\n\n```python\r\ndef add(a, b):\r\n    return a + b\r\n```\r\n<|eot_id|>",
        expect![[r#"
            def add(a, b):
                return a + b
        "#]],
    );
}

#[test]
fn prefilled_answers() {
    check_prefilled(
        ADD,
        "def add(a, b):\n    return a + b\n```\n\nThis returns the sum.",
        expect![[r#"
            def add(a, b):
                return a + b
        "#]],
    );
    check_prefilled(
        ADD,
        "```python\ndef add(a, b):\n    return a + b\n```",
        expect![[r#"
            def add(a, b):
                return a + b
        "#]],
    );
    check_prefilled(
        ADD,
        "물론입니다. 수정된 코드는 다음과 같습니다:\n```python\ndef add(a, b):\n    return a + b\n```",
        expect![[r#"
            def add(a, b):
                return a + b
        "#]],
    );
    check_prefilled(
        ADD,
        "def add(a, b):\n    return a + b",
        expect![[r#"
            def add(a, b):
                return a + b
        "#]],
    );
}

#[test]
fn indentation_comes_back() {
    let expected = "    def area(self):\n        return self.w * self.h\n";
    for answer in [
        "    def area(self):\n        return self.w * self.h\n",
        "def area(self):\n    return self.w * self.h\n",
        "def area(self):\n        return self.w * self.h\n",
        "        def area(self):\n            return self.w * self.h\n",
        "\tdef area(self):\n\t\treturn self.w * self.h\n",
    ] {
        assert_eq!(show(read(METHOD, "python", false, &format!("```\n{answer}```"))), expected);
        assert_eq!(show(read(METHOD, "python", true, answer)), expected);
    }
}

#[test]
fn wrapping_in_a_block_keeps_the_block() {
    let code = "    first()\n    second()\n";
    for (answer, expected) in [
        (
            "with lock:\n    first()\n    second()",
            "    with lock:\n        first()\n        second()\n",
        ),
        ("    first()\n    third()", "    first()\n    third()\n"),
        ("first()\n    third()", "    first()\n    third()\n"),
        ("first()\nthird()", "    first()\n    third()\n"),
    ] {
        assert_eq!(read(code, "python", true, answer), Reading::Code(expected.to_owned()));
    }
}

#[test]
fn tabs_stay_tabs_and_ends_stay_ends() {
    let code = "\tif x {\n\t\tgo()\n\t}";
    assert_eq!(
        read(code, "go", true, "if !x {\n    stop()\n}\n"),
        Reading::Code("\tif !x {\n\t\tstop()\n\t}".to_owned())
    );
    assert_eq!(read("a + b", "go", true, "  b + a\n"), Reading::Code("b + a".to_owned()));
    assert_eq!(
        read("\n\nx = 1\n\n", "python", true, "x = 2\n"),
        Reading::Code("\n\nx = 2\n\n".to_owned())
    );
}

#[test]
fn what_was_left_out_is_never_a_deletion() {
    for placeholder in [
        "    # ... rest of the function ...",
        "    # 나머지 코드는 동일",
        "    ...",
        "    # unchanged code",
    ] {
        let answer = format!("```python\ndef add(a, b):\n{placeholder}\n    return sum\n```");
        assert_eq!(read(ADD, "python", false, &answer), Reading::Elided, "{placeholder}");
    }
}

#[test]
fn a_patch_that_does_not_fit_is_not_code() {
    let patch =
        "```diff\n@@ -1,3 +1,2 @@\n def add(a, b):\n-    sum = a + b\n+    return a + b\n```";
    assert_eq!(read(ADD, "python", false, patch), Reading::Uncertain);
}

#[test]
fn a_file_of_sentences_is_kept_whole() {
    let code = "# Title\n\nSome text here.\n\n```sh\nls\n```\n";
    let answer = "# Title\n\nThis is some better text here.\n\n```sh\nls\n```\n````\n";
    assert_eq!(
        read(code, "markdown", true, answer),
        Reading::Code("# Title\n\nThis is some better text here.\n\n```sh\nls\n```\n".to_owned())
    );
}

#[test]
fn a_prefilled_answer_in_words_is_no_code() {
    for answer in [
        "이 코드는 이미 충분히 단순해요. 더 바꿀 것이 없어 보여요.",
        "이 함수는 이미 충분히 간단합니다.\n더 바꿀 것이 없어 보입니다.\n```\n",
        "The function is already as simple as it can be.",
    ] {
        assert_eq!(read(ADD, "python", true, answer), Reading::Nothing, "{answer}");
    }
}

#[test]
fn an_answer_is_cut_off_only_inside_its_code() {
    for (answer, prefilled, cut) in [
        ("def add(a, b):\n    return a +", true, true),
        ("def add(a, b):\n    return a + b\n```\nThis adds the", true, false),
        ("Here:\n```python\ndef add(a, b):\n    ret", false, true),
        ("Here:\n```python\ndef add(a, b):\n    return a\n```\nIt", false, false),
        ("def add(a, b):\n    return a", false, true),
        ("<think>Let me see", false, true),
    ] {
        let asked = AskedCode { code: ADD, language: "python", prefilled, ..AskedCode::default() };
        assert_eq!(is_cut_off(answer, &asked), cut, "{answer}");
    }
}

#[test]
fn a_control_token_of_the_users_own_comes_back() {
    assert_eq!(
        read("x = 1\n", "python", true, "x = \"<\u{2060}|eot_id|>\""),
        Reading::Code("x = \"<|eot_id|>\"\n".to_owned())
    );
}

#[test]
fn while_it_streams_a_half_fence_is_not_code() {
    let asked =
        AskedCode { code: ADD, language: "python", prefilled: true, ..AskedCode::default() };
    for (answer, expected) in [
        ("def add(a, b):\n    return a", "def add(a, b):\n    return a\n"),
        ("def add(a, b):\n    return a + b\n``", "def add(a, b):\n    return a + b\n"),
        ("def add(a, b):\n    return a + b\n```\nTh", "def add(a, b):\n    return a + b\n"),
    ] {
        assert_eq!(read_code(answer, &asked, false), Reading::Code(expected.to_owned()));
    }
    let asked = AskedCode { prefilled: false, ..asked };
    assert_eq!(read_code("Here is", &asked, false), Reading::Nothing);
}
