//! Connections: HTTP/1.1 and HTTP/2 on one port, told apart by their first bytes, with TLS or not.
//!
//! HTTP/2 is agreed on within the handshake of TLS; without TLS it is spoken by prior knowledge. On it a client that lets go of an answer resets
//! one stream, and its next request needs no new connection. Nothing here knows what is asked.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::Router;
use http::Request;
use hyper::body::Incoming;
use hyper::service::{Service as _, service_fn};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use hyper_util::service::TowerToHyperService;
#[cfg(target_os = "linux")]
use socket2::SockRef;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;

use crate::domain::limits::Limits;
use crate::inbound::client_address::Peer;

/// When no more connections can be held, time until the next try.
const ACCEPT_AGAIN_AFTER: Duration = Duration::from_secs(1);

/// Serves until `closed`, then lets each connection end what it has begun.
///
/// Dropping the future cuts what is left.
pub(crate) async fn serve(
    listener: TcpListener,
    tls: Option<TlsAcceptor>,
    router: Router,
    limits: Limits,
    closed: impl Future<Output = ()>,
) {
    let builder = Arc::new(builder(&limits));
    let graceful = GracefulShutdown::new();
    let mut connections = JoinSet::new();
    let mut closed = std::pin::pin!(closed);
    loop {
        let accepted = tokio::select! {
            () = &mut closed => break,
            Some(_ended) = connections.join_next() => continue,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            // Closed at once: it would otherwise wait without end for one of the others to leave.
            Ok(_) if connections.len() >= limits.connections_max => {}
            Ok((tcp, address)) => {
                prepare(&tcp, limits.client_stall_time_max);
                let (builder, peer) = (Arc::clone(&builder), Peer(address));
                let (router, watcher, tls) = (router.clone(), graceful.watcher(), tls.clone());
                let silent_max = limits.head_time_max;
                connections.spawn(async move {
                    let Some(tls) = tls else {
                        return connection(tcp, peer, &builder, router, watcher, silent_max).await;
                    };
                    // A client that does not end its handshake has nobody to be told.
                    if let Ok(Ok(tcp)) = timeout(limits.handshake_time_max, tls.accept(tcp)).await {
                        connection(tcp, peer, &builder, router, watcher, silent_max).await;
                    }
                });
            }
            Err(error) if concerns_one_connection(&error) => {}
            Err(error) => {
                tracing::error!(%error, "no connection can be accepted");
                tokio::time::sleep(ACCEPT_AGAIN_AFTER).await;
            }
        }
    }
    drop(listener);
    graceful.shutdown().await;
    while connections.join_next().await.is_some() {}
}

fn builder(limits: &Limits) -> Builder<TokioExecutor> {
    let mut builder = Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        // Also how long a connection may stay open without a request.
        .header_read_timeout(limits.head_time_max)
        .max_buf_size(limits.head_bytes_max);
    builder
        .http2()
        .timer(TokioTimer::new())
        // Without pings a client that lost its network would hold its places for many minutes.
        .keep_alive_interval(limits.ping_every)
        .keep_alive_timeout(limits.ping_time_max)
        .max_concurrent_streams(limits.streams_max)
        // A WebSocket may be one of its streams (RFC 8441).
        .enable_connect_protocol()
        // Letting go of an answer before it begins is what an editor does all day long; the usual
        // twenty would end the connection of one that catches up after a pause.
        .max_pending_accept_reset_streams(usize::try_from(limits.streams_max).ok())
        .max_header_list_size(u32::try_from(limits.head_bytes_max).unwrap_or(u32::MAX))
        // What one answer may have unsent; the rest stays unread at the model server.
        .max_send_buf_size(limits.unsent_bytes_max);
    builder
}

async fn connection(
    tcp: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    peer: Peer,
    builder: &Builder<TokioExecutor>,
    router: Router,
    watcher: Watcher,
    head_time_max: Duration,
) {
    let asked = AtomicBool::new(false);
    let router = TowerToHyperService::new(router);
    let service = service_fn(|mut request: Request<Incoming>| {
        asked.store(true, Ordering::Relaxed);
        request.extensions_mut().insert(peer);
        router.call(request)
    });
    let serving = watcher.watch(builder.serve_connection_with_upgrades(TokioIo::new(tcp), service));
    // Until the first bytes tell the protocol, and in HTTP/2 until the first request, nothing else
    // would end a connection that says nothing.
    let silent = async {
        tokio::time::sleep(head_time_max).await;
        if asked.load(Ordering::Relaxed) {
            std::future::pending::<()>().await;
        }
    };
    tokio::select! {
        // A client that left or broke a rule of the protocol has nobody to be told.
        _ended = serving => {}
        () = silent => {}
    }
}

/// What a connection needs before it is served.
fn prepare(tcp: &TcpStream, stall: Duration) {
    // Without it a small event waits for the acknowledgement of the one before.
    let prepared = tcp.set_nodelay(true);
    // A client whose network is gone would hold its place at the model until the system gives up,
    // which takes a quarter of an hour.
    #[cfg(target_os = "linux")]
    let prepared = prepared.and_then(|()| SockRef::from(tcp).set_tcp_user_timeout(Some(stall)));
    #[cfg(not(target_os = "linux"))]
    let _only_linux_can = stall;
    if let Err(error) = prepared {
        tracing::debug!(%error, "a connection is served as it is");
    }
}

fn concerns_one_connection(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionRefused
            | io::ErrorKind::ConnectionAborted
            | io::ErrorKind::ConnectionReset
    )
}
