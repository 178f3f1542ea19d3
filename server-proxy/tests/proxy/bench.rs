//! What every test needs: a proxy in front of a scripted model server, and a client.

use std::sync::Arc;

use bytes::Bytes;
use codesaga_proxy::Reload;
use codesaga_proxy::config::Config;
use codesaga_proxy::domain::models::ModelDirectory;
use http::{Method, Request, Response, StatusCode, Version};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper_util::client::legacy::Client as HyperClient;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use scripted_ollama::{Options, Recorded, ScriptedOllama};
use serde_json::{Value, json};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::stage::Stage;

/// The model most tests ask: the shape of the reference model.
pub(crate) const MODEL: &str = "bllossom-shape";

/// A proxy in front of one scripted Ollama.
pub(crate) struct Bench {
    pub(crate) ollama: ScriptedOllama,
    pub(crate) proxy: RunningProxy,
}

impl Bench {
    pub(crate) async fn start() -> Self {
        Self::with(Options::default(), |_| {}).await
    }

    pub(crate) async fn of(version: scripted_ollama::Version) -> Self {
        Self::with(Options { version, ..Options::default() }, |_| {}).await
    }

    pub(crate) async fn with(options: Options, change: impl FnOnce(&mut Config)) -> Self {
        let ollama = ScriptedOllama::start_with(options).await.expect("a free port");
        let proxy = RunningProxy::start(&[&ollama.url()], change).await;
        Self { ollama, proxy }
    }

    /// The same with a client of that protocol.
    pub(crate) fn over(mut self, protocol: Protocol) -> Self {
        self.proxy = self.proxy.over(protocol);
        self
    }

    /// Waits for the request whose prompt or messages hold this text to reach the model server.
    pub(crate) async fn asked(&self, text: &str) -> Recorded {
        self.ollama.wait_for(|request| holds(request, text)).await
    }

    /// Waits for it to end.
    pub(crate) async fn ended(&self, text: &str) -> Recorded {
        let ended = |request: &Recorded| holds(request, text) && request.ending.is_some();
        self.ollama.wait_for(ended).await
    }
}

/// Whether a request asks about this text.
pub(crate) fn holds(request: &Recorded, text: &str) -> bool {
    let prompt = request.body["prompt"].as_str().unwrap_or_default();
    prompt.contains(text) || request.body["messages"].to_string().contains(text)
}

/// Whether it asks for an answer, and not for the model to be loaded or for the token that proves a
/// server well.
pub(crate) fn is_question(request: &Recorded) -> bool {
    let asks = |field: &str| request.body.get(field).is_some();
    (asks("prompt") || asks("messages")) && request.body["prompt"] != "."
}

/// How a client speaks to the proxy.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Protocol {
    Http1,
    Http2,
}

impl Protocol {
    pub(crate) const BOTH: [Self; 2] = [Self::Http1, Self::Http2];
}

/// A proxy in this process, on a free port.
pub(crate) struct RunningProxy {
    /// What SIGHUP does.
    pub(crate) reload: Reload,
    url: String,
    client: HyperClient<HttpConnector, Full<Bytes>>,
    stop: Option<oneshot::Sender<()>>,
    running: JoinHandle<std::io::Result<()>>,
    models: Option<Arc<ModelDirectory>>,
    _behind: Option<oneshot::Sender<()>>,
}

impl RunningProxy {
    pub(crate) async fn start(upstreams: &[&str], change: impl FnOnce(&mut Config)) -> Self {
        let upstream = upstreams.join(",");
        let flags = ["--listen", "127.0.0.1:0", "--upstream", &upstream, "--model", MODEL];
        let mut config = Config::from_flags(&flags).expect("the settings are right");
        change(&mut config);
        Self::of(Stage::build(&config).await)
    }

    /// One that stands already.
    pub(crate) fn of(stage: Stage) -> Self {
        let Stage { front: proxy, models, behind: _behind } = stage;
        let url = format!("http://{}", proxy.address());
        let reload = proxy.reload();
        let (stop, stopped) = oneshot::channel::<()>();
        let running = tokio::spawn(proxy.run(async move {
            let _ = stopped.await;
        }));
        let client = HyperClient::builder(TokioExecutor::new()).build_http();
        Self { reload, url, client, stop: Some(stop), running, models, _behind }
    }

    /// Its model servers and names, to put others in use.
    pub(crate) fn models(&self) -> &ModelDirectory {
        self.models.as_ref().expect("the test may reach them")
    }

