//! What the tests start: a proxy, a Redis, and a client.

mod client;
mod proxy;
pub(crate) mod redis;

pub(crate) use client::{Client, Event, Reply, said};
pub(crate) use proxy::TestProxy;
pub(crate) use redis::{Redis, RedisCluster};
