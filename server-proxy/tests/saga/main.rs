//! Jobs that end whatever dies: the contract of where they are kept, in process, in one Redis and in a
//! cluster; the calls through the real router; and workers that die at every step.

#[cfg(feature = "kafka")]
#[path = "../bus/broker.rs"]
mod broker;
mod deaths;
mod fleet;
mod http;
#[cfg(feature = "kafka")]
mod kafka;
mod store;
#[path = "../conversations/support/mod.rs"]
#[expect(dead_code, unused_imports, reason = "shared with other tests, which need more of it")]
mod support;
