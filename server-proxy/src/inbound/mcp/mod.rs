//! `POST /mcp`: the Model Context Protocol, so that agents of other programs can use the team's model
//! and memory. `codesaga-proxy mcp` serves the same beside an editor ([`crate::mcp`]).
//!
//! A tool becomes the HTTP calls that it stands for and goes through the same router and all of its
//! layers ([`calls`]), so keys, scopes, limits, queue and records hold here as they do there, and
//! letting go of a tool is letting go of those calls. Nothing is kept between two messages: any
//! server of a fleet answers any of them.

mod answer;
mod calls;
mod http;
mod progress;
mod running;
mod search;
mod server;
mod tools;

pub(crate) use calls::{CallFuture, Calls};
pub(crate) use http::{McpRoute, mcp, route};
pub(crate) use server::McpServer;
