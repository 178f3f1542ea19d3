//! The names that are used in a text. A scan for words, which works in every language and in
//! half-written code: a word that is no definition's name finds nothing.

use std::hash::{Hash, Hasher};
use std::sync::LazyLock;

use rustc_hash::{FxHashSet, FxHasher};

/// A shorter name is a loop variable more often than a definition worth showing.
const NAME_CHARS_MIN: usize = 2;

/// Words that most files hold, whatever they are about: what two places have in common says
/// nothing when it is one of these.
const KEYWORDS: &str = "and as async await break case catch class const continue def default do \
    elif else end enum except export extends false finally fn for from func function if impl \
    import in interface is let match mod mut new nil none not null of or override package private \
    protected pub public raise return self static string struct super switch the then this throw \
    to true try type undefined use using val var void when where while with yield";

static KEYWORD_SET: LazyLock<FxHashSet<&str>> =
    LazyLock::new(|| KEYWORDS.split_whitespace().collect());

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

/// The different names of `text` but keywords, as hashes in ascending order: what two places have
/// in common is counted with these.
pub(crate) fn fingerprints(text: &str) -> Vec<u32> {
    let names = words(text).filter(|word| !KEYWORD_SET.contains(word));
    let mut hashes: Vec<u32> = names.map(fingerprint).collect();
    hashes.sort_unstable();
    hashes.dedup();
    hashes
}

/// A name as a number. Two names may share one, which only makes a comparison less exact.
pub(crate) fn fingerprint(name: &str) -> u32 {
    let mut hasher = FxHasher::default();
    name.hash(&mut hasher);
    (hasher.finish() >> 32) as u32
}

/// All names in `text`, in its order.
pub(crate) fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c| !is_part_of_a_name(c)).filter(|word| {
        word.chars().nth(NAME_CHARS_MIN - 1).is_some()
            && !word.starts_with(|c: char| c.is_ascii_digit())
    })
}

/// Whether a name is one lower-case or one upper-case word of ASCII letters: nothing about it says
/// that it is not a variable.
pub(crate) fn is_plain_word(name: &str) -> bool {
    let mut chars = name.bytes();
    chars.clone().all(|c| c.is_ascii_lowercase()) || chars.all(|c| c.is_ascii_uppercase())
}

/// Whether a character may be part of a name in some language.
pub(crate) fn is_part_of_a_name(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || c == '$'
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hangul_is_a_name_and_a_keyword_is_none() {
        let expected = ["넓이", "radius"].map(fingerprint);
        let found = fingerprints("let 넓이 = fn(radius) // 넓이\n");
        assert_eq!(found.len(), 2);
        assert!(expected.iter().all(|name| found.contains(name)));
    }
}
