//! What waits to be written to a socket: bounded in bytes, so that a slow reader holds back its
//! own streams and nothing else.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::ws::{CloseFrame, Message, WebSocket};
use bytes::Bytes;
use futures_util::SinkExt;
use futures_util::stream::SplitSink;
use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};
use tokio::time::{MissedTickBehavior, interval, timeout};

use crate::domain::limits::Limits;

/// Messages that wait; what they weigh is bounded by itself.
const MESSAGES_MAX: usize = 64;

/// Takes messages for one socket. Cheap to clone.
#[derive(Clone)]
pub(super) struct Outgoing {
    queue: mpsc::Sender<Waiting>,
    room: Arc<Semaphore>,
    room_bytes: usize,
}

/// A message, and the room it takes until it is written.
struct Waiting {
    message: Message,
    _room: Option<OwnedSemaphorePermit>,
}

/// Writes what waits.
pub(super) struct Writer {
    queue: mpsc::Receiver<Waiting>,
    ping_every: Duration,
    stall_time_max: Duration,
}

/// Both ends.
pub(super) fn outgoing(limits: &Limits) -> (Outgoing, Writer) {
    let (sender, queue) = mpsc::channel(MESSAGES_MAX);
    let room = Arc::new(Semaphore::new(limits.unsent_bytes_max));
    let outgoing = Outgoing { queue: sender, room, room_bytes: limits.unsent_bytes_max };
    let writer = Writer {
        queue,
        ping_every: limits.ping_every,
        stall_time_max: limits.client_stall_time_max,
    };
    (outgoing, writer)
}

impl Outgoing {
    /// Waits for room and leaves the message there; false when nobody writes any more.
    pub(super) async fn send(&self, message: Message) -> bool {
        let bytes = message_bytes(&message).min(self.room_bytes);
        let room = Arc::clone(&self.room).acquire_many_owned(u32::try_from(bytes).unwrap_or(0));
        let Ok(room) = room.await else { return false };
        self.queue.send(Waiting { message, _room: Some(room) }).await.is_ok()
    }

    /// Leaves the message there unless others wait already that nobody reads.
    pub(super) fn try_send(&self, message: Message) -> bool {
        let sent = self.queue.try_send(Waiting { message, _room: None });
        !matches!(sent, Err(TrySendError::Full(_)))
    }

    /// Leaves the last message there: why the socket is closed.
    pub(super) async fn close(&self, code: u16, reason: &'static str) {
        let frame = CloseFrame { code, reason: reason.into() };
        self.send(Message::Close(Some(frame))).await;
    }
}

impl Writer {
    /// Returns when the socket was closed, broke, or is not read.
    pub(super) async fn run(mut self, mut socket: SplitSink<WebSocket, Message>) {
        let mut pings = interval(self.ping_every);
        pings.set_missed_tick_behavior(MissedTickBehavior::Delay);
        pings.reset();
        loop {
            let first = tokio::select! {
                waiting = self.queue.recv() => waiting,
                _ = pings.tick() => Some(Waiting { message: Message::Ping(Bytes::new()), _room: None }),
            };
            let Some(first) = first else { return };
            let written = timeout(self.stall_time_max, self.write(first, &mut socket)).await;
            match written {
                Ok(Ok(Written::GoesOn)) => {}
                Ok(Ok(Written::Closed) | Err(_)) | Err(_) => return,
            }
        }
    }

    /// Writes it and all that waits behind it at once.
    async fn write(
        &mut self,
        first: Waiting,
        socket: &mut SplitSink<WebSocket, Message>,
    ) -> Result<Written, axum::Error> {
        let mut room = Vec::new();
        let mut next = Some(first);
        let mut written = Written::GoesOn;
        while let Some(Waiting { message, _room }) = next {
            let closes = matches!(message, Message::Close(_));
            room.push(_room);
            socket.feed(message).await?;
            if closes {
                written = Written::Closed;
                break;
            }
            next = self.queue.try_recv().ok();
        }
        socket.flush().await?;
        Ok(written)
    }
}

enum Written {
    GoesOn,
    Closed,
}

fn message_bytes(message: &Message) -> usize {
    match message {
        Message::Text(text) => text.len(),
        Message::Binary(bytes) | Message::Ping(bytes) | Message::Pong(bytes) => bytes.len(),
        Message::Close(_) => 0,
    }
}
