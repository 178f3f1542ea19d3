//! A model server whose kind is found by asking, and asked again after it was gone: what answers
//! at an address tomorrow need not be what answers today.

use std::sync::Arc;

use async_trait::async_trait;
use http::{StatusCode, Uri};
use parking_lot::Mutex;
use saga_domain::{Failure, FailureCode};
use serde_json::Value;

use crate::domain::limits::{KeepAlive, Limits};
use crate::domain::ports::{Answer, EmbedCall, Embedded, ModelCall, ModelServer, ServedModel};
use crate::outbound::http_client::HttpClient;
use crate::outbound::ollama::OllamaServer;
use crate::outbound::openai::{MODELS, OpenAiServer};
use crate::outbound::refusal;

const VERSION: &str = "/api/version";

/// Whatever answers at one address.
pub struct FoundServer {
    base: Uri,
    client: HttpClient,
    limits: Limits,
    found: Mutex<Option<Arc<dyn ModelServer>>>,
}

impl FoundServer {
    /// Nothing is asked yet.
    #[must_use]
    pub fn new(base: Uri, client: HttpClient, limits: Limits) -> Self {
        Self { base, client, limits, found: Mutex::new(None) }
    }

    async fn found(&self) -> Result<Arc<dyn ModelServer>, Failure> {
        let known = self.found.lock().clone();
        if let Some(server) = known {
            return Ok(server);
        }
        let server = self.find().await?;
        *self.found.lock() = Some(server.clone());
        Ok(server)
    }

    async fn find(&self) -> Result<Arc<dyn ModelServer>, Failure> {
        let (base, client) = (self.base.clone(), self.client.clone());
        let (status, answer) = self.client.ask(&self.base, VERSION, None).await?;
        if status == StatusCode::OK && has_field(&answer, "version") {
            return Ok(Arc::new(OllamaServer::new(base, client, self.limits)));
        }
        let (status, answer) = self.client.ask(&self.base, MODELS, None).await?;
        if status == StatusCode::OK && has_field(&answer, "data") {
            return Ok(Arc::new(OpenAiServer::new(base, client)));
        }
        if status == StatusCode::SERVICE_UNAVAILABLE {
            // llama.cpp while it loads its model.
            return Err(refusal::before_the_answer(status, &answer, None));
        }
        Err(Failure::new(
            FailureCode::UpstreamFailed,
            "what answers there is neither Ollama nor OpenAI-compatible",
        ))
    }

    fn noted<T>(&self, outcome: Result<T, Failure>) -> Result<T, Failure> {
        if let Err(failure) = &outcome
            && matches!(failure.code, FailureCode::UpstreamUnreachable | FailureCode::Timeout)
        {
            *self.found.lock() = None;
        }
        outcome
    }
}

#[async_trait]
impl ModelServer for FoundServer {
    async fn models(&self) -> Result<Vec<ServedModel>, Failure> {
        let server = self.found().await?;
        self.noted(server.models().await)
    }

    async fn answer(&self, call: &ModelCall) -> Result<Answer, Failure> {
        let server = self.found().await?;
        self.noted(server.answer(call).await)
    }

    async fn load(&self, model: &str) -> Result<(), Failure> {
        let server = self.found().await?;
        self.noted(server.load(model).await)
    }

    async fn embed(&self, call: &EmbedCall) -> Result<Embedded, Failure> {
        let server = self.found().await?;
        self.noted(server.embed(call).await)
    }

    async fn prove(&self, model: &str, keep_alive: KeepAlive) -> Result<bool, Failure> {
        let server = self.found().await?;
        self.noted(server.prove(model, keep_alive).await)
    }

    fn name(&self) -> String {
        self.base.to_string()
    }
}

fn has_field(answer: &[u8], name: &str) -> bool {
    serde_json::from_slice::<Value>(answer).is_ok_and(|value| value.get(name).is_some())
}
