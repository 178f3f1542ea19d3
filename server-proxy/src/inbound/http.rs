//! The routes, and what happens around every request.

use std::io;
use std::time::Instant;

use axum::extract::{MatchedPath, Request, State};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, delete, get, post};
use axum::{Extension, Router};
use http::header::CACHE_CONTROL;
use http::{HeaderName, HeaderValue};
use http_body_util::BodyExt;
use saga_domain::{Failure, FailureCode};
use tower_http::catch_panic::CatchPanicLayer;

use crate::domain::request_mark::{RequestMark, TraceParent};
use crate::inbound::error::ApiError;
use crate::inbound::{
    AppState, auth, chat, chat_completions, completions, embeddings, feedback, generate, grpc,
    health, instances, jobs, mcp, me, metrics, models, openapi, requests, server_state, sessions,
    status_page, ws,
};

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const ACCEL_BUFFERING: HeaderName = HeaderName::from_static("x-accel-buffering");
const TRACE_PARENT: HeaderName = HeaderName::from_static("traceparent");

/// Everything the server answers to. The model servers' own calls are not among it, and nothing
/// is passed on that is not named here.
///
/// # Errors
/// When what gRPC's tools are told of the calls cannot be read, which no setting can cause.
pub fn router(state: AppState) -> io::Result<Router> {
    let for_frames = around_all(guarded(calls(), &state)).with_state(state.clone());
    let socket = Router::new()
        .route("/v1/ws", any(ws::upgrade))
        .layer(Extension(ws::CallRouter(for_frames.clone())));
    let agents = Router::new()
        .route("/mcp", post(mcp::mcp))
        .layer(Extension(mcp::route(for_frames, &state.limits)));
    let work = guarded(calls().merge(socket).merge(agents), &state);
    let described = Router::new().route("/openapi.json", get(openapi::openapi));
    let pages = Router::new()
        .route("/", get(status_page::status))
        .route("/docs", get(status_page::docs))
        .route("/page/page.css", get(status_page::style))
        .route("/page/page.js", get(status_page::common_script))
        .route("/page/status.js", get(status_page::status_script))
        .route("/page/docs.js", get(status_page::docs_script))
        .route("/page/icon.svg", get(status_page::icon));
    let calls = grpc::around(guarded(grpc::client_calls(&state), &state), &state);
    let spoken = calls.merge(grpc::described(&state)?);
    let all = work.merge(spoken).merge(watched()).merge(described).merge(pages);
    Ok(finished(all).with_state(state))
}

/// What a process answers to that serves no clients: how it stands.
pub fn operators_router(state: AppState) -> Router {
    finished(watched()).with_state(state)
}

fn finished(router: Router<AppState>) -> Router<AppState> {
    around_all(router.fallback(unknown_path).method_not_allowed_fallback(wrong_method))
}

/// How the process stands. Answered while stopping too: that is when somebody looks.
fn watched() -> Router<AppState> {
    Router::new()
        .route("/healthz", get(health::healthz))
        .route("/readyz", get(health::readyz))
        .route("/metrics", get(metrics::metrics))
        .route("/v1/status", get(server_state::status))
        .route("/v1/admin/state", get(server_state::all))
}

/// The calls that ask for work.
fn calls() -> Router<AppState> {
    Router::new()
        .route("/v1/completions", post(completions::completions))
        .route("/v1/fim/completions", post(completions::fim_completions))
        .route("/v1/chat/completions", post(chat_completions::chat_completions))
        .route("/v1/embeddings", post(embeddings::embeddings))
        .route("/v1/generate", post(generate::generate))
        .route("/v1/generate/{id}", get(jobs::one).delete(jobs::cancel))
        .route("/v1/requests", get(requests::list))
        .route("/v1/requests/{id}", get(requests::one))
        .route("/v1/me", get(me::export).delete(me::erase))
        .route("/v1/chat", post(chat::chat))
        .route("/v1/chat/{request_id}", delete(chat::cancel))
        .route("/v1/sessions", get(sessions::list))
        .route(
            "/v1/sessions/{id}",
            get(sessions::one).patch(sessions::change).delete(sessions::delete),
        )
        .route("/v1/sessions/{id}/fork", post(sessions::fork))
        .route("/v1/sessions/{id}/turns/{request_id}", delete(sessions::delete_turn))
        .route("/v1/feedback", post(feedback::feedback))
        .route("/v1/instances", get(instances::list))
        .route("/v1/models", get(models::list))
        // A model's name may hold slashes.
        .route("/v1/models/{*id}", get(models::one))
}

