//! The engine against a scripted server: what a reply says, and what the server sees of it.

mod complete;
mod edit;
mod feedback;
mod server;
mod workspace;
mod world;
