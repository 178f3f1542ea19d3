//! The stable part of a prompt, read by the server before anybody asks.

use std::sync::Arc;

use saga_domain::ByteOffset;

use crate::runner::Runner;
use crate::shared::Shared;

pub(crate) fn prefill(_shared: &Arc<Shared>, _runner: &Runner, _uri: &str, _at: ByteOffset) {}
