//! Text in, text out: what is cut out of a sample of each language, and how answers are judged.

mod cut;
mod score;

use crate::language::Language;
use crate::source::File;

fn file(path: &str, text: &str) -> File {
    let language = Language::of(path).expect("one of the six");
    File { source: "test".to_owned(), path: path.to_owned(), language, text: text.to_owned() }
}
