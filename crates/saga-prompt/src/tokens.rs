//! The budget that prompts keep to, in tokens as [`saga_domain::Calibration`] estimates them.

use saga_domain::ModelFacts;

pub use saga_domain::{Calibration, estimate_tokens};

/// How far an estimate may lie below the truth, in percent of the context: what is kept free.
const MARGIN_PERCENT: u32 = 12;

/// Tokens of an answer that is read at a glance.
const ANSWER_TOKENS_MAX: u32 = 192;
/// Tokens of an ordinary block: with less, code ends as a stump.
const ANSWER_TOKENS_MIN: u32 = 96;
/// Seconds that an answer is worth waiting for while one watches it being written.
const ANSWER_SECONDS: f32 = 5.0;

/// What one request may use.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Budget {
    /// Tokens that prompt and answer may have together. Below about 512 no useful prompt fits.
    pub context_tokens: u32,
    /// Tokens the answer may have at most.
    pub answer_tokens_max: u32,
    /// Lines of the file before the cursor that a completion prompt holds at most; when there
    /// are more, the oldest half is dropped at once.
    pub prefix_lines_max: usize,
    /// Lines of the file after the cursor that a completion prompt holds at most.
    pub suffix_lines_max: usize,
    /// How many tokens texts have on this model.
    pub calibration: Calibration,
}

/// How fast a server has been lately.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Speed {
    /// Tokens of an answer that it writes in a second.
    pub tokens_per_second: f32,
    /// Milliseconds from a question to the first token, for a prompt whose start it had seen.
    pub first_token_ms: u32,
}

impl Budget {
    /// The budget of a completion on that model: as much as is written while somebody still
    /// waits, and always enough for a whole block.
    #[must_use]
    pub fn for_completion(facts: &ModelFacts, speed: Option<Speed>) -> Self {
        Self {
            context_tokens: facts.context_tokens,
            answer_tokens_max: speed.map_or(ANSWER_TOKENS_MAX, answer_tokens),
            prefix_lines_max: 160,
            suffix_lines_max: 40,
            calibration: Calibration::default(),
        }
    }

    /// The same with what is known of the model's tokenizer.
    #[must_use]
    pub fn calibrated(self, calibration: Calibration) -> Self {
        Self { calibration, ..self }
    }

    /// The budget of an edit on that model: half of the context may be answer.
    #[must_use]
    pub fn for_edit(facts: &ModelFacts) -> Self {
        Self {
            context_tokens: facts.context_tokens,
            answer_tokens_max: facts.context_tokens / 2,
            prefix_lines_max: 60,
            suffix_lines_max: 30,
            calibration: Calibration::default(),
        }
    }

    /// Tokens that prompt and answer may have together by our own estimate.
    pub(crate) fn usable_tokens(&self) -> u32 {
        let margin = u64::from(self.context_tokens) * u64::from(MARGIN_PERCENT) / 100;
        self.context_tokens.saturating_sub(u32::try_from(margin).unwrap_or(u32::MAX))
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "casts of floats saturate, and the result is bounded"
)]
fn answer_tokens(speed: Speed) -> u32 {
    let in_time = (speed.tokens_per_second * ANSWER_SECONDS) as u32;
    in_time.clamp(ANSWER_TOKENS_MIN, ANSWER_TOKENS_MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slow_server_is_given_time_for_a_block_and_no_more() {
        let facts = ModelFacts {
            name: "any".to_owned(),
            template: saga_domain::TemplateFamily::Llama3,
            fim: saga_domain::Fim::None,
            context_tokens: 8192,
        };
        let tokens = |tokens_per_second| {
            let speed = Speed { tokens_per_second, first_token_ms: 300 };
            Budget::for_completion(&facts, Some(speed)).answer_tokens_max
        };
        assert_eq!([100.0, 30.0, 5.0, 0.0, f32::NAN].map(tokens), [192, 150, 96, 96, 96]);
        assert_eq!(Budget::for_completion(&facts, None).answer_tokens_max, 192);
    }

    #[test]
    fn usable_tokens_keep_a_margin_at_every_size() {
        for context_tokens in [0, 1, 512, 8192, u32::MAX] {
            let budget = Budget {
                context_tokens,
                answer_tokens_max: 1,
                prefix_lines_max: 1,
                suffix_lines_max: 1,
                calibration: Calibration::default(),
            };
            assert!(budget.usable_tokens() <= context_tokens);
        }
    }
}
