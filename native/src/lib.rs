//! The napi-rs boundary: what the extension sees of the engine.
//!
//! It converts and forwards, and nothing else: UTF-16 becomes bytes in `convert.rs`, futures become
//! promises in `promise.rs`, failures become errors with a `code` in `error.rs`. No panic crosses,
//! no thread outlives `Engine.close()`, and nothing is decided here.

mod convert;
pub mod edit;
mod engine;
pub mod error;
pub mod events;
pub mod find;
pub mod hints;
mod plain;
mod promise;
pub mod reply;
pub mod sessions;
pub mod stats;
pub mod types;
pub mod workspace;
