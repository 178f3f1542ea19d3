//! The order in which those who wait go in.
//!
//! A snapshot that is played to its end: the same steps that let one in also tell everyone's place,
//! so a place that was told is the real one for as long as nobody comes, leaves or ends.

use std::collections::{HashMap, VecDeque};

use crate::domain::admission::rank::{RANKS, Rank, Turns};
use crate::domain::admission::shares::{Shares, after};
use crate::domain::ports::Caller;

/// Who waits, and what decides between them.
pub(super) struct Line<'a> {
    users: Vec<User>,
    by_caller: HashMap<&'a Caller, usize>,
    floors: [u64; RANKS],
    pub(super) turns: Turns,
    places_per_user_max: usize,
}

struct User {
    /// Places that are held.
    inside: usize,
    /// Whether somebody else was here lately, for whom room is left.
    has_company: bool,
    spent: [u64; RANKS],
    /// Their numbers and tokens, who came first in front.
    waiting: [VecDeque<(u64, u64)>; RANKS],
}

/// One who goes in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Next {
    pub(super) number: u64,
    pub(super) rank: Rank,
    /// It does not go in now, even though there is a place.
    pub(super) is_held_back: bool,
}

/// Who goes before whom, whatever the rank: those who are held back come last, before them
/// background work, and among others those who hold more than their part of the places.
type Group = (bool, bool, bool);

impl<'a> Line<'a> {
    pub(super) fn new(shares: &[Shares; RANKS], turns: Turns, places_per_user_max: usize) -> Self {
        Self {
            users: Vec::new(),
            by_caller: HashMap::new(),
            floors: std::array::from_fn(|rank| shares[rank].floor()),
            turns,
            places_per_user_max,
        }
    }

    /// Adds one who came after all that were added before.
    pub(super) fn add(
        &mut self,
        caller: &'a Caller,
        (number, rank, tokens): (u64, Rank, u64),
        shares: &[Shares; RANKS],
        (inside, has_company): (usize, bool),
    ) {
        let at = *self.by_caller.entry(caller).or_insert_with(|| {
            self.users.push(User {
                inside,
                has_company,
                spent: std::array::from_fn(|rank| shares[rank].spent(caller)),
                waiting: Default::default(),
            });
            self.users.len() - 1
        });
        self.users[at].waiting[rank.index()].push_back((number, tokens));
    }

    /// The next one to go in: now when `is_free`, else when somebody ends, so that as many are inside
    /// as before.
    pub(super) fn next(&mut self, is_free: bool) -> Option<Next> {
        let heads = self.heads();
        let first = heads.iter().map(|head| head.group).min()?;
        let may_go = || heads.iter().filter(|head| head.group == first);
        let mut can_go = [false; RANKS];
        may_go().for_each(|head| can_go[head.rank.index()] = true);
        let rank = self.turns.choose(&can_go)?;
        let of_rank = may_go().filter(|head| head.rank == rank);
        let Head { start, number, at, .. } = *of_rank.min_by_key(|h| (h.start, h.number))?;

        let user = &mut self.users[at];
        let (_, tokens) = user.waiting[rank.index()].pop_front()?;
        user.inside += usize::from(is_free);
        user.spent[rank.index()] = after(start, tokens);
        self.floors[rank.index()] = start;
        let mut waits = [false; RANKS];
        heads.iter().for_each(|head| waits[head.rank.index()] = true);
        waits[rank.index()] = self.users.iter().any(|u| !u.waiting[rank.index()].is_empty());
        self.turns.took(rank, &waits);
        let (is_held_back, ..) = first;
        Some(Next { number, rank, is_held_back })
    }

    /// The first of each caller and rank.
    fn heads(&self) -> Vec<Head> {
        let mut heads = Vec::with_capacity(self.users.len());
        for (at, user) in self.users.iter().enumerate() {
            let has_enough = user.inside >= self.places_per_user_max;
            for rank in Rank::ALL {
                if let Some((number, _)) = user.waiting[rank.index()].front() {
                    let is_held_back = has_enough && user.has_company;
                    let group = (is_held_back, rank == Rank::Background, has_enough);
                    let start = user.spent[rank.index()].max(self.floors[rank.index()]);
                    heads.push(Head { group, rank, start, number: *number, at });
                }
            }
        }
        heads
    }
}

/// The first of a caller's in a rank.
struct Head {
    group: Group,
    rank: Rank,
    start: u64,
    number: u64,
    at: usize,
}
