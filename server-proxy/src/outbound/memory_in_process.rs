//! Conversations in this process.

use async_trait::async_trait;
use saga_protocol::chat::{SessionSummary, Turn};

use crate::domain::ports::{Caller, MemoryError, MemoryState, SessionMemory, VersionedSession};

/// Remembers nothing yet.
#[derive(Debug, Default)]
pub struct MemoryInProcess;

#[async_trait]
impl SessionMemory for MemoryInProcess {
    async fn read(&self, _: &Caller, _: &str) -> Result<Option<VersionedSession>, MemoryError> {
        Ok(None)
    }

    async fn append(&self, _: &Caller, _: &str, _: u64, _: Turn) -> Result<u64, MemoryError> {
        Err(MemoryError::Unavailable)
    }

    async fn list(&self, _: &Caller) -> Result<Vec<SessionSummary>, MemoryError> {
        Ok(Vec::new())
    }

    async fn delete(&self, _: &Caller, _: &str) -> Result<bool, MemoryError> {
        Ok(false)
    }

    fn state(&self) -> MemoryState {
        MemoryState::InProcess
    }
}
