//! Names, quotes and indentation unlike all others of their file. What the file does is right,
//! whatever it is; where it does both, nothing is said.

use std::ops::Range;

use super::{File, Rule, Smell};

/// Examples from which on a file has a habit.
const EXAMPLES_MIN: usize = 10;
/// Of a hundred examples so many must be alike.
const ALIKE_PERCENT_MIN: usize = 90;
/// Said of one habit in one file.
const FOUND_MAX: usize = 5;

/// An example of one of two ways.
struct Example {
    is_first_way: bool,
    shown: Range<usize>,
    code: Range<usize>,
    name: String,
}

pub(super) fn unlike_the_file(file: &File<'_>) -> Vec<Smell> {
    let mut found = odd_ones(file, names(file), ["snake_case", "camelCase"]);
    found.extend(odd_ones(file, quotes(file), ["single_quotes", "double_quotes"]));
    found.extend(odd_ones(file, indentation(file), ["tabs", "spaces"]));
    found
}

/// Those that go the way that nearly no other goes; `ways` are the names of both.
fn odd_ones(file: &File<'_>, examples: Vec<Example>, ways: [&'static str; 2]) -> Vec<Smell> {
    let first = examples.iter().filter(|example| example.is_first_way).count();
    let habit = first * 2 > examples.len();
    let alike = if habit { first } else { examples.len() - first };
    if examples.len() < EXAMPLES_MIN || alike * 100 < examples.len() * ALIKE_PERCENT_MIN {
        return Vec::new();
    }
    let style = ways[usize::from(!habit)];
    let odd = examples.into_iter().filter(|example| example.is_first_way != habit);
    let smells = odd.map(|example| {
        let smell = file.smell(Rule::FileStyle, example.shown, example.code).named(&example.name);
        Smell { style: Some(style), ..smell }
    });
    smells.take(FOUND_MAX).collect()
}

/// Names of functions that have several words.
fn names(file: &File<'_>) -> Vec<Example> {
    let examples = file.nodes.functions.iter().filter_map(|function| {
        let name = file.text(function.name);
        let inner = name.trim_matches('_');
        let is_snake = inner.contains('_') && !inner.contains(char::is_uppercase);
        let is_camel = !inner.contains('_')
            && inner.starts_with(char::is_lowercase)
            && inner.contains(char::is_uppercase);
        // What others call by its name is named as they want it.
        let is_special = name.starts_with("__") || file.nodes.in_test(function.node.start_byte());
        let is_one = (is_snake || is_camel) && !is_special;
        is_one.then(|| Example {
            is_first_way: is_snake,
            shown: function.name.byte_range(),
            code: function.node.byte_range(),
            name: name.to_owned(),
        })
    });
    examples.collect()
}

/// Strings on one line that could have either quotes.
fn quotes(file: &File<'_>) -> Vec<Example> {
    let examples = file.nodes.strings.iter().filter_map(|string| {
        let text = file.text(*string);
        let quote = text.chars().next().filter(|c| matches!(c, '\'' | '"'))?;
        let inside = text.strip_prefix(quote)?.strip_suffix(quote)?;
        let is_long = inside.starts_with(quote) || text.contains('\n');
        let has_reason = inside.contains(['\'', '"', '\\', '#', '$', '{']);
        (!is_long && !has_reason).then(|| Example {
            is_first_way: quote == '\'',
            shown: string.byte_range(),
            code: string.byte_range(),
            name: text.to_owned(),
        })
    });
    examples.collect()
}

/// Lines that are indented, strings and comments aside.
fn indentation(file: &File<'_>) -> Vec<Example> {
    let mut examples: Vec<Example> = Vec::new();
    let long = file.nodes.strings.iter().chain(&file.nodes.texts).chain(&file.nodes.comments);
    let long: Vec<(usize, usize)> = long
        .map(|node| (node.start_position().row, node.end_position().row))
        .filter(|(first, last)| first < last)
        .collect();
    for (row, (start, line)) in file.source.lines().enumerate() {
        let Some(blank) = line.chars().next().filter(|c| matches!(c, ' ' | '\t')) else { continue };
        if long.iter().any(|(first, last)| *first < row && row <= *last) {
            continue;
        }
        let code = line.trim_start();
        if code.is_empty() || code.starts_with('*') {
            continue;
        }
        let shown = start..start + line.len() - code.len();
        examples.push(Example {
            is_first_way: blank == '\t',
            shown,
            code: start..start + line.len(),
            name: String::new(),
        });
    }
    examples
}
