//! Cutting what was asked about out of an answer that repeats what stands around it: neighbours, the
//! enclosing class, the whole file. Nothing is cut that the document does not hold there.

use super::AskedCode;
use super::elided::{is_marker, speaks_of_around};
use super::lines::{
    balance, defined, indentation, is_blank, is_telling, leads_definition, opens_block, same,
};

/// The part of `code` that takes the place of what was asked about; none where the answer changes
/// what stands around it too.
pub(super) fn cut(code: &str, asked: &AskedCode<'_>, finished: bool) -> Option<String> {
    let lines: Vec<&str> = code.lines().collect();
    let around = Around::of(asked);
    let start = around.end_of_leading(&lines);
    if !finished && start == 0 && around.is_inside_leading(&lines) {
        return None;
    }
    let end = around.start_of_trailing(&lines, start);
    let inner = &lines[start..end];
    // What the lines that were cut open must be closed by others that are cut.
    let opens = balance(lines[..start].iter().copied()) != [0; 4];
    let is_open = opens
        && finished
        && balance(inner.iter().copied()) != balance(around.inside.iter().copied());
    let is_certain = !is_open && !around.changes_surroundings(inner);
    is_certain.then(|| without_line_parts(&inner.join("\n"), asked) + "\n")
}

struct Around<'a> {
    asked: AskedCode<'a>,
    /// The lines before, without blank ones.
    before: Vec<&'a str>,
    after: Vec<&'a str>,
    inside: Vec<&'a str>,
}

impl<'a> Around<'a> {
    fn of(asked: &AskedCode<'a>) -> Self {
        let full = |text: &'a str| text.lines().filter(|line| !is_blank(line)).collect();
        let whole_before = asked.before.rfind('\n').map_or("", |end| &asked.before[..end]);
        let is_at_line_end = asked.code.ends_with('\n');
        let whole_after = if is_at_line_end {
            asked.after
        } else {
            asked.after.find('\n').map_or("", |end| &asked.after[end..])
        };
        Self {
            asked: *asked,
            before: full(whole_before),
            after: full(whole_after),
            inside: full(asked.code),
        }
    }

    /// How many lines of the answer stand before the code in the document.
    fn end_of_leading(&self, lines: &[&str]) -> usize {
        let neighbours = self.neighbours_before(lines);
        if neighbours > 0 {
            neighbours
        } else if self.inside.is_empty() {
            self.imports_before(lines)
        } else {
            self.scopes_before(lines)
        }
    }

    /// New code that begins with imports: those that the document has already.
    fn imports_before(&self, lines: &[&str]) -> usize {
        let is_known = |line: &str| self.before.iter().any(|other| same(other, line));
        let is_had = |line: &str| is_blank(line) || (is_import(line) && is_known(line));
        position(lines, |line| !is_had(line))
    }

    /// The lines right before the code, repeated one by one, perhaps after a marker.
    fn neighbours_before(&self, lines: &[&str]) -> usize {
        let first = position(lines, |line| !is_blank(line) && !self.is_marker(line));
        let given: Vec<usize> = (first..lines.len()).filter(|at| !is_blank(lines[*at])).collect();
        let most = given.len().saturating_sub(1).min(self.before.len());
        let count = (1..=most).rev().find(|&count| {
            let repeated = &self.before[self.before.len() - count..];
            let is_repeated =
                repeated.iter().zip(&given).all(|(known, at)| same(known, lines[*at]));
            // A tag with its closing one says as much as a line of words.
            let is_closed_too = || {
                let last = given.last().map(|at| lines[*at]);
                self.after.first().zip(last).is_some_and(|(next, last)| same(next, last))
            };
            is_repeated && (repeated.iter().any(|line| is_telling(line)) || is_closed_too())
        });
        let Some(count) = count else { return 0 };
        let begins_alike = self.inside.first().is_some_and(|own| same(own, lines[given[0]]));
        let goes_on_alike =
            || self.inside.first().is_some_and(|own| same(own, lines[given[count]]));
        if begins_alike && !goes_on_alike() { 0 } else { given[count] }
    }

    /// Lines of the document before the code, some left out, up to the line that begins the code.
    fn scopes_before(&self, lines: &[&str]) -> usize {
        let Some(name) = self.first_definition() else { return 0 };
        let Some(head) = lines.iter().position(|line| defined(line) == Some(name)) else {
            return 0;
        };
        // What stands right above a definition belongs to it.
        let leads = |line: &&&str| {
            let is_text = line.trim().starts_with(['"', '\'']);
            !is_blank(line) && leads_definition(line) && !is_text && !self.is_marker(line)
        };
        let start = head - lines[..head].iter().rev().take_while(leads).count();
        let mut known = self.before.iter();
        let is_known = lines[..start]
            .iter()
            .filter(|line| !is_blank(line) && !self.is_marker(line))
            .all(|line| known.any(|other| same(other, line)));
        if is_known { start } else { 0 }
    }

