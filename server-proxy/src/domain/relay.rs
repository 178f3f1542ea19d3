//! One answer on its way from a model server to a client.
//!
//! It keeps the promises that hold for every answer, whoever serves it: exactly one end, also when
//! the server falls silent; stop texts; time limits; the permit given back, and the connection
//! closed, the moment the answer ends or is let go.

use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use futures_util::{Stream, StreamExt};
use saga_domain::{Failure, FailureCode};
use tokio::time::{Instant, Sleep, sleep};

use crate::domain::admission::Permit;
use crate::domain::ports::{Answer, Piece};
use crate::domain::stop::StopTexts;

/// An answer whose first piece has come.
pub struct Begun {
    first: Piece,
    rest: Answer,
}

impl Begun {
    /// Waits for the first piece, so that an early failure can still be answered by another server
    /// or with a proper status.
    ///
    /// # Errors
    /// The failure that came instead of a first piece.
    pub async fn of(mut answer: Answer) -> Result<Self, Failure> {
        let first = answer.next().await.unwrap_or_else(|| Err(silent_end()))?;
        Ok(Self { first, rest: answer })
    }
}

/// An answer that is passed on.
pub struct Relay {
    /// Gone once the answer has ended: dropping it closes the connection.
    upstream: Option<(Answer, Permit)>,
    stop: Option<StopTexts>,
    /// Read already, not passed on yet; the later one first.
    ready: Vec<Result<Piece, Failure>>,
    stall: Pin<Box<Sleep>>,
    between_pieces_time_max: Duration,
    /// Pieces came since the clock was last wound.
    moved: bool,
}

impl Relay {
    /// Goes on with an answer that has begun, and holds its permit as long as it lasts.
    #[must_use]
    pub fn new(
        begun: Begun,
        permit: Permit,
        stop: &[String],
        between_pieces_time_max: Duration,
    ) -> Self {
        let mut relay = Self {
            upstream: Some((begun.rest, permit)),
            stop: StopTexts::new(stop),
            ready: Vec::new(),
            stall: Box::pin(sleep(between_pieces_time_max)),
            between_pieces_time_max,
            moved: false,
        };
        relay.accept(Ok(begun.first));
        relay
    }

    fn accept(&mut self, item: Result<Piece, Failure>) {
        match item {
            Ok(Piece::Text(text)) => self.accept_text(text),
            Ok(Piece::Queued { .. }) => {}
            call @ Ok(Piece::ToolCall(_)) => {
                self.ready.push(call);
                self.give_held_back();
            }
            end @ (Ok(Piece::Done { .. }) | Err(_)) => {
                self.ready.push(end);
                self.give_held_back();
                self.upstream = None;
            }
        }
    }

    fn accept_text(&mut self, text: String) {
        let Some(stop) = &mut self.stop else {
            self.ready.push(Ok(Piece::Text(text)));
            return;
        };
        let watched = stop.push(&text);
        if watched.stopped {
            // Servers count at the end, which is not waited for here.
            self.ready.push(Ok(Piece::Done { finish_reason: "stop".to_owned(), usage: None }));
            self.upstream = None;
        }
        if !watched.text.is_empty() {
            self.ready.push(Ok(Piece::Text(watched.text)));
        }
    }

    fn give_held_back(&mut self) {
        let held = self.stop.as_mut().map(StopTexts::finish).unwrap_or_default();
        if !held.is_empty() {
            self.ready.push(Ok(Piece::Text(held)));
        }
    }
}

impl Stream for Relay {
    type Item = Result<Piece, Failure>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            if let Some(item) = self.ready.pop() {
                return Poll::Ready(Some(item));
            }
            let Some((answer, _permit)) = &mut self.upstream else {
                return Poll::Ready(None);
            };
            match answer.poll_next_unpin(cx) {
                Poll::Ready(item) => {
                    self.moved = true;
                    self.accept(item.unwrap_or_else(|| Err(silent_end())));
                }
                Poll::Pending => {
                    // Winding a timer costs more than a piece, so it is done once a pause only.
                    if std::mem::take(&mut self.moved) {
                        let until = Instant::now() + self.between_pieces_time_max;
                        self.stall.as_mut().reset(until);
                    }
                    ready!(self.stall.as_mut().poll(cx));
                    self.accept(Err(Failure::new(
                        FailureCode::Timeout,
                        "the model server stopped in the middle of its answer",
                    )));
                }
            }
        }
    }
}

