//! The client against bytes on a socket: what is sent, and what is made of every kind of answer.

mod answers;
mod calls;
mod socket;
