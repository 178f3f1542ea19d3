//! Traces for an OpenTelemetry collector: a span for each answer, under the names of the `gen_ai`
//! conventions, part of the caller's trace where the request names one.
//!
//! A span holds numbers and names of the program's own, and the name of a model that a server has.
//! Content, users and keys are none of it. Spans are sent in batches, beside the answers' own way;
//! when the collector does not keep up, spans are dropped and answers are not.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderValue};
use http::{Method, Request, Uri};
use http_body_util::Full;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use parking_lot::Mutex;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::timeout;

use crate::config::Tracing;
use crate::domain::priority::Task;
use crate::domain::witness::{AnswerLife, Outcome, Witness};
use crate::ops::metrics::outcome_name;
use crate::outbound::otlp::{self, Span, Value};

/// Spans that wait to be sent; as many as OpenTelemetry's own libraries keep.
const WAITING_SPANS_MAX: usize = 2048;
/// Spans of one batch.
const BATCH_SPANS_MAX: usize = 512;
/// Time in which a batch fills.
const BATCH_EVERY: Duration = Duration::from_secs(5);
/// Time for one batch to be taken.
const BATCH_TIME_MAX: Duration = Duration::from_secs(10);
/// Time for what is left when the server stops.
const LAST_SPANS_TIME_MAX: Duration = Duration::from_secs(3);

/// Tells a collector of every answer.
pub struct Telemetry {
    spans: Mutex<Option<mpsc::Sender<Span>>>,
    sending: Mutex<Option<JoinHandle<()>>>,
}

impl Telemetry {
    /// Sends from a task of its own. Must be called within a tokio runtime.
    ///
    /// # Errors
    /// For an endpoint that is no address, and when this machine's certificates cannot be read.
    pub fn new(settings: &Tracing) -> std::io::Result<Self> {
        let collector = Collector::new(settings)?;
        let (spans, waiting) = mpsc::channel(WAITING_SPANS_MAX);
        let sending = tokio::spawn(send(waiting, collector));
        let spans = Mutex::new(Some(spans));
        Ok(Self { spans, sending: Mutex::new(Some(sending)) })
    }

    /// Sends what is left.
    pub async fn finish(&self) {
        drop(self.spans.lock().take());
        let sending = self.sending.lock().take();
        if let Some(sending) = sending
            && timeout(LAST_SPANS_TIME_MAX, sending).await.is_err()
        {
            tracing::warn!("the last spans were not sent");
        }
    }
}

impl Witness for Telemetry {
    fn over(&self, life: &AnswerLife) {
        if let Some(span) = span(life)
            && let Some(spans) = &*self.spans.lock()
        {
            // Full means that the collector does not keep up; the span is lost.
            let _lost = spans.try_send(span);
        }
    }
}

async fn send(mut waiting: mpsc::Receiver<Span>, collector: Collector) {
    let mut batch = Vec::with_capacity(BATCH_SPANS_MAX);
    while let Some(span) = waiting.recv().await {
        batch.push(span);
        let fill = async {
            while batch.len() < BATCH_SPANS_MAX
                && waiting.recv_many(&mut batch, BATCH_SPANS_MAX).await > 0
            {}
        };
        // Ends early when the batch is full, or when nothing more can come.
        let _full = timeout(BATCH_EVERY, fill).await;
        for spans in batch.chunks(BATCH_SPANS_MAX) {
            collector.take(spans).await;
        }
        batch.clear();
    }
}

struct Collector {
    address: Uri,
    service: String,
    client: Client<HttpsConnector<HttpConnector>, Full<Bytes>>,
    is_silent: AtomicBool,
}

impl Collector {
    fn new(settings: &Tracing) -> std::io::Result<Self> {
        let address = format!("{}/v1/traces", settings.endpoint.trim_end_matches('/'));
        let provider = rustls::crypto::ring::default_provider();
        let connector = HttpsConnectorBuilder::new()
            .with_provider_and_native_roots(provider)?
            .https_or_http()
            .enable_http1()
            .build();
        Ok(Self {
            address: address.parse().map_err(std::io::Error::other)?,
            service: settings.service_name.clone(),
            client: Client::builder(TokioExecutor::new()).build(connector),
            is_silent: AtomicBool::new(false),
        })
    }

