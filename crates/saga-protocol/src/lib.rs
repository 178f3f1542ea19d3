//! The only types that cross a process, shared by the client (`saga-client`) and `codesaga-proxy`.
//!
//! Requests accept unknown fields (feedback alone does not), so that an older server works with a newer client and any
//! OpenAI-compatible tool works with ours. Answers to streams are server-sent events.

pub mod chat;
pub mod class;
pub mod embeddings;
pub mod error;
pub mod feedback;
pub mod generate;
pub mod instances;
pub mod jobs;
mod lenient;
pub mod me;
mod message;
pub mod models;
pub mod openai;
mod raw_json;
pub mod ready;
pub mod records;
pub mod state;
pub mod ws;

pub use saga_domain::control;
