//! How a model server stands, and what changes that.
//!
//! That a server accepts connections, or tells what it serves, proves little: it may have hung in
//! the middle of a model. Only what was generated is proof.

use saga_domain::{Failure, FailureCode};
use tokio::time::Instant;

/// How a model server stands.
#[derive(Clone, Debug, PartialEq)]
pub enum Health {
    /// It has not generated anything yet; the failure says what it gives as a reason.
    Loading(Option<Failure>),
    /// It generates.
    Healthy,
    /// It has no room, or is so occupied that it is slow to say anything else.
    Busy(Failure),
    /// It accepts requests and generates nothing.
    Wedged(Failure),
    /// It cannot be reached, or what answers there is no model server.
    Down(Failure),
}

impl Health {
    /// Every name, in the order of the variants.
    pub const NAMES: [&'static str; 5] = ["loading", "healthy", "busy", "wedged", "down"];

    /// The name used on the wire and in metrics.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Loading(_) => "loading",
            Self::Healthy => "healthy",
            Self::Busy(_) => "busy",
            Self::Wedged(_) => "wedged",
            Self::Down(_) => "down",
        }
    }

    /// Why it does not generate.
    #[must_use]
    pub fn failure(&self) -> Option<&Failure> {
        match self {
            Self::Healthy => None,
            Self::Loading(failure) => failure.as_ref(),
            Self::Busy(failure) | Self::Wedged(failure) | Self::Down(failure) => Some(failure),
        }
    }

    /// Whether a request sent now would be lost.
    #[must_use]
    pub fn is_lost(&self) -> bool {
        matches!(self, Self::Wedged(_) | Self::Down(_))
    }

    /// What it is after this was seen.
    fn after(&self, seen: Evidence) -> Self {
        match seen {
            Evidence::Generated => Self::Healthy,
            Evidence::NothingToProve => match self {
                Self::Loading(_) | Self::Wedged(_) => Self::Healthy,
                other => other.clone(),
            },
            // One that hung may go on telling what it serves; one that was gone comes back empty.
            Evidence::Facts => match self {
                Self::Down(_) | Self::Loading(_) => Self::Loading(None),
                other => other.clone(),
            },
            Evidence::Loads(failure) => Self::Loading(Some(failure)),
            Evidence::NoRoom(failure) => Self::Busy(failure),
            Evidence::Silent { failure, works: true } => match self {
                // That it works elsewhere is no news of one that was known to hang.
                Self::Wedged(_) => self.clone(),
                _ => Self::Busy(failure),
            },
            Evidence::Silent { failure, works: false } => Self::Wedged(failure),
            Evidence::Unreachable(failure) => Self::Down(failure),
        }
    }
}

/// What was seen of a model server.
#[derive(Clone, Debug)]
pub(crate) enum Evidence {
    /// A piece of an answer, or a probe's token.
    Generated,
    /// It said what it serves.
    Facts,
    /// It answers, and no model of it is in memory that could be asked for a token.
    NothingToProve,
    /// It refuses everything because it loads its model.
    Loads(Failure),
    /// It has no room.
    NoRoom(Failure),
    /// It generated nothing in time; `works` when other answers of it went on meanwhile, or began
    /// so short a time ago that a long prompt may explain it.
    Silent {
        /// What is said of it.
        failure: Failure,
        /// Whether something else explains the silence.
        works: bool,
    },
    /// It could not be reached, or is no model server.
    Unreachable(Failure),
}

/// A model server's health, since when, and whether it is still in use.
#[derive(Clone, Debug)]
pub(crate) struct Condition {
    pub(crate) health: Health,
    pub(crate) since: Instant,
    /// When it last generated something.
    pub(crate) proven_at: Option<Instant>,
    /// Something went wrong since then, so that it should be asked for a token.
    pub(crate) is_suspect: bool,
    /// It was taken out: what runs ends, nothing new goes in.
    pub(crate) is_removed: bool,
}

impl Condition {
    pub(crate) fn new(now: Instant) -> Self {
        Self {
            health: Health::Loading(None),
            since: now,
            proven_at: None,
            is_suspect: false,
            is_removed: false,
        }
    }

