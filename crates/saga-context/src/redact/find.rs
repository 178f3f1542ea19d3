//! All secrets of a text, by the ways they can be told.

use std::ops::Range;

use super::{assigned, formats, pem, placeholder};

/// Where they stand, in order, none overlapping.
pub(super) fn secrets(text: &str) -> Vec<Range<usize>> {
    let mut found = pem::private_keys(text);
    found.extend(formats::find(text));
    found.extend(assigned::find(text));
    found.retain(|secret| !placeholder::is_one(&text[secret.clone()]));
    // The longest of those that start at one place holds the others.
    found.sort_by_key(|secret| (secret.start, usize::MAX - secret.end));
    let mut end = 0;
    found.retain(|secret| {
        let is_apart = secret.start >= end;
        if is_apart {
            end = secret.end;
        }
        is_apart
    });
    found
}