fn silent_end() -> Failure {
    Failure::new(
        FailureCode::UpstreamIncomplete,
        "the model server ended its answer before it was complete",
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::admission::{Admission, Estimate};
    use crate::domain::ports::Caller;
    use crate::domain::priority::{Priority, Task};
    use futures_util::stream;
    use saga_protocol::class::RequestClass;
    use saga_protocol::openai::TokenUsage;

    async fn permit(door: &Admission) -> Permit {
        let caller = Caller { tenant: "team".to_owned(), user: "minji".to_owned() };
        let (priority, _places) = Priority::new(caller, Task::Chat, RequestClass::Invoke, None);
        door.enter(&priority, Estimate::default(), None).await.expect("the door is free")
    }

    fn text(text: &str) -> Result<Piece, Failure> {
        Ok(Piece::Text(text.to_owned()))
    }

    fn done() -> Result<Piece, Failure> {
        let usage = TokenUsage { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 };
        Ok(Piece::Done { finish_reason: "stop".to_owned(), usage: Some(usage) })
    }

    fn lost() -> Result<Piece, Failure> {
        Err(Failure::new(FailureCode::UpstreamFailed, "lost"))
    }

    /// What the client sees: pieces joined by `|`, then how it ended.
    async fn check(items: Vec<Result<Piece, Failure>>, stop: &[&str], expected: &str) {
        let door = Admission::new(1, 0);
        let permit = permit(&door).await;
        let stop: Vec<String> = stop.iter().map(|text| (*text).to_owned()).collect();
        let answer = stream::iter(items).boxed();
        let minute = Duration::from_secs(60);
        let seen = match Begun::of(answer).await {
            Err(failure) => {
                drop(permit);
                format!("refused {}", failure.code.name())
            }
            Ok(begun) => {
                let relay = Relay::new(begun, permit, &stop, minute);
                let seen: Vec<String> = relay.map(shown).collect().await;
                seen.join("|")
            }
        };
        assert_eq!(seen, expected);
        assert!(door.is_free(), "the permit came back");
    }

    fn shown(item: Result<Piece, Failure>) -> String {
        match item {
            Ok(Piece::Text(text)) => text,
            Ok(Piece::Queued { place }) => format!("queued {place}"),
            Ok(Piece::ToolCall(call)) => format!("call {}", call.function.arguments),
            Ok(Piece::Done { finish_reason, usage }) => {
                let counted = usage.map_or_else(|| "?".to_owned(), |u| u.total_tokens.to_string());
                format!("done {finish_reason} {counted}")
            }
            Err(failure) => format!("failed {}", failure.code.name()),
        }
    }

    #[tokio::test]
    async fn p4_every_answer_has_exactly_one_end() {
        check(vec![text("a"), text("b"), done()], &[], "a|b|done stop 5").await;
        check(vec![text("a"), done(), text("b"), done()], &[], "a|done stop 5").await;
        check(vec![text("a")], &[], "a|failed upstream_incomplete").await;
        check(vec![text("a"), lost(), done()], &[], "a|failed upstream_failed").await;
        check(vec![done()], &[], "done stop 5").await;
    }

    #[tokio::test]
    async fn nothing_before_the_first_piece_is_a_refusal() {
        check(vec![], &[], "refused upstream_incomplete").await;
        check(vec![lost()], &[], "refused upstream_failed").await;
    }

    #[tokio::test]
    async fn a_stop_text_ends_the_answer_where_the_server_goes_on() {
        check(vec![text("a;"), text(";b"), text("c"), done()], &[";;"], "a|done stop ?").await;
    }

    #[tokio::test]
    async fn what_was_held_back_comes_before_the_end() {
        check(vec![text("a;"), done()], &[";;"], "a|;|done stop 5").await;
        check(vec![text("a;"), lost()], &[";;"], "a|;|failed upstream_failed").await;
    }

    #[tokio::test(start_paused = true)]
    async fn a_server_that_stops_in_the_middle_is_given_up() {
        let permit = permit(&Admission::new(1, 0)).await;
        let answer = stream::iter([text("a")]).chain(stream::pending()).boxed();
        let begun = Begun::of(answer).await.expect("it began");
        let relay = Relay::new(begun, permit, &[], Duration::from_secs(60));
        let seen: Vec<_> = relay.map(shown).collect().await;
        assert_eq!(seen, ["a", "failed timeout"]);
    }
}
