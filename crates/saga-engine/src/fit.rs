//! What of an answer is left for somebody who typed on while it came.
//!
//! Both texts begin at the same place: where the question was asked, or before the Hangul syllable
//! that was under composition there, since the next stroke replaces that syllable.

use saga_domain::hangul;

/// What is left of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Fit {
    /// It says something else than was typed, or no more than that.
    No,
    /// It has not come that far yet.
    NotYet,
    /// This is left.
    Rest {
        /// To show at the cursor.
        text: String,
        /// Bytes before the cursor that the text replaces: a syllable under composition.
        back: usize,
    },
}

/// Fits the answer so far, `said`, to what was `typed`.
pub(crate) fn fit(said: &str, is_whole: bool, typed: &str) -> Fit {
    match said.strip_prefix(typed) {
        Some("") => {}
        Some(rest) => return Fit::Rest { text: rest.to_owned(), back: 0 },
        None => {
            if let Some(fit) = fit_composing(said, typed) {
                return fit;
            }
        }
    }
    if !is_whole && hangul::may_meet(typed, said) { Fit::NotYet } else { Fit::No }
}

fn fit_composing(said: &str, typed: &str) -> Option<Fit> {
    let syllable = typed.chars().next_back()?;
    let back = syllable.len_utf8();
    let rest = said.strip_prefix(&typed[..typed.len() - back])?;
    let text = rest.to_owned();
    hangul::composes_into(syllable, rest).then_some(Fit::Rest { text, back })
}

/// The syllable at the end of `text` that the next stroke may replace; empty when there is none.
pub(crate) fn syllable_at_end(text: &str) -> &str {
    match text.chars().next_back() {
        Some(c) if hangul::is_hangul(c) => &text[text.len() - c.len_utf8()..],
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(said: &str, is_whole: bool, typed: &str, expected: &str) {
        let told = match fit(said, is_whole, typed) {
            Fit::No => "no".to_owned(),
            Fit::NotYet => "not yet".to_owned(),
            Fit::Rest { text, back } => format!("{text:?} for {back}"),
        };
        assert_eq!(told, expected, "{said:?} and {typed:?}");
    }

    #[test]
    fn typing_along_leaves_the_rest() {
        check("self.items", true, "", "\"self.items\" for 0");
        check("self.items", false, "self.", "\"items\" for 0");
        check("self.", false, "self.items", "not yet");
        check("self.", true, "self.items", "no");
        check("self.", false, "items", "no");
    }

    #[test]
    fn an_answer_that_says_no_more_than_was_typed_is_of_no_use() {
        check("self", false, "self", "not yet");
        check("self", true, "self", "no");
        check("", false, "", "not yet");
        check("", true, "", "no");
    }

    #[test]
    fn every_state_of_a_syllable_leaves_the_rest() {
        for (typed, expected) in [
            ("ㅅ", "\"사용자\" for 3"),
            ("사", "\"용자\" for 0"),
            ("상", "\"사용자\" for 3"),
            ("사요", "\"용자\" for 3"),
            ("사용", "\"자\" for 0"),
            ("산", "no"),
        ] {
            check("사용자", true, typed, expected);
        }
    }

    #[test]
    fn a_syllable_may_still_be_on_its_way() {
        check("사", false, "상", "not yet");
        check("ㅅ", false, "사", "not yet");
        check("사", false, "소", "no");
    }
}
