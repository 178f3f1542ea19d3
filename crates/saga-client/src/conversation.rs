//! An answer in a conversation. When the connection it comes by breaks, it is read on over a new
//! one from the last event that was seen, as long as the server keeps it.

use std::time::Duration;

use eventsource_stream::Event;
use saga_domain::{Failure, FailureCode};
use saga_protocol::chat::{ChatEvent, ChatRequest};
use tokio::runtime::Handle;
use tokio::time::sleep;

use crate::calls::Client;
use crate::events::Events;
use crate::failure;

/// Pauses before each try to come back. Together they are less than a server keeps an answer.
const PAUSES: [Duration; 5] = [
    Duration::ZERO,
    Duration::from_millis(200),
    Duration::from_millis(600),
    Duration::from_secs(2),
    Duration::from_secs(4),
];
/// Times a connection may break without an event in between.
const FRUITLESS_MAX: u8 = 3;

/// What is heard of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Heard {
    /// The next event.
    Event(ChatEvent),
    /// The connection broke and a new one is tried; what follows goes on where the answer was.
    Reconnecting,
}

const KNOWN_EVENTS: &[&str] = &["session", "queued", "text", "done", "error"];

/// An answer in a conversation. Dropping it closes the connection, and calls the answer off.
pub struct Conversation {
    client: Client,
    request: ChatRequest,
    events: Events,
    /// The number of the last event that was read.
    seen: u64,
    /// Times the connection broke since then.
    fruitless: u8,
    /// Why the connection broke that the rest is to be read over no more.
    broken: Option<Failure>,
    over: bool,
    call_off: CallOff,
}

impl Conversation {
    pub(crate) async fn begin(client: Client, request: ChatRequest) -> Result<Self, Failure> {
        // Made first: who leaves while the server still reads the prompt wants it to stop as well.
        let mut call_off = CallOff::of(&client, &request);
        match client.talk(&request, None).await {
            Ok(events) => {
                let (seen, fruitless, broken, over) = (0, 0, None, false);
                Ok(Self { client, request, events, seen, fruitless, broken, over, call_off })
            }
            Err(failure) => {
                if !may_have_begun(&failure) {
                    call_off.request_id = None;
                }
                Err(failure)
            }
        }
    }

    /// What is heard next. After `done` or an error comes `None`, and never before one of them;
    /// an `error` event arrives as an error.
    pub async fn next(&mut self) -> Option<Result<Heard, Failure>> {
        if self.over {
            return None;
        }
        let heard = self.read().await;
        self.over = matches!(heard, Err(_) | Ok(Heard::Event(ChatEvent::Done(_))));
        if self.over {
            self.call_off.request_id = None;
        }
        Some(heard)
    }

    /// Leaves the answer to itself when this is dropped: whoever sends the same request again within
    /// the server's grace time hears it from its beginning.
    pub fn let_run(&mut self) {
        self.call_off.request_id = None;
    }

    async fn read(&mut self) -> Result<Heard, Failure> {
        if let Some(broken) = self.broken.take() {
            self.come_back(broken).await?;
        }
        loop {
            let event = match self.events.next().await {
                Some(Ok(event)) => event,
                Some(Err(failure)) if failure.code != FailureCode::UpstreamIncomplete => {
                    return Err(failure);
                }
                broken => {
                    let failure = broken.and_then(Result::err);
                    return self.leave(failure.unwrap_or_else(failure::ended_silently));
                }
            };
            self.count(&event)?;
            if event.event == "error" {
                return Err(failure::of_stream(&event.data));
            }
            let mut data: serde_json::Value =
                serde_json::from_str(&event.data).map_err(|_| self.events.garbled())?;
            if let Some(fields) = data.as_object_mut() {
                fields.insert("event".to_owned(), event.event.clone().into());
            }
            match serde_json::from_value(data) {
                Ok(event) => {
                    if matches!(event, ChatEvent::Text { .. }) {
                        self.events.note_text();
                    }
                    return Ok(Heard::Event(event));
                }
                // An event that a newer server knows and this version does not.
                Err(_) if !KNOWN_EVENTS.contains(&event.event.as_str()) => {}
                Err(_) => return Err(self.events.garbled()),
            }
        }
    }

    /// Notes how far the answer was read. What does not follow on it belongs to another answer: the
    /// server knows nothing of resuming, and asked anew.
    fn count(&mut self, event: &Event) -> Result<(), Failure> {
        let Ok(number) = event.id.parse::<u64>() else { return Ok(()) };
        if self.seen > 0 && number != self.seen + 1 {
            return Err(failure::broken_off());
        }
        self.seen = number;
        self.fruitless = 0;
        Ok(())
    }

    /// Gives a broken connection up; whoever listens is told before the next one is tried.
    fn leave(&mut self, broken: Failure) -> Result<Heard, Failure> {
        if !self.request.resumable || self.seen == 0 || self.fruitless >= FRUITLESS_MAX {
            return Err(broken);
        }
        self.fruitless += 1;
        self.broken = Some(broken);
        Ok(Heard::Reconnecting)
    }

    async fn come_back(&mut self, broken: Failure) -> Result<(), Failure> {
        for pause in PAUSES {
            sleep(pause).await;
            match self.client.talk(&self.request, Some(self.seen)).await {
                Ok(events) => {
                    self.events = events;
                    return Ok(());
                }
                Err(failure) if failure.code == FailureCode::Unreachable => {}
                Err(_gone) => return Err(broken),
            }
        }
        Err(broken)
    }
}

fn may_have_begun(failure: &Failure) -> bool {
    matches!(failure.code, FailureCode::Unreachable | FailureCode::Timeout)
}

/// Calls an answer off when it is dropped before its end: one that outlives its connection would go
/// on for a while.
struct CallOff {
    client: Client,
    /// Gone once there is nothing to call off.
    request_id: Option<String>,
}

impl CallOff {
    fn of(client: &Client, request: &ChatRequest) -> Self {
        let request_id = request.request_id.clone().filter(|_| request.resumable);
        Self { client: client.clone(), request_id }
    }
}

impl Drop for CallOff {
    fn drop(&mut self) {
        let Some(request_id) = self.request_id.take() else { return };
        let client = self.client.clone();
        if let Ok(runtime) = Handle::try_current() {
            // Nobody waits for it; where it does not arrive, the server's grace time ends it.
            runtime.spawn(async move { client.call_off(&request_id).await });
        }
    }
}
