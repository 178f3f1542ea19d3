//! What was asked and how each answer ended, awaitable; and the rules in force.
//!
//! The one mutable state of the server. Waiting is by event, never by polling.

use std::time::Duration;

use parking_lot::Mutex;
use serde::Serialize;
use serde_json::Value;
use tokio::sync::watch;
use tokio::time::Instant;

use crate::script::{Asked, Rule};
use crate::slots::Slots;

/// A request as it came, and what became of it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Recorded {
    /// Its number since the server started, from 0.
    pub index: usize,
    /// `GET`, `POST`…
    pub method: String,
    /// The path, without a query.
    pub path: String,
    /// Whether it came over HTTP/2.
    pub http2: bool,
    /// The value of `x-codesaga-class`.
    pub class: Option<String>,
    /// The body as JSON; a string when it is not JSON; null when empty.
    pub body: Value,
    /// Tokens of the prompt, when an answer was asked for.
    pub prompt_tokens: Option<usize>,
    /// Those of them that no slot's cache held, so that they had to be evaluated.
    pub evaluated_tokens: Option<usize>,
    /// Milliseconds since the server started until the request was read.
    pub at_ms: f64,
    /// Pieces of the answer handed to the connection.
    pub pieces: usize,
    /// How it ended; absent while it is being answered.
    pub ending: Option<Ending>,
    /// Milliseconds since the server started until it ended.
    pub ended_ms: Option<f64>,
}

/// How a request ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Ending {
    /// The script was played to its end, also when that end is a fault.
    Finished,
    /// The client closed the connection before.
    ClientGone,
}

pub(crate) struct Log {
    state: Mutex<State>,
    changed: watch::Sender<u64>,
    started: Instant,
}

#[derive(Default)]
struct State {
    requests: Vec<Recorded>,
    /// Requests recorded before these, no longer kept.
    forgotten: usize,
    rules: Vec<(Rule, u32)>,
    released: bool,
    connections_open: usize,
    connections_total: usize,
    loaded: Option<Loaded>,
    loads: usize,
    slots: Slots,
}

/// What a request's first line and headers say.
pub(crate) struct Head {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) http2: bool,
    pub(crate) class: Option<String>,
}

impl State {
    /// A request that is still kept.
    fn request(&mut self, index: usize) -> Option<&mut Recorded> {
        self.requests.get_mut(index.checked_sub(self.forgotten)?)
    }
}

/// The model in memory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Loaded {
    pub(crate) model: String,
    pub(crate) context_tokens: usize,
    /// The options it was loaded with: a request with others makes it load again.
    pub(crate) options: String,
}

/// What is visible of the log at one moment.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Overview {
    pub(crate) requests: Vec<Recorded>,
    pub(crate) connections_open: usize,
    pub(crate) connections_total: usize,
    /// Times a model was brought into memory.
    pub(crate) loads: usize,
}

impl Log {
    pub(crate) fn new() -> Self {
        Self { state: Mutex::default(), changed: watch::Sender::new(0), started: Instant::now() }
    }

    pub(crate) fn overview(&self) -> Overview {
        let state = self.state.lock();
        Overview {
            requests: state.requests.clone(),
            connections_open: state.connections_open,
            connections_total: state.connections_total,
            loads: state.loads,
        }
    }

    pub(crate) fn rules(&self) -> Vec<Rule> {
        self.state.lock().rules.iter().map(|(rule, _)| rule.clone()).collect()
    }

    pub(crate) fn set_rules(&self, rules: Vec<Rule>) {
        self.change(|state| {
            state.rules = rules.into_iter().map(|rule| (rule, 0)).collect();
            state.released = false;
        });
    }

    pub(crate) fn add_rule(&self, rule: Rule) {
        self.change(|state| state.rules.push((rule, 0)));
    }

    /// Forgets the rules and what was recorded. Answers under way are recorded no further.
    pub(crate) fn clear(&self) {
        self.change(|state| {
            state.rules.clear();
            state.forgotten += state.requests.len();
            state.requests.clear();
            state.released = false;
        });
    }

    /// The rule for a request, counted as used.
    pub(crate) fn take_rule(&self, path: &str, call: &Asked<'_>) -> Option<Rule> {
        let mut state = self.state.lock();
        let (rule, used) = state.rules.iter_mut().find(|(rule, used)| {
            rule.times.is_none_or(|times| *used < times) && rule.matches(path, call)
        })?;
        *used += 1;
        Some(rule.clone())
    }

    pub(crate) fn record(&self, head: Head, body: Value) -> usize {
        let at_ms = self.now_ms();
        self.change(|state| {
            let index = state.forgotten + state.requests.len();
            state.requests.push(Recorded {
                index,
                method: head.method,
                path: head.path,
                http2: head.http2,
                class: head.class,
                body,
                prompt_tokens: None,
                evaluated_tokens: None,
                at_ms,
                pieces: 0,
                ending: None,
                ended_ms: None,
            });
            index
        })
    }

    /// Evaluates a prompt in the slot that knows most of it, and gives the tokens that were new.
    pub(crate) fn evaluate(&self, index: usize, prompt: &str, prompt_tokens: usize) -> usize {
        self.change(|state| {
            let evaluated = state.slots.evaluate(prompt).min(prompt_tokens);
            if let Some(request) = state.request(index) {
                request.prompt_tokens = Some(prompt_tokens);
                request.evaluated_tokens = Some(evaluated);
            }
            evaluated
        })
    }

    pub(crate) fn pieces_sent(&self, index: usize, pieces: usize) {
        self.change(|state| {
            if let Some(request) = state.request(index) {
                request.pieces += pieces;
            }
        });
    }

    pub(crate) fn end(&self, index: usize, ending: Ending) {
        let now = self.now_ms();
        self.change(|state| {
            if let Some(request) = state.request(index) {
                request.ending = Some(ending);
                request.ended_ms = Some(now);
            }
        });
    }

    pub(crate) fn connection_opened(&self) {
        self.change(|state| {
            state.connections_open += 1;
            state.connections_total += 1;
        });
    }

    pub(crate) fn connection_closed(&self) {
        self.change(|state| state.connections_open -= 1);
    }

    pub(crate) fn loaded(&self) -> Option<Loaded> {
        self.state.lock().loaded.clone()
    }

    /// Another model in memory, or the same with another context, has an empty cache.
    pub(crate) fn set_loaded(&self, loaded: Option<Loaded>) {
        self.change(|state| {
            if state.loaded != loaded {
                state.slots = Slots::default();
                state.loads += usize::from(loaded.is_some());
            }
            state.loaded = loaded;
        });
    }

    pub(crate) fn release(&self) {
        self.change(|state| state.released = true);
    }

    pub(crate) async fn released(&self) {
        let mut changed = self.changed.subscribe();
        while !self.state.lock().released {
            if changed.changed().await.is_err() {
                return;
            }
        }
    }

    /// Waits until `look` finds something; `None` when it does not within the time.
    pub(crate) async fn wait<T>(
        &self,
        within: Duration,
        mut look: impl FnMut(&Overview) -> Option<T>,
    ) -> Option<T> {
        let mut changed = self.changed.subscribe();
        let waiting = async {
            loop {
                if let Some(found) = look(&self.overview()) {
                    return Some(found);
                }
                changed.changed().await.ok()?;
            }
        };
        tokio::time::timeout(within, waiting).await.ok().flatten()
    }

    fn change<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        let result = change(&mut self.state.lock());
        self.changed.send_modify(|count| *count += 1);
        result
    }

    pub(crate) fn now_ms(&self) -> f64 {
        self.started.elapsed().as_secs_f64() * 1000.0
    }
}
