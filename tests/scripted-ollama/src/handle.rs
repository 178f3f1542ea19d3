//! What a test holds: starts the server, scripts it, and waits for what happens to it.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::log::{Log, Recorded};
use crate::script::Rule;
use crate::server::{self, Service};
use crate::transcripts::Transcripts;

/// Longer than any event in a test takes on a busy machine; reached only when it never comes.
const PATIENCE: Duration = Duration::from_secs(20);

/// What to pose as.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    /// The port on loopback; 0 takes a free one.
    pub port: u16,
    /// Whose recordings to answer from.
    pub version: Version,
    /// Ollama, or llama.cpp's server.
    pub kind: Kind,
    /// The only model to serve. Absent: all three with Ollama, `smollm2` with llama.cpp.
    pub shape: Option<Shape>,
}

/// A recorded version of Ollama.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Version {
    /// 0.24.0, with its own engine.
    V0_24_0,
    /// 0.33.0-rc2, with llama-server inside.
    #[default]
    V0_33_0Rc2,
}

/// Which server's interface it offers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Kind {
    /// `/api/*`, and `/v1/*` as Ollama makes it.
    #[default]
    Ollama,
    /// llama.cpp's server: `/v1/*`, `/props`, `/apply-template`.
    OpenAi,
}

/// A model, by what is reported of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// `bllossom-shape`: the Llama 3 template, no hole filling; the reference model's shape.
    Bllossom,
    /// `smollm2`: the ChatML template, no hole filling.
    SmolLm2,
    /// `fim-shape`: no chat template, hole filling.
    Fim,
}

impl Shape {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Fim, Self::Bllossom, Self::SmolLm2];

    /// The model's name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Bllossom => "bllossom-shape",
            Self::SmolLm2 => "smollm2",
            Self::Fim => "fim-shape",
        }
    }
}

impl Version {
    /// Both, so that a test can run on each.
    pub const ALL: [Self; 2] = [Self::V0_24_0, Self::V0_33_0Rc2];

    /// As in the recordings.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::V0_24_0 => "0.24.0",
            Self::V0_33_0Rc2 => "0.33.0-rc2",
        }
    }
}

/// A running server. Dropping it closes its port and all its connections.
pub struct ScriptedOllama {
    address: SocketAddr,
    log: Arc<Log>,
    running: JoinHandle<()>,
}

impl ScriptedOllama {
    /// Starts the newer Ollama with all three models on a free port.
    ///
    /// # Panics
    /// When no port on loopback can be had: no test can go on then.
    pub async fn start() -> Self {
        match Self::start_with(Options::default()).await {
            Ok(started) => started,
            Err(error) => panic!("no free port on loopback: {error}"),
        }
    }

