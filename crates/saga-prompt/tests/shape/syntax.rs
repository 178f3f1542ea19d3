//! What a parser says is done. The parser is told what to say here; the real one's judgement is
//! tested where it is.

use saga_prompt::{DropReason, Shaped, StopReason, Syntax};

use super::{Case, PYTHON, fed, shaper};

/// Ends the scope where `end` stands in an answer, and finds every text broken that holds `bad`.
struct Told {
    end: &'static str,
    bad: &'static str,
}

impl Syntax for Told {
    fn scope_end(&mut self, answer: &str) -> Option<usize> {
        answer.find(self.end).map(|at| at + self.end.len())
    }

    fn breaks(&mut self, answer: &str) -> bool {
        answer.contains(self.bad)
    }
}

fn shape(case: &Case<'_>, told: &Told, answer: &str) -> Shaped {
    let new = || {
        let syntax = Told { ..*told };
        shaper(case, "def f():\n    |", Some(Box::new(syntax)))
    };
    let whole = fed(new(), [answer]);
    assert_eq!(whole, fed(new(), answer.chars().map(String::from)), "whole and by character");
    whole
}

fn check(told: &Told, answer: &str, expected: (&str, Option<StopReason>, Option<DropReason>)) {
    let shaped = shape(&PYTHON, told, answer);
    assert_eq!((shaped.text.as_str(), shaped.stop, shaped.drop), expected, "{answer}");
}

#[test]
fn the_scope_ends_it_as_soon_as_its_line_does() {
    let told = Told { end: "stop", bad: "never" };
    check(&told, "a\n    stop\n    b\n", ("a\n    stop", Some(StopReason::ScopeEnd), None));
    check(&told, "a\n    b", ("a\n    b", None, None));
    let mut shaper = shaper(&PYTHON, "def f():\n    |", Some(Box::new(told)));
    assert_eq!(shaper.push("a\n    stop").stop, None, "the line may go on");
    assert_eq!(shaper.push("\n").stop, Some(StopReason::ScopeEnd));
}

#[test]
fn what_breaks_is_cut_back_to_what_does_not() {
    let told = Told { end: "never", bad: "bad" };
    let broken = Some(DropReason::BreaksSyntax);
    check(&told, "a\n    b\n    bad", ("a\n    b", None, broken));
    check(&told, "a\n    if b:\n        bad", ("a", None, broken));
    check(&told, "bad", ("", None, broken));
    check(&told, "a\n    b", ("a\n    b", None, None));
    check(&told, "a\n    bad\nc", ("a", Some(StopReason::ScopeEnd), broken));
}

#[test]
fn text_for_people_is_not_parsed() {
    let case = Case { in_prose: true, ..PYTHON };
    assert_eq!(shape(&case, &Told { end: "a", bad: "bad" }, "a bad word").text, "a bad word");
}

#[test]
fn reasons_have_names() {
    let told = Told { end: "never", bad: "bad" };
    assert_eq!(shape(&PYTHON, &told, "bad").dropped(), Some("breaks_syntax"));
    assert_eq!(shape(&PYTHON, &told, "").dropped(), Some("nothing_said"));
    assert_eq!(shape(&PYTHON, &told, "```\n").dropped(), Some("fence"));
    assert_eq!(shape(&PYTHON, &told, "x = 1").dropped(), None);
    let follows = fed(shaper(&PYTHON, "x = |1\n", None), ["1"]);
    assert_eq!(follows.dropped(), Some("already_there"));
}
