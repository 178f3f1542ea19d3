//! `codesaga-proxy health`: whether a running server answers, for whoever starts it anew when it
//! does not. An image without a shell has no other way to ask. Whether a model answers is another
//! question, which the doctor and `/readyz` answer: a server is not started anew for it.

use std::io::{self, Write};

use http::Uri;

use crate::outbound::own_server::OwnServer;

/// Asks once; true when it answers. Says why when it does not.
///
/// # Errors
/// When this machine's certificates cannot be read, or `out` cannot be written to.
pub fn run(server: Uri, out: &mut impl Write) -> io::Result<bool> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let server = OwnServer::new(server, None)?;
    match runtime.block_on(server.answers()) {
        Ok(()) => Ok(true),
        Err(failure) => {
            writeln!(out, "{failure}")?;
            Ok(false)
        }
    }
}
