//! Deciding, while a completion streams in, what of it is shown and where it ends.

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
    /// Text before the cursor; some thousand bytes are enough.
    pub prefix: &'a str,
    /// Text after the cursor; some thousand bytes are enough.
    pub suffix: &'a str,
    /// What the answer must begin with, as [`CompletionPrompt`](crate::CompletionPrompt) says.
    pub taken_back: &'a str,
    /// The answer's form, as [`CompletionPrompt`](crate::CompletionPrompt) says.
    pub form: AnswerForm,
    /// Whether one line is all that is shown.
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
    /// Set once nothing more is taken: drop the stream.
    pub stop: Option<StopReason>,
}

/// Takes an answer piece by piece.
#[derive(Clone, Debug)]
pub struct Shaper {
    taken_back: String,
    one_line: bool,
    raw: String,
}

impl Shaper {
    /// A shaper for one answer.
    #[must_use]
    pub fn new(ask: ShapeAsk<'_>) -> Self {
        Self { taken_back: ask.taken_back.to_owned(), one_line: ask.one_line, raw: String::new() }
    }

    /// Takes the next piece. After a stop further pieces change nothing.
    pub fn push(&mut self, piece: &str) -> Shaped {
        self.raw.push_str(piece);
        self.shape()
    }

    /// The last word on the answer, when its stream has ended.
    #[must_use]
    pub fn finish(&mut self) -> Shaped {
        self.shape()
    }

    fn shape(&self) -> Shaped {
        let Some(body) = self.raw.strip_prefix(&self.taken_back) else {
            let waiting = self.taken_back.starts_with(&self.raw);
            let stop = (!waiting).then_some(StopReason::NotContinued);
            return Shaped { text: String::new(), stop };
        };
        let line = body.split_once('\n').map(|(line, _)| line).filter(|_| self.one_line);
        let stop = line.map(|_| StopReason::OneLine);
        Shaped { text: line.unwrap_or(body).trim_end().to_owned(), stop }
    }
}
