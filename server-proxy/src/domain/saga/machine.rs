//! The saga of a job as a pure machine: what happened goes in, and where the job stands and what is to
//! be done next come out. It knows no clock, no store and no bus.
//!
//! What happened may be told twice, late, or by a worker that has lost the job meanwhile; whatever does
//! not fit where the job stands changes nothing. So steps may be repeated, and a worker that dies
//! between two of them leaves a job that another one goes on with.

use saga_domain::{Failure, FailureCode};
use saga_protocol::error::{ErrorBody, ErrorDetail};
use saga_protocol::generate::RecordType;
use saga_protocol::jobs::{JobStage as Stage, JobStep};
use saga_protocol::openai::TokenUsage;
use serde::{Deserialize, Serialize};

/// Steps that are remembered of one job, far more than it can make in its tries.
const STEPS_MAX: usize = 64;

/// Where a job stands, and all that is needed to go on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Saga {
    /// What kind of work it is.
    pub kind: RecordType,
    /// Where it stands.
    pub stage: Stage,
    /// The highest fencing token that was seen.
    pub fence: u64,
    /// Times that a model was asked in this life.
    pub tries: u32,
    /// Tries until it is given up.
    pub tries_max: u32,
    /// Counts the times that it was brought back after it was given up.
    pub life: u32,
    /// The life whose end lies among the dead letters; 0 for none.
    pub laid_aside: u32,
    /// As what it ends once everything is undone.
    pub ending: Option<Ending>,
    /// What is still to be undone; the last one is next.
    pub undo: Vec<Undo>,
    /// Why the last try failed.
    pub error: Option<ErrorDetail>,
    /// What the answer used.
    pub usage: Option<TokenUsage>,
    /// The model that answered.
    pub model: Option<String>,
    /// How it came here.
    pub steps: Vec<JobStep>,
}

/// As what a job ends that is not completed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ending {
    /// Its owner called it off.
    Cancelled,
    /// Asking again would not help.
    Failed,
    /// All tries are used up. Its code is kept for a while, so that it can be brought back.
    GivenUp,
}

/// A compensation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Undo {
    /// Delete the answer.
    Answer,
    /// Delete the code.
    Context,
    /// Say in the record that it failed.
    Record,
}

/// What is to be done next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Command {
    /// Ask a model and store what it answers.
    Generate,
    /// Record the answer.
    Keep,
    /// Charge it and tell everybody.
    Tell,
    /// Undo something.
    Undo(Undo),
}

/// What happened.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// The gateway has stored the code.
    ContextStored,
    /// The gateway never did.
    Abandoned,
    /// The owner called it off.
    CancelWanted,
    /// That it was given up will be found among the dead letters.
    LaidAside,
    /// Somebody wants it to be tried again.
    BroughtBack,
    /// Of a worker that has the job under this fencing token.
    Worker(u64, Progress),
}

/// What a worker did.
#[derive(Clone, Debug, PartialEq)]
pub enum Progress {
    /// It begins to ask a model.
    Begun,
    /// The answer is complete and stored with this event.
    Answered {
        /// The model that answered.
        model: String,
        /// What it used.
        usage: Option<TokenUsage>,
    },
    /// The model gave no answer.
    Stumbled {
        /// Why.
        failure: Failure,
    },
    /// The worker stops and gives the job back unfinished.
    PutBack,
    /// The answer is recorded.
    Kept,
    /// It is charged, and everybody was told.
    Told,
    /// Something was undone.
    Undone(Undo),
}

/// A message that goes out because of a change, stored together with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outgoing {
    /// A worker shall go on with it.
    Drive,
    /// It ended.
    Ended,
    /// All tries are used up: a dead letter, by which it can be brought back.
    GivenUp,
}

/// What an event changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// How the job stands now.
    pub saga: Saga,
    /// What goes out.
    pub outgoing: Vec<Outgoing>,
}

impl Saga {
    /// One that begins now (Unix milliseconds).
    #[must_use]
    pub fn new(kind: RecordType, tries_max: u32, at: u64) -> Self {
        Self {
            kind,
            stage: Stage::Waiting,
            fence: 0,
            tries: 0,
            tries_max,
            life: 1,
            laid_aside: 0,
            ending: None,
            undo: Vec::new(),
            error: None,
            usage: None,
            model: None,
            steps: vec![JobStep { stage: Stage::Waiting, at }],
        }
    }

    /// What a worker should do; `None` where there is nothing to do for one.
    #[must_use]
    pub fn command(&self) -> Option<Command> {
        match self.stage {
            Stage::Waiting | Stage::Completed | Stage::Failed | Stage::Cancelled => None,
            Stage::ContextStored | Stage::Generating => Some(Command::Generate),
            Stage::Generated => Some(Command::Keep),
            Stage::Stored => Some(Command::Tell),
            Stage::Compensating => self.undo.last().copied().map(Command::Undo),
        }
    }

    /// Whether it was given up and can be brought back.
    #[must_use]
    pub fn can_come_back(&self) -> bool {
        self.stage == Stage::Failed && self.ending == Some(Ending::GivenUp)
    }

