//! `GET /v1/me` and `DELETE /v1/me`: everything that is kept of the caller.

use std::io;

use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures_util::{Stream, StreamExt, TryStreamExt, stream};
use http::HeaderValue;
use http::header::CONTENT_TYPE;
use saga_protocol::me::Erased;
use saga_protocol::records::RecordKind;
use serde::Serialize;

use crate::clock::unix_millis;
use crate::domain::ports::{Caller, MemoryError};
use crate::domain::records::RecordQuery;
use crate::inbound::AppState;
use crate::inbound::error::ApiError;

/// Records read at a time.
const PAGE: usize = 100;

/// Written as it is read, one conversation after the other, so that nothing of it is held whole.
/// When something cannot be read in the middle the answer breaks off: half of everything must not
/// look like all of it.
pub(crate) async fn export(
    State(state): State<AppState>,
    caller: Caller,
) -> Result<Response, ApiError> {
    let sessions = state.memory.list(&caller).await.map_err(unavailable)?;
    let who = serde_json::json!({ "tenant": caller.tenant, "user": caller.user });
    let head = format!("{{\"caller\":{who},\"exported_at\":{},\"sessions\":", unix_millis());
    let memory = state.memory.clone();
    let whose = caller.clone();
    let sessions = stream::iter(sessions).then(move |summary| {
        let (memory, whose) = (memory.clone(), whose.clone());
        async move { memory.read(&whose, &summary.id).await.map_err(broken) }
    });
    // One that was forgotten in between is not part of it.
    let sessions = sessions
        .try_filter_map(|known| async move { Ok(known.map(|known| known.session)) })
        .and_then(|session| async move { json(&session) });
    let ids = state.jobs.of(&caller).await.map_err(unavailable)?;
    let (known, whose) = (state.jobs.clone(), caller.clone());
    let jobs = stream::iter(ids).then(move |id| {
        let (known, whose) = (known.clone(), whose.clone());
        async move { known.look(&whose, &id).await.map_err(broken) }
    });
    let jobs =
        jobs.try_filter_map(|job| async move { Ok(job) }).and_then(|job| async move { json(&job) });
    let body = text(head)
        .chain(array(sessions))
        .chain(text(",\"requests\":".to_owned()))
        .chain(array(records(&state, &caller, RecordKind::Codesaga)))
        .chain(text(",\"model_requests\":".to_owned()))
        .chain(array(records(&state, &caller, RecordKind::Llama)))
        .chain(text(",\"jobs\":".to_owned()))
        .chain(array(jobs))
        .chain(text("}\n".to_owned()));
    let mut response = Body::from_stream(body).into_response();
    let json = HeaderValue::from_static("application/json");
    response.headers_mut().insert(CONTENT_TYPE, json);
    Ok(response)
}

/// Ends what is being answered, then forgets. Asked again, there is nothing left to forget.
pub(crate) async fn erase(
    State(state): State<AppState>,
    caller: Caller,
) -> Result<Json<Erased>, ApiError> {
    state.writers.revoke(&caller, None);
    state.running.cancel_all(&caller);
    state.repeats.forget(&caller);
    let jobs = state.jobs.erase(&caller).await;
    let records = state.records.erase(&caller, unix_millis()).await;
    let sessions = state.memory.erase(&caller).await.map_err(unavailable)?;
    let records = records.map_err(unavailable)?;
    jobs.map_err(unavailable)?;
    Ok(Json(Erased { sessions, records }))
}

fn records(
    state: &AppState,
    caller: &Caller,
    kind: RecordKind,
) -> impl Stream<Item = io::Result<String>> + Send + use<> {
    let (records, caller) = (state.records.clone(), caller.clone());
    let first = RecordQuery { kind, count: PAGE, ..RecordQuery::default() };
    let pages = stream::try_unfold(Some(first), move |query| {
        let (records, caller) = (records.clone(), caller.clone());
        async move {
            let Some(query) = query else { return Ok(None) };
            let (page, next) = records.list(&caller, &query).await.map_err(broken)?;
            let next = next.map(|after| RecordQuery { after: Some(after), ..query });
            let rows: Vec<_> = page.iter().map(json).collect();
            io::Result::Ok(Some((stream::iter(rows), next)))
        }
    });
    pages.try_flatten()
}

fn text(text: String) -> impl Stream<Item = io::Result<Bytes>> + Send {
    stream::once(async move { Ok(Bytes::from(text)) })
}

fn array(
    items: impl Stream<Item = io::Result<String>> + Send,
) -> impl Stream<Item = io::Result<Bytes>> + Send {
    let items = items.enumerate().map(|(number, item)| {
        let separator = if number == 0 { "" } else { ",\n" };
        item.map(|item| Bytes::from(format!("{separator}{item}")))
    });
    text("[".to_owned()).chain(items).chain(text("]".to_owned()))
}

fn json(value: &impl Serialize) -> io::Result<String> {
    serde_json::to_string(value).map_err(io::Error::other)
}

fn broken(_: MemoryError) -> io::Error {
    io::Error::other("the session store does not answer")
}

fn unavailable(_: MemoryError) -> ApiError {
    ApiError::no_store("what is kept of you cannot be reached now")
}
