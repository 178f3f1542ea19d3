//! Ollama through its native calls, in every version from 0.1x to 0.33.
//!
//! Seven calls are made and no other: version, tags, show, ps, generate, chat, embed. Its `/v1` routes are not
//! used, because there an error in the middle of an answer cannot be told from an end. Every
//! request is streamed (an unstreamed one runs to its end when its client leaves), bounded
//! (`num_predict`), never cut silently (`truncate: false`) and carries the model's pinned options.

use std::collections::HashMap;
use std::future::ready;

use async_trait::async_trait;
use futures_util::{StreamExt, TryStreamExt, stream};
use http::{StatusCode, Uri};
use parking_lot::Mutex;
use saga_domain::{Failure, FailureCode};
use serde::{Deserialize, Serialize};

use crate::domain::limits::{KeepAlive, Limits};
use crate::domain::ports::{
    Abilities, Answer, EmbedCall, Embedded, ModelCall, ModelInput, ModelServer, ServedModel,
};
use crate::outbound::http_client::HttpClient;
use crate::outbound::lines::BodyLines;
use crate::outbound::ollama_answer::{not_understood, pieces};
use crate::outbound::ollama_body::{Body, EmbedBody, Options, messages};
use crate::outbound::ollama_facts::{Facts, Running, Show, Tag, Tags};
use crate::outbound::proof::{PROOF_PROMPT, proof};
use crate::outbound::refusal;

const TAGS: &str = "/api/tags";
const SHOW: &str = "/api/show";
const PS: &str = "/api/ps";
const GENERATE: &str = "/api/generate";
const CHAT: &str = "/api/chat";
const EMBED: &str = "/api/embed";

/// Facts asked for at a time when a server has many models.
const SHOWS_AT_A_TIME: usize = 4;

/// None. Code repeats itself: an indentation, a bracket or a name that stood in the last lines is
/// likely to come again, and Ollama's default of 1.1 makes just those less likely. Loops are ended
/// by `num_predict` and by whoever reads the answer.
const CODE_REPEAT_PENALTY: f32 = 1.0;

/// One Ollama.
pub(crate) struct OllamaServer {
    base: Uri,
    client: HttpClient,
    limits: Limits,
    facts: Mutex<HashMap<String, Facts>>,
}

/// The answer to `/api/embed`.
#[derive(Deserialize)]
struct EmbedAnswer {
    embeddings: Vec<Vec<f32>>,
    #[serde(default)]
    prompt_eval_count: u32,
}

impl OllamaServer {
    pub(crate) fn new(base: Uri, client: HttpClient, limits: Limits) -> Self {
        Self { base, client, limits, facts: Mutex::new(HashMap::new()) }
    }

    async fn facts_of(&self, tag: Tag) -> Result<(String, Facts), Failure> {
        let known = self.facts.lock().get(&tag.name).cloned();
        if let Some(facts) = known.filter(|facts| facts.digest == tag.digest) {
            return Ok((tag.name, facts));
        }
        let body = json(&serde_json::json!({ "model": tag.name }))?;
        let show: Show = self.ask(SHOW, Some(body)).await?;
        let facts = Facts::new(tag.digest, &show, self.limits.context_tokens_max);
        Ok((tag.name, facts))
    }

    async fn ask<T: for<'a> Deserialize<'a>>(
        &self,
        path: &'static str,
        body: Option<Vec<u8>>,
    ) -> Result<T, Failure> {
        let (status, answer) = self.client.ask(&self.base, path, body).await?;
        if status != StatusCode::OK {
            return Err(refusal::before_the_answer(status, &answer, None));
        }
        serde_json::from_slice(&answer).map_err(|_| not_understood())
    }

    /// Nothing is known of a server that has just come back, until it is asked.
    async fn facts(&self, model: &str) -> Result<Facts, Failure> {
        if self.facts.lock().is_empty() {
            self.models().await?;
        }
        let known = self.facts.lock().get(model).cloned();
        known.ok_or_else(|| {
            Failure::new(FailureCode::UnknownModel, format!("the model '{model}' is not there"))
        })
    }

    fn body<'a>(&self, model: &'a str, facts: &Facts) -> Body<'a> {
        Body {
            model,
            prompt: None,
            suffix: None,
            raw: None,
            messages: None,
            tools: &[],
            format: None,
            stream: true,
            truncate: false,
            keep_alive: self.limits.keep_alive.seconds(),
            options: Options { num_ctx: facts.context_tokens, ..Options::default() },
        }
    }
}

#[async_trait]
impl ModelServer for OllamaServer {
    async fn models(&self) -> Result<Vec<ServedModel>, Failure> {
        let tags: Tags = self.ask(TAGS, None).await?;
        let asked: Vec<_> = stream::iter(tags.models)
            .map(|tag| self.facts_of(tag))
            .buffered(SHOWS_AT_A_TIME)
            // A model whose file is broken cannot be shown; the others can be used. A server that is
            // lost meanwhile says nothing of its models.
            .filter(|shown| ready(shown.as_ref().err().is_none_or(is_lost)))
            .try_collect()
            .await?;
        let models = asked.iter().map(|(name, facts)| served(name, facts)).collect();
        *self.facts.lock() = asked.into_iter().collect();
        Ok(models)
    }

