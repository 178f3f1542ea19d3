//! What a server or a socket says went wrong, as one of our codes.
//!
//! A code of ours is taken as it is. Other servers' errors are judged by what their `code` and
//! `type` say, then by the status.

use reqwest::StatusCode;
use reqwest::header::{HeaderMap, RETRY_AFTER};
use saga_domain::{Failure, FailureCode};
use serde_json::Value;

use crate::options::Address;

/// Characters of a server's own sentence that are shown.
const MESSAGE_CHARS_MAX: usize = 400;

/// A status that is not a success, with the body that came along.
pub(crate) fn of_status(
    address: &Address,
    status: StatusCode,
    headers: &HeaderMap,
    body: &[u8],
) -> Failure {
    let said = Said::read(body);
    let code = said.code().unwrap_or_else(|| by_status(status, said.is_json));
    let message = match said.message {
        Some(message) => message,
        None => format!("The server at {address} {}.", words(code, status)),
    };
    let retry_after_ms = said.retry_after_ms.or_else(|| retry_after(headers));
    Failure { code, message, retry_after_ms }
}

/// An error inside a stream that began well: ours (`event: error`) or another server's.
pub(crate) fn of_stream(data: &str) -> Failure {
    let said = Said::read(data.as_bytes());
    Failure {
        code: said.code().unwrap_or(FailureCode::UpstreamFailed),
        message: said
            .message
            .unwrap_or_else(|| "The model server failed while it was answering.".to_owned()),
        retry_after_ms: said.retry_after_ms,
    }
}

/// A request that got no answer.
pub(crate) fn of_transport(address: &Address, error: &reqwest::Error) -> Failure {
    let reason = innermost(error);
    if error.is_connect() && reason.contains("certificate") {
        return Failure::new(
            FailureCode::Unreachable,
            format!("The certificate of {address} cannot be trusted: {}", shown(&reason)),
        );
    }
    if error.is_connect() || error.is_timeout() {
        return Failure::new(FailureCode::Unreachable, format!("No server answers at {address}."));
    }
    Failure::new(
        FailureCode::Unreachable,
        format!("The connection to {address} broke before an answer came."),
    )
}

/// A body that broke off.
pub(crate) fn broken_off() -> Failure {
    Failure::new(
        FailureCode::UpstreamIncomplete,
        "The connection broke before the answer was complete.",
    )
}

/// A stream that ended without saying so.
pub(crate) fn ended_silently() -> Failure {
    Failure::new(FailureCode::UpstreamIncomplete, "The answer ended before it was complete.")
}

/// Something that is not the protocol.
pub(crate) fn bad_response(address: &Address, what: &str) -> Failure {
    Failure::new(FailureCode::BadResponse, format!("The server at {address} {what}."))
}

/// Silence for too long.
pub(crate) fn timed_out(address: &Address) -> Failure {
    Failure::new(FailureCode::Timeout, format!("The server at {address} did not answer in time."))
}

/// What the body of an error says, whoever wrote it.
#[derive(Default)]
struct Said {
    is_json: bool,
    message: Option<String>,
    /// `code` and `type`, whichever are texts.
    names: Vec<String>,
    retry_after_ms: Option<u64>,
}

impl Said {
    /// Reads OpenAI's `{error: {message, code, type}}`, Ollama's `{error: "…"}`, and the flat
    /// `{message, code, type}` or `{detail}` of others.
    fn read(body: &[u8]) -> Self {
        let Ok(Value::Object(whole)) = serde_json::from_slice::<Value>(body) else {
            return Self::default();
        };
        let whole = Value::Object(whole);
        let error = whole.get("error").unwrap_or(&whole);
        let message = [Some(error), error.get("message"), error.get("detail")]
            .into_iter()
            .flatten()
            .find_map(Value::as_str);
        let names = ["code", "type"]
            .into_iter()
            .filter_map(|key| error.get(key)?.as_str().map(str::to_owned))
            .collect();
        Self {
            is_json: true,
            message: message.map(shown).filter(|message| !message.is_empty()),
            names,
            retry_after_ms: error.get("retry_after_ms").and_then(Value::as_u64),
        }
    }

    fn code(&self) -> Option<FailureCode> {
        self.names.iter().find_map(|name| {
            let ours = FailureCode::ALL.iter().copied().find(|code| code.name() == name);
            ours.or(match name.as_str() {
                "model_not_found" => Some(FailureCode::UnknownModel),
                "context_length_exceeded" | "exceed_context_size_error" => {
                    Some(FailureCode::ContextOverflow)
                }
                "invalid_api_key" | "authentication_error" => Some(FailureCode::Unauthorized),
                "insufficient_quota" => Some(FailureCode::RateLimited),
                _ => None,
            })
        })
    }
}

