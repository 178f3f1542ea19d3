//! The cases of the corpus, read from its files.
//!
//! A file in `tests/answers` holds cases. A line that begins with `@@@` begins a part:
//!
//! - `@@@ origin WORDS`: where the cases from here on come from.
//! - `@@@ asked LANGUAGE`: the document; what was asked about stands between `⟦` and `⟧`.
//! - `@@@ case NAME [prefilled] [crlf] [escaped] [length]`: an answer; `escaped` reads `\u{…}`, `\t` and
//!   `\r` in it and in what comes out, and `length` reached the limit of its length.
//! - `@@@ code`, `@@@ elided`, `@@@ uncertain`, `@@@ nothing`, `@@@ cut`: what comes out; for code the text that
//!   takes the place of what was asked about, byte for byte.

use std::fs;
use std::path::Path;

use saga_prompt::{AskedCode, Reading, is_cut_off, read_code};

#[derive(Clone, Default)]
struct Asked {
    language: String,
    before: String,
    code: String,
    after: String,
}

pub(crate) struct Case {
    pub(crate) name: String,
    asked: Asked,
    prefilled: bool,
    pub(crate) answer: String,
    /// None where the code is cut off.
    pub(crate) expected: Option<Reading>,
    is_at_limit: bool,
}

impl Case {
    /// What the whole answer gives; none where its code is cut off.
    pub(crate) fn reading(&self) -> Option<Reading> {
        let asked = self.asked();
        let is_cut = self.is_at_limit && is_cut_off(&self.answer, &asked);
        (!is_cut).then(|| read_code(&self.answer, &asked, true))
    }

    pub(crate) fn asked(&self) -> AskedCode<'_> {
        AskedCode {
            code: &self.asked.code,
            before: &self.asked.before,
            after: &self.asked.after,
            language: &self.asked.language,
            prefilled: self.prefilled,
        }
    }
}

pub(crate) fn all() -> Vec<Case> {
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
                let (flags, name): (Vec<&str>, Vec<&str>) = words.partition(|word| {
                    ["[prefilled]", "[crlf]", "[escaped]", "[length]"].contains(word)
                });
                let flags = flags.into_iter().map(str::to_owned).collect();
                open = Some((format!("{file}: {}", name.join(" ")), flags, body));
            }
            outcome => {
                let (name, flags, answer) = open.take().unwrap_or_else(|| panic!("{file}: {head}"));
                let has = |flag: &str| flags.iter().any(|given| given == flag);
                let plain = |text: String| if has("[escaped]") { unescaped(&text) } else { text };
                let answer = plain(answer);
                let expected = match outcome {
                    "code" => Some(Reading::Code(plain(ended_like(&asked.code, body)))),
                    "elided" => Some(Reading::Elided),
                    "uncertain" => Some(Reading::Uncertain),
                    "nothing" => Some(Reading::Nothing),
                    "cut" => None,
                    other => panic!("{name}: {other}"),
                };
                cases.push(Case {
                    name,
                    asked: asked.clone(),
                    prefilled: has("[prefilled]"),
                    answer: if has("[crlf]") { answer.replace('\n', "\r\n") } else { answer },
                    expected,
                    is_at_limit: has("[length]"),
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
