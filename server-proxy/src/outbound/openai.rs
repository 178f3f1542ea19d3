//! Servers that speak OpenAI's API: llama.cpp's `llama-server` and vLLM.
//!
//! Every request is streamed and bounded. Hole filling has no standard call there, so no model of
//! theirs is said to take a suffix; whether a raw prompt may hold a family's control tokens for a
//! hole is found by asking for the tokens of each.

use std::collections::{HashMap, HashSet};

use async_trait::async_trait;
use futures_util::StreamExt;
use http::{StatusCode, Uri};
use parking_lot::Mutex;
use saga_domain::{Failure, FailureCode, FimFamily};
use saga_protocol::embeddings::EmbeddingUsage;
use saga_protocol::openai::{ChatMessage, JsonSchema, ResponseFormat, Tool, ToolChoice};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::domain::limits::KeepAlive;
use crate::domain::ports::{
    Abilities, Answer, AnswerFormat, EmbedCall, Embedded, ModelCall, ModelInput, ModelServer,
    ServedModel, Wishes,
};
use crate::outbound::http_client::HttpClient;
use crate::outbound::lines::BodyLines;
use crate::outbound::openai_answer::{Reader, not_understood};
use crate::outbound::openai_facts::{
    Applied, ModelsAnswer, Props, Tokenized, context_tokens, template,
};
use crate::outbound::proof::{PROOF_PROMPT, proof};
use crate::outbound::refusal;

pub(crate) const MODELS: &str = "/v1/models";
const COMPLETIONS: &str = "/v1/completions";
const CHAT_COMPLETIONS: &str = "/v1/chat/completions";
const EMBEDDINGS: &str = "/v1/embeddings";
const PROPS: &str = "/props";
const APPLY_TEMPLATE: &str = "/apply-template";
const TOKENIZE: &str = "/tokenize";

/// One OpenAI-compatible server.
pub(crate) struct OpenAiServer {
    base: Uri,
    client: HttpClient,
    /// What was found of models that were asked about; a server's models do not change while it
    /// runs.
    fim_families: Mutex<HashMap<String, Option<FimFamily>>>,
}

#[derive(Serialize)]
struct Body<'a> {
    model: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    prompt: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    messages: Option<&'a [ChatMessage]>,
    stream: bool,
    stream_options: Value,
    max_tokens: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    temperature: Option<f32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    top_p: Option<f32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    seed: Option<i64>,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    stop: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    presence_penalty: Option<f32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    frequency_penalty: Option<f32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    response_format: Option<ResponseFormat>,
    #[serde(skip_serializing_if = "<[Tool]>::is_empty")]
    tools: &'a [Tool],
    #[serde(skip_serializing_if = "Option::is_none")]
    tool_choice: Option<&'a ToolChoice>,
}

/// The answer to `/v1/embeddings`.
#[derive(Deserialize)]
struct EmbeddingsAnswer {
    data: Vec<EmbeddingEntry>,
    #[serde(default)]
    usage: EmbeddingUsage,
}

#[derive(Deserialize)]
struct EmbeddingEntry {
    #[serde(default)]
    index: usize,
    embedding: Vec<f32>,
}

impl OpenAiServer {
    pub(crate) fn new(base: Uri, client: HttpClient) -> Self {
        Self { base, client, fim_families: Mutex::default() }
    }

    async fn fim_family(&self, model: &str) -> Option<FimFamily> {
        if let Some(known) = self.fim_families.lock().get(model) {
            return *known;
        }
        let mut single = HashSet::new();
        for sign in FimFamily::signs() {
            // Each server reads the fields it knows: llama.cpp the first three, vLLM the others.
            let question = json!({
                "content": sign, "add_special": false, "parse_special": true,
                "model": model, "prompt": sign, "add_special_tokens": false,
            });
            // A server that does not know the call is asked once.
            let Some(answer) = self.ask_perhaps::<Tokenized>(TOKENIZE, Some(question)).await else {
                break;
            };
            if answer.tokens.len() == 1 {
                single.insert(sign);
            }
        }
        let found = FimFamily::recognise(|sign| single.contains(sign));
        self.fim_families.lock().insert(model.to_owned(), found);
        found
    }

    /// The answer to a question that not every server knows.
    async fn ask_perhaps<T: for<'a> Deserialize<'a>>(
        &self,
        path: &'static str,
        body: Option<Value>,
    ) -> Option<T> {
        let body = body.map(|body| body.to_string().into_bytes());
        let (status, answer) = self.client.ask(&self.base, path, body).await.ok()?;
        (status == StatusCode::OK).then(|| serde_json::from_slice(&answer).ok()).flatten()
    }
}

