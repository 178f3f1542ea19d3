//! One socket: its frames in, a task for each open stream, and why it is closed in the end.

use std::collections::HashMap;
use std::sync::Arc;

use axum::extract::ws::{Message, WebSocket, close_code};
use futures_util::StreamExt;
use futures_util::stream::SplitStream;
use parking_lot::Mutex;
use saga_domain::{Failure, FailureCode};
use saga_protocol::error::ErrorDetail;
use saga_protocol::ws::ClientFrame;
use tokio::task::JoinSet;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite;
use tokio_util::sync::CancellationToken;

use crate::domain::limits::Limits;
use crate::domain::sockets::Seat;
use crate::drain::Work;
use crate::inbound::AppState;
use crate::inbound::ws::calls::{Answer, Calls, detail};
use crate::inbound::ws::frames;
use crate::inbound::ws::outgoing::{Outgoing, outgoing};

/// A socket of one client.
pub(super) struct Socket {
    state: AppState,
    calls: Calls,
    open: Open,
    _work: Work,
    _seat: Seat,
}

/// The open streams by their ids. A stream takes itself out before it says its end, so that a client
/// which has read that may use the id again.
type Open = Arc<Mutex<HashMap<String, OpenStream>>>;

struct OpenStream {
    called_off: CancellationToken,
    /// The name of an answer that would outlive the stream.
    answer: Option<String>,
}

