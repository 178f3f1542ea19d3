//! `codesaga-proxy mcp`: the Model Context Protocol over stdin and stdout, for clients that start a
//! program. What its tools do, a running server does, which is asked as any client asks it.
//!
//! stdout belongs to the protocol, and nothing is logged.

use std::io;
use std::sync::Arc;

use axum::body::Body;
use bytes::Bytes;
use futures_util::FutureExt as _;
use http::{Request, Uri};
use http_body_util::Full;
use rmcp::ServiceExt as _;
use rmcp::model::Extensions;
use rmcp::transport::async_rw::AsyncRwTransport;
use rmcp::transport::stdio;

use crate::inbound::mcp::{CallFuture, Calls, McpServer};
use crate::outbound::own_server::OwnServer;

/// Bytes of one message: a tool's arguments at their limits, each character escaped.
const MESSAGE_BYTES_MAX: usize = 4 << 20;

/// Whom to ask, and as whom.
#[derive(Clone, Debug)]
pub struct Options {
    /// The server's base address.
    pub server: Uri,
    /// A key with the scopes `complete` and `chat`; a server without keys needs none.
    pub key: Option<String>,
}

/// Serves until stdin ends.
///
/// # Errors
/// When the key cannot be sent, or who started the program does not speak the protocol.
pub async fn run(options: Options) -> io::Result<()> {
    let server = OwnServer::new(options.server, options.key)?;
    let (stdin, stdout) = stdio();
    let transport =
        AsyncRwTransport::new_server(stdin, stdout).with_max_line_length(MESSAGE_BYTES_MAX);
    let serving = McpServer::new(Arc::new(There(server))).serve(transport).await;
    serving.map_err(io::Error::other)?.waiting().await.map_err(io::Error::other)?;
    Ok(())
}

/// Calls to a server elsewhere.
struct There(OwnServer);

impl Calls for There {
    fn send<'a>(
        &'a self,
        _message: &'a Extensions,
        request: Request<Full<Bytes>>,
    ) -> CallFuture<'a> {
        async move { Ok(self.0.send(request).await?.map(Body::new)) }.boxed()
    }
}
