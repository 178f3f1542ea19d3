//! The names that are used in a text, nearest to the cursor first. A scan for words, which works
//! in every language and in half-written code: a word that is no definition's name finds nothing.

use rustc_hash::FxHashSet;

/// A shorter name is a loop variable more often than a definition worth showing.
const NAME_CHARS_MIN: usize = 2;

/// Different names in `before` from its end, then in `after`, then in `headers`; without the word
/// that is being typed at the cursor.
pub(crate) fn near<'a>(
    before: &'a str,
    after: &'a str,
    headers: &'a [String],
    names_max: usize,
) -> Vec<&'a str> {
    let before = before.trim_end_matches(is_part_of_a_name);
    let after = after.trim_start_matches(is_part_of_a_name);
    let mut before_words: Vec<&str> = words(before).collect();
    before_words.reverse();
    let headers = headers.iter().rev().flat_map(|header| words(header));
    let mut seen = FxHashSet::default();
    let all = before_words.into_iter().chain(words(after)).chain(headers);
    all.filter(|word| seen.insert(*word)).take(names_max).collect()
}

/// Whether a character may be part of a name in some language.
pub(crate) fn is_part_of_a_name(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || c == '$'
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c| !is_part_of_a_name(c)).filter(|word| {
        word.chars().nth(NAME_CHARS_MIN - 1).is_some()
            && !word.starts_with(|c: char| c.is_ascii_digit())
    })
}
