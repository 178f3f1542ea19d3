//! What a model server means when it refuses, in our codes.
//!
//! Servers word the same refusal differently from version to version: `{"error": "text"}`,
//! `{"error": {"message", …}}`, and Ollama since 0.30 the second as a text inside the first.

use http::StatusCode;
use saga_domain::{Failure, FailureCode};
use serde_json::Value;

/// Characters of a server's own words that are passed on.
const WORDS_MAX: usize = 300;

/// Words by which servers refuse a prompt that is too long.
const TOO_LONG: &[&str] = &[
    "exceeds the context length",
    "exceeds the available context size",
    "maximum context length",
    "exceed_context_size",
];

#[derive(Debug, Default)]
struct Said {
    words: String,
    prompt_tokens: Option<u64>,
    context_tokens: Option<u64>,
}

/// The failure for a refusal with a status. `context_tokens` is what the model was given, for
/// servers that do not say.
pub(crate) fn before_the_answer(
    status: StatusCode,
    body: &[u8],
    context_tokens: Option<u32>,
) -> Failure {
    let said = said(body);
    if let Some(failure) = too_long(&said, context_tokens) {
        return failure;
    }
    let words = &said.words;
    match status {
        StatusCode::NOT_FOUND => Failure::new(FailureCode::UnknownModel, words),
        StatusCode::SERVICE_UNAVAILABLE | StatusCode::TOO_MANY_REQUESTS => busy(words),
        StatusCode::NOT_IMPLEMENTED => Failure::new(FailureCode::Unsupported, words),
        StatusCode::BAD_REQUEST if words.contains("does not support") => {
            Failure::new(FailureCode::Unsupported, words)
        }
        StatusCode::BAD_REQUEST | StatusCode::UNPROCESSABLE_ENTITY => Failure::new(
            FailureCode::InvalidRequest,
            format!("the model server refused the request: {words}"),
        ),
        _ => Failure::new(
            FailureCode::UpstreamFailed,
            format!("the model server failed ({}): {words}", status.as_u16()),
        ),
    }
}

/// The failure for an error that came where a piece of the answer was due.
pub(crate) fn in_the_answer(error: &Value, context_tokens: Option<u32>) -> Failure {
    let said = understood(error);
    too_long(&said, context_tokens).unwrap_or_else(|| {
        Failure::new(
            FailureCode::UpstreamFailed,
            format!("the model server failed in the middle of its answer: {}", said.words),
        )
    })
}

/// The server has no room now.
pub(crate) fn busy(words: &str) -> Failure {
    Failure {
        code: FailureCode::UpstreamBusy,
        message: format!("the model server is busy: {words}"),
        retry_after_ms: Some(2000),
    }
}

fn too_long(said: &Said, context_tokens: Option<u32>) -> Option<Failure> {
    let counted = said.prompt_tokens.zip(said.context_tokens);
    if counted.is_none() && !TOO_LONG.iter().any(|words| said.words.contains(words)) {
        return None;
    }
    let message = match (counted, context_tokens) {
        (Some((prompt, context)), _) => {
            format!("the prompt has {prompt} tokens and the model's context {context}")
        }
        (None, Some(context)) => {
            format!("the prompt has more tokens than the model's context of {context}")
        }
        (None, None) => "the prompt has more tokens than the model's context".to_owned(),
    };
    Some(Failure::new(FailureCode::ContextOverflow, message))
}

fn said(body: &[u8]) -> Said {
    match serde_json::from_slice::<Value>(body) {
        Ok(value) => understood(value.get("error").unwrap_or(&value)),
        Err(_) => Said { words: short(&String::from_utf8_lossy(body)), ..Said::default() },
    }
}

fn understood(error: &Value) -> Said {
    match error {
        Value::String(text) => match serde_json::from_str::<Value>(text) {
            Ok(inner @ Value::Object(_)) => understood(inner.get("error").unwrap_or(&inner)),
            _ => Said { words: short(text), ..Said::default() },
        },
        Value::Object(fields) => {
            let text = |name: &str| fields.get(name).and_then(Value::as_str);
            let words = text("message").or(text("detail")).unwrap_or("no reason given");
            Said {
                words: short(words),
                prompt_tokens: fields.get("n_prompt_tokens").and_then(Value::as_u64),
                context_tokens: fields.get("n_ctx").and_then(Value::as_u64),
            }
        }
        _ => Said { words: "no reason given".to_owned(), ..Said::default() },
    }
}

fn short(words: &str) -> String {
    words.trim().chars().take(WORDS_MAX).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(status: u16, body: &str, expected: &str) {
        let status = StatusCode::from_u16(status).expect("a status");
        let failure = before_the_answer(status, body.as_bytes(), Some(2048));
        assert_eq!(format!("{}: {}", failure.code.name(), failure.message), expected);
    }

    #[test]
    fn too_long_a_prompt_in_every_wording() {
        check(
            400,
            r#"{"error":"the input length exceeds the context length"}"#,
            "context_overflow: the prompt has more tokens than the model's context of 2048",
        );
        check(
            400,
            r#"{"error":"{\"error\":{\"code\":400,\"message\":\"request (6979 tokens) exceeds\",\"type\":\"exceed_context_size_error\",\"n_prompt_tokens\":6979,\"n_ctx\":2048}}"}"#,
            "context_overflow: the prompt has 6979 tokens and the model's context 2048",
        );
        check(
            400,
            r#"{"error":{"code":400,"message":"request (9 tokens) exceeds","n_prompt_tokens":9,"n_ctx":8}}"#,
            "context_overflow: the prompt has 9 tokens and the model's context 8",
        );
    }

    #[test]
    fn each_status_has_its_code() {
        check(404, r#"{"error":"model 'x' not found"}"#, "unknown_model: model 'x' not found");
        check(
            503,
            r#"{"error":"server busy, please try again.  maximum pending requests exceeded"}"#,
            "upstream_busy: the model server is busy: server busy, please try again.  maximum pending requests exceeded",
        );
        check(
            400,
            r#"{"error":"registry.ollama.ai/library/x:latest does not support insert"}"#,
            "unsupported: registry.ollama.ai/library/x:latest does not support insert",
        );
        check(
            501,
            r#"{"error":"This server does not support embeddings. Start it with `--embeddings`"}"#,
            "unsupported: This server does not support embeddings. Start it with `--embeddings`",
        );
        check(
            400,
            r#"{"error":"unexpected EOF"}"#,
            "invalid_request: the model server refused the request: unexpected EOF",
        );
        check(500, "<html>", "upstream_failed: the model server failed (500): <html>");
        check(500, "[1]", "upstream_failed: the model server failed (500): no reason given");
    }
}