    /// Starts what the options say.
    ///
    /// # Errors
    /// When the port is taken.
    pub async fn start_with(options: Options) -> io::Result<Self> {
        let log = Arc::new(Log::new());
        let service = Arc::new(Service {
            transcripts: Transcripts::of(options.version)?,
            version: options.version,
            kind: options.kind,
            shape: options.shape,
            log: Arc::clone(&log),
        });
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, options.port)).await?;
        let address = listener.local_addr()?;
        let running = tokio::spawn(server::run(listener, service));
        Ok(Self { address, log, running })
    }

    /// `http://127.0.0.1:PORT`.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Its port, to start another one in its place.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.address.port()
    }

    /// Replaces the rules, and holds what [`Rule::hold_after`] holds.
    pub fn script(&self, rules: impl IntoIterator<Item = Rule>) {
        self.log.set_rules(rules.into_iter().collect());
    }

    /// Adds a rule after the others.
    pub fn also(&self, rule: Rule) {
        self.log.add_rule(rule);
    }

    /// Lets every held answer go on, now and later, until the next [`Self::script`].
    pub fn release(&self) {
        self.log.release();
    }

    /// Everything asked so far, control calls excepted.
    #[must_use]
    pub fn requests(&self) -> Vec<Recorded> {
        self.log.overview().requests
    }

    /// What was asked at one path.
    #[must_use]
    pub fn requests_to(&self, path: &str) -> Vec<Recorded> {
        self.requests().into_iter().filter(|request| request.path == path).collect()
    }

    /// The JSON bodies of what was asked at one path.
    #[must_use]
    pub fn bodies(&self, path: &str) -> Vec<Value> {
        self.requests_to(path).into_iter().map(|request| request.body).collect()
    }

    /// Connections open now.
    #[must_use]
    pub fn connections(&self) -> usize {
        self.log.overview().connections_open
    }

    /// Connections accepted so far.
    #[must_use]
    pub fn connections_total(&self) -> usize {
        self.log.overview().connections_total
    }

    /// Times a model was brought into memory; with Ollama's rules, also because a request had other
    /// options than the loaded model.
    #[must_use]
    pub fn loads(&self) -> usize {
        self.log.overview().loads
    }

    /// Waits for the first request, from the beginning, that `wanted` accepts.
    ///
    /// # Panics
    /// When none comes within 20 seconds, naming what came instead.
    pub async fn wait_for(&self, mut wanted: impl FnMut(&Recorded) -> bool) -> Recorded {
        let found = self
            .log
            .wait(PATIENCE, |overview| {
                overview.requests.iter().find(|request| wanted(request)).cloned()
            })
            .await;
        let Some(found) = found else {
            panic!("no such request came; these did: {:#?}", self.requests());
        };
        found
    }

    /// Waits for the `nth` request to a path, from 0.
    ///
    /// # Panics
    /// When it does not come within 20 seconds.
    pub async fn wait_for_request(&self, path: &str, nth: usize) -> Recorded {
        self.wait_for_nth(path, nth, |_| true).await
    }

    /// Waits until so many pieces of the `nth` answer at a path have been sent.
    ///
    /// # Panics
    /// When that does not happen within 20 seconds.
    pub async fn wait_for_pieces(&self, path: &str, nth: usize, pieces: usize) -> Recorded {
        self.wait_for_nth(path, nth, |request| request.pieces >= pieces).await
    }

    /// Waits until the `nth` request to a path, from 0, has ended, one way or the other.
    ///
    /// # Panics
    /// When it does not end within 20 seconds.
    pub async fn wait_for_end(&self, path: &str, nth: usize) -> Recorded {
        self.wait_for_nth(path, nth, |request| request.ending.is_some()).await
    }

    /// Waits until so many connections are open.
    ///
    /// # Panics
    /// When that does not happen within 20 seconds.
    pub async fn wait_for_connections(&self, open: usize) {
        let wanted =
            |overview: &crate::log::Overview| (overview.connections_open == open).then_some(());
        assert!(
            self.log.wait(PATIENCE, wanted).await.is_some(),
            "{} connections are open, not {open}",
            self.connections()
        );
    }

    /// Milliseconds since the server started, on the clock of [`Recorded`].
    #[must_use]
    pub fn now_ms(&self) -> f64 {
        self.log.now_ms()
    }

    /// Runs until the task is ended from outside; for the binary.
    pub async fn run(mut self) {
        // The accepting task has no end of its own.
        let _never = (&mut self.running).await;
    }

    async fn wait_for_nth(
        &self,
        path: &str,
        nth: usize,
        wanted: impl Fn(&Recorded) -> bool,
    ) -> Recorded {
        let found = self
            .log
            .wait(PATIENCE, |overview| {
                let at_path = overview.requests.iter().filter(|request| request.path == path);
                at_path.skip(nth).take(1).find(|request| wanted(request)).cloned()
            })
            .await;
        let Some(found) = found else {
            panic!("request {nth} to {path} did not get there; seen: {:#?}", self.requests());
        };
        found
    }
}

impl Drop for ScriptedOllama {
    fn drop(&mut self) {
        self.running.abort();
    }
}
