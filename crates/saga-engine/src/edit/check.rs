//! What is known of an answer only in its place: whether it breaks what was whole, and what of it
//! counts.

use saga_context::{CommentsOnly, Snapshot, new_syntax_error, only_comments};
use saga_domain::{EditForm, Failure, TextEdit, WarningCode};

use crate::runner::{Runner, fault};

/// Larger documents are not read again while an answer streams.
const STREAMED_BYTES_MAX: usize = 64 << 10;

const UNCHANGED: &str = "The answer has no new comments.";
const UNCLEAR: &str =
    "The answer's comments cannot be told from its code for certain, so it cannot be applied.";
const CODE_KEPT: &str = "The model changed code too; only its comments were taken.";

/// An edit that may be shown as whole.
pub(super) struct Checked {
    pub(super) edit: TextEdit,
    pub(super) warnings: Vec<(WarningCode, String)>,
}

/// Reads the document with the edit in it, beside everything else.
///
/// # Errors
/// Why nothing of the edit can be applied; the outer one is a fault of the reader.
pub(super) async fn check(
    runner: &Runner,
    document: &Snapshot,
    form: EditForm,
    edit: TextEdit,
) -> Result<Result<Checked, &'static str>, Failure> {
    let document = document.clone();
    runner.beside(move || read(&document, form, edit)).await.ok_or_else(fault)
}

fn read(document: &Snapshot, form: EditForm, edit: TextEdit) -> Result<Checked, &'static str> {
    let mut warnings = Vec::new();
    let edit = match form {
        EditForm::Comments => match only_comments(document, &edit) {
            CommentsOnly::Taken { edit, code_differed } => {
                if code_differed {
                    warnings.push((WarningCode::CodeKept, CODE_KEPT.to_owned()));
                }
                edit
            }
            CommentsOnly::Unchanged => return Err(UNCHANGED),
            CommentsOnly::Unclear => return Err(UNCLEAR),
        },
        EditForm::Replacement | EditForm::Insertion | EditForm::Words => edit,
    };
    if let Some(error) = new_syntax_error(document, &edit) {
        warnings.push((WarningCode::NewSyntaxErrors, error.to_string()));
    }
    Ok(Checked { edit, warnings })
}

/// What may be shown of an edit whose last line is not whole yet.
pub(super) fn so_far(document: &Snapshot, form: EditForm, edit: TextEdit) -> Option<TextEdit> {
    if form != EditForm::Comments {
        return Some(edit);
    }
    if document.rope().byte_len() > STREAMED_BYTES_MAX {
        return None;
    }
    let whole_lines = edit.text.rfind('\n').unwrap_or_default();
    let edit = TextEdit { text: edit.text[..whole_lines].to_owned(), ..edit };
    match only_comments(document, &edit) {
        CommentsOnly::Taken { edit, .. } => Some(edit),
        CommentsOnly::Unchanged | CommentsOnly::Unclear => None,
    }
}