/// Why a socket is closed.
struct Closing(u16, &'static str);

const LEFT: Closing = Closing(close_code::NORMAL, "");

impl Socket {
    pub(super) fn new(state: AppState, calls: Calls, work: Work, seat: Seat) -> Self {
        Self { state, calls, open: Open::default(), _work: work, _seat: seat }
    }

    /// Serves until the client leaves, breaks a rule or reads nothing, or the server stops.
    pub(super) async fn run(self, socket: WebSocket) {
        let limits = self.state.limits;
        let (sink, stream) = socket.split();
        let (out, writer) = outgoing(&limits);
        let mut writing = std::pin::pin!(writer.run(sink));
        let closing = {
            let reading = self.read(stream, &out, &limits);
            tokio::select! {
                () = &mut writing => return,
                closing = reading => closing,
            }
        };
        let last_words = async {
            tokio::join!(out.close(closing.0, closing.1), writing);
        };
        // A client that does not read does not hear why either.
        let _heard = timeout(limits.client_stall_time_max, last_words).await;
    }

    async fn read(
        &self,
        mut stream: SplitStream<WebSocket>,
        out: &Outgoing,
        limits: &Limits,
    ) -> Closing {
        let mut streams = JoinSet::new();
        let mut wrong_frames = 0;
        let mut draining = std::pin::pin!(self.state.drain.began());
        let mut drains = false;
        let silence_max = limits.ping_every + limits.ping_time_max;
        loop {
            if drains && streams.is_empty() {
                return Closing(close_code::AWAY, "the server is shutting down");
            }
            let message = tokio::select! {
                () = &mut draining, if !drains => {
                    drains = true;
                    continue;
                }
                Some(_ended) = streams.join_next() => continue,
                message = timeout(silence_max, stream.next()) => message,
            };
            let text = match message {
                Ok(Some(Ok(Message::Text(text)))) => text,
                Ok(Some(Ok(Message::Binary(_)))) => {
                    return Closing(close_code::UNSUPPORTED, "frames are text");
                }
                Ok(Some(Ok(Message::Ping(_) | Message::Pong(_)))) => continue,
                Ok(Some(Ok(Message::Close(_))) | None) => return LEFT,
                Ok(Some(Err(error))) => return broken(error),
                Err(_silent) => return Closing(close_code::AWAY, "no ping was answered"),
            };
            let answered = match frames::read(&text) {
                Ok(frame) => self.take(frame, &mut streams, out, limits).await,
                Err(error) => {
                    wrong_frames += 1;
                    Some(frames::complaint(error))
                }
            };
            // Who is not read from must read what is said of it before saying more.
            let heard = answered.is_none_or(|answer| out.try_send(answer));
            if !heard || wrong_frames > limits.socket_wrong_frames_max {
                return Closing(close_code::POLICY, "too many frames could not be taken");
            }
        }
    }

    /// Takes a frame; gives what is to be said of it at once.
    async fn take(
        &self,
        frame: ClientFrame,
        streams: &mut JoinSet<()>,
        out: &Outgoing,
        limits: &Limits,
    ) -> Option<Message> {
        let (id, answer) = match &frame {
            ClientFrame::Cancel { id, answer } => {
                let cancelled = self.cancel(id.as_deref(), answer.as_deref()).await;
                return cancelled.err().map(frames::complaint);
            }
            ClientFrame::Complete { id, answer, .. } => (id.clone(), answer.clone()),
            ClientFrame::Resume { id, answer, .. } => (id.clone(), Some(answer.clone())),
            ClientFrame::Chat { id, body } => {
                let resumable = body.get("resumable").and_then(serde_json::Value::as_bool);
                let name = body.get("request_id").and_then(serde_json::Value::as_str);
                (id.clone(), name.filter(|_| resumable == Some(true)).map(str::to_owned))
            }
        };
        let called_off = CancellationToken::new();
        {
            let mut open = self.open.lock();
            if open.contains_key(&id) {
                // Without the id: by an error with it the open stream would end.
                let what = format!("`id`: a stream with the id '{id}' is open");
                return Some(frames::complaint(frames::wrong(&what)));
            }
            if open.len() >= limits.socket_streams_max {
                let failure = Failure {
                    code: FailureCode::RateLimited,
                    message: format!("{} streams are open on this socket", open.len()),
                    retry_after_ms: Some(1000),
                };
                return Some(frames::refused(&id, detail(failure)));
            }
            let called_off = called_off.clone();
            open.insert(id.clone(), OpenStream { called_off, answer });
        }
        let stream = Stream { id, open: Arc::clone(&self.open), out: out.clone(), called_off };
        let calls = self.calls.clone();
        streams.spawn(stream.run(async move {
            match frame {
                ClientFrame::Complete { body, headers, answer, .. } => {
                    calls.complete(body, &headers, answer.as_deref()).await
                }
                ClientFrame::Chat { body, .. } => calls.chat(body).await,
                ClientFrame::Resume { answer, after, .. } => calls.resume(&answer, after).await,
                ClientFrame::Cancel { .. } => Err(frames::wrong("a cancel opens no stream")),
            }
        }));
        None
    }

    async fn cancel(&self, id: Option<&str>, answer: Option<&str>) -> Result<(), ErrorDetail> {
        let Some(id) = id else {
            let missing = || frames::wrong("a cancel needs an `id` or an `answer`");
            return self.calls.cancel(answer.ok_or_else(missing)?).await;
        };
        let stream = {
            let open = self.open.lock();
            open.get(id).map(|stream| (stream.called_off.clone(), stream.answer.clone()))
        };
        let Some((called_off, answer)) = stream else {
            let message = format!("no stream with the id '{id}' is open");
            return Err(detail(Failure::new(FailureCode::NotFound, message)));
        };
        called_off.cancel();
        if let Some(answer) = &answer {
            // It may be over already, or not have begun.
            let _gone = self.calls.cancel(answer).await;
        }
        Ok(())
    }
}

/// One open stream. Dropped, it lets go of its answer.
struct Stream {
    id: String,
    open: Open,
    out: Outgoing,
    called_off: CancellationToken,
}

impl Stream {
    async fn run(self, opening: impl Future<Output = Result<Answer, ErrorDetail>>) {
        let last = tokio::select! {
            biased;
            () = self.called_off.cancelled() => frames::cancelled(&self.id),
            last = self.follow(opening) => last,
        };
        self.open.lock().remove(&self.id);
        self.out.send(last).await;
    }

    /// Passes on what is said; gives the last word.
    async fn follow(&self, opening: impl Future<Output = Result<Answer, ErrorDetail>>) -> Message {
        let mut answer = match opening.await {
            Ok(answer) => answer,
            Err(error) => return frames::refused(&self.id, error),
        };
        while let Some(said) = answer.next().await {
            let is_end = said.said.is_end();
            let message = frames::said(&self.id, said);
            if is_end {
                return message;
            }
            if !self.out.send(message).await {
                break;
            }
        }
        // Whoever resumes an answer and knows its end already hears that there is no more.
        frames::refused(&self.id, frames::wrong("`after`: the answer has no more events"))
    }
}

fn broken(error: axum::Error) -> Closing {
    use tungstenite::Error as E;
    let error = error.into_inner();
    match error.downcast_ref::<E>() {
        Some(E::Capacity(_)) => Closing(close_code::SIZE, "the frame is too large"),
        Some(E::Utf8(_)) => Closing(close_code::INVALID, "text frames are UTF-8"),
        Some(E::Protocol(_)) => Closing(close_code::PROTOCOL, "this is not WebSocket"),
        _ => LEFT,
    }
}
