//! Answers that the token limit cut off: whole lines, whole sentences, or nothing.

use super::{Case, PYTHON, in_language, shaper};

/// What is left, and why the rest is not shown.
fn check(case: &Case<'_>, file: &str, answers: &[(&str, &str)]) {
    for (answer, expected) in answers {
        let mut shaper = shaper(case, file, None);
        shaper.push(answer);
        let shaped = shaper.finish_at_limit();
        assert_eq!(shaped.text, *expected, "{answer}");
        let is_cut = shaped.stop.is_none() && shaped.text != *answer;
        assert_eq!(shaped.dropped().is_some(), is_cut, "{answer}");
    }
}

#[test]
fn no_stump_of_code_is_left() {
    check(
        &PYTHON,
        "def f():\n    |",
        &[
            ("x = 1\n    if x:\n        ret", "x = 1"),
            ("x = 1\n    y = 2\n    z", "x = 1\n    y = 2"),
            ("compute(a, b, c", ""),
            ("if x:\n        ret", ""),
            ("x = 1\n```\nThis", "x = 1"),
        ],
    );
}

#[test]
fn no_stump_of_a_sentence_is_left() {
    let markdown = in_language("markdown");
    check(
        &markdown,
        "# 제목\n\n|",
        &[
            ("사용자를 찾는다. 없으면 새로 만", "사용자를 찾는다."),
            ("The user is found. If there is no", "The user is found."),
            ("Only the beginning of a sen", "Only the beginning of a"),
            ("하나", "하나"),
            ("- 하나\n- 둘\n- 셋을 더", "- 하나\n- 둘"),
        ],
    );
    let comment = Case { in_prose: true, ..PYTHON };
    check(&comment, "# |", &[("값을 더합니다. 그런 다", "값을 더합니다.")]);
    check(
        &PYTHON,
        "def f():\n    \"\"\"|",
        &[("Adds two numbers.\n\n    Both must be num", "Adds two numbers.")],
    );
}
