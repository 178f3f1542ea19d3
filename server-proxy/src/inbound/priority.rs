//! How urgent a request is and which document it is about, from its headers.

use http::{HeaderMap, HeaderName};
use saga_protocol::class::{CLASS_HEADER, DOCUMENT_HEADER, RequestClass};
use tokio::sync::watch;

use crate::domain::ports::Caller;
use crate::domain::priority::{Document, Priority};
use crate::inbound::chat::is_id;
use crate::inbound::error::ApiError;

/// What the headers say, and the places in the queue as they will change.
pub(crate) struct Stated {
    pub(crate) priority: Priority,
    pub(crate) places: watch::Receiver<u32>,
    /// A client that names a class is ours: it understands `queued` events among OpenAI's chunks.
    pub(crate) names_class: bool,
}

/// Reads the headers.
///
/// # Errors
/// Names the header that is wrong.
pub(crate) fn stated(headers: &HeaderMap, caller: Caller) -> Result<Stated, ApiError> {
    let class = value(headers, CLASS_HEADER, "invoke, automatic or background", |text| {
        RequestClass::from_name(text)
    })?;
    let id = value(headers, DOCUMENT_HEADER, "1 to 64 of A-Z a-z 0-9 - _", |text| {
        is_id(text).then(|| text.to_owned())
    })?;
    let document = id.map(|id| Document { caller, id });
    let (priority, places) = Priority::new(class.unwrap_or_default(), document);
    Ok(Stated { priority, places, names_class: class.is_some() })
}

/// The priority of what a person asks for by a call that knows no classes.
pub(crate) fn invoked() -> (Priority, watch::Receiver<u32>) {
    Priority::new(RequestClass::Invoke, None)
}

fn value<T>(
    headers: &HeaderMap,
    name: &'static str,
    expected: &str,
    read: impl FnOnce(&str) -> Option<T>,
) -> Result<Option<T>, ApiError> {
    let Some(value) = headers.get(HeaderName::from_static(name)) else { return Ok(None) };
    let read = value.to_str().ok().and_then(read);
    read.map(Some).ok_or_else(|| ApiError::wrong_field(name, format!("expected {expected}")))
}
