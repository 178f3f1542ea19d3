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

/// What a parser says of the text with an answer in it. The adapter stands in the engine, so
/// that no parser is known here.
pub trait Syntax: Send {
    /// Where in `answer`, of which every line is whole, the scope that the cursor is in has
    /// ended, or a second definition begins.
    fn scope_end(&mut self, answer: &str) -> Option<usize>;

    /// Whether the text with the whole `answer` in it has syntax errors that it does not have
    /// without; false where the text around is too broken to tell.
    fn breaks(&mut self, answer: &str) -> bool;
}

/// What the answer is fitted to.
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
    /// Whether the cursor stands in text that is written for people: prose, a comment.
    pub in_prose: bool,
    /// A parser of the text around the cursor, where there is one.
    pub syntax: Option<Box<dyn Syntax>>,
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

impl StopReason {
    /// The stable name, for statistics.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::NotContinued => "not_continued",
            Self::Fence => "fence",
            Self::ControlToken => "control_token",
            Self::Prose => "prose",
            Self::Follows => "follows",
            Self::ScopeEnd => "scope_end",
            Self::Repetition => "repetition",
            Self::OneLine => "one_line",
        }
    }
}

/// Why an answer, or the end of one, is not shown though no stop cut it off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DropReason {
    /// It said nothing but blanks.
    Nothing,
    /// What it says already stands after the cursor.
    AlreadyThere,
    /// It would break the syntax of the text around.
    BreaksSyntax,
    /// The token limit cut it off in the middle of a line or a sentence.
    CutOff,
}

impl DropReason {
    /// The stable name, for statistics.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Nothing => "nothing_said",
            Self::AlreadyThere => "already_there",
            Self::BreaksSyntax => "breaks_syntax",
            Self::CutOff => "cut_off",
        }
    }
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
    /// Set at the end of an answer of which something is not shown that no stop cut off.
    pub drop: Option<DropReason>,
}

impl Shaped {
    /// The stable name of the reason why nothing of an answer that has ended is shown, or why its
    /// end is not; none when it is shown as it was meant.
    #[must_use]
    pub fn dropped(&self) -> Option<&'static str> {
        let stopped = self.stop.filter(|_| self.text.is_empty());
        self.drop.map(DropReason::name).or(stopped.map(StopReason::name))
    }
}

/// Takes an answer piece by piece.
pub struct Shaper {
    around: Around,
    syntax: Option<Box<dyn Syntax>>,
    raw: String,
    stopped: Option<Shaped>,
}

impl Shaper {
    /// A shaper for one answer.
    #[must_use]
    pub fn new(ask: ShapeAsk<'_>) -> Self {
        let around = Around::new(&ask);
        Self { around, syntax: ask.syntax, raw: String::new(), stopped: None }
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
        let mut shaped = fit(&self.around, &self.raw, finished);
        if finished || shaped.stop.is_some() {
            self.keep_what_parses(&mut shaped);
        }
        if shaped.stop.is_some() {
            self.stopped = Some(shaped.clone());
            self.raw = String::new();
        }
        shaped
    }
}

impl Shaper {
    /// Takes lines away from the end of an answer that would break the syntax of the file.
    fn keep_what_parses(&mut self, shaped: &mut Shaped) {
        let Some(syntax) = self.syntax.as_mut().filter(|_| shaped.replace_back_bytes == 0) else {
            return;
        };
        while !shaped.text.is_empty() && syntax.breaks(&shaped.text) {
            let kept = shaped.text.rfind('\n').unwrap_or_default();
            shaped.text.truncate(kept);
            shaped.text.truncate(shaped.text.trim_end().len());
            shaped.drop = Some(DropReason::BreaksSyntax);
        }
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
    Shaped { text, replace_back_bytes, stop, drop: None }
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
