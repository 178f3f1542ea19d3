//! What an answer is fitted to, worked out once.

use super::brackets;
use super::indent::Indent;
use super::marks::Marks;
use super::{AnswerForm, ShapeAsk};
use crate::fence::is_prose_language;

/// A tab's width where columns are compared.
const TAB_COLUMNS: usize = 4;

/// Lines above the cursor that an answer may repeat.
const ABOVE_LINES: usize = 40;

/// Lines below the next one that an answer may run into.
const SOON_BELOW_LINES: usize = 5;

/// What stands around the cursor.
#[derive(Clone, Debug)]
pub(super) struct Around {
    pub(super) suffix: String,
    pub(super) taken_back: String,
    pub(super) form: AnswerForm,
    pub(super) one_line: bool,
    pub(super) marks: Marks,
    pub(super) indent: Indent,
    /// The cursor's line up to the cursor.
    pub(super) line: String,
    /// The cursor's line from the cursor on.
    pub(super) rest: String,
    /// Lines above that are not blank, the nearest first, without their indentation.
    pub(super) above: Vec<String>,
    /// The nearest of them as it stands there.
    pub(super) above_raw: Option<String>,
    /// The first line below that is not blank.
    pub(super) below: Option<String>,
    /// Those that come soon after it.
    pub(super) soon_below: Vec<String>,
    /// Column that a line must reach to belong to the cursor's scope.
    pub(super) base: usize,
    /// Brackets that are open at the cursor, innermost first.
    pub(super) open: Vec<brackets::Open>,
    /// Whether lines that read like sentences are what the file holds here.
    pub(super) talks: bool,
    /// Whether fences are a part of the text here.
    pub(super) holds_fences: bool,
}

impl Around {
    pub(super) fn new(ask: &ShapeAsk<'_>) -> Self {
        let (before, line) = ask.prefix.rsplit_once('\n').unwrap_or(("", ask.prefix));
        let (rest, after) = ask.suffix.split_once('\n').unwrap_or((ask.suffix, ""));
        let above = || before.lines().rev().filter(|line| !line.trim().is_empty());
        let mut below = after.lines().map(str::trim_end).filter(|line| !line.is_empty());
        let marks = Marks::of(ask.language);
        let holds_fences = is_prose_language(ask.language) || in_long_text(ask.prefix);
        let rest = rest.trim_end().to_owned();
        Self {
            suffix: ask.suffix.to_owned(),
            taken_back: ask.taken_back.to_owned(),
            form: ask.form,
            one_line: ask.one_line || rest.chars().any(char::is_alphanumeric),
            marks,
            indent: Indent::of(before, after),
            base: base(line, above().next().unwrap_or_default()),
            open: brackets::open_at(ask.prefix, ask.suffix, marks),
            talks: ask.in_prose || holds_fences,
            holds_fences,
            line: line.to_owned(),
            rest,
            above: above().take(ABOVE_LINES).map(|line| line.trim().to_owned()).collect(),
            above_raw: above().next().map(str::to_owned),
            below: below.next().map(str::to_owned),
            soon_below: below.take(SOON_BELOW_LINES).map(str::to_owned).collect(),
        }
    }

    /// Whether nothing stands before the cursor on its line.
    pub(super) fn line_is_blank(&self) -> bool {
        self.line.trim().is_empty()
    }
}

/// The column of a line's first character that is not blank.
pub(super) fn column(line: &str) -> usize {
    line.chars()
        .take_while(|c| matches!(c, ' ' | '\t'))
        .map(|c| if c == '\t' { TAB_COLUMNS } else { 1 })
        .sum()
}

/// Whether a line ends in something that the next lines belong to.
pub(super) fn opens_block(line: &str) -> bool {
    line.trim_end().ends_with([':', '{', '(', '[']) || line.trim_end().ends_with("=>")
}

fn base(line: &str, above: &str) -> usize {
    if !line.trim().is_empty() {
        column(line)
    } else if opens_block(above) {
        column(line).max(column(above) + 1)
    } else {
        column(line)
    }
}

/// Whether the cursor is inside a docstring or a block comment.
fn in_long_text(prefix: &str) -> bool {
    let odd = |quotes| prefix.matches(quotes).count() % 2 == 1;
    let in_comment = prefix.rfind("/*") > prefix.rfind("*/");
    odd("\"\"\"") || odd("'''") || in_comment
}
