//! Who may go to a model server now, who waits, and who is refused.
//!
//! A model server queues without bound and first in first out, so the waiting is done here, in a
//! queue that is bounded and in which the more urgent stand first. A permit lives as long as the
//! answer it was given for. Background work goes in when nobody else waits, and its permit is
//! called back when somebody must wait for it before it has begun to answer.

use std::collections::BTreeMap;
use std::sync::Arc;

use parking_lot::Mutex;
use saga_domain::{Failure, FailureCode};
use saga_protocol::class::RequestClass;
use tokio::sync::{Notify, oneshot};

use crate::domain::priority::Priority;

/// The door of one model server.
#[derive(Clone, Debug)]
pub struct Admission {
    state: Arc<Mutex<State>>,
    queued_requests_max: usize,
}

#[derive(Debug)]
struct State {
    free: usize,
    waiting: BTreeMap<Rank, Waiter>,
    /// Background work that has not begun to answer, by its rank's number.
    unbegun: BTreeMap<u64, Recall>,
    next: u64,
}

/// The more urgent first, then who came before.
type Rank = (RequestClass, u64);

#[derive(Debug)]
struct Waiter {
    priority: Priority,
    tell: oneshot::Sender<Result<Permit, Failure>>,
}

#[derive(Debug)]
struct Recall {
    called: bool,
    notify: Arc<Notify>,
}

/// The right to use the model server; given back when dropped.
#[derive(Debug)]
pub struct Permit {
    door: Admission,
    /// Present for background work.
    recall: Option<(u64, Arc<Notify>)>,
}

impl Admission {
    /// A door for that many at a time, with room for that many before it.
    #[must_use]
    pub fn new(parallel_requests_max: usize, queued_requests_max: usize) -> Self {
        let state = State {
            free: parallel_requests_max,
            waiting: BTreeMap::new(),
            unbegun: BTreeMap::new(),
            next: 0,
        };
        Self { state: Arc::new(Mutex::new(state)), queued_requests_max }
    }

    /// Whether a request would go through without waiting.
    #[must_use]
    pub fn is_free(&self) -> bool {
        let state = self.state.lock();
        state.free > 0 && state.waiting.is_empty()
    }

    /// Goes through, after those who are more urgent or came before. Dropping the future gives up
    /// the place.
    ///
    /// # Errors
    /// `queue_full`, when there is no room to wait or a more urgent request needed it;
    /// `superseded`, when a newer one of the same document came.
    pub async fn enter(&self, priority: &Priority) -> Result<Permit, Failure> {
        let (rank, admitted) = {
            let mut state = self.state.lock();
            state.next += 1;
            let rank = (priority.class, state.next);
            if state.free > 0 && state.waiting.is_empty() {
                return Ok(self.permit(&mut state, rank));
            }
            state.dismiss_superseded_by(priority);
            if state.waiting.len() >= self.queued_requests_max {
                state.make_room_for(rank)?;
            }
            let (tell, admitted) = oneshot::channel();
            state.waiting.insert(rank, Waiter { priority: priority.clone(), tell });
            state.number_places();
            state.call_back();
            (rank, admitted)
        };
        let _place = Place { door: self, rank };
        match admitted.await {
            Ok(outcome) => outcome,
            Err(_gone) => Err(Failure::new(FailureCode::ShuttingDown, "the server is stopping")),
        }
    }

    fn permit(&self, state: &mut State, (class, number): Rank) -> Permit {
        state.free -= 1;
        let recall = (class == RequestClass::Background).then(|| {
            let notify = Arc::new(Notify::new());
            state.unbegun.insert(number, Recall { called: false, notify: Arc::clone(&notify) });
            (number, notify)
        });
        Permit { door: self.clone(), recall }
    }

    /// Lets in whoever can go in now.
    fn admit(&self) {
        loop {
            let (waiter, permit) = {
                let mut state = self.state.lock();
                if state.free == 0 {
                    return;
                }
                let Some((rank, waiter)) = state.waiting.pop_first() else { return };
                state.number_places();
                (waiter, self.permit(&mut state, rank))
            };
            waiter.priority.stand_at(0);
            // Who has left in this very moment gives it back by not taking it.
            let _left = waiter.tell.send(Ok(permit));
        }
    }
}

impl State {
    fn dismiss_superseded_by(&mut self, priority: &Priority) {
        let needless = |(_, waiter): &(&Rank, &Waiter)| priority.supersedes(&waiter.priority);
        let ranks: Vec<Rank> =
            self.waiting.iter().filter(needless).map(|(rank, _)| *rank).collect();
        for waiter in ranks.iter().filter_map(|rank| self.waiting.remove(rank)).collect::<Vec<_>>()
        {
            let message = "a newer request for the same document took its place";
            let _left = waiter.tell.send(Err(Failure::new(FailureCode::Superseded, message)));
        }
    }

