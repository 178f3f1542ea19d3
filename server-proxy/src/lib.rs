//! The team server in front of Ollama: who may ask, what was said before, which model answers.
//!
//! It never sees a source tree and never parses code. Handlers are in [`inbound`], decisions in
//! [`domain`], the world outside in [`outbound`].

mod buses;
mod clock;
pub mod config;
pub mod domain;
mod drain;
mod fleet;
pub mod inbound;
pub mod keys;
pub mod mcp;
mod model_servers;
pub mod ops;
pub mod outbound;
mod reload;
pub mod rpc;
mod server;
pub mod tls;

use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::{join, join4};
use tokio::net::TcpListener;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tokio_util::task::AbortOnDropHandle;

use crate::config::{AnswerCaching, Config, Role};
use crate::domain::access::Access;
use crate::domain::activity::Activity;
use crate::domain::allowance::Allowance;
use crate::domain::answer_cache::{AnswerStore, CacheLimits};
use crate::domain::digests::Digester;
use crate::domain::feedback::FeedbackTotals;
use crate::domain::guesses::Guesses;
use crate::domain::model_service::ModelService;
use crate::domain::models::ModelDirectory;
use crate::domain::ports::{SessionLimits, SessionMemory};
use crate::domain::records::{RecordLimits, RecordStore, Records};
use crate::domain::repeats::{RepeatLimits, Repeats};
use crate::domain::running::RunningAnswers;
use crate::domain::saga::jobs::Jobs;
use crate::domain::saga::messages::Sending;
use crate::domain::saga::store::SagaStore;
use crate::domain::shared_answers::{SharedAnswers, Sparing};
use crate::domain::sockets::Sockets;
use crate::domain::tokens::TokenCounts;
use crate::domain::usage::UsageCounts;
use crate::domain::witness::{Witness, Witnesses};
use crate::domain::writers::SessionWriters;
use crate::fleet::{Door, fleet_certificates, model_fleet};
use crate::inbound::{AppState, Shared};
use crate::model_servers::KnownServers;
use crate::ops::metrics::Metrics;
use crate::ops::systemd::Notifier;
use crate::outbound::answers_redis::RedisAnswers;
use crate::outbound::feedback_in_process::InProcessFeedback;
use crate::outbound::feedback_redis::RedisFeedback;
use crate::outbound::known_keys::KnownKeys;
use crate::outbound::memory_in_process::InProcessMemory;
use crate::outbound::memory_redis::RedisMemory;
use crate::outbound::own_prompts;
use crate::outbound::records_in_process::InProcessRecords;
use crate::outbound::records_redis::RedisRecords;
use crate::outbound::redis_store::RedisStore;
use crate::outbound::saga_store_in_process::InProcessSagas;
use crate::outbound::saga_store_redis::RedisSagas;
use crate::outbound::telemetry::Telemetry;
use crate::outbound::usage_in_process::InProcessUsage;
use crate::outbound::usage_redis::RedisUsage;
use crate::outbound::usage_shared::SharedUsage;
use crate::tls::Certificates;

pub use drain::{Drain, Work};
pub use model_servers::model_servers;
pub use reload::Reload;

/// Time for connections without work to close.
const CLOSE_TIME_MAX: Duration = Duration::from_secs(1);

/// A server that has its address and does not serve yet.
pub struct Proxy {
    listener: TcpListener,
    address: SocketAddr,
    role: Role,
    state: AppState,
    /// Absent where model services are asked.
    directory: Option<Arc<ModelDirectory>>,
    door: Option<Door>,
    reload: Reload,
    telemetry: Option<Arc<Telemetry>>,
    notifier: Notifier,
}

