//! What holds at a door whatever happens there.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;
use saga_protocol::class::{RequestClass, Task};
use saga_protocol::openai::TokenUsage;

use super::tests::{Hall, Visit, assert_untouched, with_clock};
use crate::domain::limits::PASSED_OVER_MAX;

#[derive(Clone, Debug)]
enum Event {
    Comes(Visit),
    /// One who waits, or is inside, leaves.
    Goes(Index),
    Begins(Index),
    /// All who are called back give their permits back and come again.
    Obey,
    Passes(u64),
    /// One who is inside has ended and is billed.
    Ends(Index, u32),
}

fn visit() -> impl Strategy<Value = Visit> {
    let kind = prop_oneof![
        Just((Task::Completion, RequestClass::Invoke)),
        Just((Task::Completion, RequestClass::Automatic)),
        Just((Task::Chat, RequestClass::Invoke)),
        Just((Task::Edit, RequestClass::Invoke)),
        Just((Task::Completion, RequestClass::Background)),
    ];
    let document = proptest::option::of("[xy]");
    let worth = proptest::option::weighted(0.2, 1_u64..4000);
    (0..4_u8, kind, document, worth, 1_u32..2000).prop_map(
        |(user, (task, class), document, worth, tokens)| Visit {
            user: user.to_string(),
            task,
            class,
            document,
            worth: worth.map(Duration::from_millis),
            tokens,
        },
    )
}

fn event() -> impl Strategy<Value = Event> {
    prop_oneof![
        6 => visit().prop_map(Event::Comes),
        2 => any::<Index>().prop_map(Event::Goes),
        2 => any::<Index>().prop_map(Event::Begins),
        1 => Just(Event::Obey),
        1 => (1_u64..4000).prop_map(Event::Passes),
        3 => (any::<Index>(), 0_u32..4000).prop_map(|(who, tokens)| Event::Ends(who, tokens)),
    ]
}

/// Everybody who is there, by name.
fn names(hall: &Hall, is_wanted: impl Fn(bool) -> bool) -> Vec<String> {
    let wanted = hall.visitors.iter().filter(|(_, visitor)| is_wanted(visitor.permit.is_some()));
    wanted.map(|(name, _)| name.clone()).collect()
}

fn pick(who: &Index, names: &[String]) -> Option<String> {
    (!names.is_empty()).then(|| who.get(names).clone())
}

struct Run {
    hall: Hall,
    places: usize,
    queued: usize,
    came: usize,
    gone: usize,
}

impl Run {
    fn comes(&mut self, visit: Visit) {
        self.came += 1;
        self.hall.comes(&format!("{:04}", self.came), visit);
    }

    fn goes(&mut self, name: &str) {
        self.gone += 1;
        self.hall.goes(name);
    }

    async fn happens(&mut self, event: Event) {
        match event {
            Event::Comes(visit) => self.comes(visit),
            Event::Goes(who) => {
                if let Some(name) = pick(&who, &names(&self.hall, |_| true)) {
                    self.goes(&name);
                }
            }
            Event::Begins(who) => {
                if let Some(name) = pick(&who, &names(&self.hall, |is_inside| is_inside)) {
                    self.hall.begins(&name);
                }
            }
            Event::Obey => {
                for name in names(&self.hall, |is_inside| is_inside) {
                    if self.hall.visitors.get(&name).is_some_and(|v| v.is_called_back()) {
                        let visit = self.hall.visitors[&name].visit.clone();
                        self.goes(&name);
                        self.comes(visit);
                    }
                }
            }
            Event::Passes(ms) => self.hall.passes(Duration::from_millis(ms)).await,
            Event::Ends(who, tokens) => {
                if let Some(name) = pick(&who, &names(&self.hall, |is_inside| is_inside)) {
                    self.ends(&name, tokens);
                }
            }
        }
    }

    /// The next one in line goes in, unless the order depended on who has ended.
    fn ends(&mut self, name: &str, tokens: u32) {
        let usage =
            TokenUsage { prompt_tokens: 0, completion_tokens: tokens, total_tokens: tokens };
        let user = self.hall.visitors[name].visit.user.clone();
        let waits = names(&self.hall, |is_inside| !is_inside);
        let first = waits.iter().find(|name| self.hall.visitors[*name].place() == 1).cloned();
        let is_unconcerned = waits.iter().all(|name| self.hall.visitors[name].visit.user != user);
        let had_room = self.free() > 0;
        self.goes_billed(name, usage);
        if let Some(first) = first.filter(|_| is_unconcerned && !had_room) {
            let is_inside = self.hall.visitors.get(&first).is_some_and(|v| v.permit.is_some());
            assert!(is_inside || self.is_held_back(&first), "{first} was told that it is next");
        }
    }

    fn goes_billed(&mut self, name: &str, usage: TokenUsage) {
        let bill = self.hall.visitors.get_mut(name).and_then(|visitor| visitor.bill.take());
        self.goes(name);
        if let Some(bill) = bill {
            bill.settle(Some(usage), 0);
        }
    }

    fn inside_of(&self, user: &str) -> usize {
        let inside = self.hall.visitors.values().filter(|v| v.permit.is_some());
        inside.filter(|visitor| visitor.visit.user == user).count()
    }

    fn free(&self) -> usize {
        self.places - names(&self.hall, |is_inside| is_inside).len()
    }

