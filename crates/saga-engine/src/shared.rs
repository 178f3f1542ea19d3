//! What the use cases share.

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;

use parking_lot::Mutex;
use saga_cache::{CacheLimits, CompletionCache, Hit, Place};
use saga_client::{Client, ClientOptions};
use saga_context::{DocumentLimits, Documents};
use saga_domain::{Failure, ModelFacts, Prompt};
use saga_prompt::{Anchor, Calibration};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use crate::background::Background;
use crate::feedback::Feedback;
use crate::flight::Flights;
use crate::hints::Readings;
use crate::model::Model;
use crate::options::EngineOptions;
use crate::related::Related;
use crate::reply::{Giver, Reply};
use crate::stats::Stats;
use crate::turn::Turn;
use crate::workspace::{Workspace, WorkspaceLimits};

const CACHE: CacheLimits = CacheLimits { entries_max: 2_000, bytes_max: 4 << 20 };

/// No lock in here is held across an await. Where two are held, `documents` is the first.
pub(crate) struct Shared {
    pub(crate) client: Client,
    /// The model that completes, and does whatever has no model of its own.
    pub(crate) model: Model,
    /// The model that refactors and fixes, when it is one of its own.
    edit_model: Option<Model>,
    /// The name of the model that chats, when it is one of its own.
    chat_model: Option<String>,
    /// The model whose completions the cache holds.
    cached: Mutex<Option<ModelFacts>>,
    pub(crate) stats: Arc<Stats>,
    pub(crate) documents: Mutex<Documents>,
    /// Documents that are being parsed.
    pub(crate) parsing: Mutex<HashSet<String>>,
    /// Told when one of them is done.
    pub(crate) parsed: Notify,
    pub(crate) cache: Mutex<CompletionCache>,
    /// What stays the same from prompt to prompt, by document.
    pub(crate) anchors: Mutex<HashMap<String, Anchor>>,
    pub(crate) flights: Flights,
    pub(crate) turn: Turn,
    /// What is asked while nobody waits.
    pub(crate) background: Background,
    pub(crate) related: Related,
    pub(crate) readings: Readings,
    /// What is known of the tokenizers of models, by their names.
    calibrations: Mutex<HashMap<String, Calibration>>,
    /// The last prompt whose answer did not begin with what was taken back from it, and that text.
    refused: Mutex<Option<(Prompt, String)>>,
    /// Makes ids of documents that say nothing of them.
    ids: RandomState,
    pub(crate) workspace: Workspace,
    pub(crate) feedback: Feedback,
    closing: CancellationToken,
}

impl Shared {
    pub(crate) fn new(options: EngineOptions, closing: CancellationToken) -> Result<Self, Failure> {
        let client = Client::new(&ClientOptions {
            server_url: options.server_url,
            token: options.token,
            headers: options.headers,
            ca_pem: options.ca_pem,
            proxy: options.proxy,
            timeouts: options.timeouts,
        })?;
        Ok(Self {
            client,
            model: Model::new(options.model),
            edit_model: named(options.edit_model).map(|name| Model::new(Some(name))),
            chat_model: named(options.chat_model),
            cached: Mutex::default(),
            stats: Arc::default(),
            documents: Mutex::new(Documents::new(DocumentLimits::USUAL)),
            parsing: Mutex::default(),
            parsed: Notify::new(),
            cache: Mutex::new(CompletionCache::new(CACHE)),
            anchors: Mutex::default(),
            flights: Flights::default(),
            turn: Turn::default(),
            background: Background::new(options.background),
            related: Related::default(),
            readings: Readings::default(),
            calibrations: Mutex::default(),
            refused: Mutex::default(),
            ids: RandomState::new(),
            workspace: Workspace::new(WorkspaceLimits::USUAL)?,
            feedback: Feedback::default(),
            closing,
        })
    }

    /// Cancelled when the engine closes.
    pub(crate) fn closing(&self) -> CancellationToken {
        self.closing.clone()
    }

