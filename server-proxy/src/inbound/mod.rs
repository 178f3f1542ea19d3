//! HTTP: requests in, answers and events out. Decides nothing that is not about HTTP.

pub mod auth;
pub mod body;
mod chat;
mod chat_completions;
pub(crate) mod client_address;
mod completions;
mod embeddings;
pub mod error;
mod feedback;
mod generate;
mod generate_life;
pub(crate) mod grpc;
mod health;
mod http;
mod instances;
mod jobs;
pub(crate) mod jobs_worker;
pub(crate) mod mcp;
mod me;
mod metered;
mod metrics;
mod models;
mod openai_events;
mod openai_reply;
mod openapi;
mod priority;
mod question;
pub(crate) mod readers;
mod requests;
mod server_state;
mod sessions;
pub mod sse;
mod status_page;
mod talk;
mod telling;
mod viewer;
mod waiting;
mod wishes;
mod ws;

use std::ops::Deref;
use std::sync::Arc;

use crate::domain::access::Access;
use crate::domain::activity::Activity;
use crate::domain::allowance::Allowance;
use crate::domain::digests::Digester;
use crate::domain::feedback::FeedbackTotals;
use crate::domain::guesses::Guesses;
use crate::domain::limits::Limits;
use crate::domain::model_service::ModelService;
use crate::domain::network::Network;
use crate::domain::ports::SessionMemory;
use crate::domain::prompts::Prompts;
use crate::domain::records::Records;
use crate::domain::repeats::Repeats;
use crate::domain::running::RunningAnswers;
use crate::domain::saga::jobs::Jobs;
use crate::domain::shared_answers::SharedAnswers;
use crate::domain::sockets::Sockets;
use crate::domain::tokens::TokenCounts;
use crate::domain::writers::SessionWriters;
use crate::drain::Drain;
use crate::ops::metrics::Metrics;

pub use http::{operators_router, router};

/// What every handler can reach; cheap to clone, which is done several times a request.
#[derive(Clone)]
pub struct AppState(Arc<Shared>);

impl From<Shared> for AppState {
    fn from(shared: Shared) -> Self {
        Self(Arc::new(shared))
    }
}

impl Deref for AppState {
    type Target = Shared;

    fn deref(&self) -> &Shared {
        &self.0
    }
}

/// What all handlers share.
pub struct Shared {
    /// The models that can be asked.
    pub models: Arc<dyn ModelService>,
    /// Their answers, where identical requests are asked once.
    pub answers: Arc<SharedAnswers>,
    /// What was said before.
    pub memory: Arc<dyn SessionMemory>,
    /// Which conversations are being answered.
    pub writers: SessionWriters,
    /// Answers that outlive their connection.
    pub running: RunningAnswers,
    /// Open WebSockets.
    pub sockets: Sockets,
    /// Puts long conversations into few words.
    pub digester: Digester,
    /// The lives of requests.
    pub records: Arc<Records>,
    /// Answers that may be asked for again.
    pub(crate) repeats: Repeats<generate::Event>,
    /// Jobs that end whatever dies.
    pub jobs: Arc<Jobs>,
    /// What models are told before anything else.
    pub prompts: Arc<Prompts>,
    /// How many tokens texts have.
    pub counts: TokenCounts,
    /// What became of suggestions.
    pub feedback: Arc<dyn FeedbackTotals>,
    /// Who may ask.
    pub access: Arc<Access>,
    /// How often wrong keys came, and from where.
    pub guesses: Arc<Guesses>,
    /// Who is believed that it passes on somebody else's request.
    pub trusted_proxies: Arc<[Network]>,
    /// What callers may use and have used.
    pub allowance: Arc<Allowance>,
    /// Whether new work is still taken.
    pub drain: Drain,
    /// What is bounded, and by how much.
    pub limits: Limits,
    /// What goes on.
    pub activity: Arc<Activity>,
    /// What is counted.
    pub metrics: Arc<Metrics>,
}
