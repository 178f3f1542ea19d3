//! Conversions that know no offsets: options in, records out.

use std::time::Duration;

use saga_domain::{Failure, FailureCode};
use saga_engine::{ChatAsk, NewDocument, ProxyOptions};

use crate::convert::whole;
use crate::types::{
    ChatContext, ChatMessage, EngineOptions, OpenDocument, ServedModel, ServerStatus, Skip, Trigger,
};

pub(crate) fn engine_options(
    options: EngineOptions,
) -> Result<saga_engine::EngineOptions, Failure> {
    let mut made = saga_engine::EngineOptions::new(options.server_url);
    made.token = options.token;
    made.model = options.model;
    made.headers = options.headers.unwrap_or_default().into_iter().collect();
    made.ca_pem = options.ca_pem;
    made.edit_model = options.edit_model;
    made.chat_model = options.chat_model;
    made.proxy = options
        .proxy_url
        .filter(|url| !url.trim().is_empty())
        .map(|url| ProxyOptions { url, except: options.no_proxy.unwrap_or_default() });
    made.background = options.background.unwrap_or(made.background);
    let timeouts = &mut made.timeouts;
    set_timeout(&mut timeouts.connect, "connectTimeoutMs", options.connect_timeout_ms)?;
    set_timeout(&mut timeouts.first_byte, "firstByteTimeoutMs", options.first_byte_timeout_ms)?;
    set_timeout(&mut timeouts.idle, "idleTimeoutMs", options.idle_timeout_ms)?;
    Ok(made)
}

pub(crate) fn served_model(model: saga_engine::ServedModel) -> ServedModel {
    ServedModel {
        name: model.name,
        is_default: model.is_default,
        writes: model.writes,
        fim: model.fim,
        context_length: model.context_length,
        stands_for: model.stands_for,
    }
}

pub(crate) fn document(document: &OpenDocument) -> Result<NewDocument<'_>, Failure> {
    Ok(NewDocument {
        uri: &document.uri,
        path: document.path.as_deref(),
        language_id: &document.language_id,
        version: version(document.version)?,
        text: &document.text,
    })
}

pub(crate) fn version(number: f64) -> Result<i64, Failure> {
    whole(number).and_then(|version| i64::try_from(version).ok()).ok_or_else(|| {
        Failure::new(
            FailureCode::InvalidRequest,
            format!("`version` must be a whole number from 0, not {number}."),
        )
    })
}

pub(crate) fn trigger(trigger: &Trigger) -> saga_domain::Trigger {
    match trigger {
        Trigger::Automatic => saga_domain::Trigger::Automatic,
        Trigger::Invoke => saga_domain::Trigger::Invoke,
    }
}

pub(crate) fn skip(skip: Option<&Skip>) -> saga_engine::Skip {
    let is_set = |flag: fn(&Skip) -> Option<bool>| skip.and_then(flag).unwrap_or(false);
    saga_engine::Skip {
        comments: is_set(|skip| skip.comments),
        strings: is_set(|skip| skip.strings),
    }
}

pub(crate) fn chat_ask(message: ChatMessage) -> ChatAsk {
    ChatAsk {
        session: message.session,
        text: message.text,
        context: message.context.unwrap_or_default().into_iter().map(engine_context).collect(),
        request: message.request,
    }
}

pub(crate) fn engine_context(piece: ChatContext) -> saga_engine::ChatContext {
    saga_engine::ChatContext {
        path: piece.path,
        language: piece.language,
        start_line: piece.start_line,
        end_line: piece.end_line,
        text: piece.text,
    }
}

pub(crate) fn server_status(status: saga_engine::ServerStatus) -> ServerStatus {
    use saga_engine::ServerStatus as From;
    match status {
        From::Ready { facts, memory } => ServerStatus::Ready {
            model: facts.name,
            template: facts.template.name().to_owned(),
            fim: facts.fim != saga_domain::Fim::None,
            context_length: facts.context_tokens,
            memory,
        },
        From::Loading { model, seconds } => ServerStatus::Loading { model, seconds },
        From::Offline(failure) => {
            ServerStatus::Offline { code: failure.code.name().to_owned(), message: failure.message }
        }
    }
}

fn set_timeout(timeout: &mut Duration, name: &str, given: Option<f64>) -> Result<(), Failure> {
    let Some(given) = given else { return Ok(()) };
    let millis = whole(given).filter(|millis| *millis > 0).ok_or_else(|| {
        Failure::new(
            FailureCode::InvalidSetting,
            format!("`{name}` must be a whole number of milliseconds above 0, not {given}."),
        )
    })?;
    *timeout = Duration::from_millis(millis as u64);
    Ok(())
}