impl Proxy {
    /// Builds the service and takes its address. That no model server answers is no error here:
    /// `/readyz` says so.
    ///
    /// # Errors
    /// Names the setting that cannot be used.
    pub async fn bind(config: &Config) -> io::Result<Self> {
        let keys = config.keys_file.as_deref().map(known_keys).transpose()?;
        let certificates = config.tls.clone().map(Certificates::read).transpose()?;
        let listener = TcpListener::bind(config.listen).await.map_err(|error| {
            io::Error::new(error.kind(), format!("CODESAGA_LISTEN '{}': {error}", config.listen))
        })?;
        let fleet_certificates = fleet_certificates(config)?;
        let door = Door::bind(config, fleet_certificates.as_ref()).await?;
        let Stores { memory, feedback, records, usage, sagas, sparing, redis } = stores(config)?;
        let allowance = Arc::new(Allowance::new(usage, config.caller_limits, random()?));
        let prompts = Arc::new(own_prompts::read(config.prompts_dir.as_deref())?);
        let texts = config.record_texts.iter().cloned();
        let records = Records::new(records, RecordLimits::STANDARD, texts);
        let are_driven = redis.is_some() || config.role.drives_jobs();
        let bus = buses::open(config, redis).await?;
        let metrics = Arc::new(Metrics::default());
        let jobs = Jobs {
            sending: Sending::new(sagas.clone(), bus.clone(), metrics.clone()),
            store: sagas,
            bus,
            are_driven,
            records: records.clone(),
            limits: config.jobs,
            clock: clock::unix_millis,
        };
        let activity = Arc::new(Activity::new(config.limits.users_seen_max));
        let telemetry = telemetry(config)?;
        let mut witnesses: Vec<Arc<dyn Witness>> = vec![activity.clone(), metrics.clone()];
        let of_spared: Vec<Arc<dyn Witness>> = vec![records.clone(), allowance.clone()];
        if config.role.keeps_accounts() {
            witnesses.extend(of_spared.clone());
        }
        witnesses.extend(telemetry.clone().map(|telemetry| telemetry as Arc<dyn Witness>));
        let witness = Arc::new(Witnesses(witnesses));
        let (models, directory): (Arc<dyn ModelService>, _) = match &*config.fleet.services {
            [] => {
                let (servers, names) = (model_servers(config)?, config.names());
                let own = Arc::new(ModelDirectory::new(servers, names, config.limits, witness));
                (own.clone(), Some(own))
            }
            _ => (Arc::new(model_fleet(config, fleet_certificates.as_ref(), witness)?), None),
        };
        let servers = directory.clone().map(|models| KnownServers::new(config, models));
        let counts = TokenCounts::default();
        let digester = Digester::new(
            models.clone(),
            memory.clone(),
            prompts.clone(),
            counts.clone(),
            config.limits.answer_tokens_default,
        );
        let state = AppState::from(Shared {
            answers: Arc::new(SharedAnswers::new(
                models.clone(),
                sparing,
                Arc::new(Witnesses(of_spared)),
            )),
            models: models.clone(),
            writers: SessionWriters::new(memory.clone(), SessionLimits::STANDARD.right_time),
            digester,
            memory,
            feedback,
            running: RunningAnswers::new(config.limits),
            sockets: Sockets::default(),
            records,
            repeats: Repeats::new(RepeatLimits::STANDARD),
            jobs: Arc::new(jobs),
            prompts,
            counts,
            access: keys.as_ref().map_or_else(|| Arc::new(Access::Local), |keys| keys.access()),
            guesses: Arc::new(Guesses::default()),
            trusted_proxies: config.trusted_proxies.clone().into(),
            allowance,
            drain: Drain::default(),
            limits: config.limits,
            activity,
            metrics,
        });
        let reload = Reload { keys, certificates, fleet_certificates, servers };
        let (address, notifier) = (listener.local_addr()?, Notifier::default());
        let role = config.role;
        Ok(Self { listener, address, role, state, directory, door, reload, telemetry, notifier })
    }

