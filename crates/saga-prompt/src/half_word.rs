//! The rest of a half-typed word, as the file itself says it elsewhere.
//!
//! Inside a word a prompt ends in pieces that tokenizers would never make of the whole word, and a
//! model continues such a text badly. Where the model did not come to the word by itself, the
//! likeliest one is a name of the file that begins so. Nothing is guessed when what is typed may
//! well be a whole word already.

use unicode_ident::is_xid_continue;

/// How far from the cursor names are looked for.
const LOOKED_AT_BYTES: usize = 32 << 10;
/// One letter begins too many names.
const TYPED_CHARS_MIN: usize = 2;

/// What is missing of the word at the end of `prefix`: as its nearest occurrence above has it,
/// else its first one below.
pub(crate) fn rest_of_word<'a>(prefix: &'a str, suffix: &'a str) -> Option<&'a str> {
    let start = prefix.trim_end_matches(is_xid_continue).len();
    let (above, typed) = prefix.split_at(start);
    let is_name = !typed.starts_with(|c: char| c.is_ascii_digit());
    if typed.chars().count() < TYPED_CHARS_MIN || !is_name || suffix.starts_with(is_xid_continue) {
        return None;
    }
    let above = tail(above);
    let mut found = None;
    for text in [above, head(suffix)] {
        let rests = text.match_indices(typed).filter_map(|(at, _)| rest_at(text, at, typed));
        // The last one above is the nearest, the first one below.
        for rest in rests {
            if rest.is_empty() {
                return None;
            }
            if std::ptr::eq(text, above) || found.is_none() {
                found = Some(rest);
            }
        }
    }
    found
}

/// What follows `typed` at `at` in its word; `None` where no word begins.
fn rest_at<'a>(text: &'a str, at: usize, typed: &str) -> Option<&'a str> {
    if text[..at].ends_with(is_xid_continue) {
        return None;
    }
    let after = &text[at + typed.len()..];
    Some(&after[..after.len() - after.trim_start_matches(is_xid_continue).len()])
}

fn tail(text: &str) -> &str {
    let mut start = text.len().saturating_sub(LOOKED_AT_BYTES);
    while !text.is_char_boundary(start) {
        start += 1;
    }
    &text[start..]
}

fn head(text: &str) -> &str {
    let mut end = text.len().min(LOOKED_AT_BYTES);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(file: &str, expected: Option<&str>) {
        let (prefix, suffix) = file.split_once('|').expect("a cursor");
        assert_eq!(rest_of_word(prefix, suffix), expected, "{file}");
    }

    #[test]
    fn the_nearest_name_that_begins_so() {
        check("items = []\nitem_count = 0\nprint(ite|)", Some("m_count"));
        check("print(ite|)\nitems = []\nitem_count = 0\n", Some("ms"));
        check("items = []\nprint(ite|)\nitem_count = 0\n", Some("ms"));
        check("class Cart:\n    def __init__(self):\n        self.__in|\n", Some("it__"));
        check("# 사용자의 이름\n# 사용|", Some("자의"));
    }

    #[test]
    fn nothing_is_guessed_where_nothing_is_known() {
        check("x = 1\nprint(ite|)", None);
        check("items = []\nprint(i|)", None);
        check("items = []\nprint(|)", None);
        check("x = 1234\ny = 12|", None);
        check("favorites = []\nprint(ite|)", None);
        check("|", None);
        check("items = []\nprint(ite|ms)", None);
    }

    #[test]
    fn a_word_that_stands_elsewhere_as_it_is_typed_may_be_whole() {
        check("for item in items:\n    print(item|)", None);
        check("print(item|)\nitems = [item]\n", None);
    }
}
