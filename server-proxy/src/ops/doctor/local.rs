//! What is on this machine: the address and the keys file.

use std::io;
use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;

use super::{Finding, plain};
use crate::config::Config;
use crate::outbound::keys_file;

const ANSWER_TIME_MAX: Duration = Duration::from_secs(2);
/// Bytes of an answer that are looked at.
const ANSWER_BYTES_MAX: u64 = 4096;

pub(super) async fn address(config: &Config) -> Vec<Finding> {
    let address = config.listen.to_string();
    vec![match TcpListener::bind(config.listen).await {
        Ok(_free) => Finding::AddressFree { address },
        Err(error) if error.kind() == io::ErrorKind::AddrInUse && config.tls.is_some() => {
            Finding::AddressInUse { address }
        }
        Err(error) if error.kind() == io::ErrorKind::AddrInUse => {
            match timeout(ANSWER_TIME_MAX, is_ours(config.listen)).await {
                Ok(Ok(true)) => Finding::AddressOurs { address },
                _ => Finding::AddressTaken { address, why: "something else listens there".into() },
            }
        }
        Err(error) => Finding::AddressTaken { address, why: plain(&error) },
    }]
}

/// Whether what listens there answers as we do.
async fn is_ours(address: SocketAddr) -> io::Result<bool> {
    let mut tcp = TcpStream::connect(address).await?;
    tcp.write_all(b"GET /healthz HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n").await?;
    let mut answer = Vec::new();
    tcp.take(ANSWER_BYTES_MAX).read_to_end(&mut answer).await?;
    let answer = String::from_utf8_lossy(&answer);
    Ok(answer.contains("x-request-id") && answer.contains(r#"{"status":"ok"}"#))
}

pub(super) fn keys(config: &Config) -> Vec<Finding> {
    let Some(path) = &config.keys_file else { return vec![Finding::NoKeys] };
    let file = path.display().to_string();
    let count = match keys_file::read(path) {
        Ok(ring) if ring.is_empty() => {
            return vec![Finding::KeysBroken { file, why: "it holds no key".to_owned() }];
        }
        Ok(ring) => ring.len(),
        Err(error) => return vec![Finding::KeysBroken { file, why: plain(&error) }],
    };
    vec![match mode(path).filter(|mode| mode & 0o077 != 0) {
        Some(mode) => Finding::KeysReadable { file, mode },
        None => Finding::Keys { file, count },
    }]
}

#[cfg(unix)]
fn mode(path: &Path) -> Option<u32> {
    use std::os::unix::fs::PermissionsExt as _;
    Some(std::fs::metadata(path).ok()?.permissions().mode() & 0o7777)
}

#[cfg(not(unix))]
fn mode(_path: &Path) -> Option<u32> {
    None
}
