//! The bus that the settings name.

use std::io;
use std::sync::Arc;

use crate::config::{BusKind, Config};
use crate::domain::bus::{Bus, BusLimits};
use crate::outbound::bus_in_process::InProcessBus;
use crate::outbound::bus_redis::RedisBus;
use crate::outbound::redis_store::RedisStore;

/// Opens it; `store` is the Redis of the settings, where there is one.
///
/// # Errors
/// Names the setting that cannot be used.
pub(crate) async fn open(
    config: &Config,
    store: Option<Arc<RedisStore>>,
) -> io::Result<Arc<dyn Bus>> {
    let limits = BusLimits::STANDARD;
    // A model service is told nothing and tells nobody anything.
    let named = if config.role.keeps_accounts() { &config.bus } else { &BusKind::Process };
    Ok(match (named, store) {
        (BusKind::Redis, Some(store)) => Arc::new(RedisBus::new(store, limits)),
        (BusKind::Kafka { brokers }, _) => kafka(brokers, limits).await?,
        // Redis without its address is refused when the settings are read.
        (BusKind::Process | BusKind::Redis, _) => Arc::new(InProcessBus::new(limits)),
    })
}

#[cfg(feature = "kafka")]
async fn kafka(brokers: &str, limits: BusLimits) -> io::Result<Arc<dyn Bus>> {
    let bus = crate::outbound::bus_kafka::KafkaBus::connect(brokers, limits).await?;
    Ok(Arc::new(bus))
}

/// Refused when the settings are read; said once more rather than believed.
#[cfg(not(feature = "kafka"))]
async fn kafka(_brokers: &str, _limits: BusLimits) -> io::Result<Arc<dyn Bus>> {
    Err(io::Error::other("CODESAGA_BUS=kafka: this program was built without Kafka"))
}