/// What every call that asks for work goes through.
fn guarded(calls: Router<AppState>, state: &AppState) -> Router<AppState> {
    let known = calls
        // Nobody without a key that opens the call gets further than its headers.
        .layer(from_fn_with_state(state.clone(), auth::let_in));
    counted_calls(known, state)
}

/// No new work while stopping; running work is waited for.
pub(crate) fn counted_calls(calls: Router<AppState>, state: &AppState) -> Router<AppState> {
    calls.layer(from_fn_with_state(state.clone(), counted))
}

/// What everything goes through.
pub(crate) fn around_all(router: Router<AppState>) -> Router<AppState> {
    router
        // A bug in one answer must not take its connection's other requests with it.
        .layer(CatchPanicLayer::custom(|_| internal().into_response()))
        // Last, so that every answer has the headers and is counted in the log.
        .layer(from_fn(around))
}

/// Holds a request as running work until the last byte of its answer is written.
async fn counted(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let work = match state.drain.begin() {
        Ok(work) => work,
        Err(failure) => return ApiError::from(failure).into_response(),
    };
    next.run(request).await.map(|body| {
        axum::body::Body::new(body.map_frame(move |frame| {
            let _until_dropped = &work;
            frame
        }))
    })
}

/// Gives a request its id, an answer its headers, and the log one line without a word of either.
async fn around(request: Request, next: Next) -> Response {
    let id = request_id(&request);
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().cloned();
    let begun = Instant::now();
    let mark = RequestMark {
        request_id: id.to_str().unwrap_or_default().into(),
        parent: request.headers().get(&TRACE_PARENT).and_then(parent),
    };
    let mut response = mark.over(next.run(request)).await;

    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    // Without it nginx holds events back until its buffer is full.
    headers.insert(ACCEL_BUFFERING, HeaderValue::from_static("no"));
    headers.insert(REQUEST_ID, id.clone());
    let code = response.extensions().get::<FailureCode>().map(|code| code.name());
    tracing::debug!(
        id = id.to_str().unwrap_or_default(),
        %method,
        route = route.as_ref().map_or("", |route| route.as_str()),
        status = response.status().as_u16(),
        code,
        headers_ms = begun.elapsed().as_millis(),
        "answered"
    );
    response
}

/// The client's own id when it is a sensible one, else a new one.
fn request_id(request: &Request) -> HeaderValue {
    let is_sensible = |value: &&HeaderValue| {
        let allowed = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_.".contains(byte);
        (1..=64).contains(&value.len()) && value.as_bytes().iter().all(allowed)
    };
    let given = request.headers().get(&REQUEST_ID).filter(is_sensible).cloned();
    given.unwrap_or_else(|| {
        let new = uuid::Uuid::new_v4().simple().to_string();
        HeaderValue::from_str(&new).unwrap_or(HeaderValue::from_static("unknown"))
    })
}

fn parent(value: &HeaderValue) -> Option<TraceParent> {
    TraceParent::read(value.to_str().ok()?)
}

async fn unknown_path() -> ApiError {
    Failure::new(FailureCode::NotFound, "there is nothing at this path").into()
}

async fn wrong_method() -> ApiError {
    ApiError::wrong_method()
}

fn internal() -> ApiError {
    Failure::new(FailureCode::Internal, "something went wrong in the server").into()
}
