//! Deciding, while a completion streams in, what of it is shown and where it ends.
//!
//! The answer so far is fitted anew with every piece: a completion is short, and what is shown
//! then never depends on how the network cut the answer into pieces. Lines decide: a rule that
//! needs a whole line waits for its end, and until then the line is shown with care.

mod around;
mod body;
mod brackets;
mod fit;
mod indent;
mod lines;
mod marks;
mod reasons;
mod repeats;
mod sentences;

use around::{Around, opens_block};
pub use reasons::{DropReason, StopReason};

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

/// The answer so far, fitted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
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
    /// Lines of the text that the parser was asked about.
    parsed_lines: usize,
    stopped: Option<Shaped>,
}

impl Shaper {
    /// A shaper for one answer.
    #[must_use]
    pub fn new(ask: ShapeAsk<'_>) -> Self {
        let around = Around::new(&ask);
        let syntax = ask.syntax.filter(|_| !around.talks);
        Self { around, syntax, raw: String::new(), parsed_lines: 0, stopped: None }
    }

    /// Takes the next piece. After a stop further pieces change nothing.
    pub fn push(&mut self, piece: &str) -> Shaped {
        // Line by line, however many come at once: the parser sees each as it ends.
        for line in piece.split_inclusive('\n') {
            // A carriage return never belongs to the answer: line ends are `\n` on this side.
            self.raw.extend(line.chars().filter(|c| *c != '\r'));
            if self.shape(false).stop.is_some() {
                break;
            }
        }
        self.shape(false)
    }

    /// The last word on the answer, when its stream has ended.
    pub fn finish(&mut self) -> Shaped {
        self.shape(true)
    }

    /// The last word when the token limit cut the answer off: its last line is no line yet, its
    /// last sentence no sentence, and a block without its first line is of no use.
    pub fn finish_at_limit(&mut self) -> Shaped {
        if let Some(stopped) = &self.stopped {
            return stopped.clone();
        }
        if self.around.talks {
            let mut shaped = self.shape(true);
            let whole = sentences::whole(&shaped.text).len();
            if shaped.stop.is_none() && whole < shaped.text.len() {
                shaped.text.truncate(whole);
                shaped.drop = Some(DropReason::CutOff);
            }
            return shaped;
        }
        let mut raw = std::mem::take(&mut self.raw);
        while let Some(line_end) = raw.rfind('\n') {
            raw.truncate(line_end);
            self.raw.clone_from(&raw);
            let shaped = self.shape(true);
            let last = shaped.text.lines().next_back().unwrap_or_default();
            if shaped.stop.is_some() || !(last.is_empty() || opens_block(last)) {
                return Shaped { drop: shaped.drop.or(Some(DropReason::CutOff)), ..shaped };
            }
        }
        Shaped { drop: Some(DropReason::CutOff), ..Shaped::default() }
    }

    fn shape(&mut self, finished: bool) -> Shaped {
        if let Some(stopped) = &self.stopped {
            return stopped.clone();
        }
        let mut shaped = fit::fit(&self.around, &self.raw, finished);
        if finished || shaped.stop.is_some() || self.raw.ends_with('\n') {
            self.end_with_scope(&mut shaped);
        }
        if finished || shaped.stop.is_some() {
            self.keep_what_parses(&mut shaped);
            let says_nothing = shaped.text.is_empty() && shaped.stop.is_none();
            shaped.drop = shaped.drop.or(says_nothing.then_some(DropReason::Nothing));
        }
        if shaped.stop.is_some() {
            self.stopped = Some(shaped.clone());
            self.raw = String::new();
        }
        shaped
    }

    /// Cuts the text where the parser sees its scope end.
    fn end_with_scope(&mut self, shaped: &mut Shaped) {
        let lines = shaped.text.lines().count();
        // What one line closes is seen by its brackets.
        if lines < 2 || lines <= self.parsed_lines || shaped.replace_back_bytes > 0 {
            return;
        }
        self.parsed_lines = lines;
        let end = self.syntax.as_mut().and_then(|syntax| syntax.scope_end(&shaped.text));
        if let Some(kept) = end.and_then(|end| shaped.text.get(..end)) {
            shaped.text.truncate(kept.trim_end().len());
            shaped.stop = Some(StopReason::ScopeEnd);
        }
    }

    /// Takes lines away from the end of a text that would break the syntax of the file.
    fn keep_what_parses(&mut self, shaped: &mut Shaped) {
        let Some(syntax) = self.syntax.as_mut().filter(|_| shaped.replace_back_bytes == 0) else {
            return;
        };
        // A header alone is what was asked for in the middle of a line.
        let is_header = !shaped.text.contains('\n') && opens_block(&shaped.text);
        if is_header || shaped.text.is_empty() || !syntax.breaks(&shaped.text) {
            return;
        }
        shaped.drop = Some(DropReason::BreaksSyntax);
        while !shaped.text.is_empty() {
            let kept = shaped.text.rfind('\n').unwrap_or_default();
            shaped.text.truncate(shaped.text[..kept].trim_end().len());
            if !opens_block(&shaped.text) && !syntax.breaks(&shaped.text) {
                return;
            }
        }
    }
}
