//! A client that shows what came, event by event, and can leave in the middle.

use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderMap, Request, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper_util::client::legacy::Client as HttpClient;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde_json::{Value, json};
use tokio::time::timeout;

/// Longer than any answer in these tests takes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(20);

#[derive(Clone)]
pub(crate) struct Client {
    address: SocketAddr,
    token: Option<String>,
    http: HttpClient<HttpConnector, Full<Bytes>>,
}

pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    body: Incoming,
    text: String,
}

#[derive(Debug, PartialEq)]
pub(crate) struct Event {
    pub(crate) id: Option<u64>,
    pub(crate) name: String,
    pub(crate) data: Value,
}

impl Client {
    pub(crate) fn new(address: SocketAddr, token: Option<&str>) -> Self {
        let http = HttpClient::builder(TokioExecutor::new()).build_http();
        Self { address, token: token.map(str::to_owned), http }
    }

    pub(crate) async fn send(&self, method: &str, path: &str, body: Option<Value>) -> Reply {
        self.send_accepting("application/json", method, path, body).await
    }

    pub(crate) async fn send_accepting(
        &self,
        accept: &str,
        method: &str,
        path: &str,
        body: Option<Value>,
    ) -> Reply {
        self.send_with(&[("accept", accept)], method, path, body).await
    }

    pub(crate) async fn send_with(
        &self,
        headers: &[(&str, &str)],
        method: &str,
        path: &str,
        body: Option<Value>,
    ) -> Reply {
        let mut request = Request::builder()
            .method(method)
            .uri(format!("http://{}{path}", self.address))
            .header(CONTENT_TYPE, "application/json");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if let Some(token) = &self.token {
            request = request.header(AUTHORIZATION, format!("Bearer {token}"));
        }
        let body = body.map(|body| Bytes::from(body.to_string())).unwrap_or_default();
        let request = request.body(Full::new(body)).expect("a request");
        let response = timeout(PATIENCE, self.http.request(request))
            .await
            .expect("an answer in time")
            .expect("an answer");
        let (parts, body) = response.into_parts();
        Reply { status: parts.status, headers: parts.headers, body, text: String::new() }
    }

    pub(crate) async fn get(&self, path: &str) -> Reply {
        self.send("GET", path, None).await
    }

    /// Sends the same message again, `after` so many of its events.
    pub(crate) async fn chat_after(&self, body: &Value, after: u64) -> Reply {
        let after = after.to_string();
        let headers = [("last-event-id", after.as_str())];
        self.send_with(&headers, "POST", "/v1/chat", Some(body.clone())).await
    }

    pub(crate) async fn chat(&self, body: Value) -> Reply {
        self.send("POST", "/v1/chat", Some(body)).await
    }

    /// Says something and gives the answer's text; it must be answered and remembered.
    pub(crate) async fn say(&self, session: &str, text: &str) -> String {
        let events = self.chat(json!({ "session": session, "text": text })).await.events().await;
        let done = events.last().expect("a last event");
        assert_eq!((done.name.as_str(), &done.data["memory"]), ("done", &json!("ok")));
        said(&events)
    }
}

impl Reply {
    /// The next event; `None` at the end.
    pub(crate) async fn next_event(&mut self) -> Option<Event> {
        loop {
            if let Some(end) = self.text.find("\n\n") {
                let event: String = self.text.drain(..end + 2).collect();
                return Some(read_event(&event));
            }
            let frame = timeout(PATIENCE, self.body.frame()).await.expect("more in time")?;
            let data = frame.expect("no broken body").into_data().expect("data");
            self.text.push_str(std::str::from_utf8(&data).expect("UTF-8 in every write"));
        }
    }

    pub(crate) async fn events(mut self) -> Vec<Event> {
        assert_eq!(self.status, StatusCode::OK, "{}", self.headers.len());
        let mut events = Vec::new();
        while let Some(event) = self.next_event().await {
            events.push(event);
        }
        events
    }

    pub(crate) async fn json(self) -> Value {
        serde_json::from_str(&self.text().await).expect("JSON")
    }

    pub(crate) async fn text(self) -> String {
        let body = timeout(PATIENCE, self.body.collect()).await.expect("in time").expect("whole");
        String::from_utf8(body.to_bytes().to_vec()).expect("UTF-8")
    }

    /// The status and the stable code of an error.
    pub(crate) async fn refusal(self) -> (u16, String) {
        let status = self.status.as_u16();
        let body = self.json().await;
        (status, body["error"]["code"].as_str().unwrap_or_default().to_owned())
    }
}

/// The text of an answer.
pub(crate) fn said(events: &[Event]) -> String {
    events.iter().filter_map(|event| event.data["text"].as_str()).collect()
}

fn read_event(text: &str) -> Event {
    let field = |name: &str| text.lines().find_map(|line| line.strip_prefix(name));
    Event {
        id: field("id: ").and_then(|id| id.parse().ok()),
        name: field("event: ").unwrap_or_default().to_owned(),
        data: match field("data: ").expect("data") {
            // The end of OpenAI's streams.
            "[DONE]" => Value::Null,
            data => serde_json::from_str(data).expect("JSON"),
        },
    }
}
