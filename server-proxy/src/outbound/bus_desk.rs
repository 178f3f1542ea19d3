//! What the task behind a subscription and the receivers of its deliveries say to one another.

use std::pin::Pin;
use std::task::{Context, Poll};

use async_trait::async_trait;
use futures_util::{Stream, StreamExt};
use tokio::sync::{mpsc, oneshot};

use crate::domain::bus::{BusError, Deliveries, Delivery, LET_FALL, Message, Outcome, Settlement};

/// The task's side. A ticket is what the task knows a delivery by.
pub(crate) struct Desk<T> {
    out: mpsc::Sender<(T, Message)>,
    told: mpsc::UnboundedReceiver<Told<T>>,
}

/// What the task is told.
pub(crate) enum Told<T> {
    /// What became of a delivery, and where to say whether that is noted.
    Settled { ticket: T, outcome: Outcome, noted: Option<oneshot::Sender<Result<(), BusError>>> },
    /// Nobody looked at it before the receiver left.
    Unopened(T),
}

impl<T: Clone + Send + 'static> Desk<T> {
    /// A desk for as many deliveries as may be held at a time, and the receiver's side of it.
    pub(crate) fn open(held_max: usize) -> (Self, Deliveries) {
        let (out, came) = mpsc::channel(held_max);
        // A delivery is settled once and so many are held at most: there is no more to be told.
        let (tell, told) = mpsc::unbounded_channel();
        (Self { out, told }, Receiver { came, tell }.boxed())
    }

    /// Gives a message to the receiver; false when it has left. The task never gives more than may
    /// be held.
    pub(crate) fn hand(&self, ticket: T, message: Message) -> bool {
        self.out.try_send((ticket, message)).is_ok()
    }

    /// Whether nobody waits for deliveries any more.
    pub(crate) fn is_left(&self) -> bool {
        self.out.is_closed()
    }

    /// What is said next; `None` once the receiver has left and settled everything.
    pub(crate) async fn told(&mut self) -> Option<Told<T>> {
        self.told.recv().await
    }
}

struct Receiver<T> {
    came: mpsc::Receiver<(T, Message)>,
    tell: mpsc::UnboundedSender<Told<T>>,
}

impl<T: Clone + Send + 'static> Stream for Receiver<T> {
    type Item = Delivery;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Delivery>> {
        let Self { came, tell } = &mut *self;
        came.poll_recv(context).map(|came| {
            let (ticket, message) = came?;
            Some(Delivery::new(message, Box::new(Slip { ticket, tell: tell.clone() })))
        })
    }
}

impl<T> Unpin for Receiver<T> {}

impl<T> Drop for Receiver<T> {
    fn drop(&mut self) {
        self.came.close();
        while let Ok((ticket, _)) = self.came.try_recv() {
            let _ = self.tell.send(Told::Unopened(ticket));
        }
    }
}

/// With what a receiver says what became of its delivery.
struct Slip<T> {
    ticket: T,
    tell: mpsc::UnboundedSender<Told<T>>,
}

#[async_trait]
impl<T: Clone + Send + 'static> Settlement for Slip<T> {
    async fn settle(self: Box<Self>, outcome: Outcome) -> Result<(), BusError> {
        let (noted, answer) = oneshot::channel();
        let settled = Told::Settled { ticket: self.ticket, outcome, noted: Some(noted) };
        self.tell.send(settled).map_err(|_| BusError::Unavailable)?;
        answer.await.unwrap_or(Err(BusError::Unavailable))
    }

    fn let_fall(self: Box<Self>) {
        let outcome = Outcome::Failed { why: LET_FALL.to_owned() };
        let _ = self.tell.send(Told::Settled { ticket: self.ticket, outcome, noted: None });
    }
}