fn by_status(status: StatusCode, is_json: bool) -> FailureCode {
    match status.as_u16() {
        401 => FailureCode::Unauthorized,
        403 => FailureCode::Forbidden,
        // An OpenAI-compatible server explains itself in JSON; anything else is not one.
        404 if is_json => FailureCode::NotFound,
        408 | 504 => FailureCode::Timeout,
        409 => FailureCode::SessionBusy,
        413 => FailureCode::TooLarge,
        400 | 422 => FailureCode::InvalidRequest,
        429 => FailureCode::RateLimited,
        501 => FailureCode::Unsupported,
        502 => FailureCode::UpstreamUnreachable,
        503 => FailureCode::UpstreamBusy,
        500..=599 => FailureCode::UpstreamFailed,
        _ => FailureCode::BadResponse,
    }
}

fn words(code: FailureCode, status: StatusCode) -> String {
    match code {
        FailureCode::Unauthorized => "refused the token".to_owned(),
        FailureCode::Forbidden => "does not allow this with the token in use".to_owned(),
        FailureCode::RateLimited => "takes no more requests for now".to_owned(),
        FailureCode::TooLarge => "finds the request too large".to_owned(),
        _ if status.is_redirection() => {
            "sends us to another address; set that address instead".to_owned()
        }
        _ => format!("answered with status {}", status.as_u16()),
    }
}

fn retry_after(headers: &HeaderMap) -> Option<u64> {
    let seconds: u64 = headers.get(RETRY_AFTER)?.to_str().ok()?.trim().parse().ok()?;
    seconds.checked_mul(1000)
}

/// A foreign sentence, made fit to be shown: one line, bounded.
fn shown(text: &str) -> String {
    let mut line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if let Some((cut, _)) = line.char_indices().nth(MESSAGE_CHARS_MAX) {
        line.truncate(cut);
        line.push('…');
    }
    line
}

fn innermost(error: &dyn std::error::Error) -> String {
    let mut error = error;
    while let Some(source) = error.source() {
        error = source;
    }
    error.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(status: u16, body: &str, expected: &str) {
        let address = Address::parse("http://server:1/hidden").expect("valid");
        let status = StatusCode::from_u16(status).expect("a status");
        let mut headers = HeaderMap::new();
        headers.insert(RETRY_AFTER, "2".parse().expect("a value"));
        let failure = of_status(&address, status, &headers, body.as_bytes());
        assert_eq!(format!("{}: {}", failure.code.name(), failure.message), expected);
        assert_eq!(failure.retry_after_ms, Some(2000));
    }

    #[test]
    fn errors_of_our_own() {
        check(
            503,
            r#"{"error":{"code":"queue_full","message":"Full.","type":"rate_limit_error"}}"#,
            "queue_full: Full.",
        );
        check(
            401,
            r#"{"error":{"code":"unauthorized","message":"No.","type":"x"}}"#,
            "unauthorized: No.",
        );
    }

    #[test]
    fn errors_of_other_servers() {
        check(404, r#"{"error":"model 'x' not found"}"#, "not_found: model 'x' not found");
        check(
            404,
            r#"{"error":{"message":"No model x","type":"invalid_request_error","code":"model_not_found"}}"#,
            "unknown_model: No model x",
        );
        check(
            400,
            r#"{"error":{"code":400,"message":"too long","type":"exceed_context_size_error"}}"#,
            "context_overflow: too long",
        );
        check(422, r#"{"detail":"bad"}"#, "invalid_request: bad");
        check(400, r#"{"object":"error","message":"a\n  b","code":400}"#, "invalid_request: a b");
    }

    #[test]
    fn errors_without_words() {
        check(401, "", "unauthorized: The server at http://server:1 refused the token.");
        check(
            404,
            "<html>",
            "bad_response: The server at http://server:1 answered with status 404.",
        );
        check(
            302,
            "",
            "bad_response: The server at http://server:1 sends us to another address; set that address instead.",
        );
        check(
            500,
            r#"{"error":{}}"#,
            "upstream_failed: The server at http://server:1 answered with status 500.",
        );
    }

    #[test]
    fn a_long_sentence_is_cut() {
        let failure = of_stream(&format!(r#"{{"error":"{}"}}"#, "가".repeat(1000)));
        assert_eq!(failure.message.chars().count(), MESSAGE_CHARS_MAX + 1);
    }
}
