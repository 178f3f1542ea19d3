//! The workspace and what became of suggestions, as TypeScript sees them.

use napi_derive::napi;
use saga_domain::{Failure, FailureCode};
use saga_engine::{WorkspaceAsk, WorkspaceFolder};

use crate::convert::whole;

/// The folders that may be read for what other files say, and what of them may not.
#[napi(object, object_to_js = false)]
pub struct Workspace {
    /// The folders; none means no index.
    pub folders: Vec<Folder>,
    /// Patterns of what the editor does not show, as in `files.exclude`.
    pub exclude: Vec<String>,
    /// Patterns of files that are never read or sent, besides `.env`, keys and their like.
    pub private: Vec<String>,
}

/// A folder of the workspace.
#[napi(object, object_to_js = false)]
pub struct Folder {
    /// Where it is on disk.
    pub path: String,
    /// What the editor calls it.
    pub name: String,
}

/// What happened to a suggestion.
#[napi(string_enum = "snake_case")]
pub enum OutcomeKind {
    /// It was shown.
    Shown,
    /// It was accepted whole.
    Accepted,
    /// A word or a line of it was accepted.
    PartiallyAccepted,
    /// It was sent away.
    Dismissed,
    /// What was accepted still stood a while later.
    Survived,
    /// What was accepted had been changed by then.
    Changed,
}

/// What something happened to.
#[napi(string_enum = "lowercase")]
pub enum Suggested {
    /// A completion while somebody types.
    Completion,
    /// An edit that somebody asked for.
    Edit,
}

/// One thing that happened to a suggestion, without its text.
#[napi(object, object_to_js = false)]
pub struct Outcome {
    /// To what; a completion when absent.
    pub of: Option<Suggested>,
    /// What happened.
    pub kind: OutcomeKind,
    /// The editor's language id.
    pub language: String,
    /// Characters of what was shown or accepted.
    pub characters: f64,
}

pub(crate) fn ask(workspace: Workspace) -> WorkspaceAsk {
    let Workspace { folders, exclude, private } = workspace;
    let folder = |Folder { path, name }| WorkspaceFolder { path, name };
    WorkspaceAsk { folders: folders.into_iter().map(folder).collect(), exclude, private }
}

pub(crate) fn outcome(outcome: Outcome) -> Result<saga_engine::Outcome, Failure> {
    use saga_engine::OutcomeKind as To;
    let characters = whole(outcome.characters).and_then(|count| u32::try_from(count).ok());
    let characters = characters.ok_or_else(|| {
        Failure::new(
            FailureCode::InvalidRequest,
            format!("`characters` must be a whole number from 0, not {}.", outcome.characters),
        )
    })?;
    let kind = match outcome.kind {
        OutcomeKind::Shown => To::Shown,
        OutcomeKind::Accepted => To::Accepted,
        OutcomeKind::PartiallyAccepted => To::PartiallyAccepted,
        OutcomeKind::Dismissed => To::Dismissed,
        OutcomeKind::Survived => To::Survived,
        OutcomeKind::Changed => To::Changed,
    };
    let of = match outcome.of {
        Some(Suggested::Edit) => saga_engine::Suggested::Edit,
        Some(Suggested::Completion) | None => saga_engine::Suggested::Completion,
    };
    Ok(saga_engine::Outcome { of, kind, language: outcome.language, characters })
}
