//! Taking the code out of what an instruct model says about an edit.

/// The code that was asked about.
#[derive(Clone, Copy, Debug)]
pub struct AskedCode<'a> {
    /// The code that the answer is to replace.
    pub code: &'a str,
    /// The editor's language id.
    pub language: &'a str,
    /// Whether the answer begins inside an open code block.
    pub prefilled: bool,
}

/// What an answer holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reading {
    /// Code to put in place of the code that was asked about, with its indentation and line end.
    Code(String),
    /// Code with parts left out ("rest unchanged"): putting it in place would delete them.
    Elided,
    /// Nothing that is code: the answer is prose, to be shown as text.
    Nothing,
}

/// Reads an answer, whole or so far (`finished` is false while it streams).
#[must_use]
pub fn read_code(answer: &str, asked: &AskedCode<'_>, finished: bool) -> Reading {
    let _ = finished;
    let inside = if asked.prefilled {
        answer
    } else {
        match answer.split_once("```").and_then(|(_, rest)| rest.split_once('\n')) {
            Some((_, rest)) => rest,
            None => return Reading::Nothing,
        }
    };
    let code = inside.split_once("\n```").map_or(inside, |(code, _)| code);
    if code.trim().is_empty() {
        return Reading::Nothing;
    }
    let mut code = code.trim_end().to_owned();
    if asked.code.ends_with('\n') {
        code.push('\n');
    }
    Reading::Code(code)
}
