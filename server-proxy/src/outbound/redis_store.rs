//! One Redis, or a cluster, and how it stands: a connection for all that is kept there, a time limit
//! for each operation, and a breaker that spares everybody while there is no answer.

use std::sync::{Arc, Weak};
use std::time::Duration;

use redis::RedisResult;
use saga_domain::{Failure, FailureCode};
use tokio::time::{sleep, timeout};

use crate::domain::breaker::Breaker;
use crate::domain::ports::MemoryError;
use crate::outbound::redis_connection::{Connection, EXPECTED};

/// Time between two tries to reach a store that does not answer.
const RETRY_EVERY: Duration = Duration::from_secs(1);
/// Time between two looks at one that does.
const LOOK_EVERY: Duration = Duration::from_secs(5);

/// A Redis that may be gone.
pub struct RedisStore {
    connection: Connection,
    breaker: Breaker,
    operation_time_max: Duration,
}

impl RedisStore {
    /// Connects when first used, and keeps trying while there is no answer. Must be called within
    /// a tokio runtime.
    ///
    /// # Errors
    /// `invalid_setting` for an address that is none.
    pub fn new(url: &str, operation_time_max: Duration) -> Result<Arc<Self>, Failure> {
        Self::trusting(url, None, operation_time_max)
    }

    /// The same, with the PEM of the certificate authority to trust in place of the system's.
    ///
    /// # Errors
    /// `invalid_setting` for an address or an authority that is none.
    pub fn trusting(
        url: &str,
        authority: Option<&[u8]>,
        operation_time_max: Duration,
    ) -> Result<Arc<Self>, Failure> {
        // The address may hold a password, so it is not repeated.
        let wrong = |_| {
            let message = format!("CODESAGA_REDIS_URL or CODESAGA_REDIS_CA is wrong: {EXPECTED}");
            Failure::new(FailureCode::InvalidSetting, message)
        };
        let connection = Connection::open(url, authority, RETRY_EVERY, operation_time_max);
        let connection = connection.map_err(wrong)?;
        let store = Arc::new(Self { connection, breaker: Breaker::default(), operation_time_max });
        tokio::spawn(watch(Arc::downgrade(&store)));
        Ok(store)
    }

    pub(crate) fn connection(&self) -> Connection {
        self.connection.clone()
    }

    /// Whether the last operation got no answer.
    pub(crate) fn has_failed(&self) -> bool {
        self.breaker.has_failed()
    }

    /// Runs an operation, unless it is known that there is no answer.
    pub(crate) async fn run<T>(
        &self,
        operation: impl Future<Output = RedisResult<T>>,
    ) -> Result<T, MemoryError> {
        if !self.breaker.lets_through() {
            return Err(MemoryError::Unavailable);
        }
        let why = match timeout(self.operation_time_max, operation).await {
            Ok(Ok(value)) => {
                if self.breaker.succeeded() {
                    tracing::info!("the session store answers again");
                }
                return Ok(value);
            }
            // The error's own text could repeat what was sent.
            Ok(Err(error)) => error.category().to_owned(),
            Err(_) => "no answer in time".to_owned(),
        };
        if self.breaker.failed() {
            tracing::warn!(why, "the session store does not answer; nothing is remembered");
        }
        Err(MemoryError::Unavailable)
    }
}

/// Notices by itself that the store has gone, or is back. Ends with its store.
async fn watch(store: Weak<RedisStore>) {
    while let Some(held) = store.upgrade() {
        let mut connection = held.connection();
        let ping = redis::cmd("PING");
        // What it finds is kept in the breaker.
        let _seen = held.run(ping.query_async::<String>(&mut connection)).await;
        let pause = if held.has_failed() { RETRY_EVERY } else { LOOK_EVERY };
        drop(held);
        sleep(pause).await;
    }
}

/// Keeps braces, colons and everything else with a meaning out of a key's parts.
pub(crate) fn encoded(part: &str) -> String {
    let mut out = String::with_capacity(part.len());
    for byte in part.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

/// Redis counts times in milliseconds.
pub(crate) fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
