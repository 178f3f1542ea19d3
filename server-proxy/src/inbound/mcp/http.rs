//! MCP's streamable HTTP, without sessions: each message is a request, and its answer that request's.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json, Router};
use http::header::{HOST, ORIGIN};
use http::request::Parts;
use http::uri::Authority;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use http_body_util::Full;
use rmcp::model::RequestId;
use rmcp::transport::streamable_http_server::session::never::NeverSessionManager;
use rmcp::transport::streamable_http_server::{StreamableHttpServerConfig, StreamableHttpService};
use saga_domain::{Failure, FailureCode};
use serde::Deserialize;
use serde_json::json;

use crate::domain::access::Identity;
use crate::domain::limits::Limits;
use crate::inbound::AppState;
use crate::inbound::auth::is_loopback;
use crate::inbound::body;
use crate::inbound::error::ApiError;
use crate::inbound::mcp::calls::Here;
use crate::inbound::mcp::running::Named;
use crate::inbound::mcp::server::McpServer;
use crate::inbound::talk::is_id;

const SESSION_ID: HeaderName = HeaderName::from_static("mcp-session-id");
/// JSON-RPC's code for what cannot be read.
const PARSE_ERROR: i32 = -32700;

/// Answers messages; cheap to clone.
#[derive(Clone)]
pub(crate) struct McpRoute {
    server: McpServer,
    service: StreamableHttpService<McpServer, NeverSessionManager>,
}

/// What is answered over these calls.
pub(crate) fn route(calls: Router, limits: &Limits) -> McpRoute {
    let server = McpServer::new(Arc::new(Here(calls)));
    // Hosts and origins are looked at here and in `auth`, where the keys are known.
    let config = StreamableHttpServerConfig::default()
        .disable_allowed_hosts()
        .with_legacy_session_mode(false)
        .with_max_request_body_bytes(limits.body_bytes_max);
    let made = server.clone();
    let service = StreamableHttpService::new(move || Ok(made.clone()), Arc::default(), config);
    McpRoute { server, service }
}

pub(crate) async fn mcp(
    State(state): State<AppState>,
    Extension(route): Extension<McpRoute>,
    identity: Identity,
    request: Request,
) -> Result<Response, ApiError> {
    let (parts, body) = request.into_parts();
    no_foreign_page(&parts)?;
    let bytes = body::read(body, &state.limits).await?;
    let Ok(message) = serde_json::from_slice::<Message>(&bytes) else {
        return Ok(unreadable());
    };
    if message.method == "notifications/cancelled"
        && let (Some(session), Some(request)) =
            (session_of(&parts.headers), message.params.request_id)
    {
        let (caller, session) = (identity.caller, session.to_owned());
        route.server.running().call_off(&Named { caller, session, request });
    }
    let request = http::Request::from_parts(parts, Full::new(bytes));
    let mut response = route.service.handle(request).await.map(Body::new);
    if message.method == "initialize" && response.status().is_success() {
        let id = uuid::Uuid::new_v4().simple().to_string();
        if let Ok(id) = HeaderValue::from_str(&id) {
            response.headers_mut().insert(SESSION_ID, id);
        }
    }
    Ok(response)
}

/// What has to be known of a message before it is answered.
#[derive(Deserialize)]
struct Message {
    #[serde(default)]
    method: String,
    #[serde(default)]
    params: Params,
}

#[derive(Default, Deserialize)]
struct Params {
    #[serde(default, rename = "requestId")]
    request_id: Option<RequestId>,
}

/// The name that a client was given, by which its messages belong together. Nothing is kept under it.
pub(super) fn session_of(headers: &HeaderMap) -> Option<&str> {
    headers.get(&SESSION_ID)?.to_str().ok().filter(|id| is_id(id))
}

/// A page may ask the server that it came from, or one on the same machine, and no other: a browser
/// can be made to send a page's requests anywhere (DNS rebinding).
fn no_foreign_page(parts: &Parts) -> Result<(), ApiError> {
    let Some(origin) = parts.headers.get(ORIGIN) else { return Ok(()) };
    let origin = origin.to_str().ok().and_then(|origin| origin.split_once("://"));
    let host = parts.headers.get(HOST).and_then(|host| host.to_str().ok());
    let host = host.or(parts.uri.authority().map(Authority::as_str));
    let is_known = |(_, from): (&str, &str)| {
        is_loopback(from) || host.is_some_and(|host| host.eq_ignore_ascii_case(from))
    };
    if origin.is_some_and(is_known) {
        return Ok(());
    }
    Err(Failure::new(FailureCode::Forbidden, "pages of other servers are not answered here").into())
}

fn unreadable() -> Response {
    let error = json!({ "code": PARSE_ERROR, "message": "the message is no JSON-RPC message" });
    let body = json!({ "jsonrpc": "2.0", "id": null, "error": error });
    (StatusCode::BAD_REQUEST, Json(body)).into_response()
}
