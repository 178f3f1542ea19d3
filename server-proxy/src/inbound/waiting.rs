//! The time before an answer begins: with a status of its own as long as nothing was said, and
//! with its places in the queue for those who want to see them.

use futures_util::future::BoxFuture;
use futures_util::{FutureExt, StreamExt, stream};
use saga_domain::Failure;
use tokio::sync::watch;

use crate::domain::ports::{Answer, Piece};
use crate::drain::Drain;

/// Begins an answer.
///
/// Unless `shows_queue`, this returns with its first piece. Else it returns as soon as the request
/// has to wait: the answer then begins with its places in the queue, and what fails after that is
/// part of it.
///
/// # Errors
/// What failed before anything was said.
pub(crate) async fn begin(
    work: impl Future<Output = Result<Answer, Failure>> + Send + 'static,
    places: watch::Receiver<u32>,
    shows_queue: bool,
    drain: &Drain,
) -> Result<Answer, Failure> {
    if !shows_queue {
        return drain.until_cut(work).await;
    }
    let mut waiting = Waiting { work: work.boxed(), places };
    match drain.until_cut(waiting.next().map(Ok)).await? {
        Step::Over(outcome) => outcome,
        Step::Place(place) => {
            let begun = stream::iter([Ok(Piece::Queued { place })]);
            Ok(begun.chain(stream::unfold(Phase::Waiting(waiting), Phase::next)).boxed())
        }
    }
}

struct Waiting {
    work: BoxFuture<'static, Result<Answer, Failure>>,
    places: watch::Receiver<u32>,
}

enum Step {
    Place(u32),
    Over(Result<Answer, Failure>),
}

impl Waiting {
    async fn next(&mut self) -> Step {
        loop {
            tokio::select! {
                biased;
                outcome = &mut self.work => return Step::Over(outcome),
                Ok(()) = self.places.changed() => {
                    let place = *self.places.borrow_and_update();
                    // 0 is said of one who has been let in.
                    if place > 0 {
                        return Step::Place(place);
                    }
                }
            }
        }
    }
}

enum Phase {
    Waiting(Waiting),
    Answered(Answer),
    Over,
}

impl Phase {
    async fn next(mut self) -> Option<(Result<Piece, Failure>, Self)> {
        loop {
            match self {
                Self::Waiting(mut waiting) => match waiting.next().await {
                    Step::Place(place) => {
                        return Some((Ok(Piece::Queued { place }), Self::Waiting(waiting)));
                    }
                    Step::Over(Ok(answer)) => self = Self::Answered(answer),
                    Step::Over(Err(failure)) => return Some((Err(failure), Self::Over)),
                },
                Self::Answered(mut answer) => {
                    let piece = answer.next().await?;
                    return Some((piece, Self::Answered(answer)));
                }
                Self::Over => return None,
            }
        }
    }
}
