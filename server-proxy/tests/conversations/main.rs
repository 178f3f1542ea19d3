//! Conversations and recorded requests: the contract of memory against both of its adapters, and
//! the calls through the real router, with a scripted model server and a real Redis.

mod answers;
mod chat;
mod digests;
mod feedback;
mod generate;
mod limits;
mod me;
mod memory;
mod memory_lost;
mod ownership;
mod prompts;
mod records;
mod repeats;
mod resume;
mod sessions;
mod support;
mod usage;
