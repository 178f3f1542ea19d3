//! `POST /v1/generate`: one independent answer with a recorded life, waiting → processing →
//! completed or failed. JSON, or events when the client accepts `text/event-stream`.

use std::sync::Arc;
use std::time::Instant;

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use bytes::BytesMut;
use futures_util::{Stream, stream};
use http::header::{ACCEPT, LOCATION};
use http::{HeaderMap, HeaderValue};
use saga_domain::Failure;
use saga_protocol::error::{ErrorBody, ErrorDetail};
use saga_protocol::generate::{GenerateRecord, GenerateRequest, RequestStatus, RequestType};
use saga_protocol::openai::TokenUsage;

use crate::clock::unix_millis;
use crate::domain::conversation::{self, Room};
use crate::domain::ports::{Caller, ModelInput};
use crate::domain::priority::Task;
use crate::domain::records::Records;
use crate::inbound::body::JsonBody;
use crate::inbound::error::ApiError;
use crate::inbound::sse::{self, EventWriter, write_event};
use crate::inbound::telling::{Telling, Told, incomplete};
use crate::inbound::{AppState, priority, question, waiting};

pub(crate) async fn generate(
    State(state): State<AppState>,
    caller: Caller,
    headers: HeaderMap,
    JsonBody(request): JsonBody<GenerateRequest>,
) -> Result<Response, ApiError> {
    if request.input.trim().is_empty() && request.code_context.trim().is_empty() {
        return Err(ApiError::wrong_field("input", "expected an instruction or code"));
    }
    let model = state.models.resolve_for(task(&request), request.model.as_deref()).await?;
    let asked = request.sampling.max_tokens.unwrap_or(state.limits.answer_tokens_default);
    let room = Room::of(&model, asked.min(state.limits.answer_tokens_max));
    let (input, code) = (&request.input, &request.code_context);
    let messages = conversation::single(input, code, &request.language, room)?;
    let mut call =
        question::call(&model, ModelInput::Chat(messages), &request.sampling, &state.limits)?;
    call.temperature = call.temperature.or(Some(conversation::TEMPERATURE));

    let wants_events = wants_events(&headers);
    let mut life = Life::begin(state.records.clone(), caller.clone(), &request, model.name);
    let location = HeaderValue::from_str(&format!("/v1/requests/{}", life.record.id));
    let (models, (priority, places)) =
        (state.models.clone(), priority::invoked(caller, task(&request)));
    let work = async move { models.answer(call, &priority).await };
    let answer = match waiting::begin(work, places, wants_events, &state.drain).await {
        Ok(answer) => answer,
        Err(failure) => {
            life.failed(&failure);
            return Err(failure.into());
        }
    };
    let running = Running { telling: Telling::new(answer), life };
    let mut response = if wants_events {
        sse::response(running.events(), GenerateEvents, &state.drain, &state.limits)
    } else {
        Json(state.drain.until_cut(running.whole()).await?).into_response()
    };
    if let Ok(location) = location {
        response.headers_mut().insert(LOCATION, location);
    }
    Ok(response)
}

fn task(request: &GenerateRequest) -> Task {
    match request.request_type {
        RequestType::Completion => Task::Completion,
        RequestType::Refactor | RequestType::ErrorFix => Task::Edit,
    }
}

fn wants_events(headers: &HeaderMap) -> bool {
    headers
        .get_all(ACCEPT)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .any(|accepted| accepted.contains("text/event-stream"))
}

enum Event {
    Queued { place: u32 },
    Text(String),
    Done(Box<GenerateRecord>),
    Failed(Failure),
}

/// The answer on its way, and its record.
struct Running {
    telling: Telling,
    life: Life,
}

impl Running {
    fn events(self) -> impl Stream<Item = Event> + Send {
        stream::unfold(self, |mut running| async move {
            let event = running.next().await?;
            Some((event, running))
        })
    }

    async fn whole(mut self) -> Result<GenerateRecord, Failure> {
        let mut text = String::new();
        while let Some(event) = self.next().await {
            match event {
                Event::Queued { .. } => {}
                Event::Text(piece) => text.push_str(&piece),
                Event::Done(record) => {
                    return Ok(GenerateRecord { response: Some(text), ..*record });
                }
                Event::Failed(failure) => return Err(failure),
            }
        }
        Err(incomplete())
    }

    async fn next(&mut self) -> Option<Event> {
        Some(match self.telling.next().await? {
            Told::Queued { place } => Event::Queued { place },
            Told::Text(text) => {
                self.life.processing();
                Event::Text(text)
            }
            Told::Done { usage, .. } => {
                self.life.completed(usage);
                Event::Done(Box::new(self.life.record.clone()))
            }
            Told::Failed(failure) => {
                self.life.failed(&failure);
                Event::Failed(failure)
            }
        })
    }
}

/// A record that follows its request. Dropped before the end, the client has left.
struct Life {
    records: Arc<Records>,
    caller: Caller,
    record: GenerateRecord,
    begun: Instant,
}

impl Life {
    fn begin(
        records: Arc<Records>,
        caller: Caller,
        request: &GenerateRequest,
        model: String,
    ) -> Self {
        let now = unix_millis();
        let record = GenerateRecord {
            id: question::id("req"),
            request_type: request.request_type,
            language: request.language.chars().take(64).collect(),
            status: RequestStatus::Waiting,
            model,
            response: None,
            usage: None,
            error: None,
            processing_time_ms: None,
            created_at: now,
            updated_at: now,
        };
        records.put(&caller, &record);
        Self { records, caller, record, begun: Instant::now() }
    }

    fn processing(&mut self) {
        if self.record.status == RequestStatus::Waiting {
            self.stand(RequestStatus::Processing);
        }
    }

    fn completed(&mut self, usage: Option<TokenUsage>) {
        self.record.usage = usage;
        self.stand(RequestStatus::Completed);
    }

    fn failed(&mut self, failure: &Failure) {
        self.record.error = Some(ErrorBody::new(failure).error);
        self.stand(RequestStatus::Failed);
    }

    fn stand(&mut self, status: RequestStatus) {
        self.record.status = status;
        self.record.updated_at = unix_millis();
        if matches!(status, RequestStatus::Completed | RequestStatus::Failed) {
            let took = self.begun.elapsed().as_millis();
            self.record.processing_time_ms = u64::try_from(took).ok();
        }
        self.records.put(&self.caller, &self.record);
    }
}

impl Drop for Life {
    fn drop(&mut self) {
        if matches!(self.record.status, RequestStatus::Completed | RequestStatus::Failed) {
            return;
        }
        self.record.error = Some(ErrorDetail {
            code: "cancelled".to_owned(),
            message: "the client left, or the server stopped, before the answer was complete"
                .to_owned(),
            kind: "invalid_request_error".to_owned(),
            param: None,
            retry_after_ms: None,
        });
        self.stand(RequestStatus::Failed);
    }
}

struct GenerateEvents;

impl EventWriter for GenerateEvents {
    type Item = Event;

    fn write(&mut self, event: Event, out: &mut BytesMut) {
        match event {
            Event::Queued { place } => {
                write_event(out, Some("queued"), None, &serde_json::json!({ "place": place }));
            }
            Event::Text(text) => {
                write_event(out, Some("text"), None, &serde_json::json!({ "text": text }));
            }
            Event::Done(record) => write_event(out, Some("done"), None, &*record),
            Event::Failed(failure) => {
                write_event(out, Some("error"), None, &ErrorBody::new(&failure));
            }
        }
    }
}
