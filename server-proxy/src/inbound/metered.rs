//! What a caller may still use, asked before a request is read and told with every answer.
//!
//! A place in flight belongs to the answer's body and is given back when that is dropped, however
//! the answer ends.

use axum::body::Body;
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderName, HeaderValue};
use http_body_util::BodyExt;

use crate::domain::access::Identity;
use crate::domain::allowance::{Allowance, Left};
use crate::domain::usage::Measure;
use crate::inbound::error::ApiError;

/// Passes the request on when the caller's limits allow it.
pub(crate) async fn metered(
    allowance: &Allowance,
    who: &Identity,
    request: Request,
    next: Next,
) -> Response {
    let allowed = match allowance.begin(who).await {
        Ok(allowed) => allowed,
        Err(refused) => {
            let error = ApiError::limit_reached(refused.failure, refused.kind);
            let mut response = error.into_response();
            tell(response.headers_mut(), &refused.left);
            return response;
        }
    };
    let mut response = next.run(request).await;
    tell(response.headers_mut(), &allowed.left);
    let Some(place) = allowed.place else { return response };
    response.map(|body| {
        Body::new(body.map_frame(move |frame| {
            let _until_dropped = &place;
            frame
        }))
    })
}

/// OpenAI's headers, which its SDKs and other clients know.
fn tell(headers: &mut HeaderMap, left: &Left) {
    const NAMES: [[&str; 3]; 2] = [
        [
            "x-ratelimit-limit-requests",
            "x-ratelimit-remaining-requests",
            "x-ratelimit-reset-requests",
        ],
        ["x-ratelimit-limit-tokens", "x-ratelimit-remaining-tokens", "x-ratelimit-reset-tokens"],
    ];
    for (names, measure) in NAMES.into_iter().zip([left.requests, left.tokens]) {
        let Some(Measure { limit, remaining, reset_ms }) = measure else { continue };
        let [of, left, reset] = names.map(HeaderName::from_static);
        headers.insert(of, HeaderValue::from(limit));
        headers.insert(left, HeaderValue::from(remaining));
        if let Ok(time) = HeaderValue::from_str(&in_words(reset_ms)) {
            headers.insert(reset, time);
        }
    }
}

/// A time as OpenAI writes it: `120ms`, `1s`, `6m0s`, `23h59m0s`.
fn in_words(ms: u64) -> String {
    if ms < 1000 {
        return format!("{ms}ms");
    }
    let seconds = ms.div_ceil(1000);
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    match (hours, minutes) {
        (0, 0) => format!("{seconds}s"),
        (0, _) => format!("{minutes}m{seconds}s"),
        _ => format!("{hours}h{minutes}m{seconds}s"),
    }
}

#[cfg(test)]
mod tests {
    use super::in_words;

    #[test]
    fn times_are_written_as_openai_writes_them() {
        let table = [
            (0, "0ms"),
            (999, "999ms"),
            (1000, "1s"),
            (59_001, "1m0s"),
            (360_000, "6m0s"),
            (86_340_000, "23h59m0s"),
        ];
        for (ms, expected) in table {
            assert_eq!(in_words(ms), expected);
        }
    }
}