    /// Where the lines begin that stand after the code in the document.
    fn start_of_trailing(&self, lines: &[&str], start: usize) -> usize {
        let end = self.without_markers_at_end(lines, start);
        let wanted = balance(self.inside.iter().copied());
        let fits = |end: usize| balance(lines[start..end].iter().copied()) == wanted;
        let given: Vec<usize> = (start..end).filter(|at| !is_blank(lines[*at])).collect();
        let most = given.len().saturating_sub(1).min(self.after.len());
        for count in (1..=most).rev() {
            let at = given[given.len() - count];
            let repeated = &self.after[..count];
            let is_repeated = repeated
                .iter()
                .zip(&given[given.len() - count..])
                .all(|(known, at)| same(known, lines[*at]));
            if !is_repeated {
                continue;
            }
            let is_own = ends_alike(&self.inside, repeated);
            let telling = repeated.iter().filter(|line| is_telling(line)).count();
            // Code with a bracket missing may be asked about to have it closed.
            let is_paired = start > 0 || (wanted == [0; 4] && !fits(end));
            if fits(at) && !(is_own && fits(end)) && (telling > 0 || is_paired) || telling > 1 {
                return at;
            }
        }
        if start > 0 { self.closers_after(lines, start, end) } else { end }
    }

    /// Closing lines of the document whose opening ones the answer repeated too.
    fn closers_after(&self, lines: &[&str], start: usize, end: usize) -> usize {
        let wanted = balance(self.inside.iter().copied());
        let mut known = self.after.iter().rev();
        let mut at = end;
        while at > start + 1 && balance(lines[start..at].iter().copied()) != wanted {
            let line = lines[at - 1];
            let is_known =
                is_blank(line) || self.is_marker(line) || known.any(|other| same(other, line));
            if !is_known {
                return end;
            }
            at -= 1;
        }
        if at > start + 1 { self.without_markers_at_end(&lines[..at], start) } else { end }
    }

    /// Without markers that stand for what follows the code: the definition is whole before them.
    fn without_markers_at_end(&self, lines: &[&str], start: usize) -> usize {
        let mut end = lines.len();
        while let Some(line) = lines[start..end].last() {
            let is_beyond = is_blank(line)
                || (self.is_marker(line) && self.is_whole(&lines[start..end - 1], line));
            if !is_beyond {
                break;
            }
            end -= 1;
        }
        end
    }

    /// Whether the lines are the whole definition that was asked about.
    fn is_whole(&self, lines: &[&str], marker: &str) -> bool {
        let is_one = |lines: &[&str]| {
            let mut lines = lines.iter().filter(|line| !is_blank(line));
            let Some(first) = lines.find(|line| !leads_definition(line)) else { return false };
            let column = indentation(first).len();
            let last = lines.next_back();
            defined(first).is_some()
                && last.is_some_and(|last| {
                    last.trim().starts_with('}') == first.trim_end().ends_with('{')
                })
                && lines.all(|line| indentation(line).len() > column)
        };
        let own: Vec<&str> = self.asked.code.lines().collect();
        if !is_one(&own) || !is_one(lines) || balance(lines.iter().copied()) != [0; 4] {
            return false;
        }
        let column =
            lines.iter().find(|line| !is_blank(line)).map_or(0, |line| indentation(line).len());
        let is_outside = indentation(marker).len() <= column;
        let is_closed = lines
            .iter()
            .rfind(|line| !is_blank(line))
            .is_some_and(|line| line.trim().starts_with('}'));
        is_outside && (is_closed || speaks_of_around(marker))
    }

    /// Whether an answer that streams has only given lines before the code so far.
    fn is_inside_leading(&self, lines: &[&str]) -> bool {
        let given: Vec<&str> = lines.iter().copied().filter(|line| !is_blank(line)).collect();
        let Some(first) = given.first() else { return false };
        let starts = |line: &&str| same(line, first);
        is_telling(first)
            && self.before.iter().enumerate().filter(|(_, line)| starts(line)).any(|(at, _)| {
                let known = &self.before[at..];
                known.len() >= given.len() && known.iter().zip(&given).all(|(a, b)| same(a, b))
            })
    }

