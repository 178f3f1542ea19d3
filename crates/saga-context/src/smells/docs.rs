//! Public items without documentation, in a file that documents the others.

use super::{File, Rule, Smell};
use crate::doc_line;

/// Public items from which on a file has a habit.
const ITEMS_MIN: usize = 4;
/// Of a hundred public items so many must be documented for the others to stand out.
const DOCUMENTED_PERCENT_MIN: usize = 70;
/// Words of a signature of what is not public, or documented elsewhere.
const HIDDEN: &[&str] =
    &["private", "internal", "protected", "override", "static", "@Override", "__construct"];

pub(super) fn missing(file: &File<'_>) -> Vec<Smell> {
    let publics: Vec<_> = file
        .nodes
        .publics
        .iter()
        .filter(|item| {
            !file.nodes.in_test(item.whole.start)
                && !is_hidden(file, item.whole.start, item.name.end)
        })
        .map(|item| {
            let body = item.body.map(|body| body.start);
            let docs = doc_line::find(file.language, file.rope, item.whole.start, body);
            (item, docs.is_some())
        })
        .collect();
    let documented = publics.iter().filter(|(_, has_docs)| *has_docs).count();
    if publics.len() < ITEMS_MIN || documented * 100 < publics.len() * DOCUMENTED_PERCENT_MIN {
        return Vec::new();
    }
    let bare = publics.iter().filter(|(_, has_docs)| !has_docs);
    let smells = bare.map(|(item, _)| {
        let smell = file.smell(Rule::MissingDocs, item.name.range(), item.whole.range());
        smell.named(file.text(item.name))
    });
    smells.collect()
}

/// `static` hides a function of C, and nothing elsewhere.
fn is_hidden(file: &File<'_>, start: usize, name_end: usize) -> bool {
    let header = file.source.of(start..name_end);
    let mut words = header.split(|c: char| !(c.is_alphanumeric() || c == '_' || c == '@'));
    words.any(|word| HIDDEN.contains(&word) && (word != "static" || file.language.family == "c"))
}
