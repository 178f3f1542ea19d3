//! Closing brackets and quotes that an editor writes by itself while a suggestion is typed.

/// Whether editors write `c` by themselves.
pub(crate) fn is_closer(c: char) -> bool {
    matches!(c, ')' | ']' | '}' | '>' | '"' | '\'' | '`')
}

/// The part of `text` before the first `closer` that nothing in `text` opened; none when every
/// one is matched.
pub(crate) fn before_unmatched(text: &str, closer: char) -> Option<&str> {
    let opener = match closer {
        ')' => '(',
        ']' => '[',
        '}' => '{',
        '>' => '<',
        _ => closer,
    };
    let mut open = 0_usize;
    let mut escaped = false;
    for (at, c) in text.char_indices() {
        if escaped {
            escaped = false;
        } else if c == '\\' {
            escaped = true;
        } else if c == closer && open == 0 {
            return Some(&text[..at]);
        } else if c == closer {
            open -= 1;
        } else if c == opener {
            open += 1;
        }
    }
    None
}

/// Where `text` has closed each of `closers` itself, in their order.
pub(crate) fn after_all(text: &str, closers: &str) -> Option<usize> {
    closers.chars().try_fold(0, |at, closer| {
        let inside = before_unmatched(&text[at..], closer)?;
        Some(at + inside.len() + closer.len_utf8())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_opened_outside_is_cut() {
        for (text, closer, expected) in [
            ("a, b)", ')', Some("a, b")),
            ("f(a), b);", ')', Some("f(a), b")),
            ("f(a)", ')', None),
            ("say \\\"hi\\\" now\")", '"', Some("say \\\"hi\\\" now")),
            ("T>()", '>', Some("T")),
        ] {
            assert_eq!(before_unmatched(text, closer), expected, "{text}");
        }
    }

    #[test]
    fn all_are_closed_or_not() {
        for (text, closers, expected) in [
            ("), b)[0]", "))", Some(5)),
            ("), f(b)", "))", None),
            (")]", "])", None),
            ("x", "", Some(0)),
        ] {
            assert_eq!(after_all(text, closers), expected, "{text}");
        }
    }
}