    /// Whether its user holds all that one may hold while others are there.
    fn is_held_back(&self, name: &str) -> bool {
        self.inside_of(&self.hall.visitors[name].visit.user) >= (self.places / 2).max(2)
    }

    fn check(&self) {
        let inside = names(&self.hall, |is_inside| is_inside);
        let waits = names(&self.hall, |is_inside| !is_inside);
        assert!(inside.len() <= self.places, "more are inside than there are places");
        assert!(waits.len() <= self.queued, "more wait than may");
        assert_eq!(
            inside.len() + waits.len() + self.hall.refused.len() + self.gone,
            self.came,
            "everybody who came is inside, waits, or has ended once"
        );
        if self.free() > 0 {
            let waits_needlessly = waits.iter().find(|name| !self.is_held_back(name));
            assert_eq!(waits_needlessly, None, "a place is free");
        }
        let mut places: Vec<u32> = waits.iter().map(|n| self.hall.visitors[n].place()).collect();
        places.sort_unstable();
        let all: Vec<u32> = (1..).take(waits.len()).collect();
        assert_eq!(places, all, "everybody who waits has a place of its own");
        // Nobody who has begun, or whom somebody waits for, is called back.
        for name in inside {
            let visitor = &self.hall.visitors[&name];
            let is_background = visitor.visit.class == RequestClass::Background;
            assert!(is_background || !visitor.is_called_back());
        }
    }
}

fn in_order(hall: &Hall) -> Vec<&Visit> {
    let waits = hall.visitors.values().filter(|visitor| visitor.permit.is_none());
    let order: BTreeMap<u32, &Visit> = waits.map(|v| (v.place(), &v.visit)).collect();
    order.into_values().collect()
}

/// A number for the rank, the most urgent first.
fn rank(visit: &Visit) -> u8 {
    match (visit.class, visit.task) {
        (RequestClass::Background, _) => 4,
        (_, Task::Edit) => 3,
        (_, Task::Chat) => 2,
        (RequestClass::Automatic, _) => 1,
        (RequestClass::Invoke, _) => 0,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// Permits and places are neither lost nor made up, whoever has a right to a free place is
    /// inside, places are told as they are, and everybody ends once.
    #[test]
    fn p1_p5_permits_and_places_are_kept(
        places in 1_usize..6,
        queued in 0_usize..9,
        events in vec(event(), 1..80),
    ) {
        with_clock(async {
            let hall = Hall::new(places, queued);
            let mut run = Run { hall, places, queued, came: 0, gone: 0 };
            for event in events {
                run.happens(event).await;
                run.check();
            }
            run.hall.visitors.clear();
            assert_untouched(&run.hall.door, places);
        });
    }

    /// The ranks in their order, nobody but background work passed over for ever, and inside a rank
    /// nobody more than two requests ahead of another in tokens.
    #[test]
    fn the_order_is_by_rank_and_then_fair(visits in vec(visit(), 2..60)) {
        with_clock(async {
            // Nobody of these holds a place, and there is only one.
            let mut hall = Hall::new(1, visits.len());
            let keeper = Visit { user: "keeper".to_owned(), document: None, ..visits[0].clone() };
            hall.comes("keeper", Visit { class: RequestClass::Invoke, ..keeper });
            for (number, visit) in visits.into_iter().enumerate() {
                let visit = Visit { document: None, worth: None, ..visit };
                hall.comes(&format!("{number:04}"), visit);
            }
            let order = in_order(&hall);
            check_ranks(&order);
            for at in 0..5 {
                let of_rank: Vec<&Visit> =
                    order.iter().copied().filter(|visit| rank(visit) == at).collect();
                check_shares(&of_rank);
            }
        });
    }
}

fn check_ranks(order: &[&Visit]) {
    let mut passed_over = HashMap::new();
    for (at, visit) in order.iter().enumerate() {
        let (gone, rest) = (rank(visit), &order[at + 1..]);
        assert!(gone != 4 || rest.iter().all(|visit| rank(visit) == 4), "background work is last");
        let passed = passed_over.insert(gone, 0).unwrap_or_default();
        let passes_a_more_urgent_one = rest.iter().any(|visit| rank(visit) < gone);
        assert!(!passes_a_more_urgent_one || passed >= PASSED_OVER_MAX, "out of its rank's turn");
        for rank in (gone + 1..4).filter(|at| rest.iter().any(|visit| rank(visit) == *at)) {
            let times = passed_over.entry(rank).or_default();
            *times += 1;
            // Two others may be due at the same time.
            assert!(*times <= PASSED_OVER_MAX + 2, "passed over for ever");
        }
    }
}

fn check_shares(order: &[&Visit]) {
    let mut had: HashMap<&str, u32> = HashMap::new();
    let most = order.iter().map(|visit| visit.tokens).max().unwrap_or_default();
    for (at, visit) in order.iter().enumerate() {
        *had.entry(&visit.user).or_default() += visit.tokens;
        // Only those who have waited from the beginning until now are owed anything.
        let waits = |user: &str| order[at + 1..].iter().any(|visit| visit.user == user);
        let mine = had[visit.user.as_str()];
        let others = order.iter().map(|other| other.user.as_str()).filter(|user| waits(user));
        for theirs in others.map(|user| had.get(user).copied().unwrap_or_default()) {
            assert!(mine <= theirs + 2 * most, "{} had {mine}, another {theirs}", visit.user);
        }
    }
}