    /// What the event changes at that time (Unix milliseconds); `None` for one that does not fit.
    #[must_use]
    pub fn after(&self, event: &Event, at: u64) -> Option<Change> {
        let mut next = self.clone();
        let outgoing = match event {
            Event::Worker(fence, progress) => {
                let is_under_way = self.stage == Stage::Generating && *fence == self.fence;
                if *fence < self.fence || (is_under_way && *progress == Progress::Begun) {
                    return None;
                }
                next.fence = *fence;
                next.progress(progress, at)?
            }
            Event::ContextStored if self.stage == Stage::Waiting => {
                next.stand(Stage::ContextStored, at);
                vec![Outgoing::Drive]
            }
            Event::Abandoned if self.stage == Stage::Waiting => {
                next.error = Some(detail(&abandoned()));
                next.give_up(Ending::Failed, at)
            }
            Event::CancelWanted if self.may_be_cancelled() => next.give_up(Ending::Cancelled, at),
            Event::LaidAside if self.can_come_back() && self.laid_aside != self.life => {
                next.laid_aside = self.life;
                Vec::new()
            }
            Event::BroughtBack if self.can_come_back() && self.laid_aside == self.life => {
                next.life += 1;
                next.tries = 0;
                next.ending = None;
                next.error = None;
                next.stand(Stage::ContextStored, at);
                vec![Outgoing::Drive]
            }
            _ => return None,
        };
        Some(Change { saga: next, outgoing })
    }

    fn progress(&mut self, progress: &Progress, at: u64) -> Option<Vec<Outgoing>> {
        match (self.stage, progress) {
            // Also of one that was generating: its worker is gone, else nobody else had the token.
            (Stage::ContextStored | Stage::Generating, Progress::Begun) => {
                if self.tries >= self.tries_max {
                    let known = self.error.take();
                    self.error = known.or_else(|| Some(detail(&worn_out())));
                    return Some(self.give_up(Ending::GivenUp, at));
                }
                self.tries += 1;
                self.stand(Stage::Generating, at);
                Some(Vec::new())
            }
            (Stage::Generating, Progress::Answered { model, usage }) => {
                self.model = Some(model.clone());
                self.usage = *usage;
                self.error = None;
                self.stand(Stage::Generated, at);
                Some(Vec::new())
            }
            (Stage::Generating, Progress::Stumbled { failure }) => {
                self.error = Some(detail(failure));
                Some(match (may_pass(failure.code), self.tries < self.tries_max) {
                    (true, true) => {
                        self.stand(Stage::ContextStored, at);
                        Vec::new()
                    }
                    (true, false) => self.give_up(Ending::GivenUp, at),
                    (false, _) => self.give_up(Ending::Failed, at),
                })
            }
            (Stage::Generating, Progress::PutBack) => {
                self.tries = self.tries.saturating_sub(1);
                self.stand(Stage::ContextStored, at);
                Some(vec![Outgoing::Drive])
            }
            (Stage::Generated, Progress::Kept) => {
                self.stand(Stage::Stored, at);
                Some(vec![Outgoing::Ended])
            }
            (Stage::Stored, Progress::Told) => {
                self.stand(Stage::Completed, at);
                Some(Vec::new())
            }
            (Stage::Compensating, Progress::Undone(undone)) if self.undo.last() == Some(undone) => {
                self.undo.pop();
                Some(if self.undo.is_empty() { self.end(at) } else { Vec::new() })
            }
            _ => None,
        }
    }

    /// Once the answer is recorded it is too late. It is charged after that, so that nothing has to be
    /// given back.
    fn may_be_cancelled(&self) -> bool {
        matches!(
            self.stage,
            Stage::Waiting | Stage::ContextStored | Stage::Generating | Stage::Generated
        )
    }

    fn give_up(&mut self, ending: Ending, at: u64) -> Vec<Outgoing> {
        let mut undo = Vec::new();
        if self.stage != Stage::Waiting && ending != Ending::GivenUp {
            undo.push(Undo::Context);
        }
        // Before the code goes, of which it tells the size.
        undo.push(Undo::Record);
        if self.stage == Stage::Generated {
            undo.push(Undo::Answer);
            self.usage = None;
        }
        self.undo = undo;
        self.ending = Some(ending);
        self.stand(Stage::Compensating, at);
        // Nobody may have it now, as when its owner calls it off.
        vec![Outgoing::Drive]
    }

    fn end(&mut self, at: u64) -> Vec<Outgoing> {
        let cancelled = self.ending == Some(Ending::Cancelled);
        self.stand(if cancelled { Stage::Cancelled } else { Stage::Failed }, at);
        match self.ending {
            Some(Ending::GivenUp) => vec![Outgoing::Ended, Outgoing::GivenUp],
            _ => vec![Outgoing::Ended],
        }
    }

    fn stand(&mut self, stage: Stage, at: u64) {
        self.stage = stage;
        if self.steps.len() == STEPS_MAX {
            self.steps.pop();
        }
        self.steps.push(JobStep { stage, at });
    }
}

/// Whether the same question may get an answer a little later.
fn may_pass(code: FailureCode) -> bool {
    use FailureCode as C;
    matches!(
        code,
        C::Unreachable
            | C::BadResponse
            | C::UpstreamUnreachable
            | C::UpstreamFailed
            | C::UpstreamIncomplete
            | C::UpstreamBusy
            | C::QueueFull
            | C::Expired
            | C::Preempted
            | C::ShuttingDown
            | C::Timeout
            | C::Internal
    )
}

fn detail(failure: &Failure) -> ErrorDetail {
    ErrorBody::new(failure).error
}

fn abandoned() -> Failure {
    Failure::new(
        FailureCode::Internal,
        "the server ended before the job was accepted; send it again",
    )
}

fn worn_out() -> Failure {
    let message = "every worker that had the job ended before it was done";
    Failure::new(FailureCode::Internal, message)
}

#[cfg(test)]
mod tests;
