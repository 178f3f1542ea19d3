//! What became of suggestions, added up: numbers alone, for each tenant and model.

use std::collections::BTreeMap;

use async_trait::async_trait;
use saga_protocol::feedback::{FeedbackCounts, Verdict};

use crate::domain::ports::MemoryError;

/// Numbers of one model, added up over languages and reports.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals([u64; Totals::NAMES.len()]);

impl Totals {
    /// The names of the numbers, in their order.
    pub const NAMES: [&str; 8] = [
        "shown",
        "accepted",
        "partially_accepted",
        "dismissed",
        "survived",
        "changed",
        "characters_shown",
        "characters_accepted",
    ];

    /// Numbers in the order of [`Self::NAMES`].
    #[must_use]
    pub fn new(numbers: [u64; Self::NAMES.len()]) -> Self {
        Self(numbers)
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

    /// Suggestions that were shown.
    #[must_use]
    pub fn shown(&self) -> u64 {
        self.0[0]
    }

    /// The share of suggestions that were accepted whole, from 0 to 1.
    #[must_use]
    pub fn accuracy(&self) -> Option<f64> {
        let [shown, accepted, ..] = self.0;
        // What is accepted now may have been shown before the totals began.
        (shown > 0).then(|| (accepted as f64 / shown as f64).min(1.0))
    }
}

impl From<Verdict> for Totals {
    /// One answer that was shown, and what became of it.
    fn from(verdict: Verdict) -> Self {
        let (accepted, partially, dismissed) = match verdict {
            Verdict::Accepted | Verdict::ThumbsUp => (1, 0, 0),
            Verdict::Edited => (0, 1, 0),
            Verdict::Rejected | Verdict::ThumbsDown => (0, 0, 1),
        };
        Self([1, accepted, partially, dismissed, 0, 0, 0, 0])
    }
}

impl From<&FeedbackCounts> for Totals {
    fn from(counts: &FeedbackCounts) -> Self {
        Self([
            counts.shown,
            counts.accepted,
            counts.partially_accepted,
            counts.dismissed,
            counts.survived,
            counts.changed,
            counts.characters_shown,
            counts.characters_accepted,
        ])
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
            let totals = Totals::new([shown, accepted, 9, 9, 9, 9, 9, 9]);
            assert_eq!(totals.accuracy(), expected);
        };
        check(0, 0, None);
        check(0, 3, None);
        check(4, 1, Some(0.25));
        check(4, 5, Some(1.0));
    }

    #[test]
    fn each_number_has_its_name() {
        let counts = FeedbackCounts {
            model: String::new(),
            language: String::new(),
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
        for (name, number) in Totals::from(&counts).named() {
            assert_eq!(wire[name], number, "{name}");
        }
    }

    #[test]
    fn numbers_that_would_overflow_stay_at_their_most() {
        let mut totals = Totals::new([u64::MAX; 8]);
        totals.add(&Totals::new([1; 8]));
        assert_eq!(totals, Totals::new([u64::MAX; 8]));
    }
}
