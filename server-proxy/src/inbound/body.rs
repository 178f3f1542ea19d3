//! A request's JSON body, bounded, with the wrong field named.

use axum::body::Body;
use axum::extract::{FromRequest, Request};
use bytes::Bytes;
use http_body::Body as _;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use saga_domain::{Failure, FailureCode};
use serde::de::DeserializeOwned;
use serde_json::Value;
use tokio::time::timeout;

use crate::domain::limits::Limits;
use crate::inbound::AppState;
use crate::inbound::error::ApiError;

/// A body that is a `T`.
#[derive(Clone, Copy, Debug)]
pub struct JsonBody<T>(pub T);

impl<T: DeserializeOwned> FromRequest<AppState> for JsonBody<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &AppState) -> Result<Self, ApiError> {
        let bytes = read(request.into_body(), &state.limits).await?;
        parse(&bytes).map(Self)
    }
}

/// The whole body.
///
/// # Errors
/// When it is too large, too slow or cut off.
pub(crate) async fn read(body: Body, limits: &Limits) -> Result<Bytes, ApiError> {
    let body_bytes_max = limits.body_bytes_max;
    // One that says that it is too large is not waited for.
    if body.size_hint().lower() > body_bytes_max as u64 {
        return Err(too_large(body_bytes_max));
    }
    let body = Limited::new(body, body_bytes_max);
    let Ok(read) = timeout(limits.body_time_max, body.collect()).await else {
        return Err(ApiError::too_slow());
    };
    match read {
        Ok(collected) => Ok(collected.to_bytes()),
        Err(error) if is_too_long(error.as_ref()) => Err(too_large(body_bytes_max)),
        Err(_broken_off) => {
            Err(Failure::new(FailureCode::InvalidRequest, "the body ended too early").into())
        }
    }
}

fn too_large(bytes_max: usize) -> ApiError {
    let message = format!("the request's body is larger than {bytes_max} bytes");
    Failure::new(FailureCode::TooLarge, message).into()
}

fn is_too_long(error: &(dyn std::error::Error + 'static)) -> bool {
    let mut cause = Some(error);
    while let Some(error) = cause {
        if error.is::<LengthLimitError>() {
            return true;
        }
        cause = error.source();
    }
    false
}

fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, ApiError> {
    let whole = match serde_json::from_slice(bytes) {
        Ok(value) => return Ok(value),
        Err(error) => error,
    };
    let what = match serde_json::from_slice::<Value>(bytes) {
        Err(error) => format!("the body is not JSON: {error}"),
        Ok(mut body @ Value::Object(_)) => match wrong_field::<T>(&mut body) {
            Some((field, what)) => return Err(ApiError::wrong_field(field, shortened(&what))),
            None => whole.to_string(),
        },
        Ok(_) => "the body is not a JSON object".to_owned(),
    };
    Err(Failure::new(FailureCode::InvalidRequest, shortened(&what)).into())
}

/// Which field is wrong and why; `None` when one is missing.
fn wrong_field<T: DeserializeOwned>(body: &mut Value) -> Option<(String, String)> {
    let mut track = serde_path_to_error::Track::new();
    let tracked = serde_path_to_error::Deserializer::new(&*body, &mut track);
    let what = T::deserialize(tracked).err()?.to_string();
    let path = track.path().to_string();
    if path != "." {
        return Some((path, what));
    }
    // serde forgets where it was in a flattened type. The wrong field is the one without which the
    // error is another one, and not that this very field is missing.
    let names: Vec<String> = body.as_object()?.keys().cloned().collect();
    for name in names {
        let value = body.as_object_mut()?.remove(&name)?;
        let without = T::deserialize(&*body).err().map(|error| error.to_string());
        body.as_object_mut()?.insert(name.clone(), value);
        let is_missed = without.as_ref() == Some(&format!("missing field `{name}`"));
        if without.as_ref() != Some(&what) && !is_missed {
            return Some((name, what));
        }
    }
    None
}

/// serde repeats the value it did not like, which may be a whole prompt.
fn shortened(what: &str) -> String {
    const CHARS_MAX: usize = 200;
    match what.char_indices().nth(CHARS_MAX) {
        None => what.to_owned(),
        Some((end, _)) => format!("{}…", &what[..end]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use saga_protocol::openai::{ChatCompletionRequest, CompletionRequest};

    fn check<T: DeserializeOwned>(body: &str, expected: &str) {
        let error = parse::<T>(body.as_bytes()).err().expect("the body is refused");
        assert_eq!(error.failure().message, expected);
    }

    #[test]
    fn the_wrong_field_is_named() {
        check::<CompletionRequest>(
            r#"{"prompt": 7}"#,
            "`prompt`: invalid type: integer `7`, expected a text, or a list with one text",
        );
        check::<CompletionRequest>(
            r#"{"prompt": "x", "max_tokens": "many"}"#,
            "`max_tokens`: invalid type: string \"many\", expected u32",
        );
        check::<CompletionRequest>(
            r#"{"prompt": "x", "stop": 3}"#,
            "`stop`: data did not match any variant of untagged enum Stop",
        );
        check::<ChatCompletionRequest>(
            r#"{"messages": [{"role": "user", "content": 1}]}"#,
            "`messages[0].content`: invalid type: integer `1`, expected a text or a list of text parts",
        );
        check::<ChatCompletionRequest>(
            r#"{"messages": [{"role": "user"}]}"#,
            "`messages[0]`: missing field `content`",
        );
    }

    #[test]
    fn a_missing_field_is_named() {
        check::<CompletionRequest>("{}", "missing field `prompt` at line 1 column 2");
    }

    #[test]
    fn what_is_not_json_is_said_so() {
        check::<CompletionRequest>(
            "{\"prompt\": ",
            "the body is not JSON: EOF while parsing a value at line 1 column 11",
        );
        check::<CompletionRequest>("[]", "the body is not a JSON object");
    }

    #[test]
    fn a_long_value_is_not_repeated() {
        let body = format!(r#"{{"prompt": "x", "max_tokens": "{}"}}"#, "가".repeat(10_000));
        let error = parse::<CompletionRequest>(body.as_bytes()).expect_err("refused");
        assert!(error.failure().message.chars().count() < 250);
    }
}
