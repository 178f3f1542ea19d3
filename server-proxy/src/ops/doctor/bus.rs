//! Whether the bus between servers can be used.

use std::sync::Arc;
use std::time::Duration;

use super::Gravity;
use crate::config::{BusKind, Config, Language, Role};
use crate::domain::bus::{Bus as _, BusLimits, Standing};
use crate::domain::saga::messages::WORKERS;
use crate::outbound::bus_redis::RedisBus;
use crate::outbound::redis_store::RedisStore;

/// Time that it may take.
const TIME_MAX: Duration = Duration::from_secs(1);

/// What was found out about the bus. Its codes are for programs and do not change.
#[cfg_attr(
    not(any(feature = "kafka", test)),
    expect(dead_code, reason = "what is found of Kafka is found by a program built with it")
)]
#[derive(Debug)]
pub(super) enum BusFinding {
    /// There is none between this process and others.
    None,
    /// It carries messages.
    Redis { waiting: u64, dead_letters: u64 },
    /// The brokers have our topics.
    Kafka { place: String, brokers: usize, topics: String },
    /// They do not have them yet.
    Missing { place: String, topics: String },
    /// They have one that would lose messages.
    Unfit { place: String, why: String },
    /// Nothing answers.
    Silent { place: String, why: String },
}

pub(super) async fn look(config: &Config) -> Option<BusFinding> {
    let has_jobs_of_others = config.redis_url.is_some() && config.role != Role::All;
    match (&config.bus, config.role) {
        (_, Role::Model) => None,
        (BusKind::Process, _) => has_jobs_of_others.then_some(BusFinding::None),
        (BusKind::Redis, _) => Some(over_redis(config).await),
        #[cfg(feature = "kafka")]
        (BusKind::Kafka { brokers }, _) => Some(over_kafka(brokers).await),
        // Refused when the settings are read.
        #[cfg(not(feature = "kafka"))]
        (BusKind::Kafka { .. }, _) => None,
    }
}

async fn over_redis(config: &Config) -> BusFinding {
    let silent = |why: String| BusFinding::Silent { place: "Redis".to_owned(), why };
    let store = || {
        let authority = crate::redis_authority(config).map_err(|error| super::plain(&error))?;
        let url = config.redis_url.as_deref().unwrap_or_default();
        RedisStore::trusting(url, authority.as_deref(), TIME_MAX).map_err(|error| error.message)
    };
    let store: Arc<RedisStore> = match store() {
        Ok(store) => store,
        Err(why) => return silent(why),
    };
    match RedisBus::new(store, BusLimits::STANDARD).standing(WORKERS).await {
        Ok(Standing { waiting, dead_letters, .. }) => {
            BusFinding::Redis { waiting, dead_letters: dead_letters.unwrap_or(0) }
        }
        Err(_) => silent("no answer in time".to_owned()),
    }
}

#[cfg(feature = "kafka")]
async fn over_kafka(brokers: &str) -> BusFinding {
    use crate::outbound::bus_kafka::{self, Fitness, Kept};

    let place = brokers.to_owned();
    match bus_kafka::look(brokers, TIME_MAX).await {
        Fitness::Fit { brokers, topics } => {
            let of = |Kept { topic, partitions }: &Kept| format!("{topic} ({partitions})");
            let topics = topics.iter().map(of).collect::<Vec<_>>().join(", ");
            BusFinding::Kafka { place, brokers, topics }
        }
        Fitness::Missing { topics } => BusFinding::Missing { place, topics: topics.join(", ") },
        Fitness::Wrong { why } => BusFinding::Unfit { place, why },
        Fitness::Silent { why } => BusFinding::Silent { place, why },
    }
}

impl BusFinding {
    pub(super) fn gravity(&self) -> Gravity {
        match self {
            Self::Redis { .. } | Self::Kafka { .. } => Gravity::Good,
            Self::None | Self::Missing { .. } => Gravity::Notable,
            Self::Unfit { .. } | Self::Silent { .. } => Gravity::Bad,
        }
    }

    pub(super) fn words(&self, language: Language) -> String {
        let (english, korean) = match self {
            Self::None => (
                "No bus is set up: a worker begins a job up to a second later.".to_owned(),
                "버스가 없어서 워커가 작업을 최대 1초 늦게 시작해요.".to_owned(),
            ),
            Self::Redis { waiting, dead_letters } => (
                format!(
                    "The bus over Redis answers: {waiting} commands, {dead_letters} dead letters."
                ),
                format!(
                    "Redis 버스가 응답해요: 명령 {waiting}개, 배달 못 한 메시지 {dead_letters}개."
                ),
            ),
            Self::Kafka { place, brokers, topics } => (
                format!("Kafka at {place} answers: {brokers} brokers, topics {topics}."),
                format!("{place}의 Kafka가 응답해요: 브로커 {brokers}개, 토픽 {topics}."),
            ),
            Self::Missing { place, topics } => (
                format!("Kafka at {place} does not have {topics} (bus_topic_missing)."),
                format!("{place}의 Kafka에 {topics} 토픽이 없어요(bus_topic_missing)."),
            ),
            Self::Unfit { place, why } => (
                format!("Kafka at {place} cannot be used (bus_topic_unfit): {why}."),
                format!("{place}의 Kafka를 쓸 수 없어요(bus_topic_unfit): {why}."),
            ),
            Self::Silent { place, why } => (
                format!("The bus at {place} does not answer (bus_unreachable): {why}."),
                format!("{place}의 버스가 응답하지 않아요(bus_unreachable): {why}."),
            ),
        };
        language.choose(english, korean)
    }

    pub(super) fn mending(&self, language: Language) -> Option<String> {
        let (english, korean) = match self {
            Self::Redis { .. } | Self::Kafka { .. } => return None,
            Self::None => (
                "To begin at once, set CODESAGA_BUS on gateways and workers.",
                "바로 시작하게 하려면 게이트웨이와 워커에 CODESAGA_BUS를 설정해 주세요.",
            ),
            Self::Missing { .. } => (
                "The server creates them when it starts; if it may not, create them as docs/bus.md \
                 says.",
                "서버가 시작할 때 만들어요. 권한이 없다면 docs/bus.md에 적힌 대로 만들어 주세요.",
            ),
            Self::Unfit { .. } => (
                "Change the topic's setting, or delete the topic and let the server create it.",
                "토픽 설정을 바꾸거나, 토픽을 지우고 서버가 만들게 해 주세요.",
            ),
            Self::Silent { .. } => (
                "Start it, or correct CODESAGA_REDIS_URL or CODESAGA_KAFKA_BROKERS; jobs are accepted \
                 meanwhile and complete when it is back.",
                "버스를 시작하거나 CODESAGA_REDIS_URL 또는 CODESAGA_KAFKA_BROKERS를 고쳐 주세요. \
                 그동안에도 작업은 접수되고, 돌아오면 끝나요.",
            ),
        };
        Some(language.choose(english.to_owned(), korean.to_owned()))
    }
}
