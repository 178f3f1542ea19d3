//! `POST /v1/generate` with `Prefer: respond-async`, and `/v1/generate/{id}`: how a job stands, as JSON
//! or as events, and its calling off.

use axum::Json;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use bytes::BytesMut;
use http::header::LOCATION;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use saga_domain::{Failure, FailureCode};
use saga_protocol::error::ErrorBody;
use saga_protocol::generate::{GenerateRequest, RequestType};
use saga_protocol::jobs::{Job, JobStage};

use crate::domain::ports::Caller;
use crate::domain::saga::jobs::{JobNews, NotAccepted};
use crate::inbound::AppState;
use crate::inbound::chat::last_event_id;
use crate::inbound::error::ApiError;
use crate::inbound::generate::{IDEMPOTENCY_KEY, wants_events};
use crate::inbound::sse::{self, EventWriter, write_event};

const PREFER: HeaderName = HeaderName::from_static("prefer");
const PREFERENCE_APPLIED: HeaderName = HeaderName::from_static("preference-applied");
const RESPOND_ASYNC: &str = "respond-async";

/// Whether the request shall become a job. A preference may be left aside (RFC 7240), and is for
/// completions: nobody comes back for one.
pub(crate) fn is_wanted(headers: &HeaderMap, request: &GenerateRequest) -> bool {
    let prefers = headers
        .get_all(PREFER)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split([',', ';']))
        .any(|preference| preference.trim().eq_ignore_ascii_case(RESPOND_ASYNC));
    prefers && request.request_type != RequestType::Completion
}

/// Accepts it.
pub(crate) async fn accept(
    state: &AppState,
    caller: &Caller,
    key: Option<&str>,
    request: &GenerateRequest,
) -> Result<Response, ApiError> {
    let label = &state.prompts.code.label;
    let job = state.jobs.accept(caller, key, request, label).await.map_err(refusal)?;
    let location = HeaderValue::from_str(&format!("/v1/generate/{}", job.id));
    let mut response = (StatusCode::ACCEPTED, Json(job)).into_response();
    let headers = response.headers_mut();
    headers.insert(PREFERENCE_APPLIED, HeaderValue::from_static(RESPOND_ASYNC));
    if let Ok(location) = location {
        headers.insert(LOCATION, location);
    }
    Ok(response)
}

/// `GET /v1/generate/{id}`.
pub(crate) async fn one(
    State(state): State<AppState>,
    caller: Caller,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    if !wants_events(&headers) {
        let job = state.jobs.look(&caller, &id).await.map_err(|_| no_store())?;
        return Ok(Json(job.ok_or_else(unknown)?).into_response());
    }
    let after = last_event_id(&headers)?.unwrap_or(0);
    let news = state.jobs.follow(&caller, &id, after).await.map_err(|_| no_store())?;
    let news = news.ok_or_else(unknown)?;
    Ok(sse::response(news, JobEvents { last: after }, &state.drain, &state.limits))
}

/// `DELETE /v1/generate/{id}`.
pub(crate) async fn cancel(
    State(state): State<AppState>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<Job>, ApiError> {
    let job = state.jobs.cancel(&caller, &id).await.map_err(|_| no_store())?;
    Ok(Json(job.ok_or_else(unknown)?))
}

struct JobEvents {
    last: u64,
}

impl EventWriter for JobEvents {
    type Item = JobNews;

    fn write(&mut self, news: JobNews, out: &mut BytesMut) {
        match news {
            JobNews::Step(number, step) => {
                self.last = number;
                write_event(out, Some("stage"), Some(number), &step);
            }
            JobNews::End(number, job) => match (job.stage, &job.error) {
                (JobStage::Failed, Some(error)) => {
                    let body = ErrorBody { error: error.clone() };
                    write_event(out, Some("error"), Some(number), &body);
                }
                (JobStage::Cancelled, _) => {
                    write_event(out, Some("cancelled"), Some(number), &serde_json::json!({}));
                }
                _ => write_event(out, Some("done"), Some(number), &*job),
            },
            JobNews::NoStore => self.cut(&no_store().into_failure(), out),
        }
    }

    /// Without a number, so that whoever comes back goes on where this one ended.
    fn cut(&mut self, failure: &Failure, out: &mut BytesMut) {
        write_event(out, Some("error"), None, &ErrorBody::new(failure));
    }
}

fn refusal(refused: NotAccepted) -> ApiError {
    match refused {
        NotAccepted::Failed(failure) => failure.into(),
        NotAccepted::OtherRequest => {
            let what = "another request was sent with this key; use a new key for a new request";
            ApiError::wrong_field(IDEMPOTENCY_KEY.as_str(), what)
        }
        NotAccepted::NoStore => ApiError::no_store(
            "whether the job was accepted is not known: send it again with the same \
             Idempotency-Key",
        ),
    }
}

fn no_store() -> ApiError {
    ApiError::no_store("jobs cannot be reached now")
}

fn unknown() -> ApiError {
    Failure::new(FailureCode::NotFound, "there is no job with this id").into()
}
