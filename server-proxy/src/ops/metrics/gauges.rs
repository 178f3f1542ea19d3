//! The gauges of `/metrics`, built anew each time they are read.

use std::sync::atomic::AtomicU64;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::Registry;
use saga_protocol::state::ServerState;

use super::PREFIX;
use super::jobs::JobGauges;
use crate::domain::shared_answers::AnswerTally;
use crate::ops::process::ProcessNumbers;

/// Models on servers that are told one by one; a server with more tells too much to be of use.
const INSTANCES_MAX: usize = 64;

pub(super) type Number = Gauge<f64, AtomicU64>;

/// How the server stands.
#[derive(Debug, Default)]
pub struct Gauges {
    state: Option<ServerState>,
    answers: AnswerTally,
    process: ProcessNumbers,
    records_dropped: u64,
    jobs: Option<JobGauges>,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct LaneLabels {
    task: String,
    class: String,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct SourceLabels {
    source: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct StateLabels {
    state: String,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct InstanceLabels {
    instance: String,
    model: String,
    state: String,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct PlaceLabels {
    instance: String,
    model: String,
}

impl Gauges {
    /// Of this state, of what identical requests spared, of jobs, and of this process, which
    /// dropped so many records.
    #[must_use]
    pub fn new(
        state: ServerState,
        answers: AnswerTally,
        jobs: JobGauges,
        records_dropped: u64,
    ) -> Self {
        let process = ProcessNumbers::read();
        Self { state: Some(state), answers, process, records_dropped, jobs: Some(jobs) }
    }

    pub(super) fn registry(&self) -> Registry {
        let mut registry = Registry::default();
        self.process(&mut registry);
        if let Some(state) = &self.state {
            let ours = registry.sub_registry_with_prefix(PREFIX);
            server(ours, state);
            let dropped = Counter::<u64>::default();
            dropped.inc_by(self.records_dropped);
            ours.register("records_dropped", "Records that found their queue full", dropped);
            lanes(ours, state);
            instances(ours, state);
            spared(ours, self.answers);
            if let Some(jobs) = &self.jobs {
                jobs.register(ours);
            }
        }
        registry
    }

    fn process(&self, registry: &mut Registry) {
        let numbers = [
            ("process_resident_memory_bytes", "Memory in use", self.process.resident_memory_bytes),
            ("process_open_fds", "Open files and connections", self.process.open_fds),
        ];
        for (name, help, value) in numbers {
            if let Some(value) = value.and_then(|value| i64::try_from(value).ok()) {
                let gauge = Gauge::<i64>::default();
                gauge.set(value);
                registry.register(name, help, gauge);
            }
        }
    }
}

fn server(registry: &mut Registry, state: &ServerState) {
    let version = Info::new([("version", state.version.clone())]);
    registry.register("build", "The program's version", version);
    let up = Gauge::<i64>::default();
    up.set(i64::try_from(state.uptime_seconds).unwrap_or(i64::MAX));
    registry.register("uptime_seconds", "Time since the process serves", up);
    one_of(registry, "ready", "What can be expected of a request", state.status.name());
    one_of(registry, "memory", "How the store of conversations stands", &state.memory);
}

/// A state as a gauge of 1 under its name.
fn one_of(registry: &mut Registry, name: &str, help: &str, state: &str) {
    let family = Family::<StateLabels, Gauge>::default();
    family.get_or_create(&StateLabels { state: state.to_owned() }).set(1);
    registry.register(name, help, family);
}

fn lanes(registry: &mut Registry, state: &ServerState) {
    let (waiting, in_flight) = (Family::<LaneLabels, Gauge>::default(), Family::default());
    for lane in &state.queue {
        let labels = LaneLabels { task: lane.task.clone(), class: lane.class.clone() };
        waiting.get_or_create(&labels).set(lane.waiting.into());
        let in_flight: &Family<LaneLabels, Gauge> = &in_flight;
        in_flight.get_or_create(&labels).set(lane.in_flight.into());
    }
    registry.register("queue_length", "Requests that wait for a model server", waiting);
    registry.register("in_flight", "Requests that are with a model server", in_flight);
}

fn spared(registry: &mut Registry, answers: AnswerTally) {
    let sharable = Counter::<u64>::default();
    sharable.inc_by(answers.asked);
    registry.register("sharable_requests", "Requests whose answer could be there", sharable);
    let spared = Family::<SourceLabels, Counter>::default();
    let sources = [
        ("running", answers.joined),
        ("process", answers.found),
        ("redis", answers.found_in_store),
    ];
    for (source, count) in sources {
        spared.get_or_create(&SourceLabels { source }).inc_by(count);
    }
    registry.register("spared_requests", "Those that asked nothing of a model", spared);
    let ratio = Number::default();
    ratio.set(answers.hit_ratio());
    registry.register("answer_hit_ratio", "Spared requests of the sharable ones", ratio);
}

fn instances(registry: &mut Registry, state: &ServerState) {
    let standing = Family::<InstanceLabels, Gauge>::default();
    let first_token = Family::<PlaceLabels, Number>::default();
    for instance in state.instances.iter().flatten().take(INSTANCES_MAX) {
        let place =
            PlaceLabels { instance: instance.id.clone(), model: instance.model_name.clone() };
        let PlaceLabels { instance: id, model } = place.clone();
        let state = instance.status.name().to_owned();
        standing.get_or_create(&InstanceLabels { instance: id, model, state }).set(1);
        if let Some(ms) = instance.performance_metrics.response_time {
            first_token.get_or_create(&place).set(ms / 1000.0);
        }
    }
    registry.register("instance_state", "How a model on a server stands", standing);
    let help = "Time to the first piece at the model server, smoothed";
    registry.register("instance_first_piece_seconds", help, first_token);
}
