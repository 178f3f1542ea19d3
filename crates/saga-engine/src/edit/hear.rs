//! An answer heard to its end.

use saga_client::{Answer, Finish, Piece};
use saga_domain::{Failure, ReplyEvent, Usage, WarningCode};
use saga_prompt::estimate_tokens;

use crate::reply::Giver;
use crate::stats::Watch;

const TRUNCATED: &str = "The answer reached its length limit; its end is missing.";

/// An answer that has come to its end.
pub(crate) struct Heard {
    pub(crate) said: String,
    /// Whether the end is that of the tokens it may have.
    pub(crate) is_cut: bool,
    usage: Usage,
}

/// Hears an answer to its end. `so_far` sees it grow.
pub(crate) async fn hear(
    mut answer: Answer,
    watch: &mut Watch,
    mut so_far: impl FnMut(&str),
) -> Result<Heard, Failure> {
    let mut said = String::new();
    loop {
        let piece = answer.next().await.transpose().inspect_err(|failure| watch.failed(failure))?;
        let (finish, prompt_tokens, completion_tokens) = match piece {
            Some(Piece::Text(piece)) => {
                watch.text();
                said.push_str(&piece);
                so_far(&said);
                continue;
            }
            Some(Piece::Done { finish, prompt_tokens, completion_tokens }) => {
                (finish, prompt_tokens, completion_tokens)
            }
            None => (Finish::Stop, 0, 0),
        };
        watch.complete(completion_tokens.max(estimate_tokens(&said)));
        let usage = Usage {
            prompt_tokens,
            completion_tokens,
            first_token_ms: watch.first_token_ms(),
            total_ms: watch.total_ms(),
            ..Usage::default()
        };
        return Ok(Heard { said, is_cut: finish == Finish::Length, usage });
    }
}

impl Heard {
    /// Gives the end of an answer in words.
    pub(crate) fn end_words(self, giver: &Giver) {
        if self.is_cut {
            let message = TRUNCATED.to_owned();
            giver.give(ReplyEvent::Warning { code: WarningCode::Truncated, message });
        }
        self.end(giver);
    }

    /// Gives the end of an answer.
    pub(crate) fn end(self, giver: &Giver) {
        giver.give(ReplyEvent::Done(self.usage));
    }
}
