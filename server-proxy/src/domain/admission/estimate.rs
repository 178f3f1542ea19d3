//! What an answer will take of a model server, guessed before it is asked for.

use saga_protocol::openai::TokenUsage;

use crate::domain::ports::ModelCall;

/// Bytes of a token, about: four of code and English, and a syllable of Hangul has three.
const TOKEN_BYTES: usize = 4;

/// Tokens that an answer is charged with when it begins.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Estimate {
    prompt_tokens: u64,
    answer_tokens: u64,
}

impl Estimate {
    /// By the prompt's size and by the longest answer that is allowed.
    #[must_use]
    pub fn of(call: &ModelCall) -> Self {
        Self::new(call.input.bytes(), call.max_tokens)
    }

    /// The same from numbers.
    #[must_use]
    pub fn new(prompt_bytes: usize, max_tokens: u32) -> Self {
        Self { prompt_tokens: tokens(prompt_bytes), answer_tokens: u64::from(max_tokens) }
    }

    pub(super) fn total(self) -> u64 {
        self.prompt_tokens + self.answer_tokens
    }

    /// What an answer took that was let go before it began: its prompt may have been read.
    pub(super) fn unanswered(self) -> u64 {
        self.prompt_tokens
    }

    /// What an answer took in the end. Without a count, as when its client left, what was sent of
    /// it is measured.
    pub(super) fn used(self, usage: Option<TokenUsage>, text_bytes: usize) -> u64 {
        match usage {
            Some(usage) => u64::from(usage.prompt_tokens) + u64::from(usage.completion_tokens),
            None => self.prompt_tokens + tokens(text_bytes),
        }
    }
}

fn tokens(bytes: usize) -> u64 {
    bytes.div_ceil(TOKEN_BYTES) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_counted_is_worth_more_than_what_was_guessed() {
        let estimate = Estimate::new(401, 64);
        assert_eq!(estimate.total(), 101 + 64);
        let usage = TokenUsage { prompt_tokens: 90, completion_tokens: 7, total_tokens: 97 };
        assert_eq!(estimate.used(Some(usage), 30), 97);
        assert_eq!(estimate.used(None, 30), 101 + 8);
        assert_eq!(estimate.unanswered(), 101);
    }
}
