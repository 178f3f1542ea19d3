//! Names, quotes, indentation and errors treated unlike all others of their file. What the file does is right,
//! whatever it is; where it does both, nothing is said.

use std::ops::Range;

use super::spot::Spot;
use super::{File, Rule, Smell};

/// How many examples make a habit, and how many of a hundred must be alike.
struct Habit {
    examples_min: usize,
    alike_percent_min: usize,
}

/// Names and the like stand everywhere.
const OF_WRITING: Habit = Habit { examples_min: 10, alike_percent_min: 90 };
/// A file meets few errors, and one that is lost weighs more than a quote.
const OF_ERRORS: Habit = Habit { examples_min: 4, alike_percent_min: 75 };
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
    let odd = |examples, ways| odd_ones(file, &OF_WRITING, examples, ways);
    let mut found = odd(names(file), ["snake_case", "camelCase"]);
    found.extend(odd(quotes(file), ["single_quotes", "double_quotes"]));
    found.extend(odd(indentation(file), ["tabs", "spaces"]));
    for (examples, ways) in [
        (caught(file), ["errors_handled", "errors_dropped"]),
        (returned(file), ["errors_passed_on", "errors_unwrapped"]),
    ] {
        let odd = odd_ones(file, &OF_ERRORS, examples, ways);
        // A file that drops all others gives no reason to drop one more.
        found.extend(odd.into_iter().filter(|smell| smell.style == Some(ways[0])));
    }
    found
}

/// Those that go the way that nearly no other goes; `ways` are the names of both.
fn odd_ones(
    file: &File<'_>,
    needed: &Habit,
    examples: Vec<Example>,
    ways: [&'static str; 2],
) -> Vec<Smell> {
    let first = examples.iter().filter(|example| example.is_first_way).count();
    let habit = first * 2 > examples.len();
    let alike = if habit { first } else { examples.len() - first };
    if examples.len() < needed.examples_min
        || alike * 100 < examples.len() * needed.alike_percent_min
    {
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
        let is_special = name.starts_with("__") || file.nodes.in_test(function.whole.start);
        let is_one = (is_snake || is_camel) && !is_special;
        is_one.then(|| Example {
            is_first_way: is_snake,
            shown: function.name.range(),
            code: function.whole.range(),
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
            shown: string.range(),
            code: string.range(),
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
        .map(|node| (file.source.row(node.start), file.source.row(node.end)))
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

/// Blocks that errors end up in: those that do something with them, and those that do nothing. A
/// comment in an empty one gives the reason.
fn caught(file: &File<'_>) -> Vec<Example> {
    let examples = file.nodes.handlers.iter().filter_map(|block| {
        let does_nothing = does_nothing(file.text(*block));
        let has_reason = !file.nodes.comments_in(block.range()).is_empty();
        (!does_nothing || !has_reason).then(|| of_error(file, *block, !does_nothing))
    });
    examples.collect()
}

/// Errors handed on to the caller, and those that end the program.
fn returned(file: &File<'_>) -> Vec<Example> {
    let outside_tests = |spot: &&Spot| !file.nodes.in_test(spot.start);
    let passed = file.nodes.passed.iter().filter(outside_tests);
    let unwrapped = file.nodes.unwrapped.iter().filter(outside_tests);
    let passed = passed.map(|node| of_error(file, *node, true));
    passed.chain(unwrapped.map(|node| of_error(file, *node, false))).collect()
}

fn of_error(file: &File<'_>, spot: Spot, is_first_way: bool) -> Example {
    let function = file.nodes.function_of(spot.start).map(|function| function.whole);
    Example {
        is_first_way,
        shown: file.first_line(spot),
        code: function.unwrap_or(spot).range(),
        name: String::new(),
    }
}

/// Whether a block holds nothing, or only what stands for nothing.
fn does_nothing(block: &str) -> bool {
    let inside = block.trim().trim_start_matches('{').trim_end_matches('}').trim();
    matches!(inside, "" | "pass" | "..." | ";")
}
