//! The client against bytes on a socket: what is sent, and what is made of every kind of answer.
//! And against a real server in every HTTP it may speak: what letting go costs.

mod answers;
mod calls;
mod connections;
mod conversation;
mod http_server;
mod socket;
