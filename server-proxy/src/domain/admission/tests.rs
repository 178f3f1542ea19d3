//! What becomes of those who come to a door, as text.

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use saga_protocol::class::{RequestClass, Task};
use tokio::sync::watch;

use super::*;
use crate::domain::limits::{KeepAlive, Limits};
use crate::domain::ports::Caller;

/// A door and those who came to it.
pub(super) struct Hall {
    pub(super) door: Admission,
    pub(super) visitors: BTreeMap<String, Visitor>,
    /// The codes of those who were sent away.
    pub(super) refused: BTreeMap<String, &'static str>,
    limits: Limits,
}

type Entering = Pin<Box<dyn Future<Output = Result<Permit, Failure>>>>;

/// One who waits or is inside.
pub(super) struct Visitor {
    pub(super) visit: Visit,
    entering: Option<Entering>,
    pub(super) permit: Option<Permit>,
    pub(super) bill: Option<Bill>,
    places: watch::Receiver<u32>,
}

/// What one comes for.
#[derive(Clone, Debug)]
pub(super) struct Visit {
    pub(super) user: String,
    pub(super) task: Task,
    pub(super) class: RequestClass,
    pub(super) document: Option<String>,
    pub(super) worth: Option<Duration>,
    pub(super) tokens: u32,
}

impl Hall {
    pub(super) fn new(places: usize, queued: usize) -> Self {
        Self {
            door: Admission::new(places, queued),
            visitors: BTreeMap::new(),
            refused: BTreeMap::new(),
            limits: Limits::new(8192, KeepAlive::Forever, places, Duration::ZERO),
        }
    }

    pub(super) fn comes(&mut self, name: &str, visit: Visit) {
        let caller = Caller { tenant: "team".to_owned(), user: visit.user.clone() };
        let (mut priority, places) =
            Priority::new(caller, visit.task, visit.class, visit.document.clone());
        if let Some(worth) = visit.worth {
            priority = priority.worth(worth);
        }
        let (door, until) = (self.door.clone(), priority.waits_until(&self.limits));
        let estimate = Estimate::new(0, visit.tokens);
        let entering = Box::pin(async move { door.enter(&priority, estimate, until).await });
        let visitor = Visitor { visit, entering: Some(entering), permit: None, bill: None, places };
        self.visitors.insert(name.to_owned(), visitor);
        self.look();
    }

    /// Leaves the queue, or the place inside.
    pub(super) fn goes(&mut self, name: &str) {
        drop(self.visitors.remove(name).expect("somebody"));
        self.look();
    }

    pub(super) fn begins(&mut self, name: &str) {
        let visitor = self.visitors.get_mut(name).expect("somebody");
        visitor.bill = Some(visitor.permit.as_mut().expect("inside").begun());
        self.look();
    }

    pub(super) async fn passes(&mut self, time: Duration) {
        tokio::time::advance(time).await;
        self.look();
    }

    /// Lets everybody see what became of them. Who comes or is refused may change the fate of those
    /// who were looked at before.
    fn look(&mut self) {
        for _ in 0..2 {
            let refused = &mut self.refused;
            self.visitors.retain(|name, visitor| {
                let refusal = visitor.look();
                refused.extend(refusal.map(|code| (name.clone(), code)));
                refusal.is_none()
            });
        }
    }
}

impl Visitor {
    /// Goes in when it may; the code when it is refused.
    fn look(&mut self) -> Option<&'static str> {
        let entering = self.entering.as_mut()?;
        let Poll::Ready(outcome) = entering.as_mut().poll(&mut Context::from_waker(Waker::noop()))
        else {
            return None;
        };
        self.entering = None;
        match outcome {
            Ok(permit) => self.permit = Some(permit),
            Err(failure) => return Some(failure.code.name()),
        }
        None
    }

    pub(super) fn place(&self) -> u32 {
        *self.places.borrow()
    }

    pub(super) fn is_called_back(&self) -> bool {
        self.permit.as_ref().is_some_and(|permit| {
            let called = std::pin::pin!(permit.called_back());
            let is_ready = called.poll(&mut Context::from_waker(Waker::noop())).is_ready();
            // Looked at only: it stays called.
            if is_ready && let Some(notify) = &permit.recall {
                notify.notify_one();
            }
            is_ready
        })
    }
}

/// Runs with a clock of its own.
pub(super) fn with_clock<T>(test: impl Future<Output = T>) -> T {
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    runtime.enable_time().start_paused(true).build().expect("a runtime").block_on(test)
}

