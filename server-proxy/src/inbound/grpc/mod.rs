//! gRPC: the calls that clients have over HTTP too, on the same address; and the calls between a
//! gateway and a model service, on an address of their own.

mod body;
mod chat;
mod client_calls;
mod health;
mod hop;
mod records;

use std::convert::Infallible;
use std::io;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use saga_domain::{Failure, FailureCode};
use tokio::time::{Instant, timeout};
use tonic::Status;
use tonic::server::NamedService;
use tower_service::Service;

use crate::inbound::AppState;
use crate::inbound::error::ApiError;
use crate::inbound::grpc::body::{Ends, GrpcBody};
use crate::rpc;
use crate::rpc::v1::code_saga_server::CodeSagaServer;

pub(crate) use hop::{Hop, hop_router};

/// What every service's path begins with, and the paths of the calls for clients. They are named here
/// one by one, so that each is opened by its own scopes and nothing is there that was not meant to be.
const WHOLE: [&str; 4] = [
    "/codesaga.v1.CodeSaga/Generate",
    "/codesaga.v1.CodeSaga/Instances",
    "/codesaga.v1.CodeSaga/Requests",
    "/codesaga.v1.CodeSaga/Feedback",
];
const CHAT: &str = "/codesaga.v1.CodeSaga/Chat";

/// The calls for clients, which need a key as those over HTTP do.
pub(crate) fn client_calls(state: &AppState) -> Router<AppState> {
    let limits = state.limits;
    let service = CodeSagaServer::new(client_calls::ClientCalls::new(state.clone()))
        .max_decoding_message_size(limits.body_bytes_max)
        .max_encoding_message_size(limits.message_bytes_max());
    let whole = WHOLE
        .into_iter()
        .fold(Router::new(), |router, path| router.route_service(path, service.clone()));
    whole
        // A request that does not come in time is given up; those of a chat come when they come.
        .layer(from_fn_with_state(state.clone(), received))
        .route_service(CHAT, service)
}

/// What anybody may ask: how the service stands, and what its calls look like.
pub(crate) fn described(state: &AppState) -> io::Result<Router<AppState>> {
    let service = <CodeSagaServer<client_calls::ClientCalls> as NamedService>::NAME;
    let described = with_service(Router::new(), health::server(state.clone(), service));
    reflected(described, &[service])
}

fn reflected(router: Router<AppState>, services: &[&str]) -> io::Result<Router<AppState>> {
    let builder = || {
        let all = tonic_reflection::server::Builder::configure()
            .register_encoded_file_descriptor_set(rpc::DESCRIBED)
            .register_encoded_file_descriptor_set(tonic_health::pb::FILE_DESCRIPTOR_SET)
            .with_service_name("grpc.health.v1.Health");
        services.iter().fold(all, |builder, service| builder.with_service_name(*service))
    };
    // Tools of today ask in the newer way and go back to the older one when it is not there.
    let router = with_service(router, builder().build_v1().map_err(io::Error::other)?);
    Ok(with_service(router, builder().build_v1alpha().map_err(io::Error::other)?))
}

fn with_service<S>(router: Router<AppState>, service: S) -> Router<AppState>
where
    S: Service<Request, Error = Infallible> + NamedService + Clone + Send + Sync + 'static,
    S::Response: IntoResponse,
    S::Future: Send + 'static,
{
    router.route_service(&format!("/{}/{{call}}", S::NAME), service)
}

/// What every call goes through: it ends at the client's deadline and when the server must stop, what
/// is not read is let go of, and what is refused on the way is refused as gRPC does it.
pub(crate) fn around(router: Router<AppState>, state: &AppState) -> Router<AppState> {
    router.layer(from_fn_with_state(state.clone(), ending))
}

async fn ending(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let deadline = request
        .headers()
        .get("grpc-timeout")
        .and_then(|value| Instant::now().checked_add(body::timeout_of(value.to_str().ok()?)?));
    let mut ends = Ends::new(deadline, &state.drain);
    let response = tokio::select! {
        biased;
        response = next.run(request) => response,
        failure = &mut ends => return refusal(&failure),
    };
    match response.extensions().get::<Failure>() {
        Some(failure) => refusal(failure),
        None => response.map(|body| {
            let stall = state.limits.client_stall_time_max;
            Body::new(GrpcBody::new(body, ends, &state.drain, stall))
        }),
    }
}

/// Waits for the whole of a request that is one message.
async fn received(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let whole = axum::body::to_bytes(body, state.limits.body_bytes_max);
    match timeout(state.limits.body_time_max, whole).await {
        Ok(Ok(bytes)) => next.run(Request::from_parts(parts, Body::from(bytes))).await,
        Ok(Err(_)) => {
            let message =
                format!("a request may have {} bytes at most", state.limits.body_bytes_max);
            ApiError::from(Failure::new(FailureCode::TooLarge, message)).into_response()
        }
        Err(_elapsed) => ApiError::too_slow().into_response(),
    }
}

fn refusal(failure: &Failure) -> Response {
    let mut response = rpc::status(failure).into_http::<Body>();
    response.extensions_mut().insert(failure.code);
    response
}

/// A refusal of ours in a call.
fn refused(error: impl Into<ApiError>) -> Status {
    rpc::status(error.into().failure())
}