    /// With a service manager that is told how the process stands.
    #[must_use]
    pub fn telling(self, notifier: Notifier) -> Self {
        Self { notifier, ..self }
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Reads files again that a running server may be given anew.
    #[must_use]
    pub fn reload(&self) -> Reload {
        self.reload.clone()
    }

    /// Where it listens for gateways, if it is a model service.
    #[must_use]
    pub fn fleet_address(&self) -> Option<SocketAddr> {
        self.door.as_ref().map(Door::address)
    }

    /// The models that can be asked, if they are looked after in this process; for putting other
    /// servers or names in use while it runs.
    #[must_use]
    pub fn models(&self) -> Option<Arc<ModelDirectory>> {
        self.directory.clone()
    }

    /// Serves until `shutdown`, then lets running answers end within the grace time.
    ///
    /// # Errors
    /// When connections can no longer be accepted.
    pub async fn run(self, shutdown: impl Future<Output = ()>) -> io::Result<()> {
        let Self { listener, address, role, state, directory, door, reload, telemetry, notifier } =
            self;
        tracing::info!(%address, "listening");
        let close = CancellationToken::new();
        let router = match role.answers_clients() {
            true => inbound::router(state.clone())?,
            false => inbound::operators_router(state.clone()),
        };
        let tls = reload.certificates.as_ref().map(Certificates::acceptor).transpose()?;
        let closed = close.clone().cancelled_owned();
        let serving = server::serve(listener, tls, router, state.limits, closed);
        let for_gateways = match door.zip(directory) {
            Some((door, models)) => door.serve(state.clone(), models, close.clone())?.left_future(),
            None => std::future::ready(()).right_future(),
        };
        let mut server = tokio::spawn(join(serving, for_gateways));
        let working = role.drives_jobs().then(|| inbound::jobs_worker::work(state.clone()));
        let working = working.map(|work| AbortOnDropHandle::new(tokio::spawn(work)));
        let watching = {
            let models = state.models.clone();
            async move { models.watch().await }
        };
        let announcing = {
            let (models, notifier) = (state.models.clone(), &notifier);
            async move {
                let model = models.ready().await;
                tracing::info!(%address, upstream = model.served_by, model = model.name, "ready");
                notifier.status(&format!("{} answers", model.name));
            }
        };

        notifier.ready();
        tokio::select! {
            () = shutdown => {}
            _ = join4(watching, announcing, reload.watch(), notifier.keep_alive()) => {}
            ended = &mut server => return ended.map(|_| ()).map_err(io::Error::other),
        }
        tracing::info!("draining");
        notifier.stopping();
        state.drain.finish(state.limits.drain_time_max).await;
        drop(working);
        close.cancel();
        if timeout(CLOSE_TIME_MAX, &mut server).await.is_err() {
            server.abort();
        }
        if let Some(telemetry) = telemetry {
            telemetry.finish().await;
        }
        tracing::info!("stopped");
        Ok(())
    }
}

fn known_keys(path: &Path) -> io::Result<Arc<KnownKeys>> {
    let read = KnownKeys::read(path).map_err(|error| {
        let message = format!("CODESAGA_KEYS_FILE '{}': {error}", path.display());
        io::Error::new(error.kind(), message)
    })?;
    Ok(Arc::new(read))
}

fn telemetry(config: &Config) -> io::Result<Option<Arc<Telemetry>>> {
    let Some(settings) = &config.tracing else { return Ok(None) };
    let telemetry = Telemetry::new(settings).map_err(|error| {
        io::Error::new(error.kind(), format!("OTEL_EXPORTER_OTLP_ENDPOINT: {error}"))
    })?;
    Ok(Some(Arc::new(telemetry)))
}

/// What is kept, and where.
struct Stores {
    memory: Arc<dyn SessionMemory>,
    feedback: Arc<dyn FeedbackTotals>,
    records: Arc<dyn RecordStore>,
    usage: Arc<dyn UsageCounts>,
    sagas: Arc<dyn SagaStore>,
    sparing: Sparing,
    redis: Option<Arc<RedisStore>>,
}

fn stores(config: &Config) -> io::Result<Stores> {
    let (limits, record_limits) = (SessionLimits::STANDARD, RecordLimits::STANDARD);
    Ok(match config.redis_url.as_ref().filter(|_| config.role.keeps_accounts()) {
        Some(url) => {
            let authority = redis_authority(config)?;
            let patience = config.limits.store_time_max;
            let store = RedisStore::trusting(url, authority.as_deref(), patience)
                .map_err(io::Error::other)?;
            let of_jobs =
                RedisStore::trusting(url, authority.as_deref(), config.jobs.store_time_max)
                    .map_err(io::Error::other)?;
            let shared = RedisUsage::new(store.clone());
            let own = InProcessUsage::new(clock::unix_millis);
            let answers = RedisAnswers::new(store.clone(), CacheLimits::STANDARD);
            Stores {
                usage: Arc::new(SharedUsage::new(shared, own)),
                sagas: Arc::new(RedisSagas::new(of_jobs)),
                memory: Arc::new(RedisMemory::new(store.clone(), limits)),
                records: Arc::new(RedisRecords::new(store.clone(), record_limits)),
                feedback: Arc::new(RedisFeedback::new(store.clone())),
                sparing: sparing(config, Some(Arc::new(answers))),
                redis: Some(store),
            }
        }
        None => Stores {
            usage: Arc::new(InProcessUsage::new(clock::unix_millis)),
            sagas: Arc::new(InProcessSagas::new(clock::unix_millis)),
            memory: Arc::new(InProcessMemory::new(limits, clock::unix_millis)),
            records: Arc::new(InProcessRecords::new(record_limits)),
            feedback: Arc::new(InProcessFeedback::default()),
            sparing: sparing(config, None),
            redis: None,
        },
    })
}

/// A number that no other server has.
fn random() -> io::Result<u64> {
    let mut random = [0; 8];
    getrandom::fill(&mut random).map_err(io::Error::other)?;
    Ok(u64::from_ne_bytes(random))
}

fn sparing(config: &Config, store: Option<Arc<dyn AnswerStore>>) -> Sparing {
    let limits = CacheLimits::STANDARD;
    match config.answer_cache {
        AnswerCaching::On => Sparing::On { limits, store },
        AnswerCaching::Process => Sparing::On { limits, store: None },
        AnswerCaching::Off => Sparing::Off,
    }
}

fn redis_authority(config: &Config) -> io::Result<Option<Vec<u8>>> {
    let read = |path: &PathBuf| {
        std::fs::read(path).map_err(|error| {
            let message = format!("CODESAGA_REDIS_CA '{}': {error}", path.display());
            io::Error::new(error.kind(), message)
        })
    };
    config.redis_ca.as_ref().map(read).transpose()
}
