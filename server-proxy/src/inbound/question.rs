//! What the OpenAI calls share: checking the options, asking the model, collecting a whole answer.

use std::time::{SystemTime, UNIX_EPOCH};

use futures_util::StreamExt;
use saga_domain::{Failure, FailureCode};
use saga_protocol::openai::{Sampling, TokenUsage};

use crate::domain::limits::Limits;
use crate::domain::ports::{Answer, ModelCall, ModelInput, Piece, ServedModel};
use crate::inbound::error::ApiError;
use crate::inbound::priority::Stated;
use crate::inbound::{AppState, waiting};

/// A complete answer.
pub(crate) struct Whole {
    pub(crate) text: String,
    pub(crate) finish_reason: String,
    pub(crate) usage: Option<TokenUsage>,
}

/// The call for a checked request.
///
/// # Errors
/// Names the option that is wrong.
pub(crate) fn call(
    model: &ServedModel,
    input: ModelInput,
    sampling: &Sampling,
    limits: &Limits,
) -> Result<ModelCall, ApiError> {
    in_range("temperature", sampling.temperature, 0.0, 2.0)?;
    in_range("top_p", sampling.top_p, 0.0, 1.0)?;
    let stop = sampling.stop.texts();
    if stop.len() > limits.stop_texts_max {
        return Err(ApiError::wrong_field(
            "stop",
            format!("at most {} texts are taken", limits.stop_texts_max),
        ));
    }
    if stop.iter().any(|text| text.is_empty() || text.len() > limits.stop_text_bytes_max) {
        return Err(ApiError::wrong_field(
            "stop",
            format!("a text must have 1 to {} bytes", limits.stop_text_bytes_max),
        ));
    }
    let asked = sampling.max_tokens.unwrap_or(limits.answer_tokens_default);
    if asked == 0 {
        return Err(ApiError::wrong_field("max_tokens", "expected at least 1"));
    }
    Ok(ModelCall {
        model: model.name.clone(),
        input,
        max_tokens: asked.min(limits.answer_tokens_max).min(model.context_tokens.max(1)),
        temperature: sampling.temperature,
        top_p: sampling.top_p,
        seed: sampling.seed,
        stop: stop.to_vec(),
    })
}

fn in_range(field: &str, value: Option<f32>, least: f32, most: f32) -> Result<(), ApiError> {
    match value {
        Some(value) if !(least..=most).contains(&value) => {
            Err(ApiError::wrong_field(field, format!("expected a number from {least} to {most}")))
        }
        _ => Ok(()),
    }
}

/// Begins the answer to a call. Its places in the queue are part of it when it is streamed to a
/// client that names classes.
///
/// # Errors
/// What failed before anything was said.
pub(crate) async fn begin(
    state: &AppState,
    call: ModelCall,
    stated: Stated,
    streams: bool,
) -> Result<Answer, Failure> {
    let Stated { priority, places, names_class } = stated;
    let models = state.models.clone();
    let work = async move { models.answer(call, &priority).await };
    waiting::begin(work, places, streams && names_class, &state.drain).await
}

/// Collects an answer to its end.
///
/// # Errors
/// The failure that ended it.
pub(crate) async fn whole(mut answer: Answer) -> Result<Whole, Failure> {
    let mut text = String::new();
    while let Some(piece) = answer.next().await {
        match piece? {
            Piece::Queued { .. } => {}
            Piece::Text(more) => text.push_str(&more),
            Piece::Done { finish_reason, usage } => {
                return Ok(Whole { text, finish_reason, usage });
            }
        }
    }
    Err(Failure::new(FailureCode::Internal, "the answer had no end"))
}

/// Unix seconds, as OpenAI's `created` has them.
pub(crate) fn created() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.as_secs())
}

/// An id in OpenAI's form.
pub(crate) fn id(prefix: &str) -> String {
    format!("{prefix}-{}", uuid::Uuid::new_v4().simple())
}
