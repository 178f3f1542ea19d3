//! What was shown of a proposal, and when.

use std::time::{Duration, Instant};

use saga_context::{Redacted, Snapshot};
use saga_domain::{EditForm, ReplyEvent, TextEdit};

use super::check;
use super::target::Target;
use crate::place::with_line_ends;
use crate::reply::Giver;

/// Proposals are shown at most this often: each holds the whole edit.
const SHOWN_EVERY: Duration = Duration::from_millis(50);
/// The same where the document is read again for each.
const READ_EVERY: Duration = Duration::from_millis(300);

/// A proposal that grows.
pub(super) struct Shown<'a> {
    document: &'a Snapshot,
    target: &'a Target,
    form: EditForm,
    /// What was sent in place of secrets comes back as the secrets.
    hidden: &'a Redacted,
    last: Option<Instant>,
    text: Option<String>,
}

impl<'a> Shown<'a> {
    pub(super) fn new(
        document: &'a Snapshot,
        target: &'a Target,
        form: EditForm,
        hidden: &'a Redacted,
    ) -> Self {
        Self { document, target, form, hidden, last: None, text: None }
    }

    pub(super) fn is_due(&self) -> bool {
        let every = if self.form == EditForm::Comments { READ_EVERY } else { SHOWN_EVERY };
        self.last.is_none_or(|last| last.elapsed() >= every)
    }

    /// Shows what was read so far.
    pub(super) fn so_far(&mut self, giver: &Giver, code: &str) {
        if let Some(edit) = check::so_far(self.document, self.form, self.edit(code)) {
            self.show(giver, edit);
        }
        self.last = Some(Instant::now());
    }

    /// Shows an edit, unless it is what is shown already.
    pub(super) fn show(&mut self, giver: &Giver, edit: TextEdit) {
        if self.text.as_deref() == Some(&edit.text) {
            return;
        }
        self.text = Some(edit.text.clone());
        giver.give(ReplyEvent::Edit { version: self.document.version(), edits: vec![edit] });
    }

    /// What putting `code` in place would be.
    pub(super) fn edit(&self, code: &str) -> TextEdit {
        let code = self.target.place(&self.hidden.restore(code));
        TextEdit { span: self.target.span, text: with_line_ends(self.document, &code) }
    }
}
