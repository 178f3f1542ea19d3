//! The text that belongs at a cursor.
//!
//! 1. The cache is looked up in the call itself, before any timer and any prompt.
//! 2. A request in flight whose answer fits what was typed is followed; any other is let go.
//! 3. An automatic question waits a moment. A newer one makes it end with nothing.
//! 4. The prompt is written, sent, and its answer shaped as it comes. When the answer does not
//!    begin with what the prompt took back, the plain prompt is tried once.
//! 5. The answer goes to the cache, and to whoever follows the request.

use std::sync::Arc;
use std::time::Instant;

use saga_client::{Finish, Piece, Purpose};
use saga_context::{ContextLimits, CursorPlace, context_at, cursor_place};
use saga_domain::{ByteOffset, Context, Failure, ModelFacts, ReplyEvent, Span, Trigger, Usage};
use saga_prompt::{
    Anchor, Budget, CompletionAsk, CompletionPrompt, ShapeAsk, Shaped, Shaper, StopReason,
    completion, completion_plain, estimate_tokens,
};

use crate::ask::{Terms, ask};
use crate::documents;
use crate::flight::{End, Flight, Followed};
use crate::pause::pause;
use crate::place::{Cursor, with_line_ends};
use crate::question::CompleteAsk;
use crate::reply::{Giver, Reply};
use crate::runner::{Runner, fault};
use crate::shared::Shared;
use crate::stats::Watch;

/// Bytes around the cursor that an answer is compared with.
const COMPARED_BYTES: usize = 4096;

