//! What the OpenAI calls share on the way in: checking the options, asking the model.

use std::time::{SystemTime, UNIX_EPOCH};

use saga_domain::{Failure, FailureCode};
use saga_protocol::openai::Sampling;

use crate::domain::limits::Limits;
use crate::domain::ports::{Answer, ModelCall, ModelInput, ServedModel, Wishes};
use crate::inbound::error::ApiError;
use crate::inbound::priority::Stated;
use crate::inbound::{AppState, waiting};

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
    if !model.abilities.writes {
        let message = format!("the model '{}' makes vectors and writes no text", model.name);
        return Err(Failure::new(FailureCode::Unsupported, message).into());
    }
    only_one("n", sampling.n)?;
    in_range("presence_penalty", sampling.presence_penalty, -2.0, 2.0)?;
    in_range("frequency_penalty", sampling.frequency_penalty, -2.0, 2.0)?;
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
    let (field, asked) = match sampling.max_completion_tokens {
        Some(tokens) => ("max_completion_tokens", tokens),
        None => ("max_tokens", sampling.max_tokens.unwrap_or(limits.answer_tokens_default)),
    };
    if asked == 0 {
        return Err(ApiError::wrong_field(field, "expected at least 1"));
    }
    Ok(ModelCall {
        model: model.name.clone(),
        input,
        max_tokens: asked.min(limits.answer_tokens_max).min(model.context_tokens.max(1)),
        temperature: sampling.temperature,
        top_p: sampling.top_p,
        seed: sampling.seed,
        stop: stop.to_vec(),
        wishes: Wishes {
            presence_penalty: sampling.presence_penalty,
            frequency_penalty: sampling.frequency_penalty,
            ..Wishes::default()
        },
    })
}

/// Refuses to make several answers to one request.
///
/// # Errors
/// Names the field.
pub(crate) fn only_one(field: &str, asked: Option<u32>) -> Result<(), ApiError> {
    match asked {
        None | Some(1) => Ok(()),
        Some(_) => Err(ApiError::unsupported_field(field, "one answer is made for a request")),
    }
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
    model: ServedModel,
    call: ModelCall,
    stated: Stated,
    streams: bool,
) -> Result<Answer, Failure> {
    let Stated { priority, places, names_class } = stated;
    let answers = state.answers.clone();
    let work = async move { answers.answer(&model, call, &priority).await };
    waiting::begin(work, places, streams && names_class, &state.drain).await
}

/// Unix seconds, as OpenAI's `created` has them.
pub(crate) fn created() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.as_secs())
}

/// An id in OpenAI's form.
pub(crate) fn id(prefix: &str) -> String {
    format!("{prefix}-{}", uuid::Uuid::new_v4().simple())
}
