//! What a process is there for. One alone is everything; a fleet has several of each.

use clap::ValueEnum;

/// A process's part.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Role {
    /// Everything in one process.
    #[default]
    All,
    /// Knows who may ask, how much, and what was said before.
    Gateway,
    /// Has the model servers and their queues.
    Model,
    /// Drives durable jobs to their end.
    Worker,
}

impl Role {
    /// Whether it answers clients.
    #[must_use]
    pub fn answers_clients(self) -> bool {
        matches!(self, Self::All | Self::Gateway)
    }

    /// Whether it drives durable jobs.
    #[must_use]
    pub fn drives_jobs(self) -> bool {
        matches!(self, Self::All | Self::Worker)
    }

    /// Whether it records and charges what is answered, and knows what was said before. A model service
    /// is asked by processes that do, each for its own callers.
    #[must_use]
    pub fn keeps_accounts(self) -> bool {
        self != Self::Model
    }
}
