//! Plays an answer onto a connection, step by step, and notices when the client has left.
//!
//! hyper drops the response's body, or the future that would make it, as soon as it reads the end
//! of the client's side; the guard inside then records where that happened.

use std::collections::VecDeque;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::stream;
use http_body_util::{BodyExt, StreamBody, combinators::UnsyncBoxBody};
use hyper::body::Frame;

use crate::log::{Ending, Log};

pub(crate) type Body = UnsyncBoxBody<Bytes, io::Error>;

/// One step of an answer.
pub(crate) enum Step {
    /// Bytes, and how many pieces of the answer are complete with them.
    Send(Bytes, usize),
    /// Lets the connection write what it has, so that the next bytes are a write of their own.
    Flush,
    /// Nothing for a while.
    Wait(Duration),
    /// Nothing until the test says so.
    Hold,
    /// Nothing more, ever.
    Hang,
    /// The TCP connection closes.
    Cut,
}

/// A request being answered. Dropped before [`Playing::finished`], its client has gone.
pub(crate) struct Playing {
    log: Arc<Log>,
    index: usize,
    finished: bool,
}

impl Playing {
    pub(crate) fn new(log: Arc<Log>, index: usize) -> Self {
        Self { log, index, finished: false }
    }

    pub(crate) fn sent(&self, pieces: usize) {
        if pieces > 0 {
            self.log.pieces_sent(self.index, pieces);
        }
    }

    pub(crate) fn finished(mut self) {
        self.finished = true;
    }
}

impl Drop for Playing {
    fn drop(&mut self) {
        let ending = if self.finished { Ending::Finished } else { Ending::ClientGone };
        self.log.end(self.index, ending);
    }
}

/// The body that plays `steps`.
pub(crate) fn body(steps: Vec<Step>, playing: Playing) -> Body {
    let first = Some((VecDeque::from(steps), playing));
    BodyExt::boxed_unsync(StreamBody::new(stream::unfold(first, |state| async move {
        let (mut steps, playing) = state?;
        loop {
            match steps.pop_front() {
                None => {
                    playing.finished();
                    return None;
                }
                Some(Step::Send(bytes, pieces)) => {
                    playing.sent(pieces);
                    return Some((Ok(Frame::data(bytes)), Some((steps, playing))));
                }
                Some(Step::Flush) => tokio::task::yield_now().await,
                Some(Step::Wait(time)) => tokio::time::sleep(time).await,
                Some(Step::Hold) => playing.log.released().await,
                Some(Step::Hang) => std::future::pending().await,
                Some(Step::Cut) => {
                    // What was sent must have left before the connection is torn down.
                    tokio::task::yield_now().await;
                    playing.finished();
                    return Some((Err(io::Error::other("cut by the script")), None));
                }
            }
        }
    })))
}
