//! The engine's threads: few, named, and ended with it.

use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use parking_lot::Mutex;
use saga_domain::{Failure, FailureCode, ReplyEvent};
use tokio::runtime::{Builder, Handle, Runtime};
use tokio_util::sync::CancellationToken;

use crate::reply::Giver;

/// Threads for work that blocks: parsing, and the system's name lookup.
const BLOCKING_THREADS_MAX: usize = 4;
/// How long a closing engine may still speak.
const LAST_WORDS: Duration = Duration::from_secs(2);

/// One answers while the other shapes: a key must not wait for the parser of an answer.
const WORKERS: usize = 2;

/// Owns the threads.
pub(crate) struct Threads {
    runtime: Mutex<Option<Runtime>>,
    runner: Runner,
    closing: CancellationToken,
}

impl Threads {
    pub(crate) fn start() -> Result<Self, Failure> {
        let runtime = Builder::new_multi_thread()
            .worker_threads(WORKERS)
            .max_blocking_threads(BLOCKING_THREADS_MAX)
            .thread_name("codesaga")
            .enable_all()
            .build()
            .map_err(|error| {
                Failure::new(
                    FailureCode::Internal,
                    format!("The engine's threads cannot be started: {error}."),
                )
            })?;
        let runner = Runner { handle: runtime.handle().clone() };
        Ok(Self { runtime: Mutex::new(Some(runtime)), runner, closing: CancellationToken::new() })
    }

    pub(crate) fn runner(&self) -> Runner {
        self.runner.clone()
    }

    /// Cancelled when the engine closes.
    pub(crate) fn closing(&self) -> CancellationToken {
        self.closing.clone()
    }

    pub(crate) fn check_open(&self) -> Result<(), Failure> {
        if self.closing.is_cancelled() {
            return Err(Failure::new(FailureCode::ShuttingDown, "The engine is closed."));
        }
        Ok(())
    }

    /// Ends everything without waiting: this is called on the editor's own thread. `last_words`
    /// get a moment, on a thread that nobody waits for.
    pub(crate) fn close(&self, last_words: Option<impl Future<Output = ()> + Send + 'static>) {
        self.closing.cancel();
        let Some(runtime) = self.runtime.lock().take() else { return };
        let Some(last_words) = last_words else { return runtime.shutdown_background() };
        std::thread::spawn(move || {
            // Too late is the same as failed.
            let _ = runtime.block_on(async { tokio::time::timeout(LAST_WORDS, last_words).await });
            runtime.shutdown_background();
        });
    }
}

impl Drop for Threads {
    fn drop(&mut self) {
        self.close(None::<std::future::Ready<()>>);
    }
}

/// Runs futures on an engine's threads. Futures still running when the engine closes are dropped.
#[derive(Clone)]
pub struct Runner {
    handle: Handle,
}

impl Runner {
    /// Runs `future`; drops it unrun when the engine is closed.
    pub fn spawn(&self, future: impl Future<Output = ()> + Send + 'static) {
        drop(self.handle.spawn(future));
    }

    /// Runs work that answers through `giver`, until it ends or nobody wants it any more. A failure
    /// becomes the last event, and so does a panic: it costs this one reply.
    pub(crate) fn answer<F>(&self, giver: Giver, work: impl FnOnce(Arc<Giver>) -> F)
    where
        F: Future<Output = Result<(), Failure>> + Send + 'static,
    {
        let giver = Arc::new(giver);
        let cancelled = giver.cancelled();
        let work = std::panic::AssertUnwindSafe(work(Arc::clone(&giver))).catch_unwind();
        self.spawn(async move {
            let outcome = tokio::select! {
                biased;
                () = cancelled.cancelled() => return,
                outcome = work => outcome,
            };
            match outcome {
                Ok(Ok(())) => {}
                Ok(Err(failure)) => giver.give(ReplyEvent::Failed(failure)),
                Err(_) => giver.give(ReplyEvent::Failed(fault())),
            }
        });
    }

    /// Runs work that blocks, beside everything else.
    pub(crate) async fn beside<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Option<T> {
        self.handle.spawn_blocking(work).await.ok()
    }
}

/// What is said of a panic.
pub(crate) fn fault() -> Failure {
    Failure::new(
        FailureCode::Internal,
        "CodeSaga ran into a fault of its own. Try again; if it stays, restart CodeSaga.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn events_of(threads: &Threads, work: fn() -> Result<(), Failure>) -> Vec<ReplyEvent> {
        let (giver, reply) = Giver::pair(&threads.closing());
        threads.runner().answer(giver, |_| async move { work() });
        let pull = async {
            let mut events = Vec::new();
            while let Some(event) = reply.next().await {
                events.push(event);
            }
            events
        };
        let runtime = Builder::new_current_thread().build().expect("a runtime");
        runtime.block_on(pull)
    }

    #[test]
    fn a_panic_costs_one_reply() {
        let threads = Threads::start().expect("threads");
        let events = events_of(&threads, || std::panic::resume_unwind(Box::new("gone")));
        assert_eq!(events, [ReplyEvent::Failed(fault())]);
        assert_eq!(events_of(&threads, || Ok(())), []);
    }

    #[test]
    fn after_closing_work_is_dropped_and_its_reply_ends() {
        let threads = Threads::start().expect("threads");
        threads.close(None::<std::future::Ready<()>>);
        threads.close(None::<std::future::Ready<()>>);
        assert_eq!(events_of(&threads, || Ok(())), []);
        assert_eq!(threads.check_open().map_err(|f| f.code), Err(FailureCode::ShuttingDown));
    }
}
