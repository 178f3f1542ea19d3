//! A socket that answers one request with exactly these bytes.

use saga_client::{Client, ClientOptions, Timeouts};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// What follows the last byte of an answer.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Then {
    Close,
    /// The connection stays open, and nothing comes.
    Silence,
}

/// A server for one request.
pub(crate) struct Socket {
    pub(crate) url: String,
    request: JoinHandle<String>,
}

impl Socket {
    /// Answers with `response`, in writes of `size` bytes.
    pub(crate) async fn answer(response: &str, size: usize, then: Then) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let response = response.as_bytes().to_vec();
        let request = tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.expect("a connection");
            stream.set_nodelay(true).expect("a socket option");
            let request = read_request(&mut stream).await;
            for piece in response.chunks(size) {
                if stream.write_all(piece).await.is_err() {
                    break;
                }
                tokio::task::yield_now().await;
            }
            if then == Then::Silence {
                // Ends when the client has left.
                let _ = stream.read(&mut [0]).await;
            }
            request
        });
        Self { url, request }
    }

    /// Answers with an event stream of these lines.
    pub(crate) async fn stream(body: &str, size: usize, then: Then) -> Self {
        let head =
            "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n";
        Self::answer(&format!("{head}{body}"), size, then).await
    }

    /// Answers with a status, more headers and a body.
    pub(crate) async fn status(status: &str, headers: &str, body: &str) -> Self {
        let length = body.len();
        let response = format!(
            "HTTP/1.1 {status}\r\n{headers}content-length: {length}\r\nconnection: close\r\n\r\n{body}"
        );
        Self::answer(&response, usize::MAX, Then::Close).await
    }

    pub(crate) fn client(&self) -> Client {
        self.client_with(|_| {})
    }

    pub(crate) fn client_with(&self, change: impl FnOnce(&mut ClientOptions)) -> Client {
        let mut options = ClientOptions {
            server_url: self.url.clone(),
            token: None,
            headers: Vec::new(),
            ca_pem: None,
            proxy: None,
            timeouts: Timeouts::default(),
        };
        change(&mut options);
        Client::new(&options).expect("valid options")
    }

    /// The request as it came, once the answer is written.
    pub(crate) async fn request(self) -> String {
        self.request.await.expect("a request")
    }
}

pub(crate) async fn read_request(stream: &mut TcpStream) -> String {
    let mut request = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        let read = stream.read(&mut buffer).await.expect("a request");
        request.extend_from_slice(&buffer[..read]);
        let text = String::from_utf8_lossy(&request);
        if read == 0 || is_whole(&text) {
            return text.into_owned();
        }
    }
}

fn is_whole(request: &str) -> bool {
    let Some((head, body)) = request.split_once("\r\n\r\n") else { return false };
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
    body.len() >= length.and_then(|length| length.parse().ok()).unwrap_or(0)
}
