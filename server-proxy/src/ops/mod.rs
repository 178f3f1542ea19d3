//! What the person who runs the server sees and does: counters, a look at everything, a live view.
//! Nothing here knows a word of what was asked or answered.

pub mod doctor;
pub mod metrics;
mod process;
pub mod systemd;
pub mod top;
