//! What a single line of code tells: whether it says something, what it defines, and which
//! brackets it opens. By its text alone; the languages are not parsed here.

use unicode_ident::{is_xid_continue, is_xid_start};

/// Lines that close or go on with a block and stand in every file many times.
const COMMON: &[&str] =
    &["end", "else", "else:", "pass", "return", "return;", "break", "break;", "try:", "done", "fi"];

/// Words before what a line defines.
const MODIFIERS: &[&str] = &[
    "pub",
    "export",
    "default",
    "async",
    "static",
    "public",
    "private",
    "protected",
    "final",
    "abstract",
    "override",
    "const",
    "let",
    "var",
    "unsafe",
    "extern",
    "virtual",
    "inline",
    "open",
    "internal",
    "data",
    "sealed",
    "suspend",
    "get",
    "set",
];

/// Words whose next word is the name of what they define.
const DEFINERS: &[&str] = &[
    "def",
    "class",
    "fn",
    "func",
    "fun",
    "function",
    "struct",
    "enum",
    "trait",
    "impl",
    "interface",
    "module",
    "mod",
    "object",
    "record",
    "namespace",
    "type",
    "template",
];

/// Words that look like a name before brackets and define nothing.
const CONTROL: &[&str] = &[
    "if",
    "else",
    "for",
    "while",
    "switch",
    "match",
    "catch",
    "return",
    "new",
    "throw",
    "case",
    "with",
    "await",
    "do",
    "try",
    "elif",
    "when",
    "yield",
    "assert",
    "in",
    "not",
    "and",
    "or",
    "foreach",
    "using",
    "lock",
    "synchronized",
    "select",
    "go",
    "defer",
];

const COMMENTS: &[&str] = &["//", "/*", "#", "*", "--", "<!--", "\"\"\"", "'''"];

/// Whether two lines are the same but for blanks at their ends.
pub(super) fn same(a: &str, b: &str) -> bool {
    a.trim() == b.trim()
}

pub(super) fn is_blank(line: &str) -> bool {
    line.trim().is_empty()
}

/// Whether a line tells its place: closing brackets and the like stand in many.
pub(super) fn is_telling(line: &str) -> bool {
    let line = line.trim();
    !COMMON.contains(&line) && line.chars().filter(|c| c.is_alphanumeric()).count() >= 3
}

pub(super) fn is_comment(line: &str) -> bool {
    let line = line.trim();
    // `#[derive]` and `#include` are code.
    let is_attribute = line.strip_prefix('#').is_some_and(|rest| {
        rest.starts_with('[') || rest.starts_with(|c: char| c.is_ascii_alphabetic())
    });
    !is_attribute && COMMENTS.iter().any(|mark| line.starts_with(mark))
}

/// Whether a line belongs to the definition that follows it.
pub(super) fn leads_definition(line: &str) -> bool {
    is_blank(line) || is_comment(line) || line.trim().starts_with(['@', '#', '['])
}

/// Whether a block begins at the end of the line.
pub(super) fn opens_block(line: &str) -> bool {
    line.trim_end().ends_with([':', '{', '(', '['])
}

/// The name of what a line defines: a function, a method, a class, an arrow function.
pub(super) fn defined(line: &str) -> Option<&str> {
    let line = line.trim();
    if is_comment(line) {
        return None;
    }
    let mut rest = line;
    let mut is_constant = false;
    loop {
        let (word, after) = split_word(rest)?;
        if DEFINERS.contains(&word) {
            return named(after);
        }
        let is_call = word != "pub" && after.trim_start().starts_with('(');
        if !MODIFIERS.contains(&word) || is_call {
            break;
        }
        is_constant |= matches!(word, "const" | "let" | "var");
        // `pub(crate) fn`
        let after = after.trim_start();
        rest = match after.strip_prefix('(') {
            Some(inside) => inside.split_once(')')?.1.trim_start(),
            None => after,
        };
    }
    if is_constant {
        let is_function = rest.contains("=>") || rest.contains("function");
        return is_function.then(|| split_word(rest)).flatten().map(|(name, _)| name);
    }
    method(rest)
}