    /// The same with a client of that protocol.
    pub(crate) fn over(mut self, protocol: Protocol) -> Self {
        self.client = HyperClient::builder(TokioExecutor::new())
            .http2_only(protocol == Protocol::Http2)
            .build_http();
        self
    }

    /// Its address, for a client of the test's own.
    pub(crate) fn address(&self) -> &str {
        self.url.trim_start_matches("http://")
    }

    pub(crate) async fn send(&self, request: Request<Full<Bytes>>) -> Reply {
        let response = self.client.request(request).await.expect("the proxy answers");
        Reply { response }
    }

    pub(crate) fn request(&self, method: Method, path: &str, body: String) -> Request<Full<Bytes>> {
        Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.url))
            .body(Full::from(body))
            .expect("a request")
    }

    pub(crate) async fn get(&self, path: &str) -> Reply {
        self.send(self.request(Method::GET, path, String::new())).await
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Reply {
        self.send(self.request(Method::POST, path, body.to_string())).await
    }

    /// A streamed completion of `prompt`.
    pub(crate) async fn complete(&self, prompt: &str) -> Reply {
        self.post("/v1/completions", &completion(prompt)).await
    }

    /// Begins to stop; the returned handle ends when it has stopped.
    pub(crate) fn stop(mut self) -> JoinHandle<std::io::Result<()>> {
        if let Some(stop) = self.stop.take() {
            let _ = stop.send(());
        }
        self.running
    }

    /// Begins to stop and stays at hand.
    pub(crate) fn begin_to_stop(&mut self) {
        if let Some(stop) = self.stop.take() {
            let _ = stop.send(());
        }
    }

    /// Waits until it has stopped.
    pub(crate) async fn stopped(self) {
        self.running.await.expect("no panic").expect("a clean end");
    }
}

/// A streamed completion request.
pub(crate) fn completion(prompt: &str) -> Value {
    json!({ "prompt": prompt, "stream": true, "max_tokens": 64 })
}

/// An answer whose body is still to come. Dropping it leaves.
pub(crate) struct Reply {
    response: Response<Incoming>,
}

impl Reply {
    pub(crate) fn status(&self) -> StatusCode {
        self.response.status()
    }

    pub(crate) fn version(&self) -> Version {
        self.response.version()
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.response.headers().get(name)?.to_str().ok()
    }

    /// Waits for more bytes of the body.
    pub(crate) async fn more(&mut self) -> Option<Bytes> {
        let frame = self.response.body_mut().frame().await?;
        frame.expect("the body is not broken").into_data().ok()
    }

    pub(crate) async fn text(self) -> String {
        let body = self.response.into_body().collect().await.expect("the body is not broken");
        String::from_utf8(body.to_bytes().to_vec()).expect("UTF-8")
    }

    pub(crate) async fn json(self) -> Value {
        let text = self.text().await;
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"))
    }

    /// `status code: message` of a refusal.
    pub(crate) async fn refusal(self) -> String {
        let status = self.status().as_u16();
        let body = self.json().await;
        let text = |name: &str| body["error"][name].as_str().unwrap_or("?").to_owned();
        format!("{status} {}: {}", text("code"), text("message"))
    }

    /// A stream as a test reads it: pieces joined by `|`, then its end in brackets.
    pub(crate) async fn events(self) -> String {
        shown(&self.text().await)
    }
}

/// Pieces of a stream joined by `|`, each end in brackets.
pub(crate) fn shown(stream: &str) -> String {
    let mut seen = Vec::new();
    for event in stream.split_terminator("\n\n") {
        let is_error = event.starts_with("event: error\n");
        let data = event.lines().find_map(|line| line.strip_prefix("data: ")).unwrap_or("?");
        if data == "[DONE]" {
            seen.push("[DONE]".to_owned());
            continue;
        }
        let data: Value = serde_json::from_str(data).expect("events hold JSON");
        if is_error {
            seen.push(format!("[{}]", data["error"]["code"].as_str().unwrap_or("?")));
            continue;
        }
        if event.starts_with("event: queued\n") {
            seen.push(format!("[queued {}]", data["place"]));
            continue;
        }
        if let Some(usage) = data.get("usage") {
            seen.push(format!("[{}+{}]", usage["prompt_tokens"], usage["completion_tokens"]));
        }
        let choice = &data["choices"][0];
        let text = choice["text"].as_str().or(choice["delta"]["content"].as_str());
        match choice["finish_reason"].as_str() {
            Some(reason) => seen.push(format!("[{reason}]")),
            None => seen.extend(text.map(str::to_owned)),
        }
    }
    seen.join("|")
}
