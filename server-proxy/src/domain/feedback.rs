//! What became of suggestions, added up: numbers alone, for each tenant and model.

use std::collections::BTreeMap;

use async_trait::async_trait;
use saga_protocol::feedback::{FeedbackCounts, FeedbackKind, Verdict};

use crate::domain::ports::MemoryError;

/// What is counted of one kind.
const NUMBERS: usize = 8;

/// Numbers of one model by kind, added up over languages and reports.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals([u64; Totals::NAMES.len()]);

impl Totals {
    /// The names of the numbers, in their order. Those of completions are older than kinds.
    pub const NAMES: [&str; FeedbackKind::ALL.len() * NUMBERS] = [
        "shown",
        "accepted",
        "partially_accepted",
        "dismissed",
        "survived",
        "changed",
        "characters_shown",
        "characters_accepted",
        "edit_shown",
        "edit_accepted",
        "edit_partially_accepted",
        "edit_dismissed",
        "edit_survived",
        "edit_changed",
        "edit_characters_shown",
        "edit_characters_accepted",
        "chat_shown",
        "chat_accepted",
        "chat_partially_accepted",
        "chat_dismissed",
        "chat_survived",
        "chat_changed",
        "chat_characters_shown",
        "chat_characters_accepted",
    ];

    /// Numbers in the order of [`Self::NAMES`].
    #[must_use]
    pub fn new(numbers: [u64; Self::NAMES.len()]) -> Self {
        Self(numbers)
    }

    /// Numbers of one kind, in the order in which a report has them.
    #[must_use]
    pub fn of(kind: FeedbackKind, numbers: [u64; NUMBERS]) -> Self {
        let mut totals = Self::default();
        let own = totals.0.iter_mut().skip(kind as usize * NUMBERS);
        for (number, given) in own.zip(numbers) {
            *number = given;
        }
        totals
    }

    /// Each number with its name.
    pub fn named(&self) -> impl Iterator<Item = (&'static str, u64)> {
        Self::NAMES.into_iter().zip(self.0)
    }

    /// Adds more.
    pub fn add(&mut self, more: &Self) {
        for (number, more) in self.0.iter_mut().zip(more.0) {
            *number = number.saturating_add(more);
        }
    }

    /// How many of one kind were shown.
    #[must_use]
    pub fn shown(&self, kind: FeedbackKind) -> u64 {
        self.0[kind as usize * NUMBERS]
    }

    /// The share of these that were accepted whole, from 0 to 1.
    #[must_use]
    pub fn accuracy(&self, kind: FeedbackKind) -> Option<f64> {
        let (shown, accepted) = (self.shown(kind), self.0[kind as usize * NUMBERS + 1]);
        // What is accepted now may have been shown before the totals began.
        (shown > 0).then(|| (accepted as f64 / shown as f64).min(1.0))
    }

    /// One answer that was shown, and what became of it.
    #[must_use]
    pub fn of_verdict(kind: FeedbackKind, verdict: Verdict) -> Self {
        let (accepted, partially, dismissed) = match verdict {
            Verdict::Accepted | Verdict::ThumbsUp => (1, 0, 0),
            Verdict::Edited => (0, 1, 0),
            Verdict::Rejected | Verdict::ThumbsDown => (0, 0, 1),
        };
        Self::of(kind, [1, accepted, partially, dismissed, 0, 0, 0, 0])
    }
}

impl From<&FeedbackCounts> for Totals {
    fn from(counts: &FeedbackCounts) -> Self {
        let numbers = [
            counts.shown,
            counts.accepted,
            counts.partially_accepted,
            counts.dismissed,
            counts.survived,
            counts.changed,
            counts.characters_shown,
            counts.characters_accepted,
        ];
        Self::of(counts.kind, numbers)
    }
}

/// Adds up what became of suggestions.
///
/// Every adapter keeps these promises: reports that come at the same time are all counted; nothing
/// of one tenant is visible to another; only numbers are kept. Models are those that are served,
/// which bounds what is kept.
#[async_trait]
pub trait FeedbackTotals: Send + Sync {
    /// Adds a report, by model.
    async fn add(&self, tenant: &str, report: &BTreeMap<String, Totals>)
    -> Result<(), MemoryError>;

    /// The totals of these models, in their order; zero for one that was never reported.
    async fn totals(&self, tenant: &str, models: &[String]) -> Result<Vec<Totals>, MemoryError>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accuracy_is_the_share_that_was_accepted_whole() {
        let check = |shown, accepted, expected| {
            for kind in FeedbackKind::ALL {
                let totals = Totals::of(kind, [shown, accepted, 9, 9, 9, 9, 9, 9]);
                let others = FeedbackKind::ALL.into_iter().filter(|other| *other != kind);
                assert_eq!(totals.accuracy(kind), expected);
                assert!(others.into_iter().all(|other| totals.accuracy(other).is_none()));
            }
        };
        check(0, 0, None);
        check(0, 3, None);
        check(4, 1, Some(0.25));
        check(4, 5, Some(1.0));
    }

    #[test]
    fn each_number_has_its_name() {
        let mut counts = FeedbackCounts {
            model: String::new(),
            language: String::new(),
            kind: FeedbackKind::Completion,
            shown: 1,
            accepted: 2,
            partially_accepted: 3,
            dismissed: 4,
            survived: 5,
            changed: 6,
            characters_shown: 7,
            characters_accepted: 8,
        };
        let wire = serde_json::to_value(&counts).expect("JSON");
        for (kind, prefix) in FeedbackKind::ALL.into_iter().zip(["", "edit_", "chat_"]) {
            counts.kind = kind;
            let totals = Totals::from(&counts);
            let own = totals.named().filter(|(_, number)| *number > 0);
            let own: Vec<_> = own.map(|(name, number)| (&name[prefix.len()..], number)).collect();
            assert_eq!(own.len(), NUMBERS);
            for (name, number) in own {
                assert_eq!(wire[name], number, "{kind:?} {name}");
            }
        }
    }

    #[test]
    fn numbers_that_would_overflow_stay_at_their_most() {
        let most = Totals::new([u64::MAX; Totals::NAMES.len()]);
        let mut totals = most;
        totals.add(&Totals::of(FeedbackKind::Edit, [1; NUMBERS]));
        assert_eq!(totals, most);
    }
}
