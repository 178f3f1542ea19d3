//! The way to a model service: one HTTP/2 connection, opened when it is needed and again when it is lost.

#[cfg(test)]
mod tests;

use std::io;
use std::sync::Arc;
use std::time::Duration;

use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use rustls::RootCertStore;
use tonic::body::Body;

use crate::tls::{Certificates, client_builder};

/// Requests that one gateway may have open at a model service, all on one connection.
pub(crate) const STREAMS_MAX: u32 = 8192;

/// Time between two pings of a service, and until it must have answered one. A machine that is gone
/// is noticed while somebody still waits.
const PING_EVERY: Duration = Duration::from_secs(2);
const PING_TIME_MAX: Duration = Duration::from_secs(3);
/// Bytes of one answer that wait for whoever reads it here.
const UNREAD_BYTES_MAX: u32 = 64 << 10;
/// Bytes of all answers together: more than one connection's answers can have, so that one that is
/// read slowly keeps no other one waiting.
const CONNECTION_BYTES_MAX: u32 = 1 << 30;

/// Cheap to clone: a handle of the one connection.
pub(crate) type FleetChannel = Client<HttpsConnector<HttpConnector>, Body>;

/// Nothing is connected yet. With certificates both sides show who they are, and neither speaks to a
/// stranger.
pub(crate) fn open(
    certificates: Option<&Arc<Certificates>>,
    connect_time_max: Duration,
) -> io::Result<FleetChannel> {
    let mut tcp = HttpConnector::new();
    tcp.set_nodelay(true);
    tcp.enforce_http(false);
    tcp.set_connect_timeout(Some(connect_time_max));
    let tls = match certificates {
        Some(certificates) => certificates.client()?,
        None => {
            client_builder()?.with_root_certificates(RootCertStore::empty()).with_no_client_auth()
        }
    };
    let connector = HttpsConnectorBuilder::new()
        .with_tls_config(tls)
        .https_or_http()
        .enable_http2()
        .wrap_connector(tcp);
    let reset_max = usize::try_from(STREAMS_MAX).unwrap_or(usize::MAX);
    let channel = Client::builder(TokioExecutor::new())
        .http2_only(true)
        .timer(TokioTimer::new())
        .pool_timer(TokioTimer::new())
        .http2_keep_alive_interval(PING_EVERY)
        .http2_keep_alive_timeout(PING_TIME_MAX)
        .http2_keep_alive_while_idle(true)
        .http2_initial_stream_window_size(UNREAD_BYTES_MAX)
        .http2_initial_connection_window_size(CONNECTION_BYTES_MAX)
        // Answers are let go of all day long. What was still under way of one is by default taken for
        // the other side's fault when fifty others were let go of within a second, and a thousand
        // such faults end the connection with everything on it.
        .http2_max_concurrent_reset_streams(reset_max)
        .http2_max_local_error_reset_streams(None)
        .build(connector);
    Ok(channel)
}