/// `Type name(…) {`, or `name(…) {` in JavaScript.
fn method(line: &str) -> Option<&str> {
    let (head, rest) = line.split_once('(')?;
    let opens = line.ends_with('{') || (rest.contains(") {") && line.ends_with('}'));
    let has_control = head.split_whitespace().any(|word| CONTROL.contains(&word));
    if !opens || has_control || head.contains(['=', '.', '"', '\'']) {
        return None;
    }
    let start = head.char_indices().rev().take_while(|(_, c)| is_xid_continue(*c)).last()?.0;
    Some(&head[start..])
}

/// The name after a definer; the method's after a receiver of Go, the type's of `impl T for U`.
fn named(after: &str) -> Option<&str> {
    let mut after = after.trim_start();
    for (open, close) in [('(', ')'), ('<', '>')] {
        if let Some(inside) = after.strip_prefix(open) {
            after = inside.split_once(close)?.1.trim_start();
        }
    }
    split_word(after.trim_start_matches('*')).map(|(name, _)| name)
}

fn split_word(text: &str) -> Option<(&str, &str)> {
    let end = text.find(|c| !is_xid_continue(c)).unwrap_or(text.len());
    let word = &text[..end];
    word.starts_with(|c: char| is_xid_start(c) || c == '_').then(|| (word, &text[end..]))
}

/// Whether `text` holds a name as a word.
pub(super) fn holds_name(text: &str, name: &str) -> bool {
    text.split(|c: char| !is_xid_continue(c)).any(|word| word == name)
}

/// Brackets opened and not closed, of each kind; last the blocks that a line `end` closes.
pub(super) fn balance<'a>(lines: impl IntoIterator<Item = &'a str>) -> [i32; 4] {
    let mut open = [0; 4];
    let (mut begun, mut ended) = (0, 0);
    for line in lines {
        begun += i32::from(begins_with_word(line));
        ended += i32::from(matches!(line.trim(), "end" | "end," | "end;"));
        let mut quoted = false;
        let mut escaped = false;
        for c in line.chars() {
            match c {
                '"' if !escaped => quoted = !quoted,
                '(' if !quoted => open[0] += 1,
                ')' if !quoted => open[0] -= 1,
                '[' if !quoted => open[1] += 1,
                ']' if !quoted => open[1] -= 1,
                '{' if !quoted => open[2] += 1,
                '}' if !quoted => open[2] -= 1,
                _ => {}
            }
            escaped = c == '\\' && !escaped;
        }
    }
    // Most languages have no such lines.
    open[3] = if ended > 0 { begun - ended } else { 0 };
    open
}

/// Whether the line begins a block that a line `end` closes.
fn begins_with_word(line: &str) -> bool {
    const WORDS: &[&str] = &[
        "def",
        "class",
        "module",
        "begin",
        "case",
        "if",
        "unless",
        "while",
        "until",
        "for",
        "function",
        "defmodule",
        "defp",
    ];
    let line = line.trim();
    let first = line.split(|c: char| !is_xid_continue(c)).next().unwrap_or_default();
    WORDS.contains(&first) || line.ends_with(" do") || line.contains(" do |")
}

pub(super) fn indentation(line: &str) -> &str {
    &line[..line.len() - line.trim_start_matches([' ', '\t']).len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_lines_define() {
        for (line, name) in [
            ("def add(a, b):", Some("add")),
            ("    async def load(self) -> int:", Some("load")),
            ("class Rect(Shape):", Some("Rect")),
            ("pub(crate) fn fit(code: &str) -> String {", Some("fit")),
            ("export default async function load() {", Some("load")),
            ("const add = (a: number) => a + 1;", Some("add")),
            ("func (r *Rect) Area() float64 {", Some("Area")),
            ("public static int sum(List<Integer> xs) {", Some("sum")),
            ("impl<T> Stack<T> {", Some("Stack")),
            ("  area() {", Some("area")),
            ("fun 합계(값: Int): Int {", Some("합계")),
            ("std::string join(const std::vector<int>& xs) {", Some("join")),
            ("if (a) {", None),
            ("} else if (b) {", None),
            ("for x in range(3):", None),
            ("const total = add(1, 2);", None),
            ("return add(1, 2)", None),
            ("self.total = add(1)", None),
            ("// def add(a, b):", None),
            ("items.forEach((x) => {", None),
        ] {
            assert_eq!(defined(line), name, "{line}");
        }
    }
}
