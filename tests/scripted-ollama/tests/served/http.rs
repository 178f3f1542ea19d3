//! A client so plain that a test sees every byte: one request on one connection.

use scripted_ollama::ScriptedOllama;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// A whole response as read until the connection closed.
pub(crate) struct Response {
    pub(crate) status: u16,
    pub(crate) content_type: String,
    /// The body with chunk framing removed.
    pub(crate) body: Vec<u8>,
    /// Whether the body had its proper end.
    pub(crate) complete: bool,
    /// Sizes of the chunks, for tests about writes.
    pub(crate) chunks: Vec<usize>,
}

impl Response {
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

/// Sends a request and leaves the connection open for reading.
pub(crate) async fn send(
    ollama: &ScriptedOllama,
    method: &str,
    path: &str,
    body: &str,
) -> TcpStream {
    let address = ("127.0.0.1", ollama.port());
    let mut stream = TcpStream::connect(address).await.expect("the server listens");
    let head = format!(
        "{method} {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).await.expect("the server reads");
    stream.write_all(body.as_bytes()).await.expect("the server reads");
    stream
}

/// Sends a request and reads the response to the end of the connection.
pub(crate) async fn ask(ollama: &ScriptedOllama, method: &str, path: &str, body: &str) -> Response {
    let mut stream = send(ollama, method, path, body).await;
    let mut bytes = Vec::new();
    // A connection that was cut may end in a reset; what came before it still counts.
    let _ended = stream.read_to_end(&mut bytes).await;
    read(&bytes)
}

fn read(bytes: &[u8]) -> Response {
    let split = find(bytes, b"\r\n\r\n").expect("a response with headers");
    let head = String::from_utf8_lossy(&bytes[..split]).into_owned();
    let mut lines = head.lines();
    let status = lines.next().and_then(|line| line.split(' ').nth(1)).expect("a status line");
    let header = |name: &str| {
        let prefix = format!("{name}: ");
        head.lines().find_map(|line| line.strip_prefix(&prefix)).map(str::to_owned)
    };
    let rest = &bytes[split + 4..];
    let (body, complete, chunks) = if header("Transfer-Encoding").is_some() {
        unchunk(rest)
    } else {
        let length = header("Content-Length").and_then(|length| length.parse::<usize>().ok());
        (rest.to_vec(), length.is_none_or(|length| length == rest.len()), Vec::new())
    };
    Response {
        status: status.parse().expect("a number"),
        content_type: header("Content-Type").unwrap_or_default(),
        body,
        complete,
        chunks,
    }
}

fn unchunk(mut rest: &[u8]) -> (Vec<u8>, bool, Vec<usize>) {
    let (mut body, mut chunks) = (Vec::new(), Vec::new());
    while let Some(end) = find(rest, b"\r\n") {
        let size = usize::from_str_radix(&String::from_utf8_lossy(&rest[..end]), 16)
            .expect("a chunk's size");
        if size == 0 {
            return (body, true, chunks);
        }
        let from = end + 2;
        body.extend_from_slice(&rest[from..rest.len().min(from + size)]);
        chunks.push(size);
        rest = rest.get(from + size + 2..).unwrap_or_default();
    }
    (body, false, chunks)
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len()).position(|window| window == wanted)
}
