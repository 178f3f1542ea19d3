//! How a model service stands, as it is told over the hop. Moments go over as the time that has passed
//! since, for the clocks of two machines differ.

use std::time::Duration;

use saga_domain::{Failure, FailureCode};
use saga_protocol::class::Task;
use saga_protocol::ready::ReadyStatus;
use tokio::time::Instant;

use crate::domain::model_peer::Report;
use crate::domain::models::names::ModelNames;
use crate::domain::models::{
    Health, ModelDirectory, Placed, Readiness, ServerState, Standing, Used,
};
use crate::rpc::model::{served, served_model};
use crate::rpc::{Misunderstood, v1};

const READY: [(&str, ReadyStatus); 4] = [
    ("ready", ReadyStatus::Ready),
    ("loading", ReadyStatus::Loading),
    ("unavailable", ReadyStatus::Unavailable),
    ("draining", ReadyStatus::Draining),
];

const STANDING: [(&str, Standing); 3] =
    [("active", Standing::Answers), ("inactive", Standing::Silent), ("updating", Standing::Loads)];

/// What this process's models are like now, for the other one.
pub(crate) fn report_of(models: &ModelDirectory, is_draining: bool) -> v1::Report {
    let readiness = models.readiness();
    let status = if is_draining { ReadyStatus::Draining } else { readiness.status };
    let names = models.names();
    v1::Report {
        readiness: Some(v1::Readiness {
            status: word(&READY, status),
            model: readiness.model.map(served),
            lasted_ms: millis(readiness.lasted),
            failure: readiness.failure.as_ref().map(failure),
        }),
        servers: models.servers().into_iter().map(server).collect(),
        placed: models.placed().into_iter().map(|(number, one)| placed(number, one)).collect(),
        names: Some(v1::ModelNames {
            default: names.default,
            by_task: names
                .by_task
                .into_iter()
                .map(|(task, model)| (task.name().to_owned(), model))
                .collect(),
            aliases: names
                .aliases
                .into_iter()
                .map(|(name, model)| v1::Alias { name, model })
                .collect(),
        }),
    }
}

/// What the other process's models are like.
pub(crate) fn report(told: v1::Report) -> Result<Report, Misunderstood> {
    let at = Instant::now();
    let readiness = told.readiness.ok_or(Misunderstood("readiness"))?;
    let names = told.names.unwrap_or_default();
    let by_task = names
        .by_task
        .into_iter()
        .filter_map(|(task, model)| Some((Task::from_name(&task)?, model)));
    Ok(Report {
        readiness: Readiness {
            status: meaning(&READY, &readiness.status)?,
            model: readiness.model.map(served_model).transpose()?,
            lasted: Duration::from_millis(readiness.lasted_ms),
            failure: readiness.failure.map(told_failure),
        },
        servers: told.servers.into_iter().map(server_state).collect::<Result<_, _>>()?,
        placed: told
            .placed
            .into_iter()
            .map(|one| placed_model(one, at))
            .collect::<Result<_, _>>()?,
        names: ModelNames {
            default: names.default,
            by_task: by_task.collect(),
            aliases: names.aliases.into_iter().map(|alias| (alias.name, alias.model)).collect(),
        },
        at,
    })
}

fn word<T: Copy + PartialEq>(words: &[(&str, T)], meant: T) -> String {
    words.iter().find(|(_, one)| *one == meant).map_or("", |(word, _)| word).to_owned()
}

fn meaning<T: Copy>(words: &[(&str, T)], said: &str) -> Result<T, Misunderstood> {
    let found = words.iter().find(|(word, _)| *word == said);
    found.map(|(_, meant)| *meant).ok_or(Misunderstood("a state"))
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

fn number(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

fn failure(failure: &Failure) -> v1::ModelFailure {
    v1::ModelFailure {
        code: failure.code.name().to_owned(),
        message: failure.message.clone(),
        retry_after_ms: failure.retry_after_ms,
    }
}

fn told_failure(told: v1::ModelFailure) -> Failure {
    Failure {
        code: FailureCode::from_name(&told.code),
        message: told.message,
        retry_after_ms: told.retry_after_ms,
    }
}

fn health(health: &Health) -> v1::Health {
    v1::Health { name: health.name().to_owned(), failure: health.failure().map(failure) }
}

fn told_health(told: Option<v1::Health>) -> Result<Health, Misunderstood> {
    let told = told.ok_or(Misunderstood("health"))?;
    let failure = told.failure.map(told_failure);
    match (told.name.as_str(), failure) {
        ("loading", failure) => Ok(Health::Loading(failure)),
        ("healthy", _) => Ok(Health::Healthy),
        ("busy", Some(failure)) => Ok(Health::Busy(failure)),
        ("wedged", Some(failure)) => Ok(Health::Wedged(failure)),
        ("down", Some(failure)) => Ok(Health::Down(failure)),
        _ => Err(Misunderstood("health")),
    }
}

fn server(server: ServerState) -> v1::ServerState {
    v1::ServerState {
        number: number(server.number),
        health: Some(health(&server.health)),
        lasted_ms: millis(server.lasted),
        load: number(server.load),
    }
}

fn server_state(told: v1::ServerState) -> Result<ServerState, Misunderstood> {
    Ok(ServerState {
        number: told.number as usize,
        health: told_health(told.health)?,
        lasted: Duration::from_millis(told.lasted_ms),
        load: told.load as usize,
    })
}

fn placed(server: usize, placed: Placed) -> v1::PlacedModel {
    v1::PlacedModel {
        server: number(server),
        model: Some(served(placed.model)),
        standing: word(&STANDING, placed.standing),
        health: Some(health(&placed.health)),
        used: placed.used.map(|used| v1::ModelUse {
            ago_ms: millis(used.last.elapsed()),
            first_piece_ms: used.first_piece_ms,
            tokens_per_second: used.tokens_per_second,
        }),
    }
}

fn placed_model(told: v1::PlacedModel, now: Instant) -> Result<(usize, Placed), Misunderstood> {
    let placed = Placed {
        model: served_model(told.model.ok_or(Misunderstood("model"))?)?,
        standing: meaning(&STANDING, &told.standing)?,
        health: told_health(told.health)?,
        used: told.used.map(|used| Used {
            last: now.checked_sub(Duration::from_millis(used.ago_ms)).unwrap_or(now),
            first_piece_ms: used.first_piece_ms,
            tokens_per_second: used.tokens_per_second,
        }),
    };
    Ok((told.server as usize, placed))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failed() -> Failure {
        Failure { retry_after_ms: Some(7), ..Failure::new(FailureCode::UpstreamBusy, "바빠요") }
    }

    #[test]
    fn every_health_and_state_comes_over_as_it_was() {
        for said in [
            Health::Loading(None),
            Health::Loading(Some(failed())),
            Health::Healthy,
            Health::Busy(failed()),
            Health::Wedged(failed()),
            Health::Down(failed()),
        ] {
            assert_eq!(told_health(Some(health(&said))).expect("a health"), said);
        }
        for (name, status) in READY {
            assert_eq!(word(&READY, status), name);
            assert_eq!(meaning(&READY, name).expect("a status"), status);
        }
    }

    #[test]
    fn what_is_not_known_is_an_error_and_no_guess() {
        assert!(meaning(&STANDING, "asleep").is_err());
        assert!(told_health(Some(v1::Health { name: "down".to_owned(), failure: None })).is_err());
        assert!(report(v1::Report::default()).is_err());
    }
}
