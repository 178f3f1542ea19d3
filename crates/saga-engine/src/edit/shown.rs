//! What was shown of a proposal, and when.

use std::time::{Duration, Instant};

use saga_context::{Redacted, Snapshot};
use saga_domain::{ReplyEvent, TextEdit};
use saga_prompt::Reading;

use super::range::{Frame, Target};
use crate::place::with_line_ends;
use crate::reply::Giver;

/// Proposals are shown at most this often: each holds the whole edit.
const SHOWN_EVERY: Duration = Duration::from_millis(50);

/// A proposal that grows.
pub(super) struct Shown<'a> {
    document: &'a Snapshot,
    target: &'a Target,
    /// What was sent in place of secrets comes back as the secrets.
    hidden: &'a Redacted,
    last: Option<Instant>,
    text: Option<String>,
}

impl<'a> Shown<'a> {
    pub(super) fn new(document: &'a Snapshot, target: &'a Target, hidden: &'a Redacted) -> Self {
        Self { document, target, hidden, last: None, text: None }
    }

    pub(super) fn is_due(&self) -> bool {
        self.last.is_none_or(|last| last.elapsed() >= SHOWN_EVERY)
    }

    /// Shows what was read so far.
    pub(super) fn show(&mut self, giver: &Giver, reading: Reading) {
        self.last = Some(Instant::now());
        let Reading::Code(code) = reading else { return };
        let edit = self.edit(&code);
        self.give(giver, edit);
    }

    /// Shows an edit unless it is what is shown already.
    pub(super) fn give(&mut self, giver: &Giver, edit: TextEdit) {
        if self.text.as_deref() == Some(&edit.text) {
            return;
        }
        self.text = Some(edit.text.clone());
        giver.give(ReplyEvent::Edit { version: self.document.version(), edits: vec![edit] });
    }

    /// What putting `code` in place would be.
    pub(super) fn edit(&self, code: &str) -> TextEdit {
        let code = self.hidden.restore(code);
        let code = match &self.target.frame {
            Some(frame) => framed(&code, frame),
            None => code.into_owned(),
        };
        TextEdit { span: self.target.span, text: with_line_ends(self.document, &code) }
    }
}

/// New code at its place.
fn framed(code: &str, frame: &Frame) -> String {
    let code = code.trim_matches('\n');
    let least = code
        .lines()
        .filter(|line| !line.trim().is_empty())
        .map(|line| line.len() - line.trim_start().len())
        .min()
        .unwrap_or_default();
    let lines = code.split('\n').map(|line| match line.get(least..) {
        Some(rest) if !line.trim().is_empty() => format!("{}{rest}", frame.indent),
        _ => String::new(),
    });
    let lines: Vec<String> = lines.collect();
    format!("{}{}{}", frame.before, lines.join("\n"), frame.after)
}
