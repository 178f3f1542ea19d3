//! What each caller of a rank has had of a model server, in tokens, and so who is next.
//!
//! Start-time fair queueing (Goyal, Vin, Cheng 1996), which as a count of tokens is the fair
//! scheduler of Sheng et al. (OSDI 2024): who has had least goes first; who comes back from a pause
//! begins where the one served last began, so a pause is neither saved up nor held against anyone.
//! What an answer takes is known at its end only: it is charged by an estimate when it goes in, and
//! the account is put right by its bill.

use std::collections::HashMap;

use crate::domain::limits::SHARES_MAX;
use crate::domain::ports::Caller;

/// The accounts of one rank.
#[derive(Debug, Default)]
pub(super) struct Shares {
    /// Where the one who went in last began. Nobody begins below it.
    floor: u64,
    /// Where each caller's next request begins. Those at the floor may be missing.
    spent: HashMap<Caller, u64>,
}

impl Shares {
    pub(super) fn floor(&self) -> u64 {
        self.floor
    }

    /// What this caller has had.
    pub(super) fn spent(&self, caller: &Caller) -> u64 {
        self.spent.get(caller).copied().unwrap_or_default().max(self.floor)
    }

    /// A request of this caller goes in, and will take about so many tokens.
    pub(super) fn charge(&mut self, caller: &Caller, tokens: u64) {
        let start = self.spent(caller);
        self.floor = start;
        self.spent.insert(caller.clone(), after(start, tokens));
        self.forget();
    }

    /// A request that was charged with `estimated` tokens has taken `used`.
    pub(super) fn correct(&mut self, caller: &Caller, estimated: u64, used: u64) {
        if let Some(spent) = self.spent.get_mut(caller) {
            *spent = spent.saturating_sub(estimated.max(1)).saturating_add(used.max(1));
        }
    }

    /// Forgets those who stand at the floor, and when too many are above it, raises it to the
    /// middle one: half of them then begin anew together.
    fn forget(&mut self) {
        if self.spent.len() <= SHARES_MAX {
            return;
        }
        self.spent.retain(|_, spent| *spent > self.floor);
        if self.spent.len() > SHARES_MAX {
            let mut all: Vec<u64> = self.spent.values().copied().collect();
            let middle = all.len() / 2;
            self.floor = *all.select_nth_unstable(middle).1;
            self.spent.retain(|_, spent| *spent > self.floor);
        }
    }
}

/// Where the request after one that began at `start` begins. Even the smallest one moves it on.
pub(super) fn after(start: u64, tokens: u64) -> u64 {
    start.saturating_add(tokens.max(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn caller(number: usize) -> Caller {
        Caller { tenant: "team".to_owned(), user: number.to_string() }
    }

    #[test]
    fn a_pause_is_neither_saved_up_nor_held_against_anyone() {
        let mut shares = Shares::default();
        for _ in 0..50 {
            shares.charge(&caller(1), 100);
        }
        assert_eq!((shares.spent(&caller(1)), shares.spent(&caller(2))), (5000, 4900));
        // The newcomer is first once, then they take turns.
        shares.charge(&caller(2), 100);
        assert_eq!((shares.spent(&caller(1)), shares.spent(&caller(2))), (5000, 5000));
    }

    #[test]
    fn an_account_is_put_right_by_what_was_used() {
        let mut shares = Shares::default();
        shares.charge(&caller(1), 1000);
        shares.correct(&caller(1), 1000, 20);
        assert_eq!(shares.spent(&caller(1)), 20);
        shares.charge(&caller(1), 10);
        shares.correct(&caller(1), 10, 500);
        assert_eq!(shares.spent(&caller(1)), 520);
        shares.correct(&caller(2), 10, 500);
        assert_eq!(shares.spent(&caller(2)), shares.floor());
    }

    #[test]
    fn p5_no_more_accounts_are_kept_than_the_limit() {
        let mut shares = Shares::default();
        for number in 0..SHARES_MAX * 4 {
            shares.charge(&caller(number), 1 + number as u64 % 7);
            assert!(shares.spent.len() <= SHARES_MAX);
        }
        // Whoever was forgotten begins with the others.
        assert_eq!(shares.spent(&caller(0)), shares.floor());
    }
}
