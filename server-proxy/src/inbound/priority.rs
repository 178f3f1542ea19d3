//! What a request is for, how urgent it is, how long it may wait and which document it is about, from
//! its headers.

use std::time::Duration;

use http::{HeaderMap, HeaderName};
use saga_protocol::class::{
    CLASS_HEADER, DOCUMENT_HEADER, RequestClass, TASK_HEADER, WORTH_HEADER, WORTH_MS_MAX,
};
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

/// Reads the headers; `task` is the one that the call is made for.
///
/// # Errors
/// Names the header that is wrong.
pub(crate) fn stated(headers: &HeaderMap, caller: Caller, task: Task) -> Result<Stated, ApiError> {
    let expected = "invoke, automatic or background";
    let class = value(headers, CLASS_HEADER, expected, RequestClass::from_name)?;
    let document = value(headers, DOCUMENT_HEADER, "1 to 64 of A-Z a-z 0-9 - _", |text| {
        is_id(text).then(|| text.to_owned())
    })?;
    let named = value(headers, TASK_HEADER, "completion, chat or edit", Task::from_name)?;
    let worth = value(headers, WORTH_HEADER, "1 to 600000 milliseconds", worth)?;
    let (task, class_or_default) = (named.unwrap_or(task), class.unwrap_or_default());
    let (mut priority, places) = Priority::new(caller, task, class_or_default, document);
    if let Some(worth) = worth {
        priority = priority.worth(worth);
    }
    Ok(Stated { priority, places, names_class: class.is_some() })
}

/// The priority of what a person asks for by a call that knows no classes.
pub(crate) fn invoked(caller: Caller, task: Task) -> (Priority, watch::Receiver<u32>) {
    Priority::new(caller, task, RequestClass::Invoke, None)
}

fn worth(text: &str) -> Option<Duration> {
    let ms = text.parse().ok().filter(|ms| (1..=WORTH_MS_MAX).contains(ms))?;
    Some(Duration::from_millis(ms))
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
