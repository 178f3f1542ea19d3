//! What one door knows, and what follows from each event. No waiting here: time comes in, outcomes
//! go out.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Duration;

use saga_domain::Failure;
use tokio::sync::{Notify, oneshot};
use tokio::time::Instant;

use crate::domain::admission::company::Company;
use crate::domain::admission::dismissal::{expired_at_once, queue_full};
use crate::domain::admission::estimate::Estimate;
use crate::domain::admission::line::{Line, Next};
use crate::domain::admission::pace::Pace;
use crate::domain::admission::permit::{Holder, Permit};
use crate::domain::admission::rank::{RANKS, Rank, Turns};
use crate::domain::admission::shares::Shares;
use crate::domain::ports::Caller;
use crate::domain::priority::Priority;

#[derive(Debug)]
pub(super) struct State {
    places: usize,
    pub(super) free: usize,
    queued_requests_max: usize,
    pub(super) waiting: BTreeMap<u64, Waiter>,
    /// Places that each caller holds; none is missing and none is zero.
    pub(super) inside: HashMap<Caller, usize>,
    /// Background work that has not begun to answer, by its number.
    pub(super) unbegun: BTreeMap<u64, Recall>,
    shares: [Shares; RANKS],
    turns: Turns,
    company: Company,
    pub(super) pace: Pace,
    last_number: u64,
}

#[derive(Debug)]
pub(super) struct Waiter {
    pub(super) priority: Priority,
    pub(super) rank: Rank,
    estimate: Estimate,
    pub(super) tell: oneshot::Sender<Result<Permit, Failure>>,
}

/// What a permit is made of.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) holder: Arc<Holder>,
    pub(super) recall: Option<Arc<Notify>>,
    pub(super) estimate: Estimate,
}

#[derive(Debug)]
pub(super) struct Recall {
    called: bool,
    notify: Arc<Notify>,
}

/// What became of one who waited; to be told outside of the lock, since one who has left gives its
/// place back in the same moment.
pub(super) struct Outcome {
    pub(super) waiter: Waiter,
    pub(super) result: Result<Entry, Failure>,
}

/// One who came.
pub(super) enum Came {
    Inside(Entry),
    Waits { number: u64, told: oneshot::Receiver<Result<Permit, Failure>> },
}

impl State {
    pub(super) fn new(places: usize, queued_requests_max: usize) -> Self {
        Self {
            places,
            free: places,
            queued_requests_max,
            waiting: BTreeMap::new(),
            inside: HashMap::new(),
            unbegun: BTreeMap::new(),
            shares: Default::default(),
            turns: Turns::default(),
            company: Company::default(),
            pace: Pace::default(),
            last_number: 0,
        }
    }

    /// Two, so that a conversation does not keep its owner's completions out, and never more than
    /// half of many.
    fn places_per_user_max(&self) -> usize {
        (self.places / 2).max(2)
    }

    /// A request comes.
    pub(super) fn came(
        &mut self,
        priority: &Priority,
        estimate: Estimate,
        until: Option<Instant>,
        now: Instant,
    ) -> (Came, Vec<Outcome>) {
        self.last_number += 1;
        let (number, rank) = (self.last_number, Rank::of(priority));
        self.company.came(&priority.caller, now);
        if self.waiting.is_empty() && self.free > 0 && !self.is_held_back(&priority.caller, now) {
            return (
                Came::Inside(self.let_in(number, &priority.caller, rank, estimate)),
                Vec::new(),
            );
        }
        let mut outcomes = self.dismiss_superseded_by(priority);
        let (tell, told) = oneshot::channel();
        let waiter = Waiter { priority: priority.clone(), rank, estimate, tell };
        self.waiting.insert(number, waiter);
        let order = self.move_up(now, &mut outcomes);
        let ahead = || order.iter().take_while(|next| next.number != number).map(|next| next.rank);
        let left = until.map(|until| until.saturating_duration_since(now));
        let is_hopeless = |left| self.pace.is_hopeless(ahead(), self.places, left);
        if rank != Rank::Background && left.is_some_and(is_hopeless) {
            self.dismiss(number, expired_at_once(), now, &mut outcomes);
        } else if self.waiting.len() > self.queued_requests_max
            && let Some(last) = self.most_dispensable()
        {
            self.dismiss(last, queue_full(self.queued_requests_max), now, &mut outcomes);
        }
        (Came::Waits { number, told }, outcomes)
    }

    /// One who waited is gone.
    pub(super) fn left(&mut self, number: u64, now: Instant) -> Vec<Outcome> {
        let mut outcomes = Vec::new();
        if self.waiting.remove(&number).is_some() {
            self.move_up(now, &mut outcomes);
        }
        outcomes
    }

