//! The team server in front of Ollama.

pub mod domain;
