//! Secrets are replaced before a text leaves this machine: keys and tokens known by their form,
//! private keys, passwords in URLs, and what is assigned to a name that says it is one.
//!
//! Deterministic, so that a model server finds the same prompt again. It errs on the side of
//! replacing where a value looks random, and of leaving alone what reads as words or as code: a
//! prompt full of placeholders helps nobody.

mod assigned;
mod find;
mod formats;
mod pem;
mod placeholder;
mod value;

use std::borrow::Cow;
use std::collections::HashSet;

use saga_domain::{ByteOffset, Context};

use crate::context::place_of;
use crate::snapshot::Snapshot;
use crate::text;
use find::secrets;
pub use placeholder::holds_placeholder;

/// Text on each side of a cursor that is looked at to see whether it stands in a secret.
const AROUND_CURSOR_BYTES: usize = 4 << 10;

/// How much was replaced in a context.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Redactions {
    /// Secrets found, each place counted.
    pub count: usize,
}

impl Redactions {
    /// Whether nothing was replaced.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.count == 0
    }
}

/// Replaces the secrets in a context. Each becomes the same placeholder wherever it stands, in
/// this context and the next, whatever else is around it; an answer that holds one is not worth
/// showing ([`holds_placeholder`]).
pub fn redact(context: &mut Context) -> Redactions {
    let Context { prefix, suffix, scopes, imports, snippets, .. } = context;
    let snippets = snippets.iter_mut().map(|snippet| &mut snippet.text);
    let texts = [prefix, suffix].into_iter().chain(scopes).chain(imports).chain(snippets);
    Redactions { count: texts.map(hide).sum() }
}

fn hide(text: &mut String) -> usize {
    let found = secrets(text);
    for secret in found.iter().rev() {
        text.replace_range(secret.clone(), placeholder::ANY);
    }
    found.len()
}

/// A text whose secrets are replaced by numbered placeholders, for an answer in which they are
/// wanted back.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Redacted {
    /// What may leave this machine.
    pub text: String,
    /// By number.
    secrets: Vec<(u32, String)>,
}

/// Replaces the secrets in a text. The same secret gets the same number.
#[must_use]
pub fn redact_text(text: &str) -> Redacted {
    let mut redacted = Redacted::default();
    let found = secrets(text);
    let used = if found.is_empty() { HashSet::new() } else { placeholder::numbers_in(text) };
    let mut numbers = (1..).filter(|number| !used.contains(number));
    let mut end = 0;
    for secret in found {
        redacted.text.push_str(&text[end..secret.start]);
        end = secret.end;
        let secret = &text[secret];
        let known = redacted.secrets.iter().find(|(_, known)| known == secret);
        let number = known.map(|(number, _)| *number).or_else(|| numbers.next());
        let Some(number) = number else { continue };
        redacted.text.push_str(&placeholder::numbered(number));
        if !redacted.secrets.iter().any(|(known, _)| *known == number) {
            redacted.secrets.push((number, secret.to_owned()));
        }
    }
    redacted.text.push_str(&text[end..]);
    redacted
}

impl Redacted {
    /// The answer with the secrets where their placeholders stand. A placeholder that is not of
    /// this text stays.
    #[must_use]
    pub fn restore<'a>(&self, answer: &'a str) -> Cow<'a, str> {
        if self.is_empty() {
            return Cow::Borrowed(answer);
        }
        placeholder::replace(answer, |number| {
            let known = self.secrets.iter().find(|(known, _)| *known == number);
            known.map(|(_, secret)| secret.as_str())
        })
    }

    /// Whether nothing was replaced.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.secrets.is_empty()
    }
}

/// Whether the cursor stands in a secret or at its end: nothing is suggested there.
#[must_use]
pub fn cursor_in_secret(doc: &Snapshot, at: ByteOffset) -> bool {
    let at = place_of(doc, at);
    let start = text::floor(&doc.rope, at.saturating_sub(AROUND_CURSOR_BYTES));
    let around = text::slice(&doc.rope, start..at + AROUND_CURSOR_BYTES);
    secrets(&around).iter().any(|secret| secret.start < at - start && at - start <= secret.end)
}
