//! The two ends of an answer: whoever asked pulls events, the use case gives them.
//!
//! Events wait in a queue that cannot grow: text is joined, and a completion or an edit replaces
//! the one before it, since each holds the whole answer so far.

use std::collections::VecDeque;
use std::sync::Arc;

use parking_lot::Mutex;
use saga_domain::ReplyEvent;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

/// An answer on its way. Dropping it cancels it.
pub struct Reply {
    mailbox: Arc<Mailbox>,
    cancelled: CancellationToken,
}

impl Reply {
    /// The next event; `None` after the last one, and at once after [`Self::cancel`].
    pub async fn next(&self) -> Option<ReplyEvent> {
        tokio::select! {
            biased;
            () = self.cancelled.cancelled() => None,
            event = self.mailbox.take() => event,
        }
    }

    /// Lets go of the answer. Events that wait are not delivered.
    pub fn cancel(&self) {
        self.cancelled.cancel();
    }
}

impl Drop for Reply {
    fn drop(&mut self) {
        self.cancelled.cancel();
    }
}

/// The end that gives. When it is dropped, the reply ends.
pub(crate) struct Giver {
    mailbox: Arc<Mailbox>,
    cancelled: CancellationToken,
}

impl Giver {
    /// A pair of ends. `closing` ends the reply together with the engine.
    pub(crate) fn pair(closing: &CancellationToken) -> (Self, Reply) {
        let mailbox = Arc::new(Mailbox::default());
        let cancelled = closing.child_token();
        let giver = Self { mailbox: Arc::clone(&mailbox), cancelled: cancelled.clone() };
        (giver, Reply { mailbox, cancelled })
    }

    /// Gives one event.
    pub(crate) fn give(&self, event: ReplyEvent) {
        self.mailbox.put(event);
    }

    /// Completes when whoever asked has let go.
    pub(crate) fn cancelled(&self) -> CancellationToken {
        self.cancelled.clone()
    }
}

impl Drop for Giver {
    fn drop(&mut self) {
        self.mailbox.end();
    }
}

#[derive(Default)]
struct Mailbox {
    queue: Mutex<Queue>,
    arrived: Notify,
}

#[derive(Default)]
struct Queue {
    events: VecDeque<ReplyEvent>,
    ended: bool,
}

impl Mailbox {
    fn put(&self, event: ReplyEvent) {
        self.queue.lock().put(event);
        self.arrived.notify_one();
    }

    fn end(&self) {
        self.queue.lock().ended = true;
        self.arrived.notify_one();
    }

    async fn take(&self) -> Option<ReplyEvent> {
        loop {
            {
                let mut queue = self.queue.lock();
                if let Some(event) = queue.events.pop_front() {
                    return Some(event);
                }
                if queue.ended {
                    // Whoever else waits for the same reply must learn of its end too.
                    self.arrived.notify_one();
                    return None;
                }
            }
            self.arrived.notified().await;
        }
    }
}

impl Queue {
    fn put(&mut self, event: ReplyEvent) {
        match (self.events.back_mut(), event) {
            (Some(ReplyEvent::Text(waiting)), ReplyEvent::Text(more)) => waiting.push_str(&more),
            (
                Some(waiting @ ReplyEvent::Completion { .. }),
                event @ ReplyEvent::Completion { .. },
            )
            | (Some(waiting @ ReplyEvent::Edit { .. }), event @ ReplyEvent::Edit { .. })
            | (Some(waiting @ ReplyEvent::Queued { .. }), event @ ReplyEvent::Queued { .. }) => {
                *waiting = event;
            }
            (_, event) => self.events.push_back(event),
        }
    }
}

#[cfg(test)]
mod tests {
    use saga_domain::{Span, Usage};

    use super::*;

    fn completion(text: &str) -> ReplyEvent {
        ReplyEvent::Completion { span: Span::default(), text: text.to_owned(), last: false }
    }

    async fn drain(reply: &Reply) -> Vec<ReplyEvent> {
        let mut events = Vec::new();
        while let Some(event) = reply.next().await {
            events.push(event);
        }
        events
    }

    #[tokio::test]
    async fn waiting_events_that_replace_one_another_are_merged() {
        let (giver, reply) = Giver::pair(&CancellationToken::new());
        giver.give(completion("a"));
        giver.give(completion("ab"));
        giver.give(ReplyEvent::Text("가".to_owned()));
        giver.give(ReplyEvent::Text("나".to_owned()));
        giver.give(ReplyEvent::Done(Usage::default()));
        drop(giver);
        assert_eq!(
            drain(&reply).await,
            [
                completion("ab"),
                ReplyEvent::Text("가나".to_owned()),
                ReplyEvent::Done(Usage::default())
            ]
        );
    }

    #[tokio::test]
    async fn nothing_is_delivered_after_cancelling() {
        let (giver, reply) = Giver::pair(&CancellationToken::new());
        giver.give(completion("a"));
        reply.cancel();
        giver.give(completion("b"));
        assert_eq!(reply.next().await, None);
    }

    #[tokio::test]
    async fn dropping_the_reply_tells_the_giver() {
        let (giver, reply) = Giver::pair(&CancellationToken::new());
        drop(reply);
        giver.cancelled().cancelled().await;
    }

    #[tokio::test]
    async fn closing_the_engine_ends_the_reply() {
        let closing = CancellationToken::new();
        let (_giver, reply) = Giver::pair(&closing);
        closing.cancel();
        assert_eq!(reply.next().await, None);
    }

    #[tokio::test]
    async fn everybody_who_waits_learns_of_the_end() {
        let (giver, reply) = Giver::pair(&CancellationToken::new());
        let ends = async { tokio::join!(reply.next(), reply.next()) };
        let (ended, ()) = tokio::join!(ends, async { drop(giver) });
        assert_eq!(ended, (None, None));
    }
}