/// Names in order, and after the events what became of each one: `in`, its place, or its refusal;
/// `!` after one that is called back.
///
/// `+a:kind` comes, where the kind is a task or the class of a completion, with any of `=user`,
/// `@document`, `~milliseconds` it is worth and `#tokens`; `-a` leaves; `*a` begins to answer; `.ms`
/// lets time pass.
fn check(places: usize, queued: usize, events: &str, expected: &str) {
    with_clock(async {
        let mut hall = Hall::new(places, queued);
        for event in events.split_whitespace() {
            let (kind, rest) = event.split_at(1);
            match kind {
                "+" => {
                    let (name, how) = rest.split_once(':').expect("a kind");
                    hall.comes(name, visit(how));
                }
                "-" => hall.goes(rest),
                "*" => hall.begins(rest),
                _ => hall.passes(Duration::from_millis(rest.parse().expect("a time"))).await,
            }
        }
        let refused = hall.refused.iter().map(|(name, code)| (name.clone(), (*code).to_owned()));
        let mut seen: BTreeMap<String, String> = refused.collect();
        for (name, visitor) in &hall.visitors {
            let place = match &visitor.permit {
                Some(_) => "in".to_owned(),
                None => visitor.place().to_string(),
            };
            let called = if visitor.is_called_back() { "!" } else { "" };
            seen.insert(name.clone(), format!("{place}{called}"));
        }
        let seen: Vec<String> = seen.iter().map(|(name, end)| format!("{name} {end}")).collect();
        assert_eq!(seen.join(", "), expected, "after {events}");
        hall.visitors.clear();
        assert_untouched(&hall.door, places);
    });
}

/// Every permit and place came back.
pub(super) fn assert_untouched(door: &Admission, places: usize) {
    assert!(door.is_free());
    let state = door.state.lock();
    assert_eq!(state.free, places);
    assert!(state.inside.is_empty() && state.unbegun.is_empty());
}

fn visit(how: &str) -> Visit {
    let option = |mark: char| {
        let (_, rest) = how.split_once(mark)?;
        rest.split(['=', '@', '~', '#']).next()
    };
    let kind = how.split(['=', '@', '~', '#']).next().expect("a kind");
    let (task, class) = match RequestClass::from_name(kind) {
        Some(class) => (Task::Completion, class),
        None => (Task::from_name(kind).expect("a kind"), RequestClass::Invoke),
    };
    Visit {
        user: option('=').unwrap_or("minji").to_owned(),
        task,
        class,
        document: option('@').map(str::to_owned),
        worth: option('~').map(|ms| Duration::from_millis(ms.parse().expect("a time"))),
        tokens: option('#').map_or(100, |tokens| tokens.parse().expect("tokens")),
    }
}

#[test]
fn p5_a_full_queue_refuses_at_once() {
    check(1, 1, "+a:invoke +b:invoke +c:invoke", "a in, b 1, c queue_full");
    check(1, 0, "+a:invoke +b:invoke", "a in, b queue_full");
    check(1, 0, "+a:invoke", "a in");
}

#[test]
fn who_leaves_makes_room() {
    check(1, 1, "+a:invoke +b:invoke -b +c:invoke", "a in, c 1");
    check(1, 1, "+a:invoke +b:invoke -a +c:invoke", "b in, c 1");
}

#[test]
fn ranks_stand_in_their_order_and_in_a_rank_who_came_before() {
    check(
        1,
        8,
        "+a:edit +b:background +c:edit +d:chat +e:automatic +f:invoke",
        "a in, b 5, c 4, d 3, e 2, f 1",
    );
    check(1, 8, "+a:automatic +b:automatic +c:automatic -a", "b in, c 1");
    check(1, 8, "+a:automatic +b:background +c:edit -a", "b 1, c in");
}

#[test]
fn chat_has_every_fifth_place_beside_completions_without_end() {
    let events = "+a:invoke +h:chat +b:invoke +c:invoke +d:invoke +e:invoke +f:invoke +g:invoke";
    check(1, 8, events, "a in, b 1, c 2, d 3, e 4, f 6, g 7, h 5");
}

#[test]
fn who_had_least_goes_first() {
    // Whoever was idle goes before all the rest of a greedy one.
    check(1, 8, "+a:chat=greedy +b:chat=greedy +c:chat=greedy +d:chat=jun", "a in, b 2, c 3, d 1");
    check(1, 8, "+x:chat=ha +a:chat=a +b:chat=a +c:chat=b +d:chat=b", "a 1, b 3, c 2, d 4, x in");
    // It is tokens that are shared, not requests.
    check(
        1,
        8,
        "+x:chat=ha +a:chat=a#300 +b:chat=a#300 +c:chat=b#100 +d:chat=b#100 +e:chat=b#100",
        "a 1, b 5, c 2, d 3, e 4, x in",
    );
    // What was had in one rank is not counted in another.
    check(1, 8, "+a:chat=a#9999 +b:automatic=a +c:automatic=b", "a in, b 1, c 2");
}

