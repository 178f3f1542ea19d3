//! Failures as statuses: the code of gRPC for those who know no other, our stable code and the time to
//! come back in the details, as Google's error model has them.

use std::collections::HashMap;

use http::StatusCode;
use prost::Message;
use saga_domain::{Failure, FailureCode};
use tonic::{Code, Status};

use crate::inbound::error::ApiError;

/// Whose codes the reasons are.
const DOMAIN: &str = "codesaga";
const ERROR_INFO: &str = "type.googleapis.com/google.rpc.ErrorInfo";
const RETRY_INFO: &str = "type.googleapis.com/google.rpc.RetryInfo";

/// `google.rpc.Status`.
#[derive(Clone, PartialEq, Message)]
struct Details {
    #[prost(int32, tag = "1")]
    code: i32,
    #[prost(string, tag = "2")]
    message: String,
    #[prost(message, repeated, tag = "3")]
    details: Vec<Any>,
}

/// `google.protobuf.Any`.
#[derive(Clone, PartialEq, Message)]
struct Any {
    #[prost(string, tag = "1")]
    type_url: String,
    #[prost(bytes = "vec", tag = "2")]
    value: Vec<u8>,
}

/// `google.rpc.ErrorInfo`.
#[derive(Clone, PartialEq, Message)]
struct ErrorInfo {
    #[prost(string, tag = "1")]
    reason: String,
    #[prost(string, tag = "2")]
    domain: String,
    #[prost(map = "string, string", tag = "3")]
    metadata: HashMap<String, String>,
}

/// `google.rpc.RetryInfo`.
#[derive(Clone, PartialEq, Message)]
struct RetryInfo {
    #[prost(message, optional, tag = "1")]
    delay: Option<Duration>,
}

/// `google.protobuf.Duration`.
#[derive(Clone, PartialEq, Message)]
struct Duration {
    #[prost(int64, tag = "1")]
    seconds: i64,
    #[prost(int32, tag = "2")]
    nanos: i32,
}

/// A failure as a status.
#[must_use]
pub fn status(failure: &Failure) -> Status {
    let code = code(failure.code);
    let any = |type_url: &str, value: Vec<u8>| Any { type_url: type_url.to_owned(), value };
    let info = ErrorInfo {
        reason: failure.code.name().to_owned(),
        domain: DOMAIN.to_owned(),
        metadata: HashMap::new(),
    };
    let retry = failure.retry_after_ms.map(|ms| RetryInfo { delay: Some(duration(ms)) });
    let details = Details {
        code: code.into(),
        message: failure.message.clone(),
        details: [any(ERROR_INFO, info.encode_to_vec())]
            .into_iter()
            .chain(retry.map(|retry| any(RETRY_INFO, retry.encode_to_vec())))
            .collect(),
    };
    Status::with_details(code, failure.message.clone(), details.encode_to_vec().into())
}

/// The failure that a status of ours tells; `None` for one that is not ours.
#[must_use]
pub fn failure(status: &Status) -> Option<Failure> {
    let details = Details::decode(status.details()).ok()?;
    let of = |type_url: &str| details.details.iter().find(|any| any.type_url == type_url);
    let info = ErrorInfo::decode(of(ERROR_INFO)?.value.as_slice()).ok()?;
    if info.domain != DOMAIN {
        return None;
    }
    let retry = of(RETRY_INFO).and_then(|any| RetryInfo::decode(any.value.as_slice()).ok());
    Some(Failure {
        code: FailureCode::from_name(&info.reason),
        message: status.message().to_owned(),
        retry_after_ms: retry.and_then(|retry| retry.delay).map(|delay| millis(&delay)),
    })
}

/// What it is in HTTP says what it is in gRPC, so that a code has one meaning.
fn code(code: FailureCode) -> Code {
    match ApiError::from(Failure::new(code, "")).status() {
        StatusCode::BAD_REQUEST => Code::InvalidArgument,
        StatusCode::UNAUTHORIZED => Code::Unauthenticated,
        StatusCode::FORBIDDEN => Code::PermissionDenied,
        StatusCode::NOT_FOUND => Code::NotFound,
        StatusCode::CONFLICT => Code::Aborted,
        StatusCode::PAYLOAD_TOO_LARGE | StatusCode::TOO_MANY_REQUESTS => Code::ResourceExhausted,
        StatusCode::BAD_GATEWAY | StatusCode::SERVICE_UNAVAILABLE => Code::Unavailable,
        StatusCode::GATEWAY_TIMEOUT => Code::DeadlineExceeded,
        _ => Code::Internal,
    }
}

fn duration(ms: u64) -> Duration {
    Duration {
        seconds: i64::try_from(ms / 1000).unwrap_or(i64::MAX),
        nanos: i32::try_from(ms % 1000 * 1_000_000).unwrap_or_default(),
    }
}

fn millis(delay: &Duration) -> u64 {
    let seconds = u64::try_from(delay.seconds).unwrap_or_default();
    let nanos = u64::try_from(delay.nanos).unwrap_or_default();
    seconds.saturating_mul(1000).saturating_add(nanos / 1_000_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_failure_comes_back_as_it_was() {
        for code in FailureCode::ALL {
            for retry_after_ms in [None, Some(2500)] {
                let told =
                    Failure {
                        code: *code, message: "큐가 가득 찼어요".to_owned(), retry_after_ms
                    };
                assert_eq!(failure(&status(&told)), Some(told));
            }
        }
    }

    #[test]
    fn a_status_of_somebody_else_is_none_of_ours() {
        for strange in [
            Status::unavailable("connection refused"),
            Status::with_details(Code::Internal, "?", vec![0xff, 0xff].into()),
        ] {
            assert_eq!(failure(&strange), None);
        }
    }
}
