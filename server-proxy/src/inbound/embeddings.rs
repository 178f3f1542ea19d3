//! `POST /v1/embeddings`: vectors of texts, from a model that makes them.

use axum::Json;
use axum::extract::State;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::HeaderMap;
use saga_protocol::embeddings::{
    Embedding, EmbeddingList, EmbeddingRequest, EmbeddingUsage, EncodingFormat, Vector,
};

use crate::domain::limits::Limits;
use crate::domain::ports::{Caller, EmbedCall};
use crate::domain::priority::Task;
use crate::inbound::body::JsonBody;
use crate::inbound::error::ApiError;
use crate::inbound::{AppState, priority};

pub(crate) async fn embeddings(
    State(state): State<AppState>,
    caller: Caller,
    headers: HeaderMap,
    JsonBody(request): JsonBody<EmbeddingRequest>,
) -> Result<Json<EmbeddingList>, ApiError> {
    check(&request, &state.limits)?;
    // Whoever waits for vectors waits as for a conversation; nobody types meanwhile.
    let stated = priority::stated(&headers, caller, Task::Chat)?;
    let model = state.models.resolve(None, request.model.as_deref()).await?;
    let call = EmbedCall {
        model: model.name.clone(),
        inputs: request.input,
        dimensions: request.dimensions,
    };
    let work = state.models.embed(call, &stated.priority);
    let embedded = state.drain.until_cut(work).await?;
    state.allowance.spend(&stated.priority.caller, u64::from(embedded.prompt_tokens));
    let written = |(index, numbers): (u32, Vec<f32>)| Embedding {
        object: "embedding".to_owned(),
        index,
        embedding: written(numbers, request.encoding_format),
    };
    Ok(Json(EmbeddingList {
        object: "list".to_owned(),
        data: (0..).zip(embedded.vectors).map(written).collect(),
        model: model.name,
        usage: EmbeddingUsage {
            prompt_tokens: embedded.prompt_tokens,
            total_tokens: embedded.prompt_tokens,
        },
    }))
}

fn check(request: &EmbeddingRequest, limits: &Limits) -> Result<(), ApiError> {
    if !(1..=limits.embedding_inputs_max).contains(&request.input.len()) {
        let what = format!("expected 1 to {} texts", limits.embedding_inputs_max);
        return Err(ApiError::wrong_field("input", what));
    }
    if let Some(at) = request.input.iter().position(String::is_empty) {
        return Err(ApiError::wrong_field(format!("input[{at}]"), "expected some text"));
    }
    match request.dimensions {
        Some(0) => Err(ApiError::wrong_field("dimensions", "expected at least 1")),
        _ => Ok(()),
    }
}

fn written(numbers: Vec<f32>, format: EncodingFormat) -> Vector {
    match format {
        EncodingFormat::Float => Vector::Float(numbers),
        EncodingFormat::Base64 => {
            let bytes: Vec<u8> = numbers.into_iter().flat_map(f32::to_le_bytes).collect();
            Vector::Base64(STANDARD.encode(bytes))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_holds_the_lowest_byte_first() {
        // What numpy's `frombuffer(b64decode(…), dtype="float32")` reads as [1.0, -2.5].
        let Vector::Base64(text) = written(vec![1.0, -2.5], EncodingFormat::Base64) else {
            panic!("base64 was asked for");
        };
        assert_eq!(text, "AACAPwAAIMA=");
    }
}
