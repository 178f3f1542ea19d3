//! A WebSocket client that has nothing of ours: tokio-tungstenite.

use std::collections::BTreeMap;
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{WebSocketStream, client_async};

/// Longer than anything here takes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(20);

pub(crate) struct Socket<S = TcpStream> {
    pub(crate) inner: WebSocketStream<S>,
}

impl Socket {
    pub(crate) async fn open(address: &str) -> Self {
        Self::try_open(address, None).await.expect("it is a WebSocket")
    }

    /// With a key, or the status that refused it.
    pub(crate) async fn try_open(address: &str, key: Option<&str>) -> Result<Self, u16> {
        let mut request =
            format!("ws://{address}/v1/ws").into_client_request().expect("an address");
        if let Some(key) = key {
            let value = format!("Bearer {key}").parse().expect("a header");
            request.headers_mut().insert("authorization", value);
        }
        let tcp = TcpStream::connect(address).await.expect("it listens");
        match client_async(request, tcp).await {
            Ok((inner, _)) => Ok(Self { inner }),
            Err(Error::Http(response)) => Err(response.status().as_u16()),
            Err(error) => panic!("{error}"),
        }
    }
}

impl<S: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin> Socket<S> {
    pub(crate) async fn say(&mut self, frame: &Value) {
        self.say_text(&frame.to_string()).await;
    }

    pub(crate) async fn say_text(&mut self, text: &str) {
        self.inner.send(Message::from(text)).await.expect("it is open");
    }

    pub(crate) async fn complete(&mut self, id: &str, prompt: &str) {
        let body = json!({ "prompt": prompt, "max_tokens": 64 });
        self.say(&json!({ "type": "complete", "id": id, "body": body })).await;
    }

    /// The next frame.
    pub(crate) async fn hear(&mut self) -> Value {
        loop {
            let message = timeout(PATIENCE, self.inner.next()).await.expect("more in time");
            match message.expect("it is open").expect("it is not broken") {
                Message::Text(text) => return serde_json::from_str(&text).expect("JSON"),
                Message::Ping(_) | Message::Pong(_) => {}
                other => panic!("{other:?}"),
            }
        }
    }

    /// Frames until one on this stream ends it: what each stream said, as [`shown`].
    pub(crate) async fn until_the_end_of(&mut self, id: &str) -> BTreeMap<String, String> {
        let mut streams = BTreeMap::<String, Vec<String>>::new();
        loop {
            let frame = self.hear().await;
            let of = frame["id"].as_str().unwrap_or_default().to_owned();
            let ends = of == id && is_end(&frame);
            streams.entry(of).or_default().push(shown(&frame));
            if ends {
                return streams.into_iter().map(|(id, said)| (id, said.join("|"))).collect();
            }
        }
    }

    /// The next frame that belongs to no stream.
    pub(crate) async fn until_a_complaint(&mut self) -> Value {
        loop {
            let frame = self.hear().await;
            if frame.get("id").is_none() {
                return frame;
            }
        }
    }

    /// The code with which the server closes, whatever it says before.
    pub(crate) async fn closed(&mut self) -> u16 {
        loop {
            let message = timeout(PATIENCE, self.inner.next()).await.expect("an end in time");
            match message.expect("a close frame").expect("it is not broken") {
                Message::Close(frame) => return frame.map_or(1005, |frame| frame.code.into()),
                _ => continue,
            }
        }
    }
}

pub(crate) fn is_end(frame: &Value) -> bool {
    frame["id"].is_string() && ["done", "error", "cancelled"].contains(&kind(frame))
}

fn kind(frame: &Value) -> &str {
    frame["type"].as_str().expect("a type")
}

/// `1:text`, `2:[done stop]`, `[error code]`.
pub(crate) fn shown(frame: &Value) -> String {
    let seq = frame["seq"].as_u64().map_or_else(String::new, |seq| format!("{seq}:"));
    let said = match kind(frame) {
        "text" => frame["text"].as_str().expect("text").to_owned(),
        "done" => format!("[done {}]", frame["finish_reason"].as_str().expect("a reason")),
        "error" => format!("[error {}]", frame["error"]["code"].as_str().expect("a code")),
        "queued" => format!("[queued {}]", frame["place"]),
        other => format!("[{other}]"),
    };
    seq + &said
}
