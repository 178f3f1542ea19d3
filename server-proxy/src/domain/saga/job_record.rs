//! The record of a job, made anew from what is stored of it, so that it is the same whoever makes it.

use saga_protocol::error::ErrorDetail;
use saga_protocol::generate::{
    CodeContext, ContextType, GenerateRecord, GenerateRequest, RequestStatus,
};
use saga_protocol::jobs::JobStage;
use saga_protocol::records::Record;

use crate::domain::records::facts;
use crate::domain::saga::machine::{Ending, Saga};
use crate::domain::saga::store::SagaKey;

/// Characters of a language's id.
const LANGUAGE_CHARS_MAX: usize = 64;

/// As it stands; `prompt` names the system prompt.
pub(crate) fn record(
    key: &SagaKey,
    request: &GenerateRequest,
    saga: &Saga,
    prompt: &str,
    answer: Option<&str>,
) -> Record {
    let language: String = request.language.chars().take(LANGUAGE_CHARS_MAX).collect();
    let context = |context_type, text: &str| CodeContext {
        id: match context_type {
            ContextType::Before => format!("ctx-{}-before", key.id),
            ContextType::After => format!("ctx-{}-after", key.id),
        },
        request_id: key.id.clone(),
        file_path: request.file_path.clone(),
        code_content: Some(text.to_owned()),
        language: language.clone(),
        context_type,
        metadata: facts(text),
    };
    let code = Some(request.code_context.as_str()).filter(|code| !code.is_empty());
    let before = code.map(|code| context(ContextType::Before, code));
    let after = answer.map(|answer| context(ContextType::After, answer));
    let first = saga.steps.first().map_or(0, |step| step.at);
    let last = saga.steps.last().map_or(first, |step| step.at);
    let status = status(saga);
    let is_over = matches!(status, RequestStatus::Completed | RequestStatus::Failed);
    Record::Codesaga(Box::new(GenerateRecord {
        id: key.id.clone(),
        user_id: key.caller.user.clone(),
        request_type: request.request_type.into(),
        code_context: before.into_iter().chain(after).collect(),
        status,
        model: saga.model.clone().or(request.model.clone()).unwrap_or_default(),
        prompt: prompt.to_owned(),
        response: answer.map(str::to_owned),
        usage: saga.usage,
        error: match saga.ending {
            Some(Ending::Cancelled) => Some(cancelled()),
            Some(Ending::Failed | Ending::GivenUp) => saga.error.clone(),
            None => None,
        },
        verdict: None,
        reason: None,
        processing_time_ms: is_over.then_some(last.saturating_sub(first)),
        created_at: first,
        updated_at: last,
        language,
    }))
}

/// What a record says of one that was called off.
pub(crate) fn cancelled() -> ErrorDetail {
    ErrorDetail {
        code: "cancelled".to_owned(),
        message: "the job was called off".to_owned(),
        kind: "invalid_request_error".to_owned(),
        param: None,
        retry_after_ms: None,
    }
}

fn status(saga: &Saga) -> RequestStatus {
    match saga.stage {
        JobStage::Waiting | JobStage::ContextStored => RequestStatus::Waiting,
        JobStage::Generating => RequestStatus::Processing,
        // The answer is there, and nothing but telling of it is left.
        JobStage::Generated | JobStage::Stored | JobStage::Completed => RequestStatus::Completed,
        JobStage::Compensating | JobStage::Failed | JobStage::Cancelled => RequestStatus::Failed,
    }
}
