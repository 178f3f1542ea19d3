//! What is shown of an answer: the file with its cursor at `|`, the answer, and the file as it
//! would be after accepting.

mod languages;
mod limits;
mod prose;
mod rules;
mod syntax;

use expect_test::Expect;
use saga_prompt::{AnswerForm, ShapeAsk, Shaped, Shaper, Syntax};

#[derive(Clone, Copy)]
struct Case<'a> {
    language: &'a str,
    taken_back: &'a str,
    form: AnswerForm,
    one_line: bool,
    in_prose: bool,
}

const PYTHON: Case<'static> = Case {
    language: "python",
    taken_back: "",
    form: AnswerForm::Continues,
    one_line: false,
    in_prose: false,
};
const RUST: Case<'static> = Case { language: "rust", ..PYTHON };
const TYPESCRIPT: Case<'static> = Case { language: "typescript", ..PYTHON };
const SAYS: Case<'static> = Case { form: AnswerForm::Says, ..PYTHON };

fn in_language(language: &str) -> Case<'_> {
    Case { language, ..PYTHON }
}

fn shaper(case: &Case<'_>, file: &str, syntax: Option<Box<dyn Syntax>>) -> Shaper {
    let (prefix, suffix) = file.split_once('|').expect("a cursor");
    Shaper::new(ShapeAsk {
        prefix,
        suffix,
        taken_back: case.taken_back,
        form: case.form,
        one_line: case.one_line,
        language: case.language,
        in_prose: case.in_prose,
        syntax,
    })
}

fn shape(case: &Case<'_>, file: &str, pieces: impl IntoIterator<Item = impl AsRef<str>>) -> Shaped {
    fed(shaper(case, file, None), pieces)
}

fn fed(mut shaper: Shaper, pieces: impl IntoIterator<Item = impl AsRef<str>>) -> Shaped {
    for piece in pieces {
        let shaped = shaper.push(piece.as_ref());
        if shaped.stop.is_some() {
            return shaped;
        }
    }
    shaper.finish()
}

fn check(case: &Case<'_>, file: &str, answer: &str, expect: Expect) {
    let whole = shape(case, file, [answer]);
    let by_character = shape(case, file, answer.chars().map(String::from));
    assert_eq!(whole, by_character, "whole and by character");
    expect.assert_eq(&accepted(file, &whole));
}

/// The file after accepting, with marks around what is new.
fn accepted(file: &str, shaped: &Shaped) -> String {
    let (prefix, suffix) = file.split_once('|').expect("a cursor");
    let kept = &prefix[..prefix.len() - shaped.replace_back_bytes];
    let stop = shaped.stop.map_or("end".to_owned(), |stop| format!("{stop:?}"));
    let drop = shaped.drop.map_or(String::new(), |drop| format!(", {}", drop.name()));
    format!("{kept}«{}»{suffix}\n[{stop}{drop}]\n", shaped.text)
}
