//! The engine against a scripted server: what a reply says, and what the server sees of it.

mod ahead;
mod complete;
mod edit;
mod feedback;
mod find;
mod in_flight;
mod privacy;
mod server;
mod tasks;
mod views;
mod workspace;
mod world;
