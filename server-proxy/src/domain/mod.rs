//! Who may ask, what was said before, which model answers. No axum, redis, tonic or rdkafka here.

pub mod access;
pub mod activity;
pub mod admission;
pub(crate) mod breaker;
pub mod conversation;
pub mod feedback;
pub mod guards;
pub mod key;
pub mod limits;
mod loads;
pub mod models;
pub mod ports;
pub mod priority;
pub mod records;
pub mod relay;
pub mod request_mark;
pub mod running;
mod running_log;
pub mod said;
pub mod scope;
pub mod stop;
pub(crate) mod upstream;
pub mod witness;
pub mod writers;
