//! Names that are brought in and never said again, where the language makes that certain.

use std::collections::HashSet;

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
    let said = said(file);
    let imports = file.nodes.imports.iter().filter(|(import, _)| {
        // One inside a condition or an attempt may be there to be tried.
        import.parent().is_some_and(|parent| ROOTS.contains(&parent.kind()))
    });
    let unused = imports.filter_map(|(import, name)| {
        let text = file.text(*name);
        let is_one_letter = text.chars().nth(1).is_none();
        let is_implied = SAID_BY_COMPILERS.contains(&text) || !is_certain(file, text);
        let line = file.source.line(import.start_position().row);
        let is_kept = KEPT.iter().any(|mark| line.contains(mark));
        let is_unused =
            !is_one_letter && !is_implied && !is_kept && !said.contains(&key(file, text));
        is_unused.then(|| {
            file.smell(Rule::UnusedImport, name.byte_range(), import.byte_range()).named(text)
        })
    });
    unused.collect()
}

/// All words of the file, those of comments and strings too, without its imports.
fn said(file: &File<'_>) -> HashSet<String> {
    let mut said = HashSet::new();
    let mut end = 0;
    let mut add = |from: usize, to: usize| {
        said.extend(names::words(file.source.of(from..to)).map(|word| key(file, word)));
    };
    for (import, _) in &file.nodes.imports {
        if import.start_byte() > end {
            add(end, import.start_byte());
        }
        end = end.max(import.end_byte());
    }
    add(end, file.source.text().len());
    said
}

/// How the language compares names.
fn key(file: &File<'_>, name: &str) -> String {
    if file.language.family == "php" {
        name.trim_start_matches('$').to_lowercase()
    } else {
        name.to_owned()
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
