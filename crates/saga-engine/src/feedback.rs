//! What became of suggestions: counted by model, language and kind, and told to the server in
//! numbers.
//!
//! No text comes in here, so none can leave. Only `codesaga-proxy` is told: about once a minute
//! while there is something to tell, and when the engine closes. What could not be told waits for
//! the next try.

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use saga_client::Client;
use saga_domain::{Failure, FailureCode};
use saga_protocol::feedback::{
    COUNT_MAX, COUNTS_MAX, Feedback as Report, FeedbackCounts, FeedbackKind, LANGUAGE_BYTES_MAX,
    MODEL_BYTES_MAX,
};

use crate::runner::Runner;
use crate::shared::Shared;

/// How long counts are collected before they are sent.
const PERIOD: Duration = Duration::from_secs(60);

/// Answers that would be the same at the next try.
const REFUSALS: &[FailureCode] = &[
    FailureCode::InvalidRequest,
    FailureCode::NotFound,
    FailureCode::TooLarge,
    FailureCode::Unsupported,
];

/// What something happened to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Suggested {
    /// A completion while somebody types.
    #[default]
    Completion,
    /// An edit that somebody asked for.
    Edit,
}

/// What became of a suggestion.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OutcomeKind {
    /// It was shown.
    Shown,
    /// It was accepted whole.
    Accepted,
    /// A word or a line of it was accepted.
    PartiallyAccepted,
    /// It was sent away.
    Dismissed,
    /// What was accepted still stood a while later.
    Survived,
    /// What was accepted had been changed by then.
    Changed,
}

/// One thing that happened to a suggestion.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// To what.
    pub of: Suggested,
    /// What happened.
    pub kind: OutcomeKind,
    /// The editor's language id.
    pub language: String,
    /// Characters of what was shown or accepted.
    pub characters: u32,
}

/// How often each thing happened since the engine was made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OutcomeCounts {
    /// Suggestions shown.
    pub shown: u64,
    /// Of these, accepted whole.
    pub accepted: u64,
    /// Of these, accepted in part.
    pub partially_accepted: u64,
    /// Of these, sent away.
    pub dismissed: u64,
    /// Accepted texts that still stood a while later.
    pub survived: u64,
    /// Accepted texts that had been changed by then.
    pub changed: u64,
}

/// What is counted and not told yet.
#[derive(Debug)]
pub(crate) struct Feedback {
    period: Duration,
    counts: Mutex<Counts>,
}

/// Model, language and kind.
type Key = (String, String, FeedbackKind);

#[derive(Debug, Default)]
struct Counts {
    completions: OutcomeCounts,
    edits: OutcomeCounts,
    /// By model, language and kind; never more than fit into one report.
    untold: BTreeMap<Key, FeedbackCounts>,
    /// Whether somebody is on the way to tell them.
    is_awaited: bool,
}

impl Counts {
    fn of(&mut self, of: Suggested) -> &mut OutcomeCounts {
        match of {
            Suggested::Completion => &mut self.completions,
            Suggested::Edit => &mut self.edits,
        }
    }
}

impl Default for Feedback {
    fn default() -> Self {
        Self { period: PERIOD, counts: Mutex::default() }
    }
}

impl Feedback {
    /// Since the engine was made.
    pub(crate) fn total(&self, of: Suggested) -> OutcomeCounts {
        let mut counts = self.counts.lock();
        *counts.of(of)
    }

    /// Counts one outcome; true when somebody must be sent to tell it.
    fn count(&self, model: Option<String>, outcome: &Outcome) -> bool {
        let mut counts = self.counts.lock();
        counts.of(outcome.of).add(outcome.kind);
        // What no model can be credited with, or a report has no room for, is told to nobody.
        let Some(model) = model.filter(|name| name.len() <= MODEL_BYTES_MAX) else { return false };
        let kind = match outcome.of {
            Suggested::Completion => FeedbackKind::Completion,
            Suggested::Edit => FeedbackKind::Edit,
        };
        let key = (model, outcome.language.clone(), kind);
        if counts.untold.len() == COUNTS_MAX && !counts.untold.contains_key(&key) {
            return false;
        }
        let (model, language, kind) = key.clone();
        let entry = counts.untold.entry(key);
        let entry = entry.or_insert_with(|| FeedbackCounts {
            model,
            language,
            kind,
            ..FeedbackCounts::default()
        });
        add(entry, &one(outcome));
        !std::mem::replace(&mut counts.is_awaited, true)
    }

    fn take(&self) -> Report {
        let untold = std::mem::take(&mut self.counts.lock().untold);
        Report { counts: untold.into_values().collect(), ..Report::default() }
    }

