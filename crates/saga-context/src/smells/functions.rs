//! What is said of a function as a whole: its length, its parameters, and whether it is written yet.

use tree_sitter::Node;

use super::source::Source;
use super::spot::{Item, Spot};
use super::{File, Rule, Smell};

/// Children of a list of parameters that a caller does not have to pass by their place.
const NO_PARAMETERS: &[&str] = &[
    "comment",
    "line_comment",
    "block_comment",
    "self_parameter",
    "receiver_parameter",
    "attribute_item",
    "attribute_list",
    "annotation",
    "parameter_modifiers",
    "positional_separator",
    "keyword_parameter",
    "hash_splat_parameter",
    "block_parameter",
];
/// Children after which parameters are passed by their names.
const NAMED_FROM_HERE: &[&str] = &["keyword_separator", "list_splat_pattern"];
const SELF: &[&str] = &["self", "cls", "this"];
/// Words of a signature that somebody else decided on.
const DECIDED_ELSEWHERE: &[&str] = &["override", "@Override", "@override"];

/// What a comment says over a body that is to be written.
const MARKS: &[&str] = &["TODO", "FIXME", "XXX", "구현", "작성 예정", "할 일"];
/// Beginnings of bodies that say themselves that they are to be written.
const SAYS_SO: &[&str] = &["todo!", "TODO(", "fatalError(\"TODO", "panic(\"TODO", "panic(\"todo"];
/// Whole bodies that stand in for one, and what follows `return` in such.
const STANDS_IN: &[&str] = &[
    "",
    "pass",
    "...",
    "return",
    "Ok(())",
    "Default::default()",
    "None",
    "nil",
    "null",
    "undefined",
    "false",
    "0",
    "\"\"",
    "''",
    "[]",
    "{}",
];
const GIVES_UP: &[&str] =
    &["raise NotImplemented", "throw ", "unimplemented!", "panic(", "fatalError("];
/// A statement that is longer does something.
const STAND_IN_BYTES_MAX: usize = 120;

pub(super) fn long(file: &File<'_>) -> Vec<Smell> {
    let limit = file.limits.function_lines_max;
    let functions = file.nodes.functions.iter().filter_map(|function| {
        let lines = code_lines(file, function.body?);
        (lines > limit).then(|| about(file, Rule::LongFunction, function).of(lines, limit))
    });
    functions.collect()
}

pub(super) fn many_parameters(file: &File<'_>) -> Vec<Smell> {
    let limit = file.limits.parameters_max;
    let functions = file.nodes.functions.iter().filter_map(|function| {
        let (parameters, count) = (function.parameters?, function.parameter_count);
        if count <= limit {
            return None;
        }
        let name = file.text(function.name);
        let header = file.source.of(function.whole.start..parameters.start);
        let is_decided_elsewhere = DECIDED_ELSEWHERE.iter().any(|word| header.contains(word));
        let is_free = !file.language.constructors.contains(&name) && !is_decided_elsewhere;
        is_free.then(|| about(file, Rule::ManyParameters, function).of(count, limit))
    });
    functions.collect()
}

pub(super) fn to_be_written(file: &File<'_>) -> Vec<Smell> {
    let functions = &file.nodes.functions;
    let unwritten = functions.iter().filter(|function| {
        function.body.is_some_and(|body| !body.has_error && is_to_be_written(file, function, body))
    });
    unwritten.map(|function| about(file, Rule::TodoBody, function)).collect()
}

fn about(file: &File<'_>, rule: Rule, function: &Item) -> Smell {
    let whole = function.whole.find(file.root).map(whole);
    let code = whole.map_or(function.whole.range(), |whole| whole.byte_range());
    file.smell(rule, function.name.range(), code).named(file.text(function.name))
}

