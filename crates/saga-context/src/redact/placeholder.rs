//! What stands for a secret. Plain letters and underscores, so that it comes through every
//! tokenizer and is a name in every language, and words that no code has by chance. The number
//! stands in the middle, so that what follows never runs into it.

use std::borrow::Cow;
use std::collections::HashSet;
use std::sync::LazyLock;

use regex::{Captures, Regex};

/// For a secret that nobody wants back.
pub(super) const ANY: &str = "REDACTED_BY_CODESAGA";

#[expect(clippy::expect_used, reason = "the pattern is a constant, and every test compiles it")]
static FORM: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)redacted[\s_-]?(?:([0-9]{1,9})[\s_-]?)?by[\s_-]?codesaga").expect("a pattern")
});

/// For a secret that is put back.
pub(super) fn numbered(number: u32) -> String {
    format!("REDACTED_{number}_BY_CODESAGA")
}

/// Whether `text` holds a placeholder, also as a model may spell it: in small letters, in camel
/// case, with blanks or dashes.
#[must_use]
pub fn holds_placeholder(text: &str) -> bool {
    FORM.is_match(text)
}

/// Whether `text` is a placeholder and nothing else.
pub(super) fn is_one(text: &str) -> bool {
    FORM.find(text).is_some_and(|found| found.as_str() == text)
}

/// The numbers of placeholders that the text has by itself.
pub(super) fn numbers_in(text: &str) -> HashSet<u32> {
    FORM.captures_iter(text).filter_map(|found| number_of(&found)).collect()
}

/// The text with what `secret` gives in place of each numbered placeholder it knows.
pub(super) fn replace<'a, 's>(
    text: &'a str,
    secret: impl Fn(u32) -> Option<&'s str>,
) -> Cow<'a, str> {
    FORM.replace_all(text, |found: &Captures<'_>| {
        let known = number_of(found).and_then(&secret);
        known.unwrap_or(&found[0]).to_owned()
    })
}

fn number_of(found: &Captures<'_>) -> Option<u32> {
    found.get(1)?.as_str().parse().ok()
}