    /// Sends once; what is not taken is lost.
    async fn take(&self, spans: &[Span]) {
        let body = otlp::request(&self.service, env!("CARGO_PKG_VERSION"), spans);
        let mut request = Request::new(Full::from(body));
        *request.method_mut() = Method::POST;
        *request.uri_mut() = self.address.clone();
        let kind = HeaderValue::from_static("application/x-protobuf");
        request.headers_mut().insert(CONTENT_TYPE, kind);
        let answer = timeout(BATCH_TIME_MAX, self.client.request(request)).await;
        let is_taken = matches!(&answer, Ok(Ok(response)) if response.status().is_success());
        // Said when it changes, not once a batch.
        if self.is_silent.swap(!is_taken, Ordering::Relaxed) == is_taken {
            match is_taken {
                true => tracing::info!("the collector takes traces again"),
                false => tracing::warn!("the collector does not take traces; they are lost"),
            }
        }
    }
}

/// `None` when the caller's trace is not recorded.
fn span(life: &AnswerLife) -> Option<Span> {
    let parent = life.mark.as_ref().and_then(|mark| mark.parent);
    if parent.is_some_and(|parent| !parent.is_sampled) {
        return None;
    }
    let ended = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let began = ended.saturating_sub(life.total);
    let nanos = |time: Duration| u64::try_from(time.as_nanos()).unwrap_or(u64::MAX);
    let operation = operation(life.task);
    Some(Span {
        trace: parent.map_or_else(|| *uuid::Uuid::new_v4().as_bytes(), |p| p.trace.to_be_bytes()),
        id: uuid::Uuid::new_v4().as_u64_pair().0.to_be_bytes(),
        parent: parent.map(|parent| parent.span.to_be_bytes()),
        name: model(life).map_or(operation.to_owned(), |model| format!("{operation} {model}")),
        began: nanos(began),
        ended: nanos(ended),
        attributes: attributes(life),
        error: match life.outcome {
            Outcome::Failed(code) => Some(code.name()),
            Outcome::Done | Outcome::Cancelled => None,
        },
    })
}

fn operation(task: Task) -> &'static str {
    match task {
        Task::Completion => "text_completion",
        _ => "chat",
    }
}

/// What a request calls a model may be any text; what a server was asked for is a model it has.
fn model(life: &AnswerLife) -> Option<&str> {
    life.server.map(|_| life.model.as_str())
}

fn attributes(life: &AnswerLife) -> Vec<(&'static str, Value)> {
    let mut all = vec![
        ("gen_ai.operation.name", operation(life.task).into()),
        ("codesaga.task", life.task.name().into()),
        ("codesaga.class", life.class.name().into()),
        ("codesaga.outcome", outcome_name(life.outcome).into()),
    ];
    if let Some(model) = model(life) {
        all.push(("gen_ai.request.model", model.into()));
        all.push(("gen_ai.response.model", model.into()));
    }
    if let Some(usage) = life.usage {
        all.push(("gen_ai.usage.input_tokens", Value::Whole(usage.prompt_tokens.into())));
        all.push(("gen_ai.usage.output_tokens", Value::Whole(usage.completion_tokens.into())));
    }
    if let Outcome::Failed(code) = life.outcome {
        all.push(("error.type", code.name().into()));
    }
    let times = [
        ("codesaga.queue.wait", life.waited),
        ("gen_ai.response.time_to_first_chunk", life.first_text),
    ];
    for (name, time) in times {
        all.extend(time.map(|time| (name, Value::Real(time.as_secs_f64()))));
    }
    all.extend(life.mark.iter().map(|mark| ("codesaga.request.id", (&*mark.request_id).into())));
    all
}
