//! `GET /v1/models`: OpenAI's list, with what the engine must know added under `codesaga`.

use serde::{Deserialize, Serialize};

/// `{ "object": "list", "data": [...] }`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ModelList {
    /// `list`.
    pub object: String,
    /// The models; the default one first.
    pub data: Vec<Model>,
}

/// One model.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Model {
    /// The name to ask for.
    pub id: String,
    /// `model`.
    #[serde(default)]
    pub object: String,
    /// Unix seconds; 0 when unknown.
    #[serde(default)]
    pub created: u64,
    /// Who serves it: `ollama` or `openai-compatible`.
    #[serde(default)]
    pub owned_by: String,
    /// Absent when the server is not `codesaga-proxy`; the engine then takes the careful defaults.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub codesaga: Option<ModelDetails>,
}

/// What a prompt builder must know of a model.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ModelDetails {
    /// The family's name, or `unknown`; see `saga_domain::TemplateFamily`.
    pub template: String,
    /// Whether `suffix` is answered.
    pub fim: bool,
    /// Whether `tools` are passed on. An OpenAI-compatible server is not asked, so it may refuse
    /// them.
    #[serde(default)]
    pub tools: bool,
    /// Whether `/v1/embeddings` may be asked. An OpenAI-compatible server may refuse it.
    #[serde(default)]
    pub embeddings: bool,
    /// Whether it writes text; a model for embeddings alone does not.
    #[serde(default = "writes")]
    pub completion: bool,
    /// The family of the model's hole filling tokens, for a prompt that holds them itself; see
    /// `saga_domain::FimFamily`. Absent when the model has none, or none that could be found.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fim_family: Option<String>,
    /// Tokens that prompt and answer may have together.
    pub context_length: u32,
    /// Whether this is the model used when a request names none.
    pub default: bool,
    /// The model's own name, when the server's settings let this name stand for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stands_for: Option<String>,
}

/// A server that does not say serves models that write.
fn writes() -> bool {
    true
}
