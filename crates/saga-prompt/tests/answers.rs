//! The corpus of answers: what models say about an edit, and what is put in place for it.
//!
//! A file in `tests/answers` holds cases. A line that begins with `@@@` begins a part:
//!
//! - `@@@ origin WORDS`: where the cases from here on come from.
//! - `@@@ asked LANGUAGE`: the document; what was asked about stands between `⟦` and `⟧`.
//! - `@@@ case NAME [prefilled] [crlf] [escaped]`: an answer; `escaped` reads `\u{…}`, `\t` and `\r`
//!   in it and in what comes out.
//! - `@@@ code`, `@@@ elided`, `@@@ uncertain`, `@@@ nothing`: what comes out; for code the text that
//!   takes the place of what was asked about, byte for byte.

#![expect(clippy::print_stdout, reason = "the counts are what the corpus is for")]

use std::fmt::Write;
use std::fs;
use std::path::Path;

use saga_prompt::{AskedCode, Reading, read_code};

/// A corpus that shrinks says less than it seems to.
const CASES_MIN: usize = 260;

#[derive(Clone, Default)]
struct Asked {
    language: String,
    before: String,
    code: String,
    after: String,
}

struct Case {
    name: String,
    asked: Asked,
    prefilled: bool,
    answer: String,
    expected: Reading,
}

#[test]
fn every_answer_gives_what_it_holds() {
    let cases = all();
    let mut report = String::new();
    let (mut codes, mut survived, mut refusals, mut refused) = (0, 0, 0, 0);
    for case in &cases {
        let reading = read_code(&case.answer, &case.asked(), true);
        let holds = reading == case.expected;
        if matches!(case.expected, Reading::Code(_)) {
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
    let Reading::Code(code) = &case.expected else { return None };
    let is_sentence = line.ends_with([':', '.', '!']) && line.split_whitespace().count() > 2;
    (is_sentence && !code.contains(line)).then_some(line)
}

impl Case {
    fn asked(&self) -> AskedCode<'_> {
        AskedCode {
            code: &self.asked.code,
            before: &self.asked.before,
            after: &self.asked.after,
            language: &self.asked.language,
            prefilled: self.prefilled,
        }
    }
}

fn all() -> Vec<Case> {
    let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/answers"));
    let entries = fs::read_dir(folder).expect("the corpus");
    let mut files: Vec<_> = entries.map(|entry| entry.expect("an entry").path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "txt"));
    files.sort();
    files.iter().flat_map(|path| cases(path)).collect()
}

fn cases(path: &Path) -> Vec<Case> {
    let file = path.file_stem().and_then(|name| name.to_str()).expect("a name");
    let text = fs::read_to_string(path).expect("a file of cases");
    let mut cases = Vec::new();
    let mut asked = Asked::default();
    let mut open: Option<(String, Vec<String>, String)> = None;
    let mut has_origin = false;
    for (head, body) in parts(&text) {
        let mut words = head.split_whitespace();
        match words.next().unwrap_or_default() {
            "origin" => has_origin = words.next().is_some(),
            "asked" => asked = asked_in(words.next().expect("a language"), &body),
            "case" => {
                assert!(has_origin, "{file}: a case without an origin");
                let (flags, name): (Vec<&str>, Vec<&str>) =
                    words.partition(|word| ["[prefilled]", "[crlf]", "[escaped]"].contains(word));
                let flags = flags.into_iter().map(str::to_owned).collect();
                open = Some((format!("{file}: {}", name.join(" ")), flags, body));
            }
            outcome => {
                let (name, flags, answer) = open.take().unwrap_or_else(|| panic!("{file}: {head}"));
                let has = |flag: &str| flags.iter().any(|given| given == flag);
                let plain = |text: String| if has("[escaped]") { unescaped(&text) } else { text };
                let answer = plain(answer);
                let expected = match outcome {
                    "code" => Reading::Code(plain(ended_like(&asked.code, body))),
                    "elided" => Reading::Elided,
                    "uncertain" => Reading::Uncertain,
                    "nothing" => Reading::Nothing,
                    other => panic!("{name}: {other}"),
                };
                cases.push(Case {
                    name,
                    asked: asked.clone(),
                    prefilled: has("[prefilled]"),
                    answer: if has("[crlf]") { answer.replace('\n', "\r\n") } else { answer },
                    expected,
                });
            }
        }
    }
    assert!(open.is_none(), "{file}: the last case has no outcome");
    cases
}

/// The heads of a file's parts with the lines below each.
fn parts(text: &str) -> Vec<(String, String)> {
    let mut parts: Vec<(String, String)> = Vec::new();
    for line in text.split_inclusive('\n') {
        match (line.strip_prefix("@@@ "), parts.last_mut()) {
            (Some(head), _) => parts.push((head.trim().to_owned(), String::new())),
            (None, Some((_, body))) => body.push_str(line),
            (None, None) => {}
        }
    }
    parts
}

fn asked_in(language: &str, document: &str) -> Asked {
    let (before, rest) = document.split_once('⟦').expect("a mark");
    let (code, after) = rest.split_once('⟧').expect("a mark");
    let [before, code, after] = [before, code, after].map(str::to_owned);
    // What follows on the mark's own line is the line end of the last line.
    Asked { language: language.to_owned(), before, code, after }
}

/// Every part of a file ends with a line end; the code that was asked about may have none.
fn ended_like(code: &str, text: String) -> String {
    match text.strip_suffix('\n') {
        Some(text) if !code.ends_with('\n') => text.to_owned(),
        _ => text,
    }
}

fn unescaped(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('\\') {
        out.push_str(before);
        if let Some((hex, after)) = after.strip_prefix("u{").and_then(|text| text.split_once('}')) {
            let code = u32::from_str_radix(hex, 16).expect("a number");
            out.push(char::from_u32(code).expect("a character"));
            rest = after;
        } else if let Some(after) = after.strip_prefix('t') {
            out.push('\t');
            rest = after;
        } else if let Some(after) = after.strip_prefix('r') {
            out.push('\r');
            rest = after;
        } else {
            out.push('\\');
            rest = after;
        }
    }
    out + rest
}

fn shown(reading: &Reading) -> String {
    match reading {
        Reading::Code(code) => code.replace(' ', "·").replace('\t', "→"),
        other => format!("{other:?}"),
    }
}
