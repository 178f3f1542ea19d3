//! An Ollama that says what a test tells it to say, in the words real versions used.
//!
//! Listings, facts about models and refusals are served from the recorded exchanges in
//! `tests/data/ollama-transcripts`; answers are scripted by [`Rule`]s and written line by line in
//! the shapes of those recordings. What no rule covers gets a fixed answer that makes a sensible
//! demonstration. It can also pose as llama.cpp's server ([`Kind::OpenAi`]).
//!
//! It does no inference, keeps no template engine and checks no more of a request than the real
//! ones were seen to check.

mod answer;
mod control;
mod demo;
mod fault;
mod handle;
mod llama_cpp;
mod log;
mod native;
mod play;
mod script;
mod server;
mod slots;
mod transcripts;
mod v1;
mod wire;

pub use handle::{Kind, Options, ScriptedOllama, Shape, Version};
pub use log::{Ending, Recorded};
pub use script::{End, Rule, ToolCall};
