//! How many tokens texts have on each model: an estimate, corrected by what the model servers count.

use std::collections::HashMap;
use std::sync::Arc;

use futures_util::StreamExt;
use parking_lot::Mutex;
use saga_domain::{Calibration, Message, Prompt, Role};
use saga_protocol::openai::ChatMessage;

use crate::domain::ports::{Answer, Piece};

/// Models that something is known of.
const MODELS_MAX: usize = 64;

/// What is known of each model's tokenizer.
#[derive(Clone, Debug, Default)]
pub struct TokenCounts {
    by_model: Arc<Mutex<HashMap<String, Calibration>>>,
}

impl TokenCounts {
    /// What is known of this one.
    #[must_use]
    pub fn of(&self, model: &str) -> Calibration {
        self.by_model.lock().get(model).copied().unwrap_or_default()
    }

    /// Learns from the count that comes at the answer's end.
    #[must_use]
    pub fn learning(&self, model: &str, asked: &[ChatMessage], answer: Answer) -> Answer {
        let (counts, model, asked) = (self.clone(), model.to_owned(), prompt(asked));
        let heard = answer.inspect(move |piece| {
            if let Ok(Piece::Done { usage: Some(usage), .. }) = piece {
                counts.learn(&model, &asked, usage.prompt_tokens);
            }
        });
        heard.boxed()
    }

    fn learn(&self, model: &str, asked: &Prompt, tokens: u32) {
        let mut by_model = self.by_model.lock();
        if by_model.len() < MODELS_MAX || by_model.contains_key(model) {
            by_model.entry(model.to_owned()).or_default().learn(asked, tokens);
        }
    }
}

fn prompt(messages: &[ChatMessage]) -> Prompt {
    let message = |message: &ChatMessage| Message {
        role: match message.role.as_str() {
            "system" => Role::System,
            "assistant" => Role::Assistant,
            _ => Role::User,
        },
        content: message.content.clone(),
    };
    Prompt::Chat(messages.iter().map(message).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::stream;
    use saga_protocol::openai::TokenUsage;

    #[tokio::test]
    async fn the_count_at_an_answers_end_corrects_the_estimate() {
        let counts = TokenCounts::default();
        let text = "한국어를 잘 아는 모델은 한 낱말을 한 토큰으로 셉니다. ".repeat(20);
        let asked = [ChatMessage::new("user", text.clone())];
        let before = counts.of("m").estimate(&text);
        for _ in 0..4 {
            let usage = TokenUsage {
                prompt_tokens: before / 2,
                completion_tokens: 1,
                total_tokens: before / 2 + 1,
            };
            let done = Piece::Done { finish_reason: "stop".to_owned(), usage: Some(usage) };
            let answer = stream::iter([Ok(Piece::Text("x".to_owned())), Ok(done)]).boxed();
            let pieces: Vec<_> = counts.learning("m", &asked, answer).collect().await;
            assert_eq!(pieces.len(), 2, "the answer itself is unchanged");
        }
        let after = counts.of("m").estimate(&text);
        assert!(after < before * 6 / 10, "{after} after {before}");
        assert_eq!(counts.of("another").estimate(&text), before);
    }
}
