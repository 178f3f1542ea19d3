//! Deciding, while a completion streams in, what of it is shown and where it ends.
//!
//! The answer so far is fitted anew with every piece: a completion is short, and what is shown
//! then never depends on how the network cut the answer into pieces. Lines decide: a rule that
//! needs a whole line waits for its end, and until then the line is shown with care.

mod around;
mod body;
mod brackets;
mod lines;
mod repeats;

use saga_domain::control;

use around::{Around, opens_block};
use body::Body;

/// How an answer relates to the text before the cursor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AnswerForm {
    /// It goes on from the end of the prompt.
    Continues,
    /// It is what a chat model says: there may be words and a fence around the code, and the
    /// start of the cursor's line may be repeated.
    Says,
}

/// What the answer is fitted to.
#[derive(Clone, Copy, Debug)]
pub struct ShapeAsk<'a> {
    /// Text before the cursor, what was taken back included; some thousand bytes are enough.
    pub prefix: &'a str,
    /// Text after the cursor; some thousand bytes are enough.
    pub suffix: &'a str,
    /// What the answer must begin with, as [`CompletionPrompt`](crate::CompletionPrompt) says.
    pub taken_back: &'a str,
    /// The answer's form, as [`CompletionPrompt`](crate::CompletionPrompt) says.
    pub form: AnswerForm,
    /// Whether one line is all that is shown. In the middle of a line it always is.
    pub one_line: bool,
    /// The editor's language id.
    pub language: &'a str,
}

/// Why nothing more is taken of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum StopReason {
    /// It does not begin with what was taken back: ask the plain prompt.
    NotContinued,
    /// It closed the code block.
    Fence,
    /// It wrote a control token of a chat template.
    ControlToken,
    /// It began to talk.
    Prose,
    /// It reached the text that already follows the cursor.
    Follows,
    /// It left the scope that the cursor is in, or finished it.
    ScopeEnd,
    /// It repeats itself or the text before the cursor.
    Repetition,
    /// It wrote the one line that was wanted.
    OneLine,
}

/// The answer so far, fitted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shaped {
    /// The whole text to show at the cursor; empty when there is nothing to show.
    pub text: String,
    /// Bytes before the cursor that `text` replaces: a Hangul syllable under composition that
    /// becomes the text's first one. 0 otherwise.
    pub replace_back_bytes: usize,
    /// Set once nothing more is taken: drop the stream.
    pub stop: Option<StopReason>,
}

/// Takes an answer piece by piece.
#[derive(Clone, Debug)]
pub struct Shaper {
    around: Around,
    raw: String,
    stopped: Option<Shaped>,
}

impl Shaper {
    /// A shaper for one answer.
    #[must_use]
    pub fn new(ask: ShapeAsk<'_>) -> Self {
        Self { around: Around::new(&ask), raw: String::new(), stopped: None }
    }

    /// Takes the next piece. After a stop further pieces change nothing.
    pub fn push(&mut self, piece: &str) -> Shaped {
        // A carriage return never belongs to the answer: line ends are `\n` on this side.
        self.raw.extend(piece.chars().filter(|c| *c != '\r'));
        self.shape(false)
    }

    /// The last word on the answer, when its stream has ended.
    pub fn finish(&mut self) -> Shaped {
        self.shape(true)
    }

    /// The last word when the token limit cut the answer off: its last line is no line yet, and
    /// a block without its first line is of no use.
    pub fn finish_at_limit(&mut self) -> Shaped {
        let mut end = self.raw.rfind('\n');
        while self.stopped.is_none()
            && let Some(line_end) = end
        {
            let shaped = fit(&self.around, &self.raw[..line_end], true);
            let last = shaped.text.lines().next_back().unwrap_or_default();
            if !shaped.text.is_empty() && !opens_block(last) {
                return shaped;
            }
            end = self.raw[..line_end].rfind('\n');
        }
        self.finish()
    }

    fn shape(&mut self, finished: bool) -> Shaped {
        if let Some(stopped) = &self.stopped {
            return stopped.clone();
        }
        let shaped = fit(&self.around, &self.raw, finished);
        if shaped.stop.is_some() {
            self.stopped = Some(shaped.clone());
            self.raw = String::new();
        }
        shaped
    }
}

fn fit(around: &Around, raw: &str, finished: bool) -> Shaped {
    let token = control::first_token(raw);
    let ended = finished || token.is_some();
    let said = &raw[..token.unwrap_or_else(|| shown_until(raw, finished))];
    let (text, stop, replace_back_bytes) = match body::of_answer(around, said, ended) {
        Body::NotYet => (String::new(), None, 0),
        Body::Misfit(reason) => (String::new(), Some(reason), 0),
        Body::Text { text, replaces, closed } => {
            let ended = ended || closed;
            let (text, stop) = lines::fit(around, &text, ended);
            (text, stop.or(closed.then_some(StopReason::Fence)), replaces)
        }
    };
    let stop = stop.or(token.map(|_| StopReason::ControlToken));
    let text = tidy(around, &text);
    let replace_back_bytes = if text.is_empty() { 0 } else { replace_back_bytes };
    Shaped { text, replace_back_bytes, stop }
}

/// The start of what may become a control token is not shown.
fn shown_until(raw: &str, finished: bool) -> usize {
    if finished { raw.len() } else { control::undecided_from(raw) }
}

/// Takes away what nobody wants to accept: blanks at line ends, and a text that the file already
/// has right after the cursor.
fn tidy(around: &Around, text: &str) -> String {
    let lines: Vec<&str> = text.trim_end().split('\n').map(str::trim_end).collect();
    let mut tidied = control::restore(&lines.join("\n")).into_owned();
    let said = tidied.trim();
    if said.is_empty() || around.suffix.trim_start().starts_with(said) {
        return String::new();
    }
    let rest = around.rest.as_str();
    let line_ended = text[text.trim_end().len()..].contains('\n');
    if text.ends_with(' ') && rest.starts_with(|c: char| c.is_alphanumeric() || c == '_') {
        // A blank before a word that stands there already is not at the line's end.
        tidied.push(' ');
    } else if line_ended && tidied.contains('\n') && rest.starts_with([')', ']', '}']) {
        // The bracket after the cursor closes several lines, from a line of its own.
        tidied.push('\n');
        tidied.push_str(&around.line[..around.line.len() - around.line.trim_start().len()]);
    }
    tidied
}
