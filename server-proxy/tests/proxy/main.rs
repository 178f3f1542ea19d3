//! The proxy as its clients see it, in front of scripted model servers.

mod access;
mod answers;
mod attacks;
mod bench;
mod cancellation;
mod classes;
mod connections;
mod drain;
mod ends;
mod facts;
mod keys;
mod names;
mod openai;
mod operating;
mod process;
mod refusals;
mod relay;
mod routing;
mod shared;
mod socket;
mod stage;
mod tls;
mod traces;
mod upstreams;
mod walls;
mod websocket;
