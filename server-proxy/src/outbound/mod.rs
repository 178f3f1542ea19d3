//! The world outside: model servers, session stores, the keys file. Each adapter keeps the promises
//! of its port in `domain::ports`.

pub mod answers_redis;
mod bus_desk;
#[cfg(feature = "kafka")]
mod bus_envelope;
pub mod bus_in_process;
#[cfg(feature = "kafka")]
pub mod bus_kafka;
mod bus_lines;
pub mod bus_redis;
mod chunk_template;
mod connections;
pub mod feedback_in_process;
pub mod feedback_redis;
pub(crate) mod file_watch;
pub(crate) mod fleet_channel;
mod found_server;
mod http_client;
mod kept_conversation;
pub mod keys_file;
pub mod known_keys;
mod lines;
pub mod memory_in_process;
pub mod memory_redis;
mod memory_rows;
mod ollama;
mod ollama_answer;
mod ollama_body;
mod ollama_facts;
mod ollama_line;
mod openai;
mod openai_answer;
mod openai_facts;
mod otlp;
pub mod own_prompts;
pub mod own_server;
mod proof;
pub mod records_in_process;
pub mod records_redis;
pub mod redis_connection;
pub mod redis_store;
mod refusal;
pub mod remote_models;
mod response;
mod saga_rows;
pub mod saga_store_in_process;
pub mod saga_store_redis;
pub mod stored_limits;
mod stored_turn;
pub mod telemetry;
pub mod usage_in_process;
pub mod usage_redis;
pub mod usage_shared;

pub use found_server::FoundServer;
pub use http_client::HttpClient;
