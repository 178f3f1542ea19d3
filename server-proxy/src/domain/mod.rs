//! Who may ask, what was said before, which model answers. No axum, redis, tonic or rdkafka here.

pub mod ports;