    async fn answer(&self, call: &ModelCall) -> Result<Answer, Failure> {
        let facts = self.facts(&call.model).await?;
        let mut body = self.body(&call.model, &facts);
        body.options.num_predict = Some(call.max_tokens);
        body.options.temperature = call.temperature;
        body.options.top_p = call.top_p;
        body.options.seed = call.seed;
        if !call.stop.is_empty() {
            // Those of a request replace the model's own.
            for text in facts.stop.iter().chain(&call.stop) {
                if !body.options.stop.contains(&text.as_str()) {
                    body.options.stop.push(text);
                }
            }
        }
        if !matches!(call.input, ModelInput::Chat(_)) {
            body.options.repeat_penalty = Some(CODE_REPEAT_PENALTY);
        }
        body.wish(&call.wishes)?;
        let path = match &call.input {
            ModelInput::Raw(prompt) => {
                body.prompt = Some(prompt);
                body.raw = Some(true);
                GENERATE
            }
            ModelInput::Fim { prompt, suffix } => {
                // An empty prompt would be an order to load the model.
                body.prompt = Some(if prompt.is_empty() { "\n" } else { prompt });
                body.suffix = Some(suffix);
                GENERATE
            }
            ModelInput::Chat(said) => {
                body.messages = Some(messages(said));
                CHAT
            }
        };
        let reply = self.client.send(&self.base, path, Some(json(&body)?)).await?;
        if reply.status != StatusCode::OK {
            let (status, words) = reply.refusal().await;
            let context_tokens = Some(facts.context_tokens);
            return Err(refusal::before_the_answer(status, &words, context_tokens));
        }
        let lines = BodyLines::new(reply.body);
        Ok(pieces(lines, facts.context_tokens))
    }

    async fn load(&self, model: &str) -> Result<(), Failure> {
        let facts = self.facts(model).await?;
        // No prompt at all: loads the model and answers when it is there.
        let body = json(&self.body(model, &facts))?;
        let reply = self.client.send(&self.base, GENERATE, Some(body)).await?;
        if reply.status != StatusCode::OK {
            let (status, words) = reply.refusal().await;
            return Err(refusal::before_the_answer(status, &words, None));
        }
        match pieces(BodyLines::new(reply.body), facts.context_tokens).next().await {
            Some(Ok(_)) => Ok(()),
            Some(Err(failure)) => Err(failure),
            None => Err(not_understood()),
        }
    }

    async fn embed(&self, call: &EmbedCall) -> Result<Embedded, Failure> {
        let facts = self.facts(&call.model).await?;
        let body = json(&EmbedBody {
            model: &call.model,
            input: &call.inputs,
            dimensions: call.dimensions,
            truncate: false,
            keep_alive: self.limits.keep_alive.seconds(),
            options: Options { num_ctx: facts.context_tokens, ..Options::default() },
        })?;
        let reply = self.client.send(&self.base, EMBED, Some(body)).await?;
        if reply.status != StatusCode::OK {
            let (status, words) = reply.refusal().await;
            return Err(refusal::before_the_answer(status, &words, Some(facts.context_tokens)));
        }
        let answer: EmbedAnswer =
            serde_json::from_slice(&reply.whole().await?).map_err(|_| not_understood())?;
        if answer.embeddings.len() != call.inputs.len() {
            return Err(not_understood());
        }
        Ok(Embedded { vectors: answer.embeddings, prompt_tokens: answer.prompt_eval_count })
    }

    async fn prove(&self, model: &str, keep_alive: KeepAlive) -> Result<bool, Failure> {
        // Asked for a token, a model that left memory would be loaded again, for nobody.
        let (status, answer) = self.client.ask(&self.base, PS, None).await?;
        // Versions before 0.1.33 do not tell; there the model stays where it is believed to be.
        if status == StatusCode::OK {
            let running: Running = serde_json::from_slice(&answer).map_err(|_| not_understood())?;
            if !running.models.iter().any(|one| one.name == model) {
                return Ok(false);
            }
        }
        let facts = self.facts(model).await?;
        let mut body = self.body(model, &facts);
        body.keep_alive = keep_alive.seconds();
        body.prompt = Some(PROOF_PROMPT);
        body.raw = Some(true);
        body.options.num_predict = Some(1);
        let reply = self.client.send(&self.base, GENERATE, Some(json(&body)?)).await?;
        if reply.status != StatusCode::OK {
            let (status, words) = reply.refusal().await;
            return Err(refusal::before_the_answer(status, &words, None));
        }
        proof(pieces(BodyLines::new(reply.body), facts.context_tokens)).await
    }

    fn name(&self) -> String {
        self.base.to_string()
    }
}

fn served(name: &str, facts: &Facts) -> ServedModel {
    ServedModel {
        name: name.to_owned(),
        served_by: "ollama",
        template: facts.template,
        fim: facts.fim,
        abilities: Abilities { writes: facts.writes, tools: facts.tools, embeds: facts.embeds },
        // It has no call that tells its tokens.
        fim_family: None,
        version: facts.digest.clone(),
        context_tokens: facts.context_tokens,
    }
}

/// Whether nobody was there to answer.
fn is_lost(failure: &Failure) -> bool {
    matches!(failure.code, FailureCode::UpstreamUnreachable | FailureCode::Timeout)
}

fn json(body: &impl Serialize) -> Result<Vec<u8>, Failure> {
    serde_json::to_vec(body)
        .map_err(|_| Failure::new(FailureCode::Internal, "the request could not be written"))
}
