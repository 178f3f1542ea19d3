//! `search_context`: the caller's conversations, and where in them the words stand.

use std::fmt::Write as _;

use saga_protocol::chat::{Session, SessionList};
use saga_protocol::error::ErrorDetail;
use serde_json::{Value, json};

use crate::domain::session_search::{Part, Place, Query};
use crate::inbound::mcp::calls::Caller;

/// Places that are shown of one conversation.
const PLACES_MAX: usize = 5;

/// What is found, as the tool gives it.
pub(super) async fn search(
    caller: Caller<'_>,
    words: &str,
    limit: usize,
) -> Result<Value, ErrorDetail> {
    let list: SessionList = caller.get(&format!("/v1/sessions?q={}", escaped(words))).await?;
    let query = Query::of(words);
    let is_all = list.stopped_after.is_none() && list.sessions.len() <= limit;
    let mut found = Vec::new();
    for summary in list.sessions.into_iter().take(limit) {
        let read = caller.get::<Session>(&format!("/v1/sessions/{}", summary.id)).await;
        let session = match read {
            Ok(session) => session,
            // It was forgotten in between.
            Err(error) if error.code == "not_found" => continue,
            Err(error) => return Err(error),
        };
        let places = query.as_ref().map(|query| query.places(&session, PLACES_MAX));
        let places: Vec<Value> = places.unwrap_or_default().into_iter().map(shown).collect();
        found.push(json!({
            "session": summary.id,
            "title": summary.title,
            "updated_at": summary.updated_at,
            "places": places,
        }));
    }
    Ok(json!({ "conversations": found, "complete": is_all }))
}

fn shown(place: Place) -> Value {
    let part = match place.part {
        Part::Question => "question".to_owned(),
        Part::Answer => "answer".to_owned(),
        Part::Code(path) => path,
    };
    json!({ "turn": place.turn, "at": place.at, "in": part, "excerpt": place.excerpt })
}

/// As a query's value is written.
fn escaped(text: &str) -> String {
    let mut escaped = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() {
            escaped.push(char::from(byte));
        } else {
            let _ = write!(escaped, "%{byte:02X}");
        }
    }
    escaped
}
