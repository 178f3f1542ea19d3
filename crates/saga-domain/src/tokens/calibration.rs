//! What the counts that a server reports teach about its tokenizer.
//!
//! A text's tokens are a weighted sum of its [`Features`]; the weights start where most
//! vocabularies lie and are corrected with each count by recursive least squares: what a prompt
//! is full of, and what vocabularies differ in, takes most of the correction.

use super::features::{DEVIATION, Features, KINDS, WORTH};
use crate::prompt::Prompt;

/// How exact the sum of a text's parts is at best, as a part of the whole.
const NOISE: f32 = 0.03;
/// Prompts with fewer tokens say more about the template around them.
const LEARNT_TOKENS_MIN: u32 = 32;
/// A count further off was not that of the whole prompt: some servers leave out what they had
/// evaluated before.
const PLAUSIBLE: f32 = 4.0;
/// A worth outside of these is no vocabulary's.
const WORTH_RANGE: (f32, f32) = (0.05, 8.0);
/// How much of what is learnt is forgotten with each count, so that later ones still count.
const FORGOTTEN: f32 = 0.01;
/// Tokens of a chat template around one message.
const MESSAGE_TOKENS: u32 = 8;

/// How many tokens texts have on one model, learned from the counts its server reports.
///
/// A plain value: keep one for each model, and copy it where estimates are made.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Calibration {
    worth: [f32; KINDS],
    /// How far each worth may be off, and together with which other.
    doubt: [[f32; KINDS]; KINDS],
}

impl Default for Calibration {
    fn default() -> Self {
        let mut doubt = [[0.0; KINDS]; KINDS];
        for (kind, deviation) in DEVIATION.iter().enumerate() {
            doubt[kind][kind] = deviation * deviation;
        }
        Self { worth: WORTH, doubt }
    }
}

impl Calibration {
    /// Estimates the tokens of `text`.
    #[must_use]
    pub fn estimate(&self, text: &str) -> u32 {
        rounded(Features::of(text).tokens(&self.worth))
    }

    /// Estimates the tokens of a prompt.
    #[must_use]
    pub fn estimate_prompt(&self, prompt: &Prompt) -> u32 {
        let (features, around) = features(prompt);
        rounded(features.tokens(&self.worth)).saturating_add(around)
    }

    /// Learns that a prompt had so many tokens on this model. A count of 0 says nothing.
    pub fn learn(&mut self, prompt: &Prompt, tokens: u32) {
        let (features, around) = features(prompt);
        let tokens = tokens.saturating_sub(around);
        #[expect(clippy::cast_precision_loss, reason = "an estimate")]
        let counted = tokens as f32;
        let estimated = features.tokens(&self.worth);
        let is_plausible = estimated / PLAUSIBLE < counted && counted < estimated * PLAUSIBLE;
        if tokens < LEARNT_TOKENS_MIN || !is_plausible {
            return;
        }
        let off = counted - estimated;
        let doubted: [f32; KINDS] = std::array::from_fn(|kind| features.tokens(&self.doubt[kind]));
        let doubt = features.tokens(&doubted) + (NOISE * counted).powi(2);
        for kind in 0..KINDS {
            let gain = doubted[kind] / doubt;
            let (least, most) = WORTH_RANGE;
            self.worth[kind] = (self.worth[kind] + gain * off).clamp(least, most);
            for (doubt, doubted) in self.doubt[kind].iter_mut().zip(&doubted) {
                *doubt -= gain * doubted;
            }
            let forgotten = FORGOTTEN * DEVIATION[kind];
            self.doubt[kind][kind] += forgotten * forgotten;
        }
    }
}

/// What is counted of a prompt, and the tokens that are around it whatever it says.
fn features(prompt: &Prompt) -> (Features, u32) {
    let sum = |texts: &[&str]| {
        let mut sum = Features::default();
        for text in texts {
            let found = Features::of(text);
            sum.0.iter_mut().zip(found.0).for_each(|(sum, found)| *sum += found);
        }
        sum
    };
    match prompt {
        Prompt::Raw(text) => (sum(&[text]), 0),
        Prompt::Fim { prefix, suffix } => (sum(&[prefix, suffix]), 0),
        Prompt::Chat(messages) => {
            let texts: Vec<&str> =
                messages.iter().map(|message| message.content.as_str()).collect();
            let around = MESSAGE_TOKENS.saturating_mul(u32::try_from(texts.len()).unwrap_or(1));
            (sum(&texts), around)
        }
    }
}

/// Up, less what sums of fractions are off.
fn rounded(tokens: f32) -> u32 {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "casts of floats saturate"
    )]
    let whole = (tokens - 0.001).ceil() as u32;
    whole
}