    /// Whether what is left defines again, as it was or otherwise, what stands around the code.
    fn changes_surroundings(&self, lines: &[&str]) -> bool {
        let own = |name: &str| self.inside.iter().any(|line| defined(line) == Some(name));
        let Some(first) = lines.iter().find(|line| !leads_definition(line)) else { return false };
        let column = indentation(first).len();
        let redefines = lines
            .iter()
            .filter(|line| !is_blank(line) && indentation(line).len() <= column)
            .filter_map(|line| defined(line).map(|name| (line, name)))
            .any(|(line, name)| {
                let around = || self.before.iter().chain(&self.after);
                !own(name) && around().any(|other| same(other, line))
            });
        let encloses = defined(first)
            .is_some_and(|name| !own(name) && self.enclosing().any(|scope| scope == name));
        let declares = lines.iter().filter_map(|line| declared(line)).any(|what| {
            let has = |lines: &[&str]| lines.iter().any(|line| declared(line) == Some(what));
            !has(&self.inside) && (has(&self.before) || has(&self.after))
        });
        let repeats = lines
            .iter()
            .filter(|line| (is_import(line) && !self.inside.is_empty()) || self.is_scope(line))
            .any(|line| {
                let has = |known: &[&str]| known.iter().any(|other| same(other, line));
                !has(&self.inside) && has(&self.before)
            });
        redefines || encloses || declares || repeats
    }

    /// Whether the line opens the block that the code stands in.
    fn is_scope(&self, line: &str) -> bool {
        is_telling(line) && self.scopes().next().is_some_and(|scope| same(scope, line))
    }

    /// The names of the definitions that hold the code.
    fn enclosing(&self) -> impl Iterator<Item = &'a str> {
        self.scopes().filter_map(defined)
    }

    /// The lines that open the blocks around the code, the innermost first.
    fn scopes(&self) -> impl Iterator<Item = &'a str> {
        let line_start = self.asked.before.rsplit('\n').next().unwrap_or_default();
        let first = self.inside.first().copied().unwrap_or_default();
        let mut column = indentation(line_start).len() + indentation(first).len();
        self.before.iter().rev().copied().filter(move |line| {
            let own = indentation(line).len();
            let is_scope = own < column && opens_block(line);
            if is_scope {
                column = own;
            }
            is_scope
        })
    }

    fn first_definition(&self) -> Option<&'a str> {
        let first = self.inside.iter().find(|line| !leads_definition(line))?;
        defined(first)
    }

    fn is_marker(&self, line: &str) -> bool {
        is_marker(line, self.asked.code)
    }
}

fn is_import(line: &str) -> bool {
    const WORDS: &[&str] = &["import ", "from ", "use ", "#include ", "using ", "package "];
    WORDS.iter().any(|word| line.starts_with(word))
}

/// What a file declares once, when the line does.
fn declared(line: &str) -> Option<&'static str> {
    const ONCE: &[&str] = &[
        "module.exports =",
        "export default ",
        "export {",
        "__all__ =",
        "if __name__ ==",
        "package ",
    ];
    ONCE.iter().find(|words| line.starts_with(*words)).copied()
}

fn ends_alike(lines: &[&str], end: &[&str]) -> bool {
    lines.len() >= end.len() && lines.iter().rev().zip(end.iter().rev()).all(|(a, b)| same(a, b))
}

fn position(lines: &[&str], is: impl Fn(&str) -> bool) -> usize {
    lines.iter().position(|line| is(line)).unwrap_or(lines.len())
}

/// Without the parts of the first and the last line that stand outside what was asked about.
fn without_line_parts(code: &str, asked: &AskedCode<'_>) -> String {
    let lead = asked.before.rsplit('\n').next().unwrap_or_default().trim_start();
    let tail = asked.after.split('\n').next().unwrap_or_default().trim_end();
    let mut inner = code.trim_end();
    let first = inner.trim_start();
    if !lead.trim().is_empty() && first.starts_with(lead) && !asked.code.starts_with(lead) {
        inner = &first[lead.len()..];
    }
    let is_inside_line =
        !asked.code.is_empty() && !asked.code.ends_with('\n') && !tail.trim().is_empty();
    if is_inside_line && !asked.code.trim_end().ends_with(tail.trim()) {
        let shorter = inner.strip_suffix(tail).or_else(|| inner.strip_suffix(tail.trim()));
        inner = shorter
            .filter(|inner| balance(inner.lines()) == balance(asked.code.lines()))
            .unwrap_or(inner);
    }
    inner.to_owned()
}
