//! Jobs that were accepted end, whatever dies: durable generating of edits.
//!
//! [`machine`] says what follows from what happened, [`store`] keeps it, [`jobs`] is what a gateway does
//! with a job and [`driver`] what a worker does. Messages say only that there is something to do: a job is
//! found by its state alone when one is lost, and nothing is done twice when one comes twice.

pub mod driver;
mod job_record;
pub mod jobs;
pub mod machine;
pub mod messages;
pub mod store;

use std::time::Duration;

/// What is bounded of jobs.
#[derive(Clone, Copy, Debug)]
pub struct SagaLimits {
    /// Jobs of one caller that are on their way.
    pub callers_jobs_max: usize,
    /// Jobs of everybody that are on their way.
    pub jobs_max: usize,
    /// Bytes of a request, code included.
    pub request_bytes_max: usize,
    /// Bytes of an answer.
    pub answer_bytes_max: usize,
    /// Times that a model is asked until a job is given up.
    pub tries_max: u32,
    /// Time until a job is tried again for the first time; doubled each time.
    pub pause: Duration,
    /// Time for which a worker has a job without a sign of life.
    pub lease_time: Duration,
    /// Time within which a gateway has to store the code of a job it began.
    pub accept_time_max: Duration,
    /// Time for which a job is kept that is on its way, or was given up.
    pub open_kept_time: Duration,
    /// Time for which one that ended is kept, with its answer.
    pub ended_kept_time: Duration,
    /// Jobs that one worker has at a time.
    pub at_a_time_max: usize,
    /// How often a worker looks for jobs that nobody has.
    pub sweep_every: Duration,
    /// Time that one operation of the store may take: longer than where an answer goes on without it, since
    /// a job does not.
    pub store_time_max: Duration,
    /// Time for which a worker goes on trying to store what it did.
    pub store_patience: Duration,
}

impl SagaLimits {
    /// As the server runs.
    pub const STANDARD: Self = Self {
        callers_jobs_max: 64,
        jobs_max: 10_000,
        request_bytes_max: 256 * 1024,
        answer_bytes_max: 256 * 1024,
        tries_max: 3,
        pause: Duration::from_secs(1),
        lease_time: Duration::from_secs(15),
        accept_time_max: Duration::from_secs(10),
        open_kept_time: Duration::from_secs(24 * 3600),
        ended_kept_time: Duration::from_secs(3600),
        at_a_time_max: 16,
        sweep_every: Duration::from_secs(1),
        store_time_max: Duration::from_secs(2),
        store_patience: Duration::from_secs(30),
    };

    /// Time until the next try after so many.
    fn pause_after(&self, tries: u32) -> Duration {
        self.pause.saturating_mul(2_u32.saturating_pow(tries.saturating_sub(1)))
    }
}
