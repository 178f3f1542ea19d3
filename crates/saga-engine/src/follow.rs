//! A reply that follows a request: what it gets of the answer, less what was typed since.

use std::sync::Arc;
use std::time::Duration;

use saga_domain::{Failure, ReplyEvent, Trigger};

use crate::complete::Question;
use crate::fit::Fit;
use crate::flight::{End, Flight, Joined, Progress};
use crate::place::Cursor;
use crate::reply::Giver;
use crate::shared::Shared;

/// How long a question waits at least for a request that was asked ahead of it and has said nothing
/// yet. Others may stand before such a request, so there is an end to it.
const AHEAD_PATIENCE: Duration = Duration::from_millis(500);

/// A request that a reply follows.
pub(crate) struct Followed {
    joined: Joined,
    /// Whether it was sent before anybody asked.
    is_ahead: bool,
    is_first: bool,
}

impl Followed {
    /// One that was just begun.
    pub(crate) fn new(joined: Joined) -> Self {
        Self { joined, is_ahead: false, is_first: true }
    }

    /// Those in flight whose answer may fit; any other is let go.
    pub(crate) fn all(shared: &Shared, cursor: &Cursor) -> Vec<Self> {
        let asked = shared.flights.join(cursor).map(|joined| {
            shared.stats.in_flight_reused();
            Self { joined, is_ahead: false, is_first: false }
        });
        let ahead = || shared.background.ahead.join(cursor);
        let ahead = || ahead().map(|joined| Self { joined, is_ahead: true, is_first: false });
        asked.or_else(ahead).into_iter().collect()
    }

    pub(crate) fn flight(&self) -> &Arc<Flight> {
        &self.joined.flight
    }

    fn let_go(&self, shared: &Shared) {
        let flights = if self.is_ahead { &shared.background.ahead } else { &shared.flights };
        flights.let_go(&self.joined.flight);
    }
}

/// Gives what comes of a request. `None` when it turns out not to fit, and false when it ends with
/// nothing to show.
pub(crate) async fn follow(
    shared: &Shared,
    mut followed: Followed,
    question: &Question,
    giver: &Giver,
) -> Result<Option<bool>, Failure> {
    loop {
        let Joined { flight, progress, typed } = &mut followed.joined;
        let now = progress.borrow_and_update().clone();
        match &now.end {
            Some(End::Failed(_) | End::LetGo) if followed.is_ahead => return Ok(None),
            Some(End::Failed(failure)) => return Err(failure.clone()),
            Some(End::LetGo) => return Ok(Some(false)),
            Some(End::Done(_)) | None => {}
        }
        let fit = now.fit(&flight.cursor, typed);
        if fit == Fit::No && followed.is_first && now.end.is_some() {
            return Ok(Some(end(question, giver, &now, false)));
        }
        match fit {
            Fit::No => {
                shared.turn.note_foresight(false);
                followed.let_go(shared);
                return Ok(None);
            }
            Fit::Rest { text, back } if !typed.closed => {
                giver.give(question.view.event(&text, back, now.end.is_some()));
            }
            Fit::Rest { .. } | Fit::NotYet => {}
        }
        if now.end.is_some() {
            let shown = !typed.closed || give_from_cache(shared, question, giver);
            if !followed.is_first {
                shared.turn.note_foresight(shown);
            }
            if followed.is_ahead && shown {
                shared.stats.speculation_hit();
            }
            return Ok(shown.then(|| end(question, giver, &now, true)));
        }
        if !changed(shared, &mut followed, &now).await {
            followed.let_go(shared);
            return Ok(None);
        }
    }
}

/// Waits for more; false when none comes in time.
async fn changed(shared: &Shared, followed: &mut Followed, now: &Progress) -> bool {
    let more = followed.joined.progress.changed();
    if !followed.is_ahead || !now.text.is_empty() {
        return more.await.is_ok();
    }
    let usual = shared.stats.first_token_ms().map(|ms| Duration::from_millis(u64::from(ms)));
    let patience = usual.map_or(AHEAD_PATIENCE, |usual| AHEAD_PATIENCE.max(usual * 2));
    matches!(tokio::time::timeout(patience, more).await, Ok(Ok(())))
}

/// The editor has closed a bracket meanwhile; the cache knows what of the answer is inside of it.
fn give_from_cache(shared: &Shared, question: &Question, giver: &Giver) -> bool {
    let view = &question.view;
    let Some(hit) = shared.cached(&view.cursor.place()) else { return false };
    giver.give(view.event_of(&hit));
    true
}

fn end(question: &Question, giver: &Giver, now: &Progress, shown: bool) -> bool {
    if let Some(End::Done(usage)) = &now.end
        && (shown || question.trigger == Trigger::Invoke)
    {
        giver.give(ReplyEvent::Done(usage.clone()));
    }
    shown
}