    /// Takes note; true when the health is another one now.
    pub(crate) fn see(&mut self, seen: Evidence, now: Instant) -> bool {
        if matches!(seen, Evidence::Generated) {
            self.proven_at = Some(now);
        }
        if matches!(seen, Evidence::Generated | Evidence::NothingToProve) {
            self.is_suspect = false;
        }
        let health = self.health.after(seen);
        let changes = health.name() != self.health.name();
        if changes {
            self.since = now;
        }
        if health.is_lost() {
            self.proven_at = None;
        }
        self.health = health;
        changes
    }

    /// Whether nothing should go in.
    pub(crate) fn is_unusable(&self) -> bool {
        self.is_removed || self.health.is_lost()
    }
}

/// What a failed question about the server itself says of it.
pub(crate) fn of_failed_facts(failure: Failure, works: bool) -> Evidence {
    match failure.code {
        // llama.cpp refuses everything while it loads its model.
        FailureCode::UpstreamBusy => Evidence::Loads(failure),
        FailureCode::Timeout => Evidence::Silent { failure, works },
        _ => Evidence::Unreachable(failure),
    }
}

/// What a failed request, or a failed probe, says of the server; `None` when it may be the
/// request's own fault.
pub(crate) fn of_failed_answer(failure: &Failure) -> Option<Evidence> {
    match failure.code {
        FailureCode::UpstreamBusy => Some(Evidence::NoRoom(failure.clone())),
        FailureCode::UpstreamUnreachable => Some(Evidence::Unreachable(failure.clone())),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failure(code: FailureCode) -> Failure {
        Failure::new(code, "")
    }

    /// Names of what is seen in turn, the names of the health after each.
    fn check(seen: &str, expected: &str) {
        let now = Instant::now();
        let mut condition = Condition::new(now);
        let healths: Vec<&str> = seen
            .split_whitespace()
            .map(|word| {
                let evidence = match word {
                    "generated" => Evidence::Generated,
                    "facts" => Evidence::Facts,
                    "nothing" => Evidence::NothingToProve,
                    "refused" => of_failed_facts(failure(FailureCode::UpstreamUnreachable), false),
                    "stranger" => of_failed_facts(failure(FailureCode::UpstreamFailed), false),
                    "loads" => of_failed_facts(failure(FailureCode::UpstreamBusy), false),
                    "mute" => of_failed_facts(failure(FailureCode::Timeout), false),
                    "mute-at-work" => of_failed_facts(failure(FailureCode::Timeout), true),
                    "full" => of_failed_answer(&failure(FailureCode::UpstreamBusy))
                        .expect("the server's fault"),
                    _ => panic!("{word} is not known"),
                };
                condition.see(evidence, now);
                condition.health.name()
            })
            .collect();
        assert_eq!(healths.join(" "), expected, "{seen}");
    }

    #[test]
    fn only_what_was_generated_is_proof() {
        check("facts generated facts", "loading healthy healthy");
        check("facts nothing", "loading healthy");
        check("mute facts facts generated", "wedged wedged wedged healthy");
        check("generated mute nothing", "healthy wedged healthy");
    }

    #[test]
    fn one_that_was_gone_has_to_prove_itself_again() {
        check("generated refused refused facts generated", "healthy down down loading healthy");
        check("stranger facts", "down loading");
        check("mute refused facts", "wedged down loading");
    }

    #[test]
    fn one_that_is_occupied_is_busy_and_not_wedged() {
        check("generated mute-at-work generated", "healthy busy healthy");
        check("generated full facts generated", "healthy busy busy healthy");
        check("mute mute-at-work", "wedged wedged");
        check("loads facts generated", "loading loading healthy");
    }

    #[test]
    fn a_failure_that_may_be_the_requests_own_says_nothing() {
        assert!(of_failed_answer(&failure(FailureCode::UpstreamFailed)).is_none());
        assert!(of_failed_answer(&failure(FailureCode::ContextOverflow)).is_none());
    }
}
