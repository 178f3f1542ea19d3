//! The corpus of answers: what models say about an edit, and what is put in place for it.

#![expect(clippy::print_stdout, reason = "the counts are what the corpus is for")]

#[path = "answers/corpus.rs"]
mod corpus;

use std::fmt::Write;

use corpus::{Case, all};
use saga_prompt::{Reading, read_code};

/// A corpus that shrinks says less than it seems to.
const CASES_MIN: usize = 300;

#[test]
fn every_answer_gives_what_it_holds() {
    let cases = all();
    let mut report = String::new();
    let (mut codes, mut survived, mut refusals, mut refused) = (0, 0, 0, 0);
    for case in &cases {
        let reading = case.reading();
        let holds = reading == case.expected;
        if matches!(case.expected, Some(Reading::Code(_))) {
            codes += 1;
            survived += usize::from(holds);
        } else {
            refusals += 1;
            refused += usize::from(holds);
        }
        if !holds {
            let Case { name, answer, expected, .. } = case;
            writeln!(
                report,
                "=== {name}\n{answer}\n--- expected\n{}\n--- read\n{}",
                shown(expected),
                shown(&reading)
            )
            .unwrap();
        }
    }
    println!("code that survived: {survived} of {codes}");
    println!("nothing applied that should not be: {refused} of {refusals}");
    assert!(report.is_empty(), "{survived} of {codes}, {refused} of {refusals}\n{report}");
    assert!(cases.len() >= CASES_MIN, "{} cases", cases.len());
}

#[test]
fn no_beginning_of_an_answer_shows_words_for_code() {
    for case in all() {
        let ends = case.answer.char_indices().map(|(at, _)| at);
        let words = first_words(&case);
        for end in ends {
            let reading = read_code(&case.answer[..end], &case.asked(), false);
            let Reading::Code(code) = reading else { continue };
            if let Some(words) = words {
                let shown = code.lines().any(|line| {
                    let line = line.trim();
                    line.chars().count() >= 8 && words.starts_with(line)
                });
                assert!(!shown, "{}: {:?} shows\n{code}", case.name, &case.answer[..end]);
            }
        }
    }
}

/// The sentence that an answer begins with, when it begins with one.
fn first_words(case: &Case) -> Option<&str> {
    let line = case.answer.lines().next()?.trim();
    let Some(Reading::Code(code)) = &case.expected else { return None };
    let is_sentence = line.ends_with([':', '.', '!']) && line.split_whitespace().count() > 2;
    (is_sentence && !code.contains(line)).then_some(line)
}

fn shown(reading: &Option<Reading>) -> String {
    match reading {
        Some(Reading::Code(code)) => code.replace(' ', "·").replace('\t', "→"),
        other => format!("{other:?}"),
    }
}
