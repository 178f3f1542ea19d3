//! Digests of long conversations, made when nobody waits for the model.
//!
//! From three quarters of the model's context on, the older half of a conversation is put into few
//! words by the same model, as background work, and swapped in for the next message. What does not
//! come about is tried again after the next turn; until then whole oldest turns are left out.

use std::collections::HashSet;
use std::sync::Arc;

use futures_util::StreamExt;
use parking_lot::Mutex;
use saga_protocol::chat::Digest;
use saga_protocol::class::RequestClass;
use saga_protocol::control;

use crate::domain::conversation::{self, Room};
use crate::domain::model_service::ModelService;
use crate::domain::ports::{Answer, Caller, ModelCall, ModelInput, Piece, SessionMemory, Wishes};
use crate::domain::priority::{Priority, Task};
use crate::domain::prompts::Prompts;
use crate::domain::tokens::TokenCounts;

/// Conversations that are digested at a time.
const AT_A_TIME_MAX: usize = 4;

/// Makes digests.
#[derive(Clone)]
pub struct Digester {
    models: Arc<dyn ModelService>,
    memory: Arc<dyn SessionMemory>,
    prompts: Arc<Prompts>,
    counts: TokenCounts,
    answer_tokens: u32,
    busy: Arc<Mutex<HashSet<(Caller, String)>>>,
}

impl Digester {
    /// Makes them by these models for this memory; `answer_tokens` are kept free for an answer.
    #[must_use]
    pub fn new(
        models: Arc<dyn ModelService>,
        memory: Arc<dyn SessionMemory>,
        prompts: Arc<Prompts>,
        counts: TokenCounts,
        answer_tokens: u32,
    ) -> Self {
        Self { models, memory, prompts, counts, answer_tokens, busy: Arc::default() }
    }

    /// A turn was stored: digests the conversation if it has become long. Returns at once.
    pub fn consider(&self, caller: &Caller, session: &str, model: &str) {
        let key = (caller.clone(), session.to_owned());
        {
            let mut busy = self.busy.lock();
            if busy.len() >= AT_A_TIME_MAX || !busy.insert(key.clone()) {
                return;
            }
        }
        let (digester, model) = (self.clone(), model.to_owned());
        tokio::spawn(async move {
            if digester.digest(&key.0, &key.1, &model).await.is_none() {
                tracing::debug!("no digest was made");
            }
            digester.busy.lock().remove(&key);
        });
    }

    /// `None` when there was nothing to digest yet, or when it did not come about.
    async fn digest(&self, caller: &Caller, session: &str, model: &str) -> Option<bool> {
        let model = self.models.resolve(None, Some(model)).await.ok()?;
        let known = self.memory.read(caller, session).await.ok()??;
        let room = Room::of(&model, self.answer_tokens, self.counts.of(&model.name));
        let (prompt, wish) = (&self.prompts.chat, &self.prompts.digest);
        let ask = conversation::digest_ask(prompt, wish, &known, room)?;
        let call = ModelCall {
            model: model.name,
            input: ModelInput::Chat(ask.messages),
            max_tokens: ask.tokens_max,
            temperature: Some(conversation::TEMPERATURE),
            top_p: None,
            seed: None,
            stop: Vec::new(),
            wishes: Wishes::default(),
        };
        let background = RequestClass::Background;
        let (mut priority, _places) = Priority::new(caller.clone(), Task::Chat, background, None);
        // Where the conversation has been read already.
        priority.session = Some(session.to_owned());
        let text = whole(self.models.answer(call, &priority).await.ok()?).await?;
        self.memory.digest(caller, session, &Digest { text, ..ask.digest }).await.ok()
    }
}

/// The text of an answer that came to its end.
async fn whole(mut answer: Answer) -> Option<String> {
    let mut text = String::new();
    while let Some(piece) = answer.next().await {
        match piece.ok()? {
            Piece::Queued { .. } | Piece::ToolCall(_) => {}
            Piece::Text(more) => text.push_str(&more),
            Piece::Done { .. } => {
                let text = control::restore(text.trim()).into_owned();
                return (!text.is_empty()).then_some(text);
            }
        }
    }
    None
}
