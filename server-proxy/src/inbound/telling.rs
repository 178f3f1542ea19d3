//! An answer told to a person: its control tokens are whole again, and it has exactly one end.

use futures_util::StreamExt;
use saga_domain::{Failure, FailureCode};
use saga_protocol::openai::TokenUsage;

use crate::domain::guards::Restorer;
use crate::domain::ports::{Answer, Piece};

/// What is told of an answer; the last one is `Done` or `Failed`.
pub(crate) enum Told {
    Queued { place: u32 },
    Text(String),
    Done { finish_reason: String, usage: Option<TokenUsage> },
    Failed(Failure),
}

/// An answer that is being told. Dropping it lets go of the model server.
pub(crate) struct Telling {
    /// Gone once it ended.
    answer: Option<Answer>,
    restorer: Restorer,
    end: Option<Told>,
}

impl Telling {
    pub(crate) fn new(answer: Answer) -> Self {
        Self { answer: Some(answer), restorer: Restorer::default(), end: None }
    }

    /// What comes next; `None` after the end.
    pub(crate) async fn next(&mut self) -> Option<Told> {
        while let Some(answer) = &mut self.answer {
            let text = match answer.next().await {
                Some(Ok(Piece::Queued { place })) => return Some(Told::Queued { place }),
                Some(Ok(Piece::Text(piece))) => self.restorer.push(&piece),
                // No tools are offered where a person is told the answer.
                Some(Ok(Piece::ToolCall(_))) => continue,
                Some(Ok(Piece::Done { finish_reason, usage })) => {
                    self.end(Told::Done { finish_reason, usage });
                    self.restorer.finish()
                }
                Some(Err(failure)) => return self.end(Told::Failed(failure)).end.take(),
                None => return self.end(Told::Failed(incomplete())).end.take(),
            };
            if !text.is_empty() {
                return Some(Told::Text(text));
            }
        }
        self.end.take()
    }

    /// Ends it here, whatever the model server would still say.
    pub(crate) fn give_up(&mut self, failure: Failure) -> Told {
        self.answer = None;
        self.end = None;
        Told::Failed(failure)
    }

    fn end(&mut self, end: Told) -> &mut Self {
        self.answer = None;
        self.end = Some(end);
        self
    }
}

/// An answer ended without saying so.
pub(crate) fn incomplete() -> Failure {
    Failure::new(FailureCode::UpstreamIncomplete, "the answer ended before it was complete")
}