#[test]
fn nobody_holds_more_than_a_part_of_the_places_while_others_are_there() {
    // Alone one may have them all.
    check(4, 8, "+a:chat +b:chat +c:chat +d:chat", "a in, b in, c in, d in");
    // Somebody was here a moment ago, so room is left.
    check(4, 8, "+x:chat=jun -x +a:chat +b:chat +c:chat", "a in, b in, c 1");
    check(4, 8, "+x:chat=jun -x +a:chat +b:chat +c:chat +d:edit=jun", "a in, b in, c 1, d in");
    check(4, 8, "+x:chat=jun -x +a:chat +b:chat +c:chat .5000 -a", "b in, c in");
    // Where others wait, who holds less goes first, whatever the rank.
    let events = "+a:chat +b:chat +c:chat +d:chat +e:invoke +f:edit=jun -a";
    check(4, 8, events, "b in, c in, d in, e 1, f in");
    // Two places may be one person's: a conversation and the completions beside it.
    check(2, 8, "+x:chat=jun -x +a:chat +b:automatic", "a in, b in");
}

#[test]
fn a_full_queue_sends_away_the_least_urgent_of_who_waits_most() {
    check(
        1,
        2,
        "+a:invoke +b:background +c:background +d:automatic",
        "a in, b 2, c queue_full, d 1",
    );
    check(1, 1, "+a:invoke +b:automatic +c:automatic", "a in, b 1, c queue_full");
    check(1, 1, "+a:invoke +b:automatic +c:invoke", "a in, b queue_full, c 1");
    check(1, 1, "+a:invoke +b:chat=jun +c:invoke", "a in, b queue_full, c 1");
    check(
        1,
        3,
        "+x:chat=ha +a:invoke=greedy +b:invoke=greedy +c:edit=jun +d:edit=sumi",
        "a 1, b queue_full, c 2, d 3, x in",
    );
    // Of what nobody waits for, the same.
    check(
        1,
        3,
        "+x:chat=ha +a:background=jun +b:background=ha +c:background=ha +d:edit=jun",
        "a 2, b 3, c queue_full, d 1, x in",
    );
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
    // Two callers may name a document alike.
    check(1, 8, "+a:invoke +b:automatic@x +c:automatic@x=jun", "a in, b 1, c 2");
}

#[test]
fn what_waited_longer_than_it_is_worth_has_expired() {
    check(1, 8, "+a:invoke +b:automatic +c:automatic~200 .199", "a in, b 1, c 2");
    check(1, 8, "+a:invoke +b:automatic +c:automatic~200 .200", "a in, b 1, c expired");
    check(1, 8, "+a:invoke +b:automatic~9000 +c:automatic .5000", "a in, b 1, c expired");
    check(1, 8, "+a:invoke +b:invoke +c:chat~200 .599999", "a in, b 1, c expired");
    check(1, 8, "+a:invoke +b:background +c:background~9 .9", "a in, b 1, c preempted");
    check(1, 8, "+a:invoke +b:background~99999 .10000", "a in, b preempted");
    // Inside it takes the time it takes.
    check(1, 8, "+a:automatic~1 .100", "a in");
}

#[test]
fn what_would_surely_wait_too_long_is_refused_at_once() {
    let measured = "+x:automatic .1000 -x +a:chat +b:automatic";
    let check = |comes: &str, expected| check(1, 8, &format!("{measured} {comes}"), expected);
    check("+c:automatic~499", "a in, b 1, c expired");
    check("+c:automatic~500", "a in, b 1, c 2");
    // Who is more urgent has nobody ahead.
    check("+c:invoke~1", "a in, b 2, c 1");
    // Nobody knows when background work goes in.
    check("+c:background~1", "a in, b 1, c 2");
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
    // It is not called back for one who would not go in.
    let events = "+a:chat +b:chat +c:background=jun +d:background=jun +e:chat";
    check(4, 8, events, "a in, b in, c in, d in, e 1");
    // It is shared like other work, among those who hold few places first.
    check(
        1,
        8,
        "+x:chat=ha +a:background=a +b:background=a +c:background=b",
        "a 1, b 3, c 2, x in",
    );
}
