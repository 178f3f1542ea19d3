//! Prompts with a hole, by the rows of [`FimRow`].
//!
//! What changes with a key stands last where the family was trained so: other files, the text
//! after the cursor as it was frozen, and the text before the cursor, which the answer goes on
//! with. Elsewhere the text after the cursor comes last, and is shown as it is now.

use std::borrow::Cow;

use saga_domain::control::neutralise;
use saga_domain::{Context, FimFiles, FimOrder, FimPaths, FimRow};

use crate::anchor::Parts;

/// The text after the hole is shown at least so far, when there is as much.
const SUFFIX_BYTES_MIN: usize = 256;

/// The whole prompt; `kept` is the text before the cursor as far as the prompt holds it.
pub(crate) fn prompt(row: &FimRow, context: &Context, parts: &Parts<'_>, kept: &str) -> String {
    let files = row.files.filter(|_| !parts.related.is_empty());
    let path = neutralise(&context.path);
    let mut above = String::new();
    let mut before = String::new();
    match files {
        Some(FimFiles { before_path, paths: FimPaths::Above, .. }) => {
            above = format!("{}{before_path}{path}\n", parts.related);
        }
        Some(FimFiles { before_path, paths: FimPaths::InText, .. }) => {
            above = format!("{}{before_path}", parts.related);
            before = format!("{path}\n");
        }
        Some(FimFiles { before_path, paths: FimPaths::OneText, .. }) => {
            before = format!("{}{before_path}{path}\n", parts.related);
        }
        None => {}
    }
    before.push_str(&neutralise(parts.own));
    before.push_str(&neutralise(kept));
    let after = match row.order {
        FimOrder::PrefixFirst => Cow::Borrowed(suffix_as_it_is(context, parts)),
        FimOrder::SuffixFirst => frozen_suffix(parts),
    };
    let after = neutralise(&after);
    let (first, second) = match row.order {
        FimOrder::PrefixFirst => (before.as_str(), &*after),
        FimOrder::SuffixFirst => (&*after, before.as_str()),
    };
    [above.as_str(), row.begin, first, row.between, second, row.end].concat()
}

/// The text after the cursor, as long as the frozen one. Where it stands behind the text before
/// the cursor, nothing is gained by freezing it.
pub(crate) fn suffix_as_it_is<'a>(context: &'a Context, parts: &Parts<'_>) -> &'a str {
    let suffix = context.suffix.as_str();
    let mut end = suffix.len().min(parts.suffix.len().max(SUFFIX_BYTES_MIN));
    while !suffix.is_char_boundary(end) {
        end -= 1;
    }
    &suffix[..end]
}

fn frozen_suffix<'a>(parts: &Parts<'a>) -> Cow<'a, str> {
    if parts.goes_on || parts.suffix.is_empty() {
        Cow::Borrowed(parts.suffix)
    } else {
        Cow::Owned(format!("\n{}", parts.suffix))
    }
}