    /// A place is free again.
    pub(super) fn given_back(
        &mut self,
        holder: &Holder,
        unbegun: Option<Estimate>,
        held: Duration,
        now: Instant,
    ) -> Vec<Outcome> {
        if holder.rank != Rank::Background {
            self.pace.note(holder.rank, held);
        }
        self.free += 1;
        if let Some(inside) = self.inside.get_mut(&holder.caller) {
            *inside -= 1;
            if *inside == 0 {
                self.inside.remove(&holder.caller);
            }
        }
        let recall = self.unbegun.remove(&holder.number);
        if let Some(estimate) = unbegun {
            // What was called back is done once more, and paid for then.
            let is_called = recall.is_some_and(|recall| recall.called);
            let used = if is_called { 0 } else { estimate.unanswered() };
            self.settle(holder, estimate, used);
        }
        let mut outcomes = Vec::new();
        self.move_up(now, &mut outcomes);
        outcomes
    }

    /// Background work has begun to answer. It may have been called back in this very moment; then
    /// another one must go.
    pub(super) fn begun(&mut self, number: u64, now: Instant) {
        self.unbegun.remove(&number);
        let urgent = self.order(now).iter().filter(|next| next.is_urgent()).count();
        self.call_back(urgent);
    }

    pub(super) fn settle(&mut self, holder: &Holder, estimate: Estimate, used: u64) {
        self.shares[holder.rank.index()].correct(&holder.caller, estimate.total(), used);
    }

    /// Lets in whoever can go in, tells the others their places and calls back background work for
    /// them; those who go on waiting, in their order.
    fn move_up(&mut self, now: Instant, outcomes: &mut Vec<Outcome>) -> Vec<Next> {
        if self.waiting.is_empty() {
            self.turns = Turns::default();
            return Vec::new();
        }
        let mut line = self.line(now);
        let mut admitted = Vec::new();
        let mut order = Vec::with_capacity(self.waiting.len());
        let mut turns = self.turns;
        loop {
            let is_free = order.is_empty() && admitted.len() < self.free;
            match line.next(is_free) {
                Some(next) if is_free && !next.is_held_back => {
                    admitted.push(next);
                    turns = line.turns;
                }
                Some(next) => order.push(next),
                None => break,
            }
        }
        self.turns = turns;
        for Next { number, .. } in admitted {
            if let Some(waiter) = self.waiting.remove(&number) {
                let entry =
                    self.let_in(number, &waiter.priority.caller, waiter.rank, waiter.estimate);
                outcomes.push(Outcome { waiter, result: Ok(entry) });
            }
        }
        self.tell_places(&order);
        self.call_back(order.iter().filter(|next| next.is_urgent()).count());
        order
    }

    /// Whether this caller leaves a place to others even though it is free.
    fn is_held_back(&self, caller: &Caller, now: Instant) -> bool {
        self.inside(caller) >= self.places_per_user_max() && self.company.has(caller, now)
    }

    fn inside(&self, caller: &Caller) -> usize {
        self.inside.get(caller).copied().unwrap_or_default()
    }

    fn order(&self, now: Instant) -> Vec<Next> {
        let mut line = self.line(now);
        std::iter::from_fn(|| line.next(false)).collect()
    }

    fn line(&self, now: Instant) -> Line<'_> {
        let mut line = Line::new(&self.shares, self.turns, self.places_per_user_max());
        for (number, Waiter { priority, rank, estimate, .. }) in &self.waiting {
            let caller = &priority.caller;
            let standing = (self.inside(caller), self.company.has(caller, now));
            line.add(caller, (*number, *rank, estimate.total()), &self.shares, standing);
        }
        line
    }

    fn let_in(&mut self, number: u64, caller: &Caller, rank: Rank, estimate: Estimate) -> Entry {
        self.free -= 1;
        *self.inside.entry(caller.clone()).or_default() += 1;
        self.shares[rank.index()].charge(caller, estimate.total());
        let recall = (rank == Rank::Background).then(|| {
            let notify = Arc::new(Notify::new());
            self.unbegun.insert(number, Recall { called: false, notify: Arc::clone(&notify) });
            notify
        });
        let holder = Arc::new(Holder { number, caller: caller.clone(), rank });
        Entry { holder, recall, estimate }
    }

    fn tell_places(&self, order: &[Next]) {
        for (ahead, next) in order.iter().enumerate() {
            if let Some(waiter) = self.waiting.get(&next.number) {
                waiter.priority.stand_at(ahead + 1);
            }
        }
    }

    /// Calls back as much background work as other requests wait that could go in, the youngest
    /// first.
    fn call_back(&mut self, urgent: usize) {
        let called = self.unbegun.values().filter(|recall| recall.called).count();
        let uncalled = self.unbegun.values_mut().rev().filter(|recall| !recall.called);
        for recall in uncalled.take(urgent.saturating_sub(called)) {
            recall.called = true;
            recall.notify.notify_one();
        }
    }

    fn dismiss(
        &mut self,
        number: u64,
        failure: Failure,
        now: Instant,
        outcomes: &mut Vec<Outcome>,
    ) {
        if let Some(waiter) = self.waiting.remove(&number) {
            outcomes.push(Outcome { waiter, result: Err(failure) });
            self.move_up(now, outcomes);
        }
    }
}

impl Next {
    fn is_urgent(&self) -> bool {
        self.rank != Rank::Background && !self.is_held_back
    }
}
