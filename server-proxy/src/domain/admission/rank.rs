//! The ranks in which requests stand: what is asked for and how urgently, as one order.

use saga_protocol::class::{RequestClass, Task};

use crate::domain::limits::PASSED_OVER_MAX;
use crate::domain::priority::Priority;

/// How many ranks there are.
pub(super) const RANKS: usize = Rank::ALL.len();

/// A rank, the most urgent first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Rank {
    /// A completion that a person asked for by hand and looks at the cursor for.
    Invoked,
    /// A completion asked because somebody types: of use for a moment, and short.
    Typed,
    /// A message of a conversation.
    Chat,
    /// A refactoring or a fix: nobody expects it within the second.
    Edit,
    /// What nobody waits for, whatever it is.
    Background,
}

impl Rank {
    pub(super) const ALL: [Self; 5] =
        [Self::Invoked, Self::Typed, Self::Chat, Self::Edit, Self::Background];

    pub(super) fn of(priority: &Priority) -> Self {
        match (priority.class, priority.task) {
            (RequestClass::Background, _) => Self::Background,
            (RequestClass::Invoke, Task::Completion) => Self::Invoked,
            (RequestClass::Automatic, Task::Completion) => Self::Typed,
            (_, Task::Chat) => Self::Chat,
            (_, Task::Edit) => Self::Edit,
        }
    }

    pub(super) fn index(self) -> usize {
        self as usize
    }
}

/// Whose turn it is among the ranks: the most urgent one's, except that one which was passed over
/// too often comes first. So nothing but background work can be starved, and an endless line of
/// completions leaves conversations every fifth place.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Turns {
    passed_over: [u32; RANKS],
}

impl Turns {
    /// Which of the ranks that can go in now does; `None` when there is none.
    pub(super) fn choose(&self, can_go: &[bool; RANKS]) -> Option<Rank> {
        let ranks = || Rank::ALL.into_iter().filter(|rank| can_go[rank.index()]);
        let due = ranks().filter(|rank| self.passed_over[rank.index()] >= PASSED_OVER_MAX);
        // Of two that were passed over equally often the more urgent one.
        due.rev().max_by_key(|rank| self.passed_over[rank.index()]).or_else(|| ranks().next())
    }

    /// One of `gone` goes in. `waits` says which ranks still have somebody waiting.
    pub(super) fn took(&mut self, gone: Rank, waits: &[bool; RANKS]) {
        for rank in Rank::ALL {
            let passed_over = &mut self.passed_over[rank.index()];
            if rank == gone || rank == Rank::Background || !waits[rank.index()] {
                *passed_over = 0;
            } else if rank > gone {
                *passed_over += 1;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The ranks that go in, by their first letters, while all of `waiting` always wait.
    fn check(waiting: &[Rank], expected: &str) {
        let mut waits = [false; RANKS];
        for rank in waiting {
            waits[rank.index()] = true;
        }
        let mut turns = Turns::default();
        let gone = (0..expected.len()).filter_map(|_| {
            let rank = turns.choose(&waits)?;
            turns.took(rank, &waits);
            format!("{rank:?}").chars().next()
        });
        assert_eq!(gone.collect::<String>(), expected);
    }

    #[test]
    fn the_most_urgent_goes_first_and_nothing_but_background_work_is_starved() {
        check(&[Rank::Typed, Rank::Chat], "TTTTCTTTTC");
        check(&[Rank::Invoked, Rank::Background], "IIIIIIIIII");
        check(&[Rank::Typed, Rank::Chat, Rank::Edit], "TTTTCETTTTCETTTTCE");
        check(&Rank::ALL, "IIIITCEIIIITCEIIIITCE");
        check(&[Rank::Background], "BB");
    }

    #[test]
    fn ranks_stand_in_their_order() {
        assert!(Rank::ALL.is_sorted());
        assert_eq!(Rank::ALL.map(Rank::index), [0, 1, 2, 3, 4]);
    }
}
