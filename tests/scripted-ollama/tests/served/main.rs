//! The server as its clients see it, over real sockets.

mod faults;
mod http;
mod http2;
mod recordings;
