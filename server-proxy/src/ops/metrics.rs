//! `/metrics`: what Prometheus reads. Counters are kept as answers end, gauges are read when asked.
//!
//! Labels are names of the program's own (tasks, classes, failure codes, states) and of models that
//! the configured servers have, never a user's name nor anything a request says.

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::prometheus_text;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};
use saga_protocol::jobs::JobStage;

use crate::domain::saga::driver::JobWitness;
use crate::domain::witness::{AnswerLife, Outcome, Witness};

mod gauges;
mod jobs;

pub use gauges::Gauges;
pub use jobs::JobGauges;
pub(crate) use jobs::LOOKED_AT_MAX;

/// What [`Metrics::text`] is, as Prometheus names it.
pub const CONTENT_TYPE: &str = prometheus_text::CONTENT_TYPE;

const PREFIX: &str = "codesaga";

/// What became of a message.
const PUBLISHED: &str = "published";
const REFUSED: &str = "refused";

/// Seconds; from a cached completion to a cold start.
const SECONDS: [f64; 14] =
    [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 120.0, 600.0];

/// Tokens per second; from a laptop's processor to a large accelerator.
const PACES: [f64; 10] = [1.0, 2.5, 5.0, 10.0, 20.0, 40.0, 80.0, 160.0, 320.0, 640.0];

