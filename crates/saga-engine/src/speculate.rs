//! What comes after a suggestion, asked while it is being read: after accepting it, the next one is
//! there.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use saga_cache::Hit;
use saga_context::cursor_place;
use saga_domain::{ByteOffset, Failure, Span, TextEdit, Usage, hangul};
use saga_prompt::Shaped;

use crate::flight::{End, Flight};
use crate::place::{Cursor, with_line_ends};
use crate::request::{Errand, Request};
use crate::runner::Runner;
use crate::shared::Shared;

/// Asks for what follows at `cursor` once what is `shown` is accepted. Does nothing when that is known or was asked already, or when the server has better things to do.
pub(crate) fn after(shared: &Arc<Shared>, runner: &Runner, cursor: &Cursor, shown: &Hit) {
    let is_composed = !cursor.syllable().starts_with(hangul::is_letter);
    if shown.text.is_empty()
        || !is_composed
        || !shared.background.is_new_ahead(end_of(cursor, &shown.text, shown.replace_back_bytes))
    {
        return;
    }
    let (shared, cursor, shown) = (Arc::clone(shared), cursor.clone(), shown.clone());
    runner.spawn(async move {
        let Some(next) = Next::after(&cursor, &shown) else { return };
        let is_known = shared.cached(&next.accepted.place()).is_some();
        if is_known || !shared.background.moment(&shared).await {
            return;
        }
        let flight = shared.background.ahead.begin(next.accepted.clone(), None).flight;
        let outcome = tokio::select! {
            biased;
            () = flight.unwanted(&shared) => return flight.end(End::LetGo),
            outcome = ask(&shared, &next, &flight) => outcome,
        };
        match outcome {
            Ok((shaped, usage)) => {
                let (text, back) = next.led(&shaped);
                let place = next.accepted.place_before(back);
                shared.background.cache.lock().insert(&place, &text);
                if !text.is_empty() {
                    shared.background.note_ready(place_of(&next.accepted));
                }
                flight.show(&text, back);
                flight.end(End::Done(usage));
            }
            Err(failure) => {
                shared.background.note_failure(&failure);
                flight.end(End::Failed(failure));
            }
        }
        shared.background.ahead.finished(&flight);
    });
}

async fn ask(shared: &Shared, next: &Next, flight: &Flight) -> Result<(Shaped, Usage), Failure> {
    let facts = shared.facts().await?;
    let request = Request::new(shared, &next.asked, facts, Errand::Ahead);
    let prompt = request.first_prompt();
    let show = |shaped: &Shaped| {
        let (text, back) = next.led(shaped);
        flight.show(&text, back);
    };
    request.answer(prompt, show).await
}

/// Where the user will be.
struct Next {
    /// Right behind the accepted text.
    accepted: Cursor,
    /// Where the question makes sense: a line that is complete goes on in the next one.
    asked: Cursor,
    /// What stands between the two.
    lead: String,
}

impl Next {
    fn after(cursor: &Cursor, shown: &Hit) -> Option<Self> {
        let start = ByteOffset(cursor.at.0.saturating_sub(shown.replace_back_bytes));
        let end = ByteOffset(cursor.at.0 + shown.replace_forward_bytes);
        let accepted = with(cursor, Span { start, end }, &shown.text)?;
        if !accepted.rest_of_line().trim().is_empty() {
            return None;
        }
        let place = cursor_place(&accepted.document, accepted.at);
        if !place.one_line() {
            return Some(Self { asked: accepted.clone(), accepted, lead: String::new() });
        }
        let lead = format!("\n{}", place.indent);
        let asked = with(&accepted, Span::at(accepted.at), &lead)?;
        Some(Self { accepted, asked, lead })
    }

    /// An answer as it stands behind the accepted text.
    fn led(&self, shaped: &Shaped) -> (String, usize) {
        if shaped.text.is_empty() {
            return (String::new(), 0);
        }
        (format!("{}{}", self.lead, shaped.text), shaped.replace_back_bytes)
    }
}

/// The cursor behind `text`, as if it stood there already.
fn with(cursor: &Cursor, span: Span, text: &str) -> Option<Cursor> {
    let text = with_line_ends(&cursor.document, text);
    let at = ByteOffset(span.start.0 + text.len());
    let document = cursor.document.with_edit(&TextEdit { span, text }).ok()?;
    let mut cursor = Cursor::new(document, at, cursor.above.clone());
    cursor.is_supposed = true;
    Some(cursor)
}

/// Notes that the cache was asked at `cursor` and had something: whether it was asked ahead.
pub(crate) fn note_hit(shared: &Shared, cursor: &Cursor) {
    if shared.background.take_ready(place_of(cursor)) {
        shared.stats.speculation_hit();
    }
}

/// Tells a place from others.
fn place_of(cursor: &Cursor) -> u64 {
    end_of(cursor, "", 0)
}

/// Tells the place behind a suggestion from others; the same for all that lead there.
fn end_of(cursor: &Cursor, text: &str, back: usize) -> u64 {
    let place = cursor.place_before(back);
    let mut end: Vec<u8> = text.bytes().rev().take(END_BYTES).collect();
    let missing = END_BYTES - end.len();
    end.extend(place.prefix.bytes().rev().take(missing));
    let mut hasher = DefaultHasher::new();
    (place.uri, end, cursor.rest_of_line()).hash(&mut hasher);
    hasher.finish()
}

/// Text before a place that tells it from others.
const END_BYTES: usize = 512;
