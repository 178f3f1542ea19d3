//! What the counts that a server reports teach about its tokenizer.

use saga_domain::Prompt;

use super::estimate_tokens;

/// How many tokens texts have on one model, learned from the counts its server reports.
///
/// A plain value: keep one for each model, and copy it where estimates are made.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Calibration {
    /// Real tokens for an estimated one.
    factor: f32,
}

impl Default for Calibration {
    fn default() -> Self {
        Self { factor: 1.0 }
    }
}

impl Calibration {
    /// Estimates the tokens of `text`.
    #[must_use]
    pub fn estimate(&self, text: &str) -> u32 {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            clippy::cast_precision_loss,
            reason = "an estimate; casts of floats saturate"
        )]
        let tokens = (estimate_tokens(text) as f32 * self.factor).ceil() as u32;
        tokens
    }

    /// Estimates the tokens of a prompt, control tokens included.
    #[must_use]
    pub fn estimate_prompt(&self, prompt: &Prompt) -> u32 {
        match prompt {
            Prompt::Raw(text) => self.estimate(text),
            Prompt::Fim { prefix, suffix } => self.estimate(prefix) + self.estimate(suffix),
            Prompt::Chat(messages) => {
                messages.iter().map(|message| self.estimate(&message.content) + 8).sum()
            }
        }
    }

    /// Learns that a prompt had so many tokens on this model. A count of 0 says nothing.
    pub fn learn(&mut self, prompt: &Prompt, tokens: u32) {
        let estimated = Self::default().estimate_prompt(prompt);
        if tokens == 0 || estimated < 32 {
            return;
        }
        #[expect(clippy::cast_precision_loss, reason = "an estimate")]
        let seen = (tokens as f32 / estimated as f32).clamp(0.25, 4.0);
        self.factor += (seen - self.factor) / 4.0;
    }
}