    /// The queue is full: the last of those less urgent has to go.
    fn make_room_for(&mut self, (class, _): Rank) -> Result<(), Failure> {
        match self.waiting.last_entry() {
            Some(last) if last.key().0 > class => {
                let waiter = last.remove();
                let _left = waiter.tell.send(Err(queue_full(self.waiting.len() + 1)));
                Ok(())
            }
            _ => Err(queue_full(self.waiting.len())),
        }
    }

    fn number_places(&self) {
        for (ahead, waiter) in self.waiting.values().enumerate() {
            waiter.priority.stand_at(ahead + 1);
        }
    }

    /// Calls back as much background work as there is other work waiting, the youngest first.
    fn call_back(&mut self) {
        let is_urgent = |(class, _): &&Rank| *class != RequestClass::Background;
        let urgent = self.waiting.keys().filter(is_urgent).count();
        let called = self.unbegun.values().filter(|recall| recall.called).count();
        let uncalled = self.unbegun.values_mut().rev().filter(|recall| !recall.called);
        for recall in uncalled.take(urgent.saturating_sub(called)) {
            recall.called = true;
            recall.notify.notify_one();
        }
    }
}

impl Permit {
    /// The answer has begun: from now on it is not called back.
    pub fn begun(&self) {
        if let Some((number, _)) = &self.recall {
            let mut state = self.door.state.lock();
            state.unbegun.remove(number);
            // It may have been called back in this very moment; then another one must go.
            state.call_back();
        }
    }

    /// Returns when the permit must be given back, because somebody more urgent waits for it; for
    /// anything but background work never.
    pub async fn called_back(&self) {
        match &self.recall {
            Some((_, notify)) => notify.notified().await,
            None => std::future::pending().await,
        }
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        {
            let mut state = self.door.state.lock();
            state.free += 1;
            if let Some((number, _)) = &self.recall {
                state.unbegun.remove(number);
            }
        }
        self.door.admit();
    }
}

/// A place in the queue; free again when dropped, however the waiting ended.
struct Place<'a> {
    door: &'a Admission,
    rank: Rank,
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        let mut state = self.door.state.lock();
        if state.waiting.remove(&self.rank).is_some() {
            state.number_places();
        }
    }
}

