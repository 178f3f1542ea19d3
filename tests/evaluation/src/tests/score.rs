//! How answers are judged.

use super::file;
use crate::hole::{Hole, Kind};
use crate::sample::Case;
use crate::score::score;

/// Judges an answer for the hole between `⟦` and `⟧`: `exact` or the similarity, what is wrong.
fn check(kind: Kind, text: &str, answer: &str, expected: &str) {
    let (prefix, rest) = text.split_once('⟦').expect("a hole");
    let (missing, suffix) = rest.split_once('⟧').expect("its end");
    let file = file("prices.py", &format!("{prefix}{missing}{suffix}"));
    let hole = Hole { kind, start: prefix.len(), end: prefix.len() + missing.len() };
    let score = score(&Case { file: &file, hole }, answer);
    let match_ = if score.exact { "exact".to_owned() } else { format!("{:.2}", score.similarity) };
    let syntax = match score.valid {
        Some(true) => " valid",
        Some(false) => " invalid",
        None => " nothing",
    };
    let garbage = score.garbage.map(|garbage| format!(", {}", garbage.name()));
    assert_eq!(format!("{match_}{syntax}{}", garbage.unwrap_or_default()), expected, "{answer:?}");
}

#[test]
fn the_rest_of_a_line() {
    let text = "x = ⟦total * rate⟧\ny = x\n";
    check(Kind::LineEnd, text, "total * rate", "exact valid");
    check(Kind::LineEnd, text, "total * rate  \nprint(x)", "exact valid");
    check(Kind::LineEnd, text, " total * rate", "0.92 valid");
    check(Kind::LineEnd, text, "total * (rate", "0.92 invalid");
    check(Kind::LineEnd, text, "", "0.00 nothing");
    check(Kind::LineEnd, text, "  \n", "0.00 nothing");
}

#[test]
fn the_middle_of_a_line_with_and_without_what_follows() {
    let text = "x = ⟦total⟧ * rate\n";
    check(Kind::MidLine, text, "total", "exact valid");
    check(Kind::MidLine, text, "total * rate", "exact valid");
    check(Kind::MidLine, text, "total * tax", "0.45 valid");
    check(Kind::Arguments, "f(⟦a, b⟧)\n", "a, b)", "exact valid");
    check(Kind::Arguments, "f(⟦a, b⟧)\n", "a, b) + c(d)", "exact valid");
    check(Kind::MidLine, "f(⟦a⟧, b)\n", "a) + c(d)", "0.11 invalid");
    check(Kind::Arguments, "f(⟦a, b⟧)\n", "a)", "0.25 invalid");
}

#[test]
fn a_body_is_judged_by_as_many_lines_as_are_missing() {
    let text = "def f(a):\n    ⟦b = a + 1\n    return b⟧\n\ng = f\n";
    check(Kind::Body, text, "b = a + 1\n    return b", "exact valid");
    check(Kind::Body, text, "b = a + 1\n    return b\n\nprint(f(1))", "exact valid");
    check(Kind::Body, text, "return a + 1", "0.14 valid");
    check(Kind::Body, text, "return a +", "0.23 invalid");
}

#[test]
fn what_should_never_be_shown() {
    let text = "x = ⟦total⟧\n";
    check(Kind::LineEnd, text, "total<|im_end|>", "0.33 invalid, control token");
    check(Kind::LineEnd, text, "total\n```", "exact valid, fence");
    check(Kind::LineEnd, text, "total\nThis function returns the sum.", "exact valid, prose");
    check(
        Kind::LineEnd,
        text,
        "total\n이 코드는 합계를 계산해서 돌려줍니다.",
        "exact valid, prose",
    );
    check(Kind::LineEnd, text, "total\n# This function returns the sum.", "exact valid");
    check(Kind::LineEnd, text, "\"Here is the sum of it.\"", "0.12 valid");
    check(Kind::Docs, "# Gives ⟦the sum⟧\nx = 1\n", "Here is the sum of it.", "0.32 valid");
    check(Kind::LineEnd, "a = \"<|im_end|>\"\nx = ⟦a⟧\n", "\"<|im_end|>\"", "0.00 valid");
}
