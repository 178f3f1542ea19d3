//! Giving an answer the indentation and the line ends of the code it replaces.

use super::AskedCode;

const TAB_COLUMNS: usize = 4;

/// `code` laid out as the code that was asked about.
pub(super) fn fit(code: &str, asked: &AskedCode<'_>) -> String {
    let code = without_blank_lines(code);
    // The blanks before the code in its own first line.
    let lead = asked.before.rsplit('\n').next().filter(|lead| lead.trim().is_empty());
    let lead = lead.unwrap_or_default();
    let whole = format!("{lead}{}", asked.code);
    let code = with_blanks_of(code, &whole, asked);
    let out = if asked.code.trim().is_empty() {
        let end = if asked.code.ends_with('\n') { "\n" } else { "" };
        format!("{}{end}", at_column_of(&code, &whole))
    } else {
        let inner = without_blank_lines(&whole);
        let above = whole.len() - whole.trim_start_matches(|c: char| c.is_whitespace()).len();
        let above = whole[..above].rfind('\n').map_or("", |end| &whole[..=end]);
        let tail = &whole[whole.trim_end().len()..];
        format!("{above}{}{tail}", at_column_of(&code, inner))
    };
    out.strip_prefix(lead).map_or_else(|| out.trim_start().to_owned(), str::to_owned)
}

/// Without the blank lines at both ends; the first line keeps its indentation.
fn without_blank_lines(text: &str) -> &str {
    let text = text.trim_end();
    let begins = text.len() - text.trim_start().len();
    text[..begins].rfind('\n').map_or(text, |end| &text[end + 1..])
}

/// Moves the whole code, or the first line alone where only that lost its place.
fn at_column_of(code: &str, asked: &str) -> String {
    let wanted = indentation(asked.lines().next().unwrap_or_default());
    let (have, want) = (columns(indentation(code)), columns(wanted));
    if have == want {
        return code.to_owned();
    }
    if have == 0 && only_first_line_moved(code, asked) {
        return format!("{wanted}{code}");
    }
    let blank = if wanted.starts_with('\t') { "\t" } else { " " };
    let width = columns(blank);
    let mut out = String::with_capacity(code.len());
    for (number, line) in code.split('\n').enumerate() {
        if number > 0 {
            out.push('\n');
        }
        if line.trim().is_empty() {
            continue;
        }
        if want > have {
            out.push_str(&blank.repeat((want - have) / width));
            out.push_str(line);
        } else {
            out.push_str(without_columns(line, have - want));
        }
    }
    out
}

/// Models often write the first line at the left edge and the others in their place.
fn only_first_line_moved(code: &str, asked: &str) -> bool {
    let first_column = columns(indentation(asked));
    let Some(least) = least_below_first(code) else { return true };
    let begins_block = opens_block(code) && !opens_block(asked);
    let last = code.lines().next_back().unwrap_or_default();
    if begins_block && last.trim_start().starts_with(['}', ')', ']']) {
        return columns(indentation(last)) >= first_column;
    }
    if begins_block {
        return least > first_column;
    }
    least >= least_below_first(asked).unwrap_or(first_column).max(1)
}

fn opens_block(code: &str) -> bool {
    code.lines().next().is_some_and(|line| line.trim_end().ends_with([':', '{', '(', '[']))
}

/// The smallest column of the lines after the first.
fn least_below_first(code: &str) -> Option<usize> {
    let lines = code.lines().skip(1).filter(|line| !line.trim().is_empty());
    lines.map(|line| columns(indentation(line))).min()
}

/// Tabs for blanks, or blanks for tabs, when the file uses the other.
fn with_blanks_of(code: &str, inner: &str, asked: &AskedCode<'_>) -> String {
    let uses = |text: &str, blank: char| text.lines().any(|line| line.starts_with(blank));
    let unit = |text: &str| {
        let places = text.lines().map(|line| columns(indentation(line)));
        places.filter(|columns| *columns > 0).min().unwrap_or(TAB_COLUMNS)
    };
    let is_indented = uses(inner, '\t') || uses(inner, ' ');
    let around = [asked.before, asked.after];
    let uses_asked = |blank: char| {
        if is_indented { uses(inner, blank) } else { around.iter().any(|text| uses(text, blank)) }
    };
    let (asked_tabs, asked_blanks) = (uses_asked('\t'), uses_asked(' '));
    let (code_tabs, code_blanks) = (uses(code, '\t'), uses(code, ' '));
    let to_tabs = asked_tabs && !asked_blanks && code_blanks && !code_tabs;
    let to_blanks = asked_blanks && !asked_tabs && code_tabs && !code_blanks;
    if !to_tabs && !to_blanks {
        return code.to_owned();
    }
    let width = if to_tabs { unit(code) } else { TAB_COLUMNS };
    let lines = code.split('\n').map(|line| {
        let begins = indentation(line);
        let columns = columns(begins);
        let rest = &line[begins.len()..];
        if to_tabs {
            format!("{}{}{rest}", "\t".repeat(columns / width), " ".repeat(columns % width))
        } else {
            format!("{}{rest}", " ".repeat(columns))
        }
    });
    lines.collect::<Vec<_>>().join("\n")
}

fn indentation(line: &str) -> &str {
    &line[..line.len() - line.trim_start_matches([' ', '\t']).len()]
}

fn columns(indentation: &str) -> usize {
    indentation.chars().map(|c| if c == '\t' { TAB_COLUMNS } else { 1 }).sum()
}

fn without_columns(line: &str, count: usize) -> &str {
    let mut left = count;
    line.trim_start_matches(|c| {
        let width = match c {
            ' ' => 1,
            '\t' => TAB_COLUMNS,
            _ => return false,
        };
        let fits = width <= left;
        left = left.saturating_sub(width);
        fits
    })
}