    /// Puts back what could not be told.
    fn put_back(&self, report: Report) {
        let untold = &mut self.counts.lock().untold;
        for entry in report.counts {
            let has_room = untold.len() < COUNTS_MAX;
            match untold.entry((entry.model.clone(), entry.language.clone(), entry.kind)) {
                Entry::Occupied(mut newer) => add(newer.get_mut(), &entry),
                Entry::Vacant(place) if has_room => {
                    place.insert(entry);
                }
                Entry::Vacant(_) => {}
            }
        }
    }

    /// Whether nothing waits; whoever was on the way to tell it is released then.
    fn is_all_told(&self) -> bool {
        let mut counts = self.counts.lock();
        counts.is_awaited = !counts.untold.is_empty();
        !counts.is_awaited
    }

    /// Tells the server what is counted. What fails is kept, and said to nobody: the user did not
    /// ask for this.
    async fn tell(&self, client: &Client) {
        let report = self.take();
        if report.counts.is_empty() {
            return;
        }
        let told = match client.readiness().await {
            Ok(Some(_)) => client.feedback(&report).await,
            // Another server has no use for it.
            Ok(None) => Ok(()),
            Err(failure) => Err(failure),
        };
        let is_final = told.map_or_else(|failure| REFUSALS.contains(&failure.code), |()| true);
        if !is_final {
            self.put_back(report);
        }
    }
}

/// Counts an outcome, and sees to it that the server learns of it.
pub(crate) fn note(
    shared: &Arc<Shared>,
    runner: &Runner,
    outcome: &Outcome,
) -> Result<(), Failure> {
    if outcome.language.is_empty() || outcome.language.len() > LANGUAGE_BYTES_MAX {
        return Err(Failure::new(
            FailureCode::InvalidRequest,
            format!("`language` must have 1 to {LANGUAGE_BYTES_MAX} bytes."),
        ));
    }
    if shared.feedback.count(shared.model_name(), outcome) {
        let shared = Arc::clone(shared);
        runner.spawn(async move {
            loop {
                tokio::time::sleep(shared.feedback.period).await;
                shared.feedback.tell(&shared.client).await;
                if shared.feedback.is_all_told() {
                    return;
                }
            }
        });
    }
    Ok(())
}

/// Tells what is still untold when the engine closes; `None` when there is nothing.
pub(crate) fn last_words(
    shared: &Arc<Shared>,
) -> Option<impl Future<Output = ()> + Send + 'static + use<>> {
    if shared.feedback.counts.lock().untold.is_empty() {
        return None;
    }
    let shared = Arc::clone(shared);
    Some(async move { shared.feedback.tell(&shared.client).await })
}

impl OutcomeCounts {
    fn add(&mut self, kind: OutcomeKind) {
        let counter = match kind {
            OutcomeKind::Shown => &mut self.shown,
            OutcomeKind::Accepted => &mut self.accepted,
            OutcomeKind::PartiallyAccepted => &mut self.partially_accepted,
            OutcomeKind::Dismissed => &mut self.dismissed,
            OutcomeKind::Survived => &mut self.survived,
            OutcomeKind::Changed => &mut self.changed,
        };
        *counter += 1;
    }
}

/// One outcome as a report's entry.
fn one(outcome: &Outcome) -> FeedbackCounts {
    let mut entry = FeedbackCounts::default();
    let characters = u64::from(outcome.characters);
    match outcome.kind {
        OutcomeKind::Shown => {
            entry.shown = 1;
            entry.characters_shown = characters;
        }
        OutcomeKind::Accepted => {
            entry.accepted = 1;
            entry.characters_accepted = characters;
        }
        OutcomeKind::PartiallyAccepted => {
            entry.partially_accepted = 1;
            entry.characters_accepted = characters;
        }
        OutcomeKind::Dismissed => entry.dismissed = 1,
        OutcomeKind::Survived => entry.survived = 1,
        OutcomeKind::Changed => entry.changed = 1,
    }
    entry
}

/// Adds `more` to `to`, up to what a report may say.
fn add(to: &mut FeedbackCounts, more: &FeedbackCounts) {
    for (counter, more) in [
        (&mut to.shown, more.shown),
        (&mut to.accepted, more.accepted),
        (&mut to.partially_accepted, more.partially_accepted),
        (&mut to.dismissed, more.dismissed),
        (&mut to.survived, more.survived),
        (&mut to.changed, more.changed),
        (&mut to.characters_shown, more.characters_shown),
        (&mut to.characters_accepted, more.characters_accepted),
    ] {
        *counter = (*counter + more).min(COUNT_MAX);
    }
}
