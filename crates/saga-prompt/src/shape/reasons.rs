//! Why an answer ends, and why it is not shown: named so that they can be counted.

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
