//! Requests and records in the words of gRPC, and back. The names are those that HTTP uses.

use saga_protocol::error::ErrorDetail;
use saga_protocol::feedback::{Feedback, FeedbackCounts, FeedbackVerdict};
use saga_protocol::generate::{CodeContext, GenerateRecord, GenerateRequest};
use saga_protocol::instances::{Instance, KindMetrics};
use saga_protocol::openai::{Sampling, Stop, TokenUsage};
use saga_protocol::records::{LlamaRequest, Record, RecordPage};
use serde::Serialize;
use serde::de::{DeserializeOwned, IntoDeserializer, value};

use crate::inbound::error::ApiError;
use crate::inbound::requests::Wanted;
use crate::rpc::v1;

/// What a word means, where HTTP takes the same word.
fn meaning<T: DeserializeOwned>(field: &str, word: &str) -> Result<T, ApiError> {
    let word: value::StrDeserializer<'_, value::Error> = word.into_deserializer();
    T::deserialize(word).map_err(|error| ApiError::wrong_field(field, error))
}

/// The word for a meaning, where HTTP says the same word.
fn word(meaning: impl Serialize) -> String {
    match serde_json::to_value(meaning) {
        Ok(serde_json::Value::String(word)) => word,
        _ => String::new(),
    }
}

pub(super) fn generate_request(asked: v1::GenerateRequest) -> Result<GenerateRequest, ApiError> {
    Ok(GenerateRequest {
        request_type: meaning("request_type", &asked.request_type)?,
        input: asked.input,
        language: asked.language,
        code_context: asked.code_context,
        file_path: asked.file_path,
        model: asked.model,
        sampling: Sampling {
            max_tokens: asked.max_tokens,
            temperature: asked.temperature,
            top_p: asked.top_p,
            seed: asked.seed,
            stop: Stop::Many(asked.stop),
            ..Sampling::default()
        },
    })
}

pub(super) fn usage(usage: TokenUsage) -> v1::Usage {
    v1::Usage {
        prompt_tokens: usage.prompt_tokens,
        completion_tokens: usage.completion_tokens,
        total_tokens: usage.total_tokens,
    }
}

fn error(error: ErrorDetail) -> v1::ErrorDetail {
    v1::ErrorDetail {
        code: error.code,
        message: error.message,
        retry_after_ms: error.retry_after_ms,
    }
}

pub(super) fn request_record(record: GenerateRecord) -> v1::RequestRecord {
    v1::RequestRecord {
        id: record.id,
        user_id: record.user_id,
        request_type: record.request_type.name().to_owned(),
        language: record.language,
        status: record.status.name().to_owned(),
        model: record.model,
        prompt: record.prompt,
        response: record.response,
        usage: record.usage.map(usage),
        error: record.error.map(error),
        verdict: record.verdict.map(word),
        reason: record.reason,
        processing_time_ms: record.processing_time_ms,
        created_at: record.created_at,
        updated_at: record.updated_at,
        code_context: record.code_context.into_iter().map(code_context).collect(),
    }
}

fn code_context(context: CodeContext) -> v1::CodeContext {
    v1::CodeContext {
        id: context.id,
        context_type: word(context.context_type),
        language: context.language,
        bytes: context.metadata.bytes,
        lines: context.metadata.lines,
        hash: context.metadata.hash,
        file_path: context.file_path,
        code_content: context.code_content,
    }
}

fn llama_record(record: LlamaRequest) -> v1::LlamaRecord {
    v1::LlamaRecord {
        id: record.id,
        instance_id: record.instance_id,
        user_id: record.user_id,
        request_type: record.request_type,
        model: record.model,
        input_tokens: record.input_tokens,
        output_tokens: record.output_tokens,
        output_bytes: record.output_bytes,
        waited_ms: record.waited_ms,
        first_text_ms: record.first_text_ms,
        processing_time: record.processing_time,
        origin: record.origin.map(word),
        status: record.status.name().to_owned(),
        error_code: record.error_code,
        created_at: record.created_at,
    }
}

pub(super) fn wanted(asked: v1::RequestsRequest) -> Result<Wanted, ApiError> {
    let record = asked.record.as_deref().map(|word| meaning("record", word)).transpose()?;
    Ok(Wanted {
        record: record.unwrap_or_default(),
        r#type: asked.r#type,
        status: asked.status,
        cursor: asked.cursor,
        limit: asked.limit.map(|limit| limit as usize),
    })
}

pub(super) fn page_of_one(record: Record) -> RecordPage {
    RecordPage { requests: vec![record], next: None }
}

pub(super) fn page(page: RecordPage) -> v1::RequestsReply {
    let mut reply = v1::RequestsReply { next: page.next, ..v1::RequestsReply::default() };
    for record in page.requests {
        match record {
            Record::Codesaga(record) => reply.requests.push(request_record(*record)),
            Record::Llama(record) => reply.llama_requests.push(llama_record(*record)),
        }
    }
    reply
}

pub(super) fn instance(instance: Instance) -> v1::Instance {
    v1::Instance {
        id: instance.id,
        model_type: word(instance.model_type),
        model_name: instance.model_name,
        version: instance.version,
        status: instance.status.name().to_owned(),
        health: instance.health,
        last_used_at: instance.last_used_at,
        response_time: instance.performance_metrics.response_time,
        tokens_per_second: instance.performance_metrics.tokens_per_second,
        accuracy: instance.performance_metrics.accuracy,
        usage_count: instance.performance_metrics.usage_count,
        edits: instance.performance_metrics.edits.map(acceptance),
        chat: instance.performance_metrics.chat.map(acceptance),
    }
}

fn acceptance(of: KindMetrics) -> v1::KindMetrics {
    v1::KindMetrics { accuracy: of.accuracy, usage_count: of.usage_count }
}

pub(super) fn feedback(asked: v1::FeedbackRequest) -> Result<Feedback, ApiError> {
    let counts = |counts: v1::FeedbackCounts| {
        Ok(FeedbackCounts {
            kind: counts.kind.map(|kind| meaning("kind", &kind)).transpose()?.unwrap_or_default(),
            model: counts.model,
            language: counts.language,
            shown: counts.shown,
            accepted: counts.accepted,
            partially_accepted: counts.partially_accepted,
            dismissed: counts.dismissed,
            survived: counts.survived,
            changed: counts.changed,
            characters_shown: counts.characters_shown,
            characters_accepted: counts.characters_accepted,
        })
    };
    let verdict = |said: v1::FeedbackVerdict| {
        Ok(FeedbackVerdict {
            verdict: meaning("verdict", &said.verdict)?,
            request_id: said.request_id,
            reason: said.reason,
        })
    };
    Ok(Feedback {
        counts: asked.counts.into_iter().map(counts).collect::<Result<_, ApiError>>()?,
        verdicts: asked.verdicts.into_iter().map(verdict).collect::<Result<_, ApiError>>()?,
    })
}
