//! The bus: one suite of promises over its three adapters, with a real Redis and a real Kafka
//! broker; what each adapter has beside; and the command that shows dead letters.

mod bench;
#[cfg(feature = "kafka")]
mod broker;
#[cfg(feature = "kafka")]
mod kafka;
mod process;
mod promises;
#[path = "../conversations/support/redis.rs"]
#[expect(dead_code, reason = "TLS is the conversations' matter")]
mod redis;
