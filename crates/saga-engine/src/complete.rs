//! The text that belongs at a cursor.
//!
//! 1. Where nothing may be suggested, nothing is.
//! 2. The cache is looked up in the call itself, before any timer and any prompt.
//! 3. A request in flight whose answer fits what was typed is followed; any other is let go.
//! 4. An automatic question waits a moment. A newer one makes it end with nothing.
//! 5. The prompt is written, sent, and its answer shaped as it comes.
//! 6. The answer goes to the cache, and to whoever follows the request.
//! 7. What would come after it is asked ahead of the user.

use std::sync::Arc;
use std::time::Instant;

use saga_cache::Hit;
use saga_domain::{Failure, FailureCode, ReplyEvent, Trigger, Usage};
use saga_prompt::Shaped;

use crate::documents;
use crate::flight::{End, Flight};
use crate::follow::{Followed, follow};
use crate::guard;
use crate::pause::{PauseAt, pause};
use crate::place::Cursor;
use crate::question::CompleteAsk;
use crate::related;
use crate::reply::{Giver, Reply};
use crate::request::{Errand, Request};
use crate::runner::{Runner, fault};
use crate::shared::Shared;
use crate::speculate;
use crate::view::View;

pub(crate) fn complete(
    shared: &Arc<Shared>,
    runner: &Runner,
    ask: CompleteAsk,
) -> Result<Reply, Failure> {
    let called = Instant::now();
    let CompleteAsk { uri, at, trigger, selected, above, skip } = ask;
    let document = documents::snapshot(shared, &uri)?;
    let above = documents::snapshots(shared, &above);
    let view = View::new(document, at, selected, above)?;
    let (giver, reply) = shared.reply();
    let ticket = shared.turn.take();
    if let Some(why) = guard::why_not(shared, &view.cursor, trigger, skip) {
        shared.flights.let_go_of_all();
        shared.stats.dropped(why);
        shared.stats.suppressed();
        return Ok(reply);
    }
    let hit = shared.cached(&view.cursor.place());
    shared.turn.note_lookup(hit.as_ref());
    if let Some(hit) = hit {
        give_hit(shared, runner, &view, &giver, &hit);
        return Ok(reply);
    }
    shared.stats.cache_miss();
    let question = Question { view, trigger, ticket, called };
    let (shared, runner_inside) = (Arc::clone(shared), runner.clone());
    runner.answer(giver, |giver| async move {
        let shown = answer(&shared, &runner_inside, &question, &giver).await?;
        if !shown {
            shared.stats.suppressed();
        }
        Ok(())
    });
    Ok(reply)
}

fn give_hit(shared: &Arc<Shared>, runner: &Runner, view: &View, giver: &Giver, hit: &Hit) {
    shared.stats.cache_hit();
    giver.give(view.event_of(hit));
    giver.give(ReplyEvent::Done(Usage { from_cache: true, ..Usage::default() }));
    speculate::note_hit(shared, &view.cursor);
    speculate::after(shared, runner, &view.cursor, hit);
}

pub(crate) struct Question {
    pub(crate) view: View,
    pub(crate) trigger: Trigger,
    ticket: u64,
    called: Instant,
}

/// Answers the question; false when there is nothing to show.
async fn answer(
    shared: &Arc<Shared>,
    runner: &Runner,
    question: &Question,
    giver: &Giver,
) -> Result<bool, Failure> {
    let cursor = &question.view.cursor;
    for followed in Followed::all(shared, cursor) {
        if let Some(shown) = follow(shared, followed, question, giver).await? {
            return Ok(shown);
        }
    }
    // An answer that ended after the lookup and before it could be followed is in the cache now.
    if let Some(hit) = shared.cached(&cursor.place()) {
        give_hit(shared, runner, &question.view, giver, &hit);
        return Ok(true);
    }
    let waited = Instant::now();
    if question.trigger == Trigger::Automatic {
        let place = PauseAt::of(cursor.line_before(), cursor.rest_of_line());
        let moment = shared.turn.moment(place, shared.stats.first_token_ms());
        let pause = pause(&moment);
        if !pause.is_zero() {
            tokio::time::sleep(pause).await;
        }
        if shared.turn.is_over(question.ticket) {
            return Ok(false);
        }
    }
    let called = question.called + waited.elapsed();
    let followed = begin(shared, runner, cursor.clone(), question.trigger, called);
    Ok(follow(shared, followed, question, giver).await?.unwrap_or(false))
}

/// Sends a request that lives as long as somebody wants it.
fn begin(
    shared: &Arc<Shared>,
    runner: &Runner,
    cursor: Cursor,
    trigger: Trigger,
    called: Instant,
) -> Followed {
    shared.background.give_way();
    let followed = Followed::new(shared.flights.begin(cursor, Some(trigger)));
    let (shared, flight) = (Arc::clone(shared), Arc::clone(followed.flight()));
    let runner_inside = runner.clone();
    runner.spawn(async move {
        // The guard also ends the request when it panics.
        let _ended = Ended { shared: &shared, flight: &flight };
        fly(&shared, &runner_inside, &flight, trigger, called).await;
    });
    followed
}

struct Ended<'a> {
    shared: &'a Shared,
    flight: &'a Arc<Flight>,
}

impl Drop for Ended<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.flight.end(End::Failed(fault()));
        }
        self.shared.flights.finished(self.flight);
    }
}

/// The request itself, until its end or until nobody wants it.
async fn fly(
    shared: &Arc<Shared>,
    runner: &Runner,
    flight: &Flight,
    trigger: Trigger,
    called: Instant,
) {
    let outcome = tokio::select! {
        biased;
        () = flight.unwanted(shared) => return flight.end(End::LetGo),
        outcome = request(shared, runner, flight, trigger, called) => outcome,
    };
    match outcome {
        Ok((shaped, usage)) => {
            let Shaped { text, replace_back_bytes: back, .. } = &shaped;
            shared.cache.lock().insert(&flight.cursor.place_before(*back), text);
            flight.show(text, *back);
            flight.end(End::Done(usage));
            if let Some(why) = shaped.dropped() {
                shared.stats.dropped(why);
            }
            let shown =
                Hit { text: text.clone(), replace_back_bytes: *back, replace_forward_bytes: 0 };
            speculate::after(shared, runner, &flight.cursor, &shown);
        }
        // A newer question of the same document came first, or the server had no time for this one
        // while it was of use: there is nothing to show, and nothing is wrong.
        Err(Failure { code: FailureCode::Superseded | FailureCode::Expired, .. }) => {
            flight.end(End::LetGo);
        }
        Err(failure) => {
            shared.model.forget();
            flight.end(End::Failed(failure));
        }
    }
}

async fn request(
    shared: &Arc<Shared>,
    runner: &Runner,
    flight: &Flight,
    trigger: Trigger,
    called: Instant,
) -> Result<(Shaped, Usage), Failure> {
    let asked_server = Instant::now();
    let facts = shared.facts().await?;
    related::look_first(shared, runner, &flight.cursor).await;
    let called = called + asked_server.elapsed();
    let request = Request::new(shared, &flight.cursor, facts, Errand::Asked(trigger));
    let prompt = request.first_prompt();
    shared.stats.prepared_in(called.elapsed());
    let answering = request.answer(prompt, |shaped| {
        flight.show(&shaped.text, shaped.replace_back_bytes);
    });
    related::refresh_soon(shared, runner, &flight.cursor);
    answering.await
}
