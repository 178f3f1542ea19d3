//! How urgent a request is and which document it is about, from its headers.

use http::{HeaderMap, HeaderName};
use saga_protocol::class::{CLASS_HEADER, DOCUMENT_HEADER, RequestClass};
use tokio::sync::watch;

use crate::domain::ports::Caller;
use crate::domain::priority::{Priority, Task};
use crate::inbound::error::ApiError;
use crate::inbound::talk::is_id;

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
pub(crate) fn stated(headers: &HeaderMap, caller: Caller, task: Task) -> Result<Stated, ApiError> {
    let class = value(headers, CLASS_HEADER, "invoke, automatic or background", |text| {
        RequestClass::from_name(text)
    })?;
    let document = value(headers, DOCUMENT_HEADER, "1 to 64 of A-Z a-z 0-9 - _", |text| {
        is_id(text).then(|| text.to_owned())
    })?;
    let (priority, places) = Priority::new(caller, task, class.unwrap_or_default(), document);
    Ok(Stated { priority, places, names_class: class.is_some() })
}

/// The priority of what a person asks for by a call that knows no classes.
pub(crate) fn invoked(caller: Caller, task: Task) -> (Priority, watch::Receiver<u32>) {
    Priority::new(caller, task, RequestClass::Invoke, None)
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
