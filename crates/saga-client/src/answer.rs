//! The answer of a model as it comes, from `/v1/completions` or `/v1/chat/completions`.
//!
//! Read leniently: servers leave out what they do not care for, and report an error inside a
//! stream in three ways.

use std::sync::Arc;

use bytes::Bytes;
use serde::Deserialize;

use crate::Failure;
use crate::events::Events;
use crate::failure;
use crate::options::{Address, Timeouts};

/// A part of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// More text.
    Text(String),
    /// The end; always the last one.
    Done {
        /// Why it ended.
        finish: Finish,
        /// Tokens of the prompt, when the server counts.
        prompt_tokens: u32,
        /// Tokens of the answer, when the server counts.
        completion_tokens: u32,
    },
}

/// Why an answer ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Finish {
    /// The model or a stop text ended it.
    Stop,
    /// The limit of tokens was reached.
    Length,
}

/// An answer on its way. Dropping it closes the connection, which frees the model.
pub struct Answer {
    events: Events,
    finish: Option<Finish>,
    usage: Usage,
    over: bool,
}

impl Answer {
    pub(crate) fn new(events: Events) -> Self {
        Self { events, finish: None, usage: Usage::default(), over: false }
    }

    /// The answer that a recorded body holds, in the pieces it came in: for reading one without a
    /// server.
    ///
    /// # Errors
    /// None today; reading it may fail as that of any other.
    pub fn of_recorded(pieces: Vec<Bytes>) -> Result<Self, Failure> {
        let address = Address::parse("http://recorded.invalid")?;
        let pieces = futures_util::stream::iter(pieces.into_iter().map(Ok));
        Ok(Self::new(Events::of_pieces(address, Timeouts::default(), Arc::default(), pieces)))
    }

    /// The next part. After [`Piece::Done`] or an error comes `None`, and never before one of them.
    pub async fn next(&mut self) -> Option<Result<Piece, Failure>> {
        if self.over {
            return None;
        }
        let piece = self.read().await;
        self.over = !matches!(piece, Ok(Piece::Text(_)));
        Some(piece)
    }

    async fn read(&mut self) -> Result<Piece, Failure> {
        loop {
            let Some(event) = self.events.next().await else { return self.end() };
            let event = event?;
            // A place in the server's queue is nothing to show while somebody types.
            if event.event == "queued" {
                continue;
            }
            if event.event == "error" {
                return Err(failure::of_stream(&event.data));
            }
            if event.data.trim() == "[DONE]" {
                return self.end();
            }
            let chunk: Chunk =
                serde_json::from_str(&event.data).map_err(|_| self.events.garbled())?;
            if chunk.error.is_some_and(|error| !error.is_null()) {
                return Err(failure::of_stream(&event.data));
            }
            if let Some(usage) = chunk.usage {
                self.usage = usage;
            }
            if let Some(text) = self.take(chunk.choices) {
                self.events.note_text();
                return Ok(Piece::Text(text));
            }
        }
    }

    fn take(&mut self, choices: Vec<Choice>) -> Option<String> {
        let choice = choices.into_iter().next()?;
        match choice.finish_reason.as_deref() {
            None | Some("") => {}
            Some("length") => self.finish = Some(Finish::Length),
            Some(_) => self.finish = Some(Finish::Stop),
        }
        let text = choice.text.or(choice.delta.and_then(|delta| delta.content))?;
        (!text.is_empty()).then_some(text)
    }

    fn end(&self) -> Result<Piece, Failure> {
        let Some(finish) = self.finish else { return Err(failure::ended_silently()) };
        Ok(Piece::Done {
            finish,
            prompt_tokens: self.usage.prompt_tokens,
            completion_tokens: self.usage.completion_tokens,
        })
    }
}

#[derive(Deserialize)]
struct Chunk {
    #[serde(default)]
    choices: Vec<Choice>,
    usage: Option<Usage>,
    error: Option<serde_json::Value>,
}

#[derive(Deserialize)]
struct Choice {
    text: Option<String>,
    delta: Option<Delta>,
    finish_reason: Option<String>,
}

#[derive(Deserialize)]
struct Delta {
    content: Option<String>,
}

#[derive(Clone, Copy, Default, Deserialize)]
struct Usage {
    #[serde(default)]
    prompt_tokens: u32,
    #[serde(default)]
    completion_tokens: u32,
}
