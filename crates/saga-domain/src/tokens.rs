//! How many tokens a text has, estimated by script and class of character and corrected by what a
//! server counts. No tokenizer runs here.

mod calibration;
mod features;

pub use calibration::Calibration;

/// Estimates the tokens of `text` on a model that nothing is known of.
#[must_use]
pub fn estimate_tokens(text: &str) -> u32 {
    Calibration::default().estimate(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_class_counts_as_tokenizers_do() {
        for (text, tokens) in [
            ("", 0),
            ("return", 1),
            (" return", 1),
            ("        return x", 3),
            ("getUserName", 3),
            ("사용자 이름", 5),
            ("12345", 3),
            ("foo(bar)\n", 4),
            ("ㅅ", 2),
            ("🎉", 2),
            ("MAX_TOKENS", 4),
        ] {
            assert_eq!(estimate_tokens(text), tokens, "{text:?}");
        }
    }
}
