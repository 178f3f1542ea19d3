//! Brackets and quotes of a line, without parsing: strings and comments are stepped over where
//! one line is enough to see them.

use super::around::column;
use super::marks::Marks;

/// Open brackets beyond this many are the whole file's business.
const OPEN_MAX: usize = 12;

/// A bracket that is open at the cursor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Open {
    pub(super) closer: char,
    /// Whether the text after the cursor closes it already.
    pub(super) closed_below: bool,
}

/// What one line holds.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Scan {
    /// Brackets outside strings and comments, by their byte offset.
    pub(super) brackets: Vec<(usize, char)>,
    /// Where the string ends that the line begins in.
    pub(super) string_end: Option<usize>,
    /// The quote of the string that the line ends in.
    pub(super) open_quote: Option<char>,
    /// Whether it ends in a comment.
    pub(super) in_comment: bool,
}

/// Steps over a line that may begin inside a string.
pub(super) fn scan(line: &str, marks: Marks, mut quote: Option<char>) -> Scan {
    let mut found = Scan::default();
    let mut chars = line.char_indices();
    let begins_in_string = quote.is_some();
    while let Some((at, c)) = chars.next() {
        if let Some(open) = quote {
            if c == '\\' {
                chars.next();
            } else if c == open {
                quote = None;
                if begins_in_string && found.string_end.is_none() {
                    found.string_end = Some(at);
                }
            }
        } else if line[at..].starts_with(marks.comment) {
            found.in_comment = true;
            break;
        } else if matches!(c, '"' | '`') || (c == '\'' && is_quote(&line[at..], marks)) {
            quote = Some(c);
        } else if matches!(c, '(' | ')' | '[' | ']' | '{' | '}') {
            found.brackets.push((at, c));
        }
    }
    found.open_quote = quote;
    found
}

fn is_quote(from_quote: &str, marks: Marks) -> bool {
    if !marks.single_is_char {
        return true;
    }
    let mut chars = from_quote.chars().skip(1);
    chars.next() == Some('\\') || chars.next() == Some('\'')
}

/// The bracket that closes `c`, when `c` opens one.
pub(super) fn closer_of(c: char) -> Option<char> {
    match c {
        '(' => Some(')'),
        '[' => Some(']'),
        '{' => Some('}'),
        _ => None,
    }
}

/// The brackets open at the cursor, innermost first, each with whether the suffix closes it.
///
/// A closing bracket at a line's start closes only what was opened on a line as far to the right;
/// so the brace just typed is seen to be open though the file has one for the function around it.
pub(super) fn open_at(prefix: &str, suffix: &str, marks: Marks) -> Vec<Open> {
    let mut open: Vec<(char, usize)> = Vec::new();
    for line in prefix.lines() {
        for (_, c) in scan(line, marks, None).brackets {
            match closer_of(c) {
                Some(closer) => open.push((closer, column(line))),
                None if open.last().is_some_and(|(closer, _)| *closer == c) => {
                    open.pop();
                }
                None => {}
            }
        }
    }
    let mut closers = unmatched_closers(prefix, suffix, marks).into_iter().peekable();
    open.iter()
        .rev()
        .take(OPEN_MAX)
        .map(|&(closer, opened_at)| {
            let closed_below = closers
                .next_if(|&(c, line_column)| {
                    c == closer && line_column.is_none_or(|column| column == opened_at)
                })
                .is_some();
            Open { closer, closed_below }
        })
        .collect()
}

/// Closing brackets of the suffix that it does not open itself, with the column of those that
/// begin a line.
fn unmatched_closers(prefix: &str, suffix: &str, marks: Marks) -> Vec<(char, Option<usize>)> {
    let mut depth = 0_usize;
    let mut found = Vec::new();
    let cursor_line = prefix.lines().next_back().filter(|_| !prefix.ends_with('\n'));
    let mut quote = cursor_line.and_then(|line| scan(line, marks, None).open_quote);
    for (number, line) in suffix.lines().enumerate() {
        let begins = line.len() - line.trim_start().len();
        for (at, c) in scan(line, marks, quote.take()).brackets {
            if closer_of(c).is_some() {
                depth += 1;
            } else if depth > 0 {
                depth -= 1;
            } else {
                found.push((c, (number > 0 && at == begins).then(|| column(line))));
            }
        }
        if found.len() >= OPEN_MAX {
            break;
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, language: &str, expected: &[(char, bool)]) {
        let (prefix, suffix) = text.split_once('|').expect("a cursor");
        let open: Vec<(char, bool)> = open_at(prefix, suffix, Marks::of(language))
            .into_iter()
            .map(|open| (open.closer, open.closed_below))
            .collect();
        assert_eq!(open, expected, "{text}");
    }

    #[test]
    fn a_bracket_that_the_editor_closed() {
        check("foo(bar(|))", "python", &[(')', true), (')', true)]);
        check("foo(\"a(\", |)", "python", &[(')', true)]);
    }

    #[test]
    fn a_brace_just_typed_is_not_closed_by_the_one_of_the_function() {
        check("fn f() {\n    if x {|\n}\n", "rust", &[('}', false), ('}', true)]);
        check("fn f() {\n    if x {\n        |\n    }\n}\n", "rust", &[('}', true), ('}', true)]);
    }

    #[test]
    fn quotes_and_comments_hide_brackets() {
        check("f('(') # (\nx = [|", "python", &[(']', false)]);
        check("fn f<'a>(x: &'a str, c: '(') {|", "rust", &[('}', false)]);
        check("say(\"it's (\", |)", "javascript", &[(')', true)]);
    }

    #[test]
    fn a_string_ends_where_its_quote_does() {
        let scan = scan("lo\\\" x\", (a)", Marks::of("python"), Some('"'));
        assert_eq!(scan.string_end, Some(6));
        assert_eq!(scan.brackets, [(9, '('), (11, ')')]);
    }
}