fn queue_full(waiting: usize) -> Failure {
    Failure {
        code: FailureCode::QueueFull,
        message: format!("{waiting} requests are waiting already; come back in a moment"),
        retry_after_ms: Some(2000),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ports::Caller;
    use crate::domain::priority::Task;
    use RequestClass::{Automatic, Background, Invoke};
    use std::collections::BTreeMap as Map;
    use std::future::Future;
    use std::pin::Pin;
    use std::task::{Context, Poll, Waker};
    use tokio::sync::watch;

    type Entering = Pin<Box<dyn Future<Output = Result<Permit, Failure>>>>;

    struct Visitor {
        entering: Option<Entering>,
        permit: Option<Permit>,
        places: watch::Receiver<u32>,
    }

    /// Names in the order of events, what became of each one out: `in`, its place, or its refusal;
    /// `!` after one that is called back.
    ///
    /// `+a:class` comes, `+a:class@x` for document x, `-a` leaves, `*a` begins to answer.
    fn check(parallel: usize, queued: usize, events: &str, expected: &str) {
        let door = Admission::new(parallel, queued);
        let mut visitors: Map<String, Visitor> = Map::new();
        let mut refused: Map<String, &'static str> = Map::new();
        for event in events.split_whitespace() {
            let (kind, rest) = event.split_at(1);
            match kind {
                "+" => {
                    let (name, how) = rest.split_once(':').expect("a class");
                    let (class, document) = how.split_once('@').unwrap_or((how, ""));
                    let class = RequestClass::from_name(class).expect("a class");
                    let (priority, places) = priority(class, document);
                    let door = door.clone();
                    let entering = Box::pin(async move { door.enter(&priority).await });
                    let visitor = Visitor { entering: Some(entering), permit: None, places };
                    visitors.insert(name.to_owned(), visitor);
                }
                "-" => drop(visitors.remove(rest).expect("somebody")),
                _ => visitors[rest].permit.as_ref().expect("inside").begun(),
            }
            // Who comes may change the fate of those who were looked at before.
            for _ in 0..2 {
                visitors.retain(|name, visitor| {
                    let refusal = poll(visitor);
                    refused.extend(refusal.map(|code| (name.clone(), code)));
                    refusal.is_none()
                });
            }
        }
        let mut seen: Map<&str, String> = Map::new();
        for (name, visitor) in &visitors {
            let called = visitor.permit.as_ref().is_some_and(|p| is_ready(p.called_back()));
            let state = match &visitor.permit {
                Some(_) => "in".to_owned(),
                None => visitor.places.borrow().to_string(),
            };
            seen.insert(name, format!("{name} {state}{}", if called { "!" } else { "" }));
        }
        for (name, code) in &refused {
            seen.insert(name, format!("{name} {code}"));
        }
        let seen: Vec<String> = seen.into_values().collect();
        assert_eq!(seen.join(", "), expected, "after {events}");
        drop(visitors);
        assert!(door.is_free(), "every permit and place came back");
        assert_eq!(door.state.lock().free, parallel);
    }

    fn priority(class: RequestClass, document: &str) -> (Priority, watch::Receiver<u32>) {
        let caller = Caller { tenant: "team".to_owned(), user: "minji".to_owned() };
        let document = (!document.is_empty()).then(|| document.to_owned());
        Priority::new(caller, Task::Completion, class, document)
    }

    /// Lets it go in when it may; the code when it is refused.
    fn poll(visitor: &mut Visitor) -> Option<&'static str> {
        let entering = visitor.entering.as_mut()?;
        let outcome = match entering.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Pending => return None,
            Poll::Ready(outcome) => outcome,
        };
        visitor.entering = None;
        match outcome {
            Ok(permit) => visitor.permit = Some(permit),
            Err(failure) => return Some(failure.code.name()),
        }
        None
    }

    fn is_ready(future: impl Future) -> bool {
        std::pin::pin!(future).poll(&mut Context::from_waker(Waker::noop())).is_ready()
    }

    #[test]
    fn a_full_queue_refuses_at_once_and_says_when_to_come_back() {
        check(1, 1, "+a:invoke +b:invoke +c:invoke", "a in, b 1, c queue_full");
        assert!(queue_full(1).retry_after_ms.is_some());
    }

    #[test]
    fn who_leaves_makes_room() {
        check(1, 1, "+a:invoke +b:invoke -b +c:invoke", "a in, c 1");
        check(1, 1, "+a:invoke +b:invoke -a +c:invoke", "b in, c 1");
    }

    #[test]
    fn the_more_urgent_stands_first_and_else_who_came_before() {
        check(
            1,
            8,
            "+a:automatic +b:background +c:automatic +d:automatic +e:invoke",
            "a in, b 4, c 2, d 3, e 1",
        );
        check(1, 8, "+a:automatic +b:automatic +c:automatic -a", "b in, c 1");
        check(1, 8, "+a:automatic +b:background +c:automatic -a", "b 1, c in");
    }

    #[test]
    fn a_full_queue_sends_away_the_least_urgent() {
        check(
            1,
            2,
            "+a:invoke +b:background +c:background +d:automatic",
            "a in, b 2, c queue_full, d 1",
        );
        check(1, 1, "+a:invoke +b:automatic +c:automatic", "a in, b 1, c queue_full");
        check(1, 0, "+a:invoke +b:invoke", "a in, b queue_full");
    }

    #[test]
    fn a_newer_completion_of_the_document_takes_the_place_of_one_that_waits() {
        check(1, 8, "+a:automatic@x +b:automatic@x +c:automatic@x", "a in, b superseded, c 1");
        check(1, 8, "+a:invoke +b:automatic@x +c:automatic@y", "a in, b 1, c 2");
        check(1, 8, "+a:invoke +b:automatic +c:automatic", "a in, b 1, c 2");
        check(1, 8, "+a:invoke +b:invoke@x +c:automatic@x", "a in, b 1, c 2");
        check(1, 8, "+a:invoke +b:automatic@x +c:background@x", "a in, b 1, c 2");
        check(1, 8, "+a:invoke +b:background@x +c:automatic@x", "a in, b superseded, c 1");
        // It also frees the room that it needs.
        check(1, 1, "+a:invoke +b:automatic@x +c:automatic@x", "a in, b superseded, c 1");
    }

    #[test]
    fn two_callers_may_name_a_document_alike() {
        let other = Caller { tenant: "team".to_owned(), user: "jun".to_owned() };
        let (mine, _) = priority(Automatic, "x");
        let document = Some("x".to_owned());
        let (theirs, _) = Priority::new(other, Task::Completion, Automatic, document);
        assert!(mine.supersedes(&mine) && !mine.supersedes(&theirs));
    }

    #[test]
    fn background_work_gives_way_until_it_has_begun() {
        check(1, 8, "+a:background", "a in");
        check(1, 8, "+a:background +b:automatic", "a in!, b 1");
        check(1, 8, "+a:background +b:background", "a in, b 1");
        check(1, 8, "+a:background *a +b:automatic", "a in, b 1");
        check(1, 8, "+a:background +b:automatic -a", "b in");
        // Only as much as others need, the youngest first.
        check(2, 8, "+a:background +b:background +c:invoke", "a in, b in!, c 1");
        check(2, 8, "+a:background +b:background +c:invoke +d:invoke", "a in!, b in!, c 1, d 2");
        // One that begins in the moment it is called back stays, and another one goes.
        check(2, 8, "+a:background +b:background +c:invoke *b", "a in!, b in!, c 1");
    }

    #[test]
    fn classes_stand_in_their_order() {
        assert!(Invoke < Automatic && Automatic < Background);
    }
}
