//! A generated answer on its way, and the record that follows it, or the turn of a conversation.

use std::sync::Arc;
use std::time::Instant;

use futures_util::{Stream, stream};
use saga_domain::{Failure, FailureCode};
use saga_protocol::error::{ErrorBody, ErrorDetail};
use saga_protocol::generate::{
    CodeContext, ContextType, GenerateRecord, GenerateRequest, RecordType, RequestStatus,
};
use saga_protocol::openai::TokenUsage;
use saga_protocol::records::Record;
use tokio_util::sync::CancellationToken;

use crate::clock::unix_millis;
use crate::domain::ports::{Answer, Caller};
use crate::domain::records::{Records, facts};
use crate::inbound::generate::Event;
use crate::inbound::telling::{Telling, Told};
use crate::inbound::{AppState, question};

/// Characters of a language's id.
const LANGUAGE_CHARS_MAX: usize = 64;

/// The answer on its way, and its record.
pub(crate) struct Running {
    /// Gone when it failed before it began.
    telling: Option<Telling>,
    refused: Option<Failure>,
    /// Everything of the caller's is to be forgotten.
    ended: CancellationToken,
    life: Life,
}

impl Running {
    /// The parts of an answer, waited for first.
    pub(crate) async fn begin(
        life: Life,
        work: impl Future<Output = Result<Answer, Failure>> + Send,
        ended: CancellationToken,
    ) -> impl Stream<Item = Event> + Send {
        let answer = tokio::select! {
            biased;
            () = ended.cancelled() => Err(erased()),
            answer = work => answer,
        };
        let (telling, refused) = match answer {
            Ok(answer) => (Some(Telling::new(answer)), None),
            Err(failure) => (None, Some(failure)),
        };
        stream::unfold(Self { telling, refused, ended, life }, |mut running| async move {
            let event = running.next().await?;
            Some((event, running))
        })
    }

    async fn next(&mut self) -> Option<Event> {
        if let Some(failure) = self.refused.take() {
            self.life.failed(&failure);
            return Some(Event::Failed(failure));
        }
        let telling = self.telling.as_mut()?;
        let told = tokio::select! {
            biased;
            () = self.ended.cancelled(), if !self.life.is_over() => Some(telling.give_up(erased())),
            told = telling.next() => told,
        };
        Some(match told? {
            Told::Queued { place } => Event::Queued { place },
            Told::Text(text) => {
                self.life.answered(&text);
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
pub(crate) struct Life {
    records: Arc<Records>,
    caller: Caller,
    /// Without a text.
    record: GenerateRecord,
    path: Option<String>,
    code: String,
    answer: String,
    begun: Instant,
}

impl Life {
    pub(crate) fn begin(
        state: &AppState,
        caller: &Caller,
        request: &GenerateRequest,
        model: String,
    ) -> Self {
        let record = GenerateRecord {
            language: request.language.chars().take(LANGUAGE_CHARS_MAX).collect(),
            prompt: state.prompts.code.label.clone(),
            ..record(caller, question::id("req"), request.request_type.into(), model)
        };
        let mut life = Self::new(state, caller, record);
        life.path = request.file_path.clone();
        life.code = request.code_context.clone();
        if !request.code_context.is_empty() {
            life.note(ContextType::Before);
        }
        life.keep();
        life
    }

    /// Of a message of a conversation. Its record has the id of the request that made the turn.
    pub(crate) fn of_turn(
        state: &AppState,
        caller: &Caller,
        request_id: &str,
        model: String,
    ) -> Self {
        let record = GenerateRecord {
            prompt: state.prompts.chat.label.clone(),
            ..record(caller, request_id.to_owned(), RecordType::Chat, model)
        };
        let life = Self::new(state, caller, record);
        life.keep();
        life
    }

    fn new(state: &AppState, caller: &Caller, record: GenerateRecord) -> Self {
        Self {
            records: state.records.clone(),
            caller: caller.clone(),
            record,
            path: None,
            code: String::new(),
            answer: String::new(),
            begun: Instant::now(),
        }
    }

    pub(crate) fn id(&self) -> &str {
        &self.record.id
    }

    fn is_over(&self) -> bool {
        matches!(self.record.status, RequestStatus::Completed | RequestStatus::Failed)
    }

    pub(crate) fn answered(&mut self, text: &str) {
        self.answer.push_str(text);
        if self.record.status == RequestStatus::Waiting {
            self.stand(RequestStatus::Processing);
        }
    }

    pub(crate) fn completed(&mut self, usage: Option<TokenUsage>) {
        self.record.usage = usage;
        self.note(ContextType::After);
        self.stand(RequestStatus::Completed);
    }

    pub(crate) fn failed(&mut self, failure: &Failure) {
        self.record.error = Some(ErrorBody::new(failure).error);
        self.stand(RequestStatus::Failed);
    }

    /// What is known of the code before or after, without the code.
    fn note(&mut self, context_type: ContextType) {
        let text = match context_type {
            ContextType::Before => &self.code,
            ContextType::After => &self.answer,
        };
        self.record.code_context.push(CodeContext {
            id: question::id("ctx"),
            request_id: self.record.id.clone(),
            file_path: None,
            code_content: None,
            language: self.record.language.clone(),
            context_type,
            metadata: facts(text),
        });
    }

    fn stand(&mut self, status: RequestStatus) {
        self.record.status = status;
        self.record.updated_at = unix_millis();
        if self.is_over() {
            let took = self.begun.elapsed().as_millis();
            self.record.processing_time_ms = u64::try_from(took).ok();
        }
        self.keep();
    }

    fn keep(&self) {
        let mut record = self.record.clone();
        if self.records.keeps_texts(&self.caller) {
            for context in &mut record.code_context {
                context.file_path = self.path.clone();
                context.code_content = Some(match context.context_type {
                    ContextType::Before => self.code.clone(),
                    ContextType::After => self.answer.clone(),
                });
            }
            if record.status == RequestStatus::Completed {
                record.response = Some(self.answer.clone());
            }
        }
        self.records.put(&self.caller, Record::Codesaga(Box::new(record)));
    }
}

impl Drop for Life {
    fn drop(&mut self) {
        if self.is_over() {
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

/// One that begins now.
fn record(caller: &Caller, id: String, request_type: RecordType, model: String) -> GenerateRecord {
    let now = unix_millis();
    GenerateRecord {
        id,
        user_id: caller.user.clone(),
        request_type,
        language: String::new(),
        code_context: Vec::new(),
        status: RequestStatus::Waiting,
        model,
        prompt: String::new(),
        response: None,
        usage: None,
        error: None,
        verdict: None,
        reason: None,
        processing_time_ms: None,
        created_at: now,
        updated_at: now,
    }
}

fn erased() -> Failure {
    let message = "everything that was kept of you was deleted while this was being answered";
    Failure::new(FailureCode::NotFound, message)
}
