//! Who may ask, what was said before, which model answers. No axum, redis, tonic or rdkafka here.

pub mod access;
pub mod admission;
pub mod limits;
pub mod models;
pub mod ports;
pub mod relay;
pub mod stop;
mod upstream;
