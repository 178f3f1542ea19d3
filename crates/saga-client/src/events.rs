//! Server-sent events of one answer, within limits of time and size.

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use eventsource_stream::{Event, EventStreamError, Eventsource};
use futures_util::{Stream, StreamExt};
use saga_domain::{Failure, FailureCode};

use crate::failure;
use crate::options::{Address, Timeouts};
use crate::traffic::Traffic;

/// Bytes of one answer, its envelope included.
const ANSWER_BYTES_MAX: usize = 16 * 1024 * 1024;

/// The events of one answer. Dropping it closes the connection.
pub(crate) struct Events {
    address: Address,
    timeouts: Timeouts,
    text_has_come: bool,
    events: Pin<Box<dyn Stream<Item = Result<Event, EventStreamError<Failure>>> + Send>>,
}

impl Events {
    pub(crate) fn new(
        address: Address,
        timeouts: Timeouts,
        traffic: Arc<Traffic>,
        response: reqwest::Response,
    ) -> Self {
        let pieces = response.bytes_stream().map(|piece| piece.map_err(|_| failure::broken_off()));
        Self::of_pieces(address, timeouts, traffic, pieces)
    }

    pub(crate) fn of_pieces(
        address: Address,
        timeouts: Timeouts,
        traffic: Arc<Traffic>,
        pieces: impl Stream<Item = Result<Bytes, Failure>> + Send + 'static,
    ) -> Self {
        let mut total = 0;
        let bytes = pieces.map(move |piece| {
            let piece = piece?;
            traffic.count_received(piece.len());
            total += piece.len();
            if total > ANSWER_BYTES_MAX {
                return Err(Failure::new(
                    FailureCode::BadResponse,
                    "The answer is longer than any answer may be.",
                ));
            }
            Ok(piece)
        });
        Self { address, timeouts, text_has_come: false, events: Box::pin(bytes.eventsource()) }
    }

    /// The next event; `None` at the end of the body, whether that is a proper end or not.
    pub(crate) async fn next(&mut self) -> Option<Result<Event, Failure>> {
        match tokio::time::timeout(self.patience(), self.events.next()).await {
            Err(_) => Some(Err(failure::timed_out(&self.address))),
            Ok(None) => None,
            Ok(Some(Ok(event))) => Some(Ok(event)),
            Ok(Some(Err(EventStreamError::Transport(failure)))) => Some(Err(failure)),
            Ok(Some(Err(EventStreamError::Utf8(_) | EventStreamError::Parser(_)))) => {
                Some(Err(self.garbled()))
            }
        }
    }

    /// From now on the server is known to be answering, and long silence means that it stopped.
    pub(crate) fn note_text(&mut self) {
        self.text_has_come = true;
    }

    /// The failure for an event that cannot be read.
    pub(crate) fn garbled(&self) -> Failure {
        failure::bad_response(&self.address, "sent something that is not an answer")
    }

    fn patience(&self) -> Duration {
        if self.text_has_come { self.timeouts.idle } else { self.timeouts.first_byte }
    }
}
