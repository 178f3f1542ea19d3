//! What the person who runs the server sees and does: counters, a look at everything, a live view.
//! Nothing here knows a word of what was asked or answered.

pub mod dead_letters;
pub mod doctor;
pub mod health;
pub mod metrics;
mod process;
pub mod systemd;
pub(crate) mod table;
pub mod top;
