//! `GET /v1/ws`: completions and chat side by side on one WebSocket.
//!
//! Each frame that opens a stream becomes the HTTP request that it stands for and goes through the
//! same router and all of its layers ([`calls`]), so keys, scopes, limits, queue and records hold
//! here as they do there, and letting go of a stream is letting go of that request.

mod calls;
mod frames;
mod outgoing;
mod socket;

use axum::extract::ws::WebSocketUpgrade;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::{MatchedPath, Request, State};
use axum::response::Response;
use axum::{Extension, RequestExt, Router};
use hyper::upgrade::OnUpgrade;
use saga_domain::{Failure, FailureCode};

use crate::domain::access::Identity;
use crate::inbound::AppState;
use crate::inbound::error::ApiError;
use crate::inbound::ws::calls::Calls;
pub(in crate::inbound) use crate::inbound::ws::calls::refusal;
use crate::inbound::ws::socket::Socket;

/// The calls that frames stand for.
#[derive(Clone)]
pub(crate) struct CallRouter(pub(crate) Router);

/// Bytes after which what is written leaves at once instead of being gathered.
const WRITE_BUFFER_BYTES: usize = 16 << 10;

pub(crate) async fn upgrade(
    State(state): State<AppState>,
    Extension(router): Extension<CallRouter>,
    identity: Identity,
    mut request: Request,
) -> Result<Response, ApiError> {
    let work = state.drain.begin()?;
    let seat = state.sockets.enter(&identity.caller, state.limits.caller_sockets_max)?;
    let upgrade = request.extract_parts::<WebSocketUpgrade>().await.map_err(not_a_socket)?;
    let (mut parts, _) = request.into_parts();
    // What belongs to this one request; the rest, such as where it came from, to every call.
    parts.extensions.remove::<OnUpgrade>();
    parts.extensions.remove::<Identity>();
    // Else a call's own path would be taken for the rest of this one, and its scope would not be found.
    parts.extensions.remove::<MatchedPath>();
    parts.extensions.remove::<CallRouter>();
    let limits = state.limits;
    let calls = Calls::new(router.0, state.clone(), &parts.headers, parts.extensions);
    let socket = Socket::new(state, calls, work, seat);
    Ok(upgrade
        .max_frame_size(limits.body_bytes_max)
        .max_message_size(limits.body_bytes_max)
        .write_buffer_size(WRITE_BUFFER_BYTES)
        .on_upgrade(|web_socket| socket.run(web_socket)))
}

fn not_a_socket(rejection: WebSocketUpgradeRejection) -> ApiError {
    let message = format!("this path speaks WebSocket: {}", rejection.body_text());
    Failure::new(FailureCode::InvalidRequest, message).into()
}
