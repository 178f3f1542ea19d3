//! gRPC: the promises of the proxy kept by two processes, and the calls for clients that speak it.
//!
//! What is promised of answers is written once, in the tests of the one process; here the same tests
//! run against a gateway in front of a model service.

#[path = "../proxy/answers.rs"]
mod answers;
#[path = "../proxy/bench.rs"]
#[expect(dead_code, reason = "the tests of the one process use all of it")]
mod bench;
#[path = "../proxy/cancellation.rs"]
mod cancellation;
#[path = "../proxy/classes.rs"]
mod classes;
mod clients;
#[path = "../proxy/ends.rs"]
mod ends;
mod fleet;
mod hop;
#[path = "../proxy/names.rs"]
mod names;
#[path = "../proxy/openai.rs"]
mod openai;
#[path = "../conversations/support/redis.rs"]
#[expect(dead_code, reason = "the conversations' tests use all of it")]
mod redis;
#[path = "../proxy/refusals.rs"]
mod refusals;
#[path = "../proxy/relay.rs"]
mod relay;
mod services;
#[path = "../proxy/shared.rs"]
mod shared;
mod stage;
#[path = "../proxy/upstreams.rs"]
mod upstreams;