/// Counts every answer.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    answers: Family<AnswerLabels, Counter>,
    failures: Family<FailureLabels, Counter>,
    queue_wait: Family<LaneLabels, Histogram>,
    first_token: Family<LaneLabels, Histogram>,
    duration: Family<LaneLabels, Histogram>,
    pace: Family<LaneLabels, Histogram>,
    prompt_tokens: Family<LaneLabels, Counter>,
    completion_tokens: Family<LaneLabels, Counter>,
    answer_bytes: Family<LaneLabels, Counter>,
    jobs: Family<JobLabels, Counter>,
    job_tries: Counter,
    bus_messages: Family<JobLabels, Counter>,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct LaneLabels {
    task: &'static str,
    class: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct AnswerLabels {
    task: &'static str,
    class: &'static str,
    outcome: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct JobLabels {
    outcome: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct FailureLabels {
    task: &'static str,
    class: &'static str,
    code: &'static str,
}

impl Default for Metrics {
    fn default() -> Self {
        let seconds = || Family::new_with_constructor(seconds as fn() -> Histogram);
        let mut metrics = Self {
            registry: Registry::with_prefix(PREFIX),
            answers: Family::default(),
            failures: Family::default(),
            queue_wait: seconds(),
            first_token: seconds(),
            duration: seconds(),
            pace: Family::new_with_constructor(paces as fn() -> Histogram),
            prompt_tokens: Family::default(),
            completion_tokens: Family::default(),
            answer_bytes: Family::default(),
            jobs: Family::default(),
            job_tries: Counter::default(),
            bus_messages: Family::default(),
        };
        for outcome in [PUBLISHED, REFUSED] {
            drop(metrics.bus_messages.get_or_create(&JobLabels { outcome }));
        }
        metrics.register();
        metrics
    }
}

impl Metrics {
    fn register(&mut self) {
        let registry = &mut self.registry;
        let mut counter = |name: &str, help: &str, family: &Family<LaneLabels, Counter>| {
            registry.register(name, help, family.clone());
        };
        counter("prompt_tokens", "Tokens of prompts, as told", &self.prompt_tokens);
        counter("completion_tokens", "Tokens of answers, as told", &self.completion_tokens);
        counter("answer_bytes", "Bytes of answered text", &self.answer_bytes);
        registry.register("answers", "Answers that ended, by how", self.answers.clone());
        registry.register("jobs", "Jobs that ended, by how", self.jobs.clone());
        let help = "Times that a model was asked for jobs that ended";
        registry.register("job_tries", help, self.job_tries.clone());
        let help = "Messages of jobs, by whether the bus took them";
        registry.register("bus_messages", help, self.bus_messages.clone());
        registry.register("failures", "Answers that failed, by code", self.failures.clone());
        let mut timed = |name: &str, help: &str, family: &Family<LaneLabels, Histogram>| {
            registry.register_with_unit(name, help, Unit::Seconds, family.clone());
        };
        timed("queue_wait", "Time in the queue before a model server", &self.queue_wait);
        timed("time_to_first_token", "Time to an answer's first text", &self.first_token);
        timed("answer_duration", "Time to an answer's end", &self.duration);
        let help = "Pace of answers after their first text";
        registry.register("tokens_per_second", help, self.pace.clone());
    }

    /// Everything in Prometheus's text format, with the gauges as they stand.
    ///
    /// # Errors
    /// When a label cannot be written, which none of ours is.
    pub fn text(&self, gauges: &Gauges) -> Result<String, std::fmt::Error> {
        let mut text = String::with_capacity(16 << 10);
        prometheus_text::encode(&mut text, &self.registry)?;
        prometheus_text::encode(&mut text, &gauges.registry())?;
        Ok(text)
    }
}

impl Witness for Metrics {
    fn over(&self, life: &AnswerLife) {
        let lane = LaneLabels { task: life.task.name(), class: life.class.name() };
        let LaneLabels { task, class } = lane;
        let outcome = outcome_name(life.outcome);
        self.answers.get_or_create(&AnswerLabels { task, class, outcome }).inc();
        if let Outcome::Failed(code) = life.outcome {
            self.failures.get_or_create(&FailureLabels { task, class, code: code.name() }).inc();
        }
        let see = |family: &Family<LaneLabels, Histogram>, time: Option<std::time::Duration>| {
            if let Some(time) = time {
                family.get_or_create(&lane).observe(time.as_secs_f64());
            }
        };
        see(&self.queue_wait, life.waited);
        see(&self.first_token, life.first_text);
        see(&self.duration, life.first_text.map(|_| life.total));
        let bytes = u64::try_from(life.text_bytes).unwrap_or(u64::MAX);
        self.answer_bytes.get_or_create(&lane).inc_by(bytes);
        if let Some(usage) = life.usage {
            self.prompt_tokens.get_or_create(&lane).inc_by(usage.prompt_tokens.into());
            self.completion_tokens.get_or_create(&lane).inc_by(usage.completion_tokens.into());
        }
        if let Some(pace) = pace(life) {
            self.pace.get_or_create(&lane).observe(pace);
        }
    }
}

impl JobWitness for Metrics {
    fn ended(&self, stage: JobStage, tries: u32) {
        self.jobs.get_or_create(&JobLabels { outcome: stage.name() }).inc();
        self.job_tries.inc_by(tries.into());
    }

    fn published(&self, is_taken: bool) {
        let outcome = if is_taken { PUBLISHED } else { REFUSED };
        self.bus_messages.get_or_create(&JobLabels { outcome }).inc();
    }
}

/// How an answer ended, as labels and log lines say it.
pub(crate) fn outcome_name(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Done => "done",
        Outcome::Failed(_) => "failed",
        Outcome::Cancelled => "cancelled",
    }
}

/// Tokens per second after the first text; absent for an answer of one piece.
fn pace(life: &AnswerLife) -> Option<f64> {
    let tokens = life.usage?.completion_tokens.checked_sub(1).filter(|tokens| *tokens > 0)?;
    let seconds = life.total.checked_sub(life.first_text?)?.as_secs_f64();
    (seconds > 0.0).then(|| f64::from(tokens) / seconds)
}

fn seconds() -> Histogram {
    Histogram::new(SECONDS)
}

fn paces() -> Histogram {
    Histogram::new(PACES)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    use saga_domain::FailureCode;
    use saga_protocol::class::RequestClass;
    use saga_protocol::openai::TokenUsage;

    use crate::domain::ports::Caller;
    use crate::domain::priority::Task;
    use crate::domain::witness::Origin;

    fn life(outcome: Outcome) -> AnswerLife {
        AnswerLife {
            number: 1,
            mark: None,
            caller: Caller { tenant: "secret-team".to_owned(), user: "minji".to_owned() },
            task: Task::Completion,
            class: RequestClass::Automatic,
            model: "whatever a request says".to_owned(),
            server: Some(0),
            waited: Some(Duration::from_millis(20)),
            first_text: Some(Duration::from_millis(250)),
            total: Duration::from_millis(1250),
            prompt_bytes: 0,
            text_bytes: 9,
            usage: Some(TokenUsage { prompt_tokens: 7, completion_tokens: 11, total_tokens: 18 }),
            origin: Origin::Asked,
            is_charged_by_name: false,
            outcome,
        }
    }

    #[test]
    fn p6_answers_are_counted_and_nobody_and_nothing_said_is_named() {
        let metrics = Metrics::default();
        metrics.over(&life(Outcome::Done));
        metrics.over(&life(Outcome::Cancelled));
        metrics.over(&life(Outcome::Failed(FailureCode::QueueFull)));
        let text = metrics.text(&Gauges::default()).expect("text");
        let lane = r#"task="completion",class="automatic""#;
        for line in [
            format!("codesaga_answers_total{{{lane},outcome=\"done\"}} 1"),
            format!("codesaga_answers_total{{{lane},outcome=\"cancelled\"}} 1"),
            format!("codesaga_failures_total{{{lane},code=\"queue_full\"}} 1"),
            format!("codesaga_prompt_tokens_total{{{lane}}} 21"),
            format!("codesaga_completion_tokens_total{{{lane}}} 33"),
            format!("codesaga_answer_bytes_total{{{lane}}} 27"),
            format!("codesaga_queue_wait_seconds_bucket{{{lane},le=\"0.01\"}} 0"),
            format!("codesaga_queue_wait_seconds_bucket{{{lane},le=\"0.025\"}} 3"),
            format!("codesaga_time_to_first_token_seconds_count{{{lane}}} 3"),
            format!("codesaga_answer_duration_seconds_sum{{{lane}}} 3.75"),
            format!("codesaga_tokens_per_second_sum{{{lane}}} 30.0"),
        ] {
            assert!(text.lines().any(|known| known == line), "{line}\n{text}");
        }
        assert!(!text.contains("minji") && !text.contains("secret-team"));
        assert!(!text.contains("whatever"), "a model's name may be a request's own words");
    }
}