pub(crate) fn complete(
    shared: &Arc<Shared>,
    runner: &Runner,
    ask: CompleteAsk,
) -> Result<Reply, Failure> {
    let called = Instant::now();
    let CompleteAsk { uri, at, trigger, .. } = ask;
    let document = documents::snapshot(shared, &uri)?;
    document.check(at).map_err(documents::failure)?;
    let cursor = Cursor::new(document, at);
    let (giver, reply) = shared.reply();
    let ticket = shared.turn.take();
    let hit = shared.cache.lock().lookup(&cursor.place());
    shared.turn.note_lookup(hit.is_some());
    if let Some(hit) = hit {
        shared.stats.cache_hit();
        let start = at.0.saturating_sub(hit.replace_back_bytes);
        giver.give(ReplyEvent::Completion {
            span: Span { start: ByteOffset(start), end: at },
            text: with_line_ends(&cursor.document, &hit.text),
            last: true,
        });
        giver.give(ReplyEvent::Done(Usage { from_cache: true, ..Usage::default() }));
        return Ok(reply);
    }
    shared.stats.cache_miss();
    let question = Question { cursor, trigger, ticket, called };
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

struct Question {
    cursor: Cursor,
    trigger: Trigger,
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
    if let Some(followed) = shared.flights.join(&question.cursor) {
        shared.stats.in_flight_reused();
        if let Some(shown) = follow(shared, followed, question, giver).await? {
            return Ok(shown);
        }
    }
    let waited = Instant::now();
    if question.trigger == Trigger::Automatic {
        let at_line_start = question.cursor.is_on_blank_line();
        let moment = shared.turn.moment(at_line_start, shared.stats.first_token_ms());
        tokio::time::sleep(pause(&moment)).await;
        if shared.turn.is_over(question.ticket) {
            return Ok(false);
        }
    }
    let waited = waited.elapsed();
    let followed = shared.flights.begin(question.cursor.clone());
    let (shared_inside, flight) = (Arc::clone(shared), Arc::clone(&followed.flight));
    let called = question.called + waited;
    runner.spawn(async move {
        // The guard also ends the request when it panics.
        let _ended = Ended { shared: &shared_inside, flight: &flight };
        fly(&shared_inside, &flight, called).await;
    });
    Ok(follow(shared, followed, question, giver).await?.unwrap_or(false))
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

/// Gives what comes of a request, less what was typed since. `None` when it turns out not to fit,
/// and false when it ends with nothing to show.
async fn follow(
    shared: &Shared,
    mut followed: Followed,
    question: &Question,
    giver: &Giver,
) -> Result<Option<bool>, Failure> {
    let cursor = &question.cursor;
    loop {
        let progress = followed.progress.borrow_and_update().clone();
        match progress.end {
            Some(End::Failed(failure)) => return Err(failure),
            Some(End::LetGo) => return Ok(Some(false)),
            Some(End::Done(_)) | None => {}
        }
        if !progress.fits(&followed.typed) {
            shared.flights.let_go(&followed.flight);
            return Ok(None);
        }
        let rest = progress.text.get(followed.typed.len()..).unwrap_or_default();
        if !rest.is_empty() {
            let start = ByteOffset(cursor.at.0.saturating_sub(progress.back));
            giver.give(ReplyEvent::Completion {
                span: Span { start, end: cursor.at },
                text: with_line_ends(&cursor.document, rest),
                last: progress.end.is_some(),
            });
        }
        if let Some(End::Done(usage)) = progress.end {
            let shown = !rest.is_empty();
            if shown || question.trigger == Trigger::Invoke {
                giver.give(ReplyEvent::Done(usage));
            }
            return Ok(Some(shown));
        }
        if followed.progress.changed().await.is_err() {
            return Ok(Some(false));
        }
    }
}

/// The request itself, until its end or until nobody wants it.
async fn fly(shared: &Shared, flight: &Flight, called: Instant) {
    let outcome = tokio::select! {
        biased;
        () = flight.unwanted(shared) => return flight.end(End::LetGo),
        outcome = request(shared, flight, called) => outcome,
    };
    match outcome {
        Ok((Shaped { text, replace_back_bytes: back, .. }, usage)) => {
            shared.cache.lock().insert(&flight.cursor.place_before(back), &text);
            flight.show(&text, back);
            flight.end(End::Done(usage));
        }
        Err(failure) => {
            shared.model.forget();
            flight.end(End::Failed(failure));
        }
    }
}

async fn request(
    shared: &Shared,
    flight: &Flight,
    called: Instant,
) -> Result<(Shaped, Usage), Failure> {
    let asked_server = Instant::now();
    let facts = shared.facts().await?;
    let called = called + asked_server.elapsed();
    let cursor = &flight.cursor;
    let mut context = context_at(&cursor.document, cursor.at, &ContextLimits::USUAL);
    context.snippets = documents::related_to(shared, &cursor.document, cursor.at);
    let place = cursor_place(&cursor.document, cursor.at);
    let job = Job { shared, flight, facts, context, place };
    let prompt = job.write(completion);
    shared.stats.prepared_in(called.elapsed());
    if let Some(answered) = job.send(prompt).await? {
        return Ok(answered);
    }
    shared.stats.second_try();
    let nothing = Shaped { text: String::new(), replace_back_bytes: 0, stop: None, drop: None };
    let answered = job.send(job.write(completion_plain)).await?;
    Ok(answered.unwrap_or((nothing, Usage::default())))
}

struct Job<'a> {
    shared: &'a Shared,
    flight: &'a Flight,
    facts: ModelFacts,
    context: Context,
    place: CursorPlace,
}

impl Job<'_> {
    fn write(
        &self,
        write: fn(&CompletionAsk<'_>, &mut Anchor) -> CompletionPrompt,
    ) -> CompletionPrompt {
        let ask = CompletionAsk {
            facts: &self.facts,
            context: &self.context,
            one_line: self.place.one_line(),
            budget: Budget::for_completion(&self.facts, None),
        };
        let uri = self.flight.cursor.document.uri();
        let mut anchors = self.shared.anchors.lock();
        write(&ask, anchors.entry(uri.to_owned()).or_default())
    }

    /// Sends a prompt and shapes the answer; `None` when it does not begin with what was taken
    /// back. Returning before the answer's end closes its connection, which frees the model.
    async fn send(&self, prompt: CompletionPrompt) -> Result<Option<(Shaped, Usage)>, Failure> {
        let mut shaper = Shaper::new(ShapeAsk {
            prefix: tail(&self.context.prefix),
            suffix: head(&self.context.suffix),
            taken_back: &prompt.taken_back,
            form: prompt.form,
            one_line: self.place.one_line(),
            language: &self.context.language,
            in_prose: self.place.in_prose || self.place.in_comment,
            syntax: None,
        });
        let terms =
            Terms { stop: prompt.stop, max_tokens: prompt.max_tokens, purpose: Purpose::default() };
        let mut watch = Watch::start(&self.shared.stats);
        let asked = ask(&self.shared.client, &self.facts.name, prompt.prompt, terms);
        let mut answer = asked.await.inspect_err(|_| watch.failed())?;
        let mut usage = Usage::default();
        let mut received_tokens = 0;
        let shaped = loop {
            let piece = answer.next().await.transpose().inspect_err(|_| watch.failed())?;
            match piece {
                Some(Piece::Text(piece)) => {
                    watch.text();
                    received_tokens += estimate_tokens(&piece);
                    let shaped = shaper.push(&piece);
                    if shaped.stop == Some(StopReason::NotContinued) {
                        watch.complete(received_tokens);
                        return Ok(None);
                    }
                    if shaped.stop.is_some() {
                        break shaped;
                    }
                    self.flight.show(&shaped.text, shaped.replace_back_bytes);
                }
                Some(Piece::Done { finish, prompt_tokens, completion_tokens }) => {
                    usage.prompt_tokens = prompt_tokens;
                    usage.completion_tokens = completion_tokens;
                    received_tokens = received_tokens.max(completion_tokens);
                    let shaped = match finish {
                        Finish::Length => shaper.finish_at_limit(),
                        Finish::Stop => shaper.finish(),
                    };
                    // Ended by a stop text before it could begin: the same as not beginning so.
                    let is_silent = finish == Finish::Stop && shaped.text.is_empty();
                    let says_nothing = is_silent && received_tokens == 0;
                    let is_continued = shaped.stop != Some(StopReason::NotContinued);
                    if !is_continued || (says_nothing && !prompt.taken_back.is_empty()) {
                        watch.complete(received_tokens);
                        return Ok(None);
                    }
                    break shaped;
                }
                None => break shaper.finish(),
            }
        };
        watch.complete(received_tokens);
        usage.first_token_ms = watch.first_token_ms();
        usage.total_ms = watch.total_ms();
        Ok(Some((shaped, usage)))
    }
}

fn tail(text: &str) -> &str {
    let mut start = text.len().saturating_sub(COMPARED_BYTES);
    while !text.is_char_boundary(start) {
        start += 1;
    }
    &text[start..]
}

fn head(text: &str) -> &str {
    let mut end = text.len().min(COMPARED_BYTES);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}
