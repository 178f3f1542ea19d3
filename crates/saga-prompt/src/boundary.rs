//! Where a prompt may end so that the model has seen its like.
//!
//! Tokenizers join a blank with the word after it, a sign with the word after it (`.append`),
//! several signs with one another (`("`, `()`), and a half-typed word is rarely a token: a prompt
//! that ends in any of these is one the model never saw. So the prompt ends before them and the
//! answer must begin with what was taken back.
//!
//! Only one blank is taken back: of eight blanks and a word, tokenizers make seven blanks and
//! the word with its blank, so the other seven are where they belong, and the answer need not
//! guess the indentation.

use unicode_ident::is_xid_continue;

/// Longer runs are data, not words; a model is not made to repeat them.
const WORD_BYTES_MAX: usize = 96;
/// Longer runs of signs are rules and frames.
const SIGNS_MAX: usize = 3;

/// Splits `prefix` into what the prompt holds and what the answer must begin with.
pub(crate) fn take_back(prefix: &str) -> (&str, &str) {
    let before_word = prefix.trim_end_matches(is_xid_continue);
    if prefix.len() - before_word.len() > WORD_BYTES_MAX {
        return (prefix, "");
    }
    let before_signs = before_word.trim_end_matches(is_sign);
    let kept = match before_word.len() - before_signs.len() {
        0 => before_word.strip_suffix([' ', '\t']).unwrap_or(before_word),
        1..=SIGNS_MAX => before_signs.strip_suffix(' ').unwrap_or(before_signs),
        _ => before_word,
    };
    prefix.split_at(kept.len())
}

fn is_sign(c: char) -> bool {
    c.is_ascii_punctuation() && c != '_'
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_blanks_are_taken_back() {
        for (prefix, taken) in [
            ("", ""),
            ("x = ", " "),
            ("    ret", " ret"),
            ("        ", " "),
            ("\t\tret", "\tret"),
            ("self.ite", ".ite"),
            ("def f():\n", ""),
            ("# 사용자 이", " 이"),
            ("# 사용ㅈ", " 사용ㅈ"),
            ("x = \"한글", " \"한글"),
            ("caf\u{65}\u{301}", "caf\u{65}\u{301}"),
            ("x = 🎉", ""),
            ("import os", " os"),
        ] {
            assert_eq!(
                take_back(prefix),
                prefix.split_at(prefix.len() - taken.len()),
                "{prefix:?}"
            );
        }
    }

    #[test]
    fn signs_are_taken_back() {
        for (prefix, taken) in [
            ("self.", "."),
            ("print(", "("),
            ("print(\"", "(\""),
            ("x ==", " =="),
            ("if x == ", " "),
            ("f(x, \"", " \""),
            ("say(\"he", "(\"he"),
            ("a = f(x.ite", ".ite"),
            ("        }", " }"),
            ("/// ", " "),
            ("\t\t}", "}"),
            ("foo(a, b)", ")"),
            ("# -----", ""),
            ("__", "__"),
            ("# -----x", "x"),
        ] {
            let split = prefix.split_at(prefix.len() - taken.len());
            assert_eq!(take_back(prefix), split, "{prefix:?}");
        }
    }

    #[test]
    fn data_is_not_a_word() {
        let data = "a".repeat(WORD_BYTES_MAX + 1);
        assert_eq!(take_back(&data), (data.as_str(), ""));
    }
}