/// A function held by a variable is changed together with the variable.
fn whole(node: Node<'_>) -> Node<'_> {
    let is_declarator = node.kind() == "variable_declarator";
    node.parent().filter(|_| is_declarator).unwrap_or(node)
}

/// Lines of code, without blank ones, those that only hold a comment, and tables.
fn code_lines(file: &File<'_>, body: Spot) -> u32 {
    let rows = |spot: &Spot| (file.source.row(spot.start), file.source.row(spot.end));
    let (first, last) = rows(&body);
    if last - first < file.limits.function_lines_max as usize {
        return 0;
    }
    let inside = |spot: &&Spot| body.holds(spot.start);
    let data = file.nodes.tables.iter().filter(inside).map(rows);
    let comments = file.nodes.comments.iter().filter(inside).map(rows);
    // The lines that open and close a table are code.
    let mut skipped: Vec<(usize, usize)> =
        data.map(|(first, last)| (first + 1, last.saturating_sub(1))).collect();
    skipped.extend(comments.filter(|(first, _)| starts_line(file, *first)));
    let is_code = |row: &usize| {
        let is_skipped = skipped.iter().any(|(first, last)| first <= row && row <= last);
        !is_skipped && file.source.line(*row).chars().any(|c| c.is_alphanumeric())
    };
    u32::try_from((first..=last).filter(is_code).count()).unwrap_or(u32::MAX)
}

/// Whether nothing but the comment stands on the line where one begins.
fn starts_line(file: &File<'_>, row: usize) -> bool {
    let line = file.source.line(row).trim_start();
    file.language.starts_line_comment(line) || line.starts_with("/*") || line.starts_with("=begin")
}

/// Parameters of a list that a caller has to pass by their place.
pub(super) fn parameter_count(source: &Source, list: Node<'_>) -> u32 {
    let mut cursor = list.walk();
    let children: Vec<Node<'_>> = list.named_children(&mut cursor).collect();
    // Where parameters are called so, other children are their defaults.
    let are_named_so = children.iter().any(|child| child.kind() == "parameter");
    let mut count = 0;
    for child in children {
        let kind = child.kind();
        if NAMED_FROM_HERE.contains(&kind) {
            break;
        }
        let is_other = NO_PARAMETERS.contains(&kind) || (are_named_so && kind != "parameter");
        if is_other
            || SELF.contains(&source.of(child.byte_range()).trim_start_matches(['&', '*']).trim())
        {
            continue;
        }
        // `a, b int` are two in Go.
        let mut names = child.walk();
        count += child.children_by_field_name("name", &mut names).count().max(1) as u32;
    }
    count
}

/// Whether a body is nothing but a mark and perhaps what stands in for it.
fn is_to_be_written(file: &File<'_>, function: &Item, body: Spot) -> bool {
    let inside = body.range();
    // A comment that opens an indented block stands before it.
    let header_end = function.parameters.unwrap_or(function.name).end;
    let is_marked = file.nodes.comments_in(header_end..inside.end).iter().any(|comment| {
        let text = file.text(*comment);
        MARKS.iter().any(|mark| text.contains(mark))
    });
    let mut code = file.source.of(inside.clone()).to_owned();
    for comment in file.nodes.comments_in(inside.clone()).iter().rev() {
        let start = comment.start - inside.start;
        let end = (comment.end - inside.start).min(code.len());
        code.replace_range(start..end, "");
    }
    let code = code.trim().trim_start_matches(['{', ':']).trim_end_matches(['}', ';']).trim();
    let code = without_doc(code).trim().trim_end_matches(';');
    if code.len() > STAND_IN_BYTES_MAX || code.lines().count() > 1 {
        return false;
    }
    let says_so = SAYS_SO.iter().any(|start| code.starts_with(start));
    let value = code.strip_prefix("return ").unwrap_or(code).trim();
    let stands_in =
        STANDS_IN.contains(&value) || GIVES_UP.iter().any(|start| code.starts_with(start));
    says_so || (is_marked && stands_in)
}

/// A body without the string that documents it.
fn without_doc(code: &str) -> &str {
    for quote in ["\"\"\"", "'''"] {
        if let Some(rest) = code.strip_prefix(quote) {
            return rest.split_once(quote).map_or(code, |(_, rest)| rest);
        }
    }
    code
}
