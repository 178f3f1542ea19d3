//! `POST /v1/embeddings`, as OpenAI documents it.

use serde::{Deserialize, Serialize};

use crate::lenient::{null_is_default, texts};

/// `POST /v1/embeddings`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EmbeddingRequest {
    /// The model; the server's default when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// One text or several. Lists of token numbers are not taken.
    #[serde(deserialize_with = "texts")]
    pub input: Vec<String>,
    /// How the numbers are written.
    #[serde(default, deserialize_with = "null_is_default")]
    pub encoding_format: EncodingFormat,
    /// Numbers a vector shall have, for models that can shorten theirs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dimensions: Option<u32>,
}

/// How the numbers of a vector are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum EncodingFormat {
    /// A list of numbers.
    #[default]
    Float,
    /// Their bytes, four each with the lowest first, in base64.
    Base64,
}

/// The vectors of some texts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EmbeddingList {
    /// `list`.
    pub object: String,
    /// One for each text, in their order.
    pub data: Vec<Embedding>,
    /// The model that answered.
    pub model: String,
    /// What it cost.
    pub usage: EmbeddingUsage,
}

/// The vector of one text.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Embedding {
    /// `embedding`.
    pub object: String,
    /// The text's place in the request, from 0.
    pub index: u32,
    /// The numbers.
    pub embedding: Vector,
}

/// The numbers of a vector, as they are written.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(untagged)]
pub enum Vector {
    /// A list.
    Float(Vec<f32>),
    /// Bytes in base64.
    Base64(String),
}

/// Token counts as the model server reports them; 0 when it does not.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EmbeddingUsage {
    /// Tokens of all texts.
    #[serde(default)]
    pub prompt_tokens: u32,
    /// The same.
    #[serde(default)]
    pub total_tokens: u32,
}
