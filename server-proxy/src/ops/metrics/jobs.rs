//! Gauges of jobs and of the bus that calls for them.

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;
use saga_protocol::jobs::JobStage;

use super::gauges::Number;
use crate::domain::bus::Standing;
use crate::domain::saga::store::JobsStanding;

/// Jobs that are looked at one by one each time; those beyond are told as `not_looked_at`.
pub(crate) const LOOKED_AT_MAX: usize = 500;

/// How jobs and the bus stand.
#[derive(Clone, Debug)]
pub struct JobGauges {
    /// Absent when their store does not answer.
    pub jobs: Option<JobsStanding>,
    /// What carries messages.
    pub carrier: &'static str,
    /// Absent when it does not answer.
    pub bus: Option<Standing>,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct StageLabels {
    stage: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct CarrierLabels {
    carrier: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct BusLabels {
    carrier: &'static str,
    state: &'static str,
}

impl JobGauges {
    pub(super) fn register(&self, registry: &mut Registry) {
        if let Some(jobs) = &self.jobs {
            of_jobs(registry, jobs);
        }
        let state = if self.bus.is_some() { "answers" } else { "silent" };
        let standing = Family::<BusLabels, Gauge>::default();
        standing.get_or_create(&BusLabels { carrier: self.carrier, state }).set(1);
        registry.register("bus", "How the bus between servers stands", standing);
        if let Some(bus) = &self.bus {
            of_bus(registry, self.carrier, bus);
        }
    }
}

fn of_jobs(registry: &mut Registry, jobs: &JobsStanding) {
    let open = Family::<StageLabels, Gauge>::default();
    let set = |stage, count: u64| {
        open.get_or_create(&StageLabels { stage }).set(i64::try_from(count).unwrap_or(i64::MAX));
    };
    for stage in JobStage::ALL.into_iter().filter(|stage| !stage.is_end()) {
        set(stage.name(), jobs.by_stage.get(&stage).copied().unwrap_or(0));
    }
    set("not_looked_at", jobs.not_looked_at);
    registry.register("jobs_open", "Jobs on their way, by stage", open);
    let number = |value: f64| {
        let gauge = Number::default();
        gauge.set(value);
        gauge
    };
    let help = "Time that a job has waited for somebody to look at it, at most";
    registry.register("jobs_overdue_seconds", help, number(jobs.overdue.as_secs_f64()));
    let help = "Jobs with a message that the bus has not taken";
    registry.register("jobs_unsent", help, number(jobs.unsent as f64));
    let help = "Time that such a message has waited, at most";
    registry.register("jobs_unsent_seconds", help, number(jobs.unsent_for.as_secs_f64()));
}

fn of_bus(registry: &mut Registry, carrier: &'static str, bus: &Standing) {
    let mut told = |name: &str, help: &str, value: Option<f64>| {
        let Some(value) = value else { return };
        let family = Family::<CarrierLabels, Number>::default();
        family.get_or_create(&CarrierLabels { carrier }).set(value);
        registry.register(name, help, family);
    };
    told("bus_waiting", "Commands that no worker has settled", Some(bus.waiting as f64));
    // Not every carrier knows; where nothing waits there is no age.
    let oldest = bus.oldest.map(|age| age.as_secs_f64()).or((bus.waiting == 0).then_some(0.0));
    told("bus_oldest_seconds", "Age of the oldest of them", oldest);
    let dead_letters = bus.dead_letters.map(|count| count as f64);
    told("bus_dead_letters", "Messages that were given up", dead_letters);
}