#[async_trait]
impl ModelServer for OpenAiServer {
    async fn models(&self) -> Result<Vec<ServedModel>, Failure> {
        let (status, answer) = self.client.ask(&self.base, MODELS, None).await?;
        if status != StatusCode::OK {
            return Err(refusal::before_the_answer(status, &answer, None));
        }
        let listed: ModelsAnswer = serde_json::from_slice(&answer).map_err(|_| not_understood())?;
        let props: Props = self.ask_perhaps(PROPS, None).await.unwrap_or_default();
        let applied: Option<Applied> = if props.chat_template.is_empty() {
            let hello = json!({ "messages": [{ "role": "user", "content": "hello" }] });
            self.ask_perhaps(APPLY_TEMPLATE, Some(hello)).await
        } else {
            None
        };
        let template = template(&props, applied.as_ref());
        let mut models = Vec::new();
        for model in &listed.data {
            models.push(ServedModel {
                name: model.id.clone(),
                served_by: "openai-compatible",
                template,
                fim: false,
                // It has no call that tells, so what is asked is passed on and may be refused.
                abilities: Abilities { writes: true, tools: true, embeds: true },
                fim_family: self.fim_family(&model.id).await,
                version: String::new(),
                context_tokens: context_tokens(model, &props),
            });
        }
        Ok(models)
    }

    async fn answer(&self, call: &ModelCall) -> Result<Answer, Failure> {
        let mut body = Body {
            model: &call.model,
            prompt: None,
            messages: None,
            stream: true,
            stream_options: json!({ "include_usage": true }),
            max_tokens: call.max_tokens,
            temperature: call.temperature,
            top_p: call.top_p,
            seed: call.seed,
            stop: &call.stop,
            presence_penalty: call.wishes.presence_penalty,
            frequency_penalty: call.wishes.frequency_penalty,
            response_format: call.wishes.format.as_ref().map(response_format),
            tools: &call.wishes.tools,
            tool_choice: call.wishes.tool_choice.as_ref(),
        };
        let path = match &call.input {
            ModelInput::Raw(prompt) => {
                body.prompt = Some(prompt);
                COMPLETIONS
            }
            ModelInput::Chat(messages) => {
                body.messages = Some(messages);
                CHAT_COMPLETIONS
            }
            ModelInput::Fim { .. } => {
                let message = "this model server does not fill holes";
                return Err(Failure::new(FailureCode::Unsupported, message));
            }
        };
        let body = serde_json::to_vec(&body)
            .map_err(|_| Failure::new(FailureCode::Internal, "the request could not be written"))?;
        let reply = self.client.send(&self.base, path, Some(body)).await?;
        if reply.status != StatusCode::OK {
            let (status, words) = reply.refusal().await;
            return Err(refusal::before_the_answer(status, &words, None));
        }
        Ok(Reader::new(BodyLines::new(reply.body)).boxed())
    }

    /// Such a server has its model in memory from the start; while it loads it refuses
    /// [`Self::models`].
    async fn load(&self, _model: &str) -> Result<(), Failure> {
        Ok(())
    }

    async fn embed(&self, call: &EmbedCall) -> Result<Embedded, Failure> {
        let mut body =
            json!({ "model": call.model, "input": call.inputs, "encoding_format": "float" });
        if let Some(dimensions) = call.dimensions {
            body["dimensions"] = dimensions.into();
        }
        let body = body.to_string().into_bytes();
        let reply = self.client.send(&self.base, EMBEDDINGS, Some(body)).await?;
        if reply.status != StatusCode::OK {
            let (status, words) = reply.refusal().await;
            return Err(refusal::before_the_answer(status, &words, None));
        }
        let mut answer: EmbeddingsAnswer =
            serde_json::from_slice(&reply.whole().await?).map_err(|_| not_understood())?;
        answer.data.sort_by_key(|entry| entry.index);
        if answer.data.len() != call.inputs.len() {
            return Err(not_understood());
        }
        let vectors = answer.data.into_iter().map(|entry| entry.embedding).collect();
        Ok(Embedded { vectors, prompt_tokens: answer.usage.prompt_tokens })
    }

    async fn prove(&self, model: &str, _keep_alive: KeepAlive) -> Result<bool, Failure> {
        let call = ModelCall {
            model: model.to_owned(),
            input: ModelInput::Raw(PROOF_PROMPT.to_owned()),
            max_tokens: 1,
            temperature: None,
            top_p: None,
            seed: None,
            stop: Vec::new(),
            wishes: Wishes::default(),
        };
        proof(self.answer(&call).await?).await
    }

    fn name(&self) -> String {
        self.base.to_string()
    }
}

fn response_format(format: &AnswerFormat) -> ResponseFormat {
    let (kind, json_schema): (_, Option<JsonSchema>) = match format {
        AnswerFormat::Json => ("json_object", None),
        AnswerFormat::Schema(schema) => ("json_schema", Some(schema.clone())),
    };
    ResponseFormat { kind: kind.to_owned(), json_schema }
}
