//! Names that are brought in and never said again, where the language makes that certain.

use std::borrow::Cow;

use rustc_hash::FxHashSet;
use tree_sitter::Node;

use super::spot::Import;
use super::{File, Rule, Smell};
use crate::names;

/// Names that a compiler uses without their being said.
const SAID_BY_COMPILERS: &[&str] = &["React", "preact", "jsx", "Fragment"];
/// Files that bring names in for others.
const FOR_OTHERS: &[&str] = &["__init__.py", "conftest.py"];
/// Files of which other tools read more than the code.
const ROOTS: &[&str] = &["module", "program", "source_file", "compilation_unit"];
const KEPT: &[&str] = &["noqa", "eslint-disable", "noinspection", "@suppress", "ts-ignore"];

pub(super) fn unused(file: &File<'_>) -> Vec<Smell> {
    // In half-written code nobody knows what is said.
    if file.nodes.imports.is_empty() || file.root.has_error() || is_for_others(file) {
        return Vec::new();
    }
    // One inside a condition or an attempt may be there to be tried.
    let imports = || file.nodes.imports.iter().filter(|import| import.is_outermost);
    let unsaid = unsaid(file, imports().map(|import| key(file, file.text(import.name))).collect());
    let unused = imports().filter_map(|import| {
        let text = file.text(import.name);
        let is_one_letter = text.chars().nth(1).is_none();
        let is_implied = SAID_BY_COMPILERS.contains(&text) || !is_certain(file, text);
        let line = file.source.line(file.source.row(import.whole.start));
        let is_kept = KEPT.iter().any(|mark| line.contains(mark));
        let is_unused =
            !is_one_letter && !is_implied && !is_kept && unsaid.contains(&key(file, text));
        is_unused.then(|| {
            file.smell(Rule::UnusedImport, import.name.range(), import.whole.range()).named(text)
        })
    });
    unused.collect()
}

/// Whether an import stands in no block.
pub(super) fn is_outermost(import: Node<'_>) -> bool {
    import.parent().is_some_and(|parent| ROOTS.contains(&parent.kind()))
}

/// Those of the names that no word of the file is, be it of a comment or a string, its imports
/// aside.
fn unsaid<'a>(file: &'a File<'_>, mut names: FxHashSet<Cow<'a, str>>) -> FxHashSet<Cow<'a, str>> {
    let mut end = 0;
    let mut cross_out = |from: usize, to: usize| {
        // Most names are said early.
        let mut words = names::words(file.source.of(from..to));
        while !names.is_empty()
            && let Some(word) = words.next()
        {
            names.remove(&key(file, word));
        }
    };
    for Import { whole, .. } in &file.nodes.imports {
        if whole.start > end {
            cross_out(end, whole.start);
        }
        end = end.max(whole.end);
    }
    cross_out(end, file.source.text().len());
    names
}

/// How the language compares names.
fn key<'a>(file: &File<'_>, name: &'a str) -> Cow<'a, str> {
    if file.language.family == "php" {
        Cow::Owned(name.trim_start_matches('$').to_lowercase())
    } else {
        Cow::Borrowed(name)
    }
}

/// Kotlin brings in operators and delegates that are used without their names.
fn is_certain(file: &File<'_>, name: &str) -> bool {
    let is_kotlin = file.language.ids.contains(&"kotlin");
    !is_kotlin || name.starts_with(char::is_uppercase)
}

fn is_for_others(file: &File<'_>) -> bool {
    FOR_OTHERS.iter().any(|name| file.path.ends_with(name))
}