    /// The two ends of a new answer.
    pub(crate) fn reply(&self) -> (Giver, Reply) {
        Giver::pair(&self.closing)
    }

    /// What is known of the model.
    pub(crate) async fn facts(&self) -> Result<ModelFacts, Failure> {
        let facts = self.model.known(&self.client).await?;
        self.note_model(&facts);
        Ok(facts)
    }

    /// What is known of the model that refactors and fixes.
    pub(crate) async fn edit_facts(&self) -> Result<ModelFacts, Failure> {
        match &self.edit_model {
            Some(model) => model.known(&self.client).await,
            None => self.facts().await,
        }
    }

    /// The name of the model that chats; the server's default when absent.
    pub(crate) fn chat_model(&self) -> Option<&str> {
        self.chat_model.as_deref().or_else(|| self.model.wanted())
    }

    /// Lets the next question ask the server again what it knows of its models.
    pub(crate) fn forget_models(&self) {
        self.model.forget();
        self.edit_model.as_ref().inspect(|model| model.forget());
    }

    /// What the server says of the model now.
    pub(crate) async fn fresh_facts(&self) -> Result<ModelFacts, Failure> {
        let facts = self.model.ask(&self.client).await?;
        if self.note_model(&facts) {
            // What the model before still says, or has just said, is not followed any more.
            self.flights.let_go_of_all();
            self.background.ahead.let_go_of_all();
        }
        Ok(facts)
    }

    /// The model that answered last.
    pub(crate) fn model_name(&self) -> Option<String> {
        self.cached.lock().as_ref().map(|facts| facts.name.clone())
    }

    /// What is left of a completion at a place: of one that somebody asked for, else of one that
    /// was asked ahead.
    pub(crate) fn cached(&self, place: &Place<'_>) -> Option<Hit> {
        let asked = self.cache.lock().lookup(place);
        asked.or_else(|| self.background.cache.lock().lookup(place))
    }

    /// Notes that the answer to a prompt does not begin with `taken_back`.
    pub(crate) fn note_refused(&self, prompt: Prompt, taken_back: String) {
        *self.refused.lock() = Some((prompt, taken_back));
    }

    /// Whether it is known that the answer to a prompt does not begin with `taken_back`: while a
    /// word is typed the prompt before it stays the same, and so does the answer.
    pub(crate) fn is_refused(&self, prompt: &Prompt, taken_back: &str) -> bool {
        let refused = self.refused.lock();
        refused
            .as_ref()
            .is_some_and(|(asked, said)| asked == prompt && taken_back.starts_with(said))
    }

    /// How a server tells two documents apart without learning anything of them.
    pub(crate) fn document_id(&self, uri: &str) -> String {
        format!("{:016x}", self.ids.hash_one(uri))
    }

    /// What is known of a model's tokenizer.
    pub(crate) fn calibration(&self, model: &str) -> Calibration {
        self.calibrations.lock().get(model).copied().unwrap_or_default()
    }

    /// Learns how many tokens a prompt has on a model; 0 says nothing.
    pub(crate) fn learn(&self, model: &str, prompt: &Prompt, tokens: u32) {
        let mut calibrations = self.calibrations.lock();
        calibrations.entry(model.to_owned()).or_default().learn(prompt, tokens);
    }

    /// Forgets what was said when another model answers now; tells whether one does.
    fn note_model(&self, facts: &ModelFacts) -> bool {
        let before = self.cached.lock().replace(facts.clone());
        let is_another = before.is_some_and(|before| before != *facts);
        if is_another {
            self.cache.lock().clear();
            self.background.cache.lock().clear();
            *self.refused.lock() = None;
        }
        is_another
    }
}

/// A name that is there and not blank.
fn named(name: Option<String>) -> Option<String> {
    name.map(|name| name.trim().to_owned()).filter(|name| !name.is_empty())
}
