//! What a model can be asked to do with a piece of code.

/// What is to become of a piece of code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum EditTask {
    /// Changed as an instruction says.
    Refactor,
    /// Changed so that what is reported about it is solved.
    Fix,
    /// Explained in words; nothing is changed.
    Explain,
    /// Given documentation; nothing but comments is changed.
    Document,
    /// Tested: new code that stands beside it.
    WriteTests,
    /// Written anew at a place where nothing is yet.
    Generate,
    /// Its comments translated between Korean and English; nothing but comments is changed.
    TranslateComments,
}

/// What the answer to a task is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EditForm {
    /// Code that takes the place of the code that was given.
    Replacement,
    /// The same, of which only the comments count.
    Comments,
    /// Code that is put where nothing stands.
    Insertion,
    /// Words.
    Words,
}

impl EditTask {
    /// What its answer is.
    #[must_use]
    pub fn form(self) -> EditForm {
        match self {
            Self::Refactor | Self::Fix => EditForm::Replacement,
            Self::Document | Self::TranslateComments => EditForm::Comments,
            Self::WriteTests | Self::Generate => EditForm::Insertion,
            Self::Explain => EditForm::Words,
        }
    }
}

/// An earlier answer to the same task, which was not good.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tried {
    /// What was answered.
    pub answer: String,
    /// What is wrong with it, as a parser or a language server says.
    pub problem: Option<String>,
    /// What the user adds.
    pub instruction: Option<String>,
}
