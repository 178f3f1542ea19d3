//! The settings: environment variables, each also a flag, checked before anything starts.
//!
//! A wrong value is answered with the setting's name, the value and what is expected; the process
//! then ends with exit code 2. No other file reads the environment.

mod bus;
mod caller_limits;
mod keys;

use std::ffi::OsString;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};
use http::Uri;

use crate::domain::caller_limits::CallerLimits;
use crate::domain::limits::{KeepAlive, Limits};
use crate::domain::models::names::ModelNames;
use crate::domain::network::Network;
use crate::domain::priority::Task;
use crate::domain::saga::SagaLimits;
use crate::mcp;
use crate::ops::top;
use crate::outbound::redis_connection;
use crate::tls::TlsFiles;

use bus::BusSettings;
use caller_limits::LimitSettings;

pub use bus::{BusKind, DeadLettersCommand};
pub use keys::KeysCommand;

mod fleet;
mod role;
mod servers;
mod surroundings;

pub use fleet::Fleet;
use fleet::FleetSettings;
pub use role::Role;
pub(crate) use servers::Servers;
use servers::{Aliases, aliases, base_url};
pub use surroundings::{Language, ServiceManager};

/// What the command line asks for.
#[derive(Debug)]
pub enum Invocation {
    /// Serve until told to stop.
    Serve(Box<Config>),
    /// Look at everything the server needs.
    Doctor(Box<Config>),
    /// Show live what a running server does.
    Top(top::Options),
    /// Ask a running server, by its base address, whether it answers.
    Health(Uri),
    /// Change or show who may ask.
    Keys(KeysCommand),
    /// Show or publish again what was given up.
    DeadLetters(DeadLettersCommand, Box<Config>),
    /// Serve the Model Context Protocol to the program that started this one.
    Mcp(mcp::Options),
}

/// How the server is set up.
#[derive(Clone, Debug)]
pub struct Config {
    /// What the process is there for.
    pub role: Role,
    /// Where it listens.
    pub listen: SocketAddr,
    /// How it reaches others of its fleet.
    pub fleet: Fleet,
    /// Base addresses of the model servers, the preferred one first. Only these are ever called.
    pub upstreams: Vec<Uri>,
    /// The model for requests that name none; the first one served when absent.
    pub model: Option<String>,
    /// Tasks for which it is another one.
    pub models_by_task: Vec<(Task, String)>,
    /// Names of the team's own, and the model that each stands for.
    pub aliases: Vec<(String, String)>,
    /// The file that `upstreams` and `aliases` were read from; read again while the server runs.
    pub servers_file: Option<PathBuf>,
    /// Where conversations are kept; in this process when absent.
    pub redis_url: Option<String>,
    /// The authority its certificate comes from; one that the system trusts when absent.
    pub redis_ca: Option<PathBuf>,
    /// What carries messages between servers.
    pub bus: BusKind,
    /// Tenants whose records keep texts.
    pub record_texts: Vec<String>,
    /// A team's own system prompts; those that come with the server where absent.
    pub prompts_dir: Option<PathBuf>,
    /// Who may ask; without it only this machine may.
    pub keys_file: Option<PathBuf>,
    /// The certificate to speak TLS with; plain HTTP when absent.
    pub tls: Option<TlsFiles>,
    /// Who is believed that it passes on somebody else's request.
    pub trusted_proxies: Vec<Network>,
    /// What callers may use whose keys say nothing else.
    pub caller_limits: CallerLimits,
    /// Whether identical requests are asked once, and where finished answers are kept.
    pub answer_cache: AnswerCaching,
    /// What is bounded of jobs, and by how much.
    pub jobs: SagaLimits,
    /// How log lines look.
    pub log: LogFormat,
    /// What is bounded, and by how much.
    pub limits: Limits,
    /// Where traces are sent; nowhere when absent.
    pub tracing: Option<Tracing>,
}

/// Where traces are sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tracing {
    /// The collector's base address; `/v1/traces` is added.
    pub endpoint: String,
    /// The service's name in its traces.
    pub service_name: String,
}

/// How log lines look.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// Lines for people.
    #[default]
    Human,
    /// One JSON object a line.
    Json,
}

/// Whether identical requests are asked once, and where finished answers are kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum AnswerCaching {
    /// In this process, and in Redis when there is one.
    #[default]
    On,
    /// In this process only.
    Process,
    /// Every request is asked for itself.
    Off,
}

/// The team server in front of Ollama.
#[derive(Debug, Parser)]
#[command(name = "codesaga-proxy", version, args_conflicts_with_subcommands = true)]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    settings: Settings,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Manage who may ask.
    #[command(subcommand)]
    Keys(KeysCommand),
    /// Look at everything the server needs, with its own settings, and say what to mend.
    Doctor(Box<Settings>),
    /// Show or publish again the messages that were given up, with the server's own settings.
    DeadLetters {
        #[command(subcommand)]
        command: DeadLettersCommand,
        #[command(flatten)]
        settings: Box<Settings>,
    },
    /// Show live who waits, who is answered and how the instances do.
    Top {
        /// The running server's address.
        #[arg(long, env = "CODESAGA_SERVER", value_name = "CODESAGA_SERVER",
              default_value = "http://127.0.0.1:7411", value_parser = base_url)]
        server: Uri,
        /// A key with the scope `admin`; a server without keys needs none. Better set in the
        /// environment: flags can be seen by everyone on the machine.
        #[arg(long, env = "CODESAGA_KEY", value_name = "CODESAGA_KEY", hide_env_values = true)]
        key: Option<String>,
    },
    /// Ask a running server whether it answers, for whoever starts it anew when it does not: the
    /// exit code is 0 when it does, else 1.
    Health {
        /// The running server's address.
        #[arg(long, env = "CODESAGA_SERVER", value_name = "CODESAGA_SERVER",
              default_value = "http://127.0.0.1:7411", value_parser = base_url)]
        server: Uri,
    },
    /// Serve the Model Context Protocol on stdin and stdout, by asking a running server.
    Mcp {
        /// The running server's address.
        #[arg(long, env = "CODESAGA_SERVER", value_name = "CODESAGA_SERVER",
              default_value = "http://127.0.0.1:7411", value_parser = base_url)]
        server: Uri,
        /// A key with the scopes `complete` and `chat`; a server without keys needs none. Better set
        /// in the environment: flags can be seen by everyone on the machine.
        #[arg(long, env = "CODESAGA_KEY", value_name = "CODESAGA_KEY", hide_env_values = true)]
        key: Option<String>,
    },
}

#[derive(Debug, Args)]
struct Settings {
    /// What this process is there for; alone it is everything.
    #[arg(long, env = "CODESAGA_ROLE", value_name = "CODESAGA_ROLE", value_enum,
          default_value_t = Role::All)]
    role: Role,
    #[command(flatten)]
    fleet: FleetSettings,
    /// Address and port to listen on.
    #[arg(long, env = "CODESAGA_LISTEN", value_name = "CODESAGA_LISTEN",
          default_value = "127.0.0.1:7411", value_parser = address)]
    listen: SocketAddr,
    /// Base addresses of the model servers, separated by commas.
    #[arg(long, env = "CODESAGA_UPSTREAM", value_name = "CODESAGA_UPSTREAM",
          default_value = "http://127.0.0.1:11434", value_delimiter = ',', value_parser = base_url)]
    upstream: Vec<Uri>,
    /// Model for requests that name none.
    #[arg(long, env = "CODESAGA_MODEL", value_name = "CODESAGA_MODEL")]
    model: Option<String>,
    /// Model for completions that name none.
    #[arg(long, env = "CODESAGA_MODEL_COMPLETION", value_name = "CODESAGA_MODEL_COMPLETION")]
    model_completion: Option<String>,
    /// Model for conversations that name none.
    #[arg(long, env = "CODESAGA_MODEL_CHAT", value_name = "CODESAGA_MODEL_CHAT")]
    model_chat: Option<String>,
    /// Model for changes to code that name none.
    #[arg(long, env = "CODESAGA_MODEL_EDIT", value_name = "CODESAGA_MODEL_EDIT")]
    model_edit: Option<String>,
    /// Names of the team's own for models, for example fast=qwen2.5-coder:1.5b,chat=bllossom.
    #[arg(long, env = "CODESAGA_ALIASES", value_name = "CODESAGA_ALIASES", default_value = "",
          value_parser = aliases)]
    aliases: Aliases,
    /// File with base addresses and names, instead of CODESAGA_UPSTREAM and CODESAGA_ALIASES.
    #[arg(long, env = "CODESAGA_SERVERS_FILE", value_name = "CODESAGA_SERVERS_FILE")]
    servers_file: Option<PathBuf>,
    /// Redis that keeps conversations, for example redis://127.0.0.1:6379, rediss:// with TLS, or
    /// redis-cluster://HOST:PORT,HOST:PORT.
    #[arg(long, env = "CODESAGA_REDIS_URL", value_name = "CODESAGA_REDIS_URL",
          value_parser = redis_url)]
    redis_url: Option<String>,
    /// Certificate authority (PEM) that Redis with TLS is trusted by, in place of the system's.
    #[arg(long, env = "CODESAGA_REDIS_CA", value_name = "CODESAGA_REDIS_CA")]
    redis_ca: Option<PathBuf>,
    #[command(flatten)]
    bus: BusSettings,
    /// Tenants whose records keep what was asked and answered, separated by commas; of the others
    /// sizes and hashes are kept.
    #[arg(
        long,
        env = "CODESAGA_RECORD_TEXTS",
        value_name = "CODESAGA_RECORD_TEXTS",
        value_delimiter = ','
    )]
    record_texts: Vec<String>,
    /// Folder with a team's own system prompts: chat.md, code.md, digest.md.
    #[arg(long, env = "CODESAGA_PROMPTS_DIR", value_name = "CODESAGA_PROMPTS_DIR")]
    prompts_dir: Option<PathBuf>,
    /// File of hashed keys, written by `codesaga-proxy keys add`.
    #[arg(long, env = "CODESAGA_KEYS_FILE", value_name = "CODESAGA_KEYS_FILE")]
    keys_file: Option<PathBuf>,
    /// File with the certificate to speak TLS with, in PEM form; with CODESAGA_TLS_KEY.
    #[arg(long, env = "CODESAGA_TLS_CERT", value_name = "CODESAGA_TLS_CERT")]
    tls_cert: Option<PathBuf>,
    /// File with the certificate's private key, in PEM form.
    #[arg(long, env = "CODESAGA_TLS_KEY", value_name = "CODESAGA_TLS_KEY")]
    tls_key: Option<PathBuf>,
    /// Load balancers whose X-Forwarded-For is believed: addresses or networks, separated by commas.
    #[arg(
        long,
        env = "CODESAGA_TRUSTED_PROXIES",
        value_name = "CODESAGA_TRUSTED_PROXIES",
        value_delimiter = ','
    )]
    trusted_proxies: Vec<Network>,
    #[command(flatten)]
    caller_limits: LimitSettings,
    /// Whether identical requests of a team are asked once, and where finished answers are kept.
    #[arg(long, env = "CODESAGA_ANSWER_CACHE", value_name = "CODESAGA_ANSWER_CACHE", value_enum,
          default_value_t = AnswerCaching::On)]
    answer_cache: AnswerCaching,
    /// How log lines look.
    #[arg(long, env = "CODESAGA_LOG", value_name = "CODESAGA_LOG", value_enum,
          default_value_t = LogFormat::Human)]
    log: LogFormat,
    /// Most tokens of context that Ollama may allocate for a model.
    #[arg(long, env = "CODESAGA_CONTEXT_LENGTH", value_name = "CODESAGA_CONTEXT_LENGTH",
          default_value = "8192", value_parser = context_length)]
    context_length: u32,
    /// How long Ollama keeps a model in memory after its last use: 30m, 2h, or -1 for ever.
    #[arg(long, env = "CODESAGA_KEEP_ALIVE", value_name = "CODESAGA_KEEP_ALIVE",
          default_value = "30m", value_parser = keep_alive, allow_hyphen_values = true)]
    keep_alive: KeepAlive,
    /// Requests that one model server answers at a time.
    #[arg(long, env = "CODESAGA_PARALLEL", value_name = "CODESAGA_PARALLEL",
          default_value = "4", value_parser = parallel)]
    parallel: usize,
    /// Seconds that running answers get to end after SIGTERM.
    #[arg(long, env = "CODESAGA_DRAIN_SECONDS", value_name = "CODESAGA_DRAIN_SECONDS",
          default_value = "20", value_parser = drain_seconds)]
    drain_seconds: u64,
    /// Seconds for which an answer that can be resumed goes on without its client.
    #[arg(long, env = "CODESAGA_RESUME_SECONDS", value_name = "CODESAGA_RESUME_SECONDS",
          default_value = "10", value_parser = resume_seconds)]
    resume_seconds: u64,
    /// Seconds without a sign of life after which another worker takes over a worker's job.
    #[arg(long, env = "CODESAGA_JOB_LEASE_SECONDS", value_name = "CODESAGA_JOB_LEASE_SECONDS",
          default_value = "15", value_parser = job_lease_seconds)]
    job_lease_seconds: u64,
    /// Base address of an OpenTelemetry collector (OTLP over HTTP) that traces are sent to.
    #[arg(long, env = "OTEL_EXPORTER_OTLP_ENDPOINT", value_name = "OTEL_EXPORTER_OTLP_ENDPOINT",
          value_parser = collector)]
    otlp_endpoint: Option<String>,
    /// The service's name in traces.
    #[arg(
        long,
        env = "OTEL_SERVICE_NAME",
        value_name = "OTEL_SERVICE_NAME",
        default_value = "codesaga-proxy"
    )]
    otel_service_name: String,
}

impl Invocation {
    /// Reads the process's own arguments and environment. On a wrong value it prints which one and
    /// ends the process with exit code 2; on `--help` and `--version` with 0.
    #[must_use]
    pub fn read() -> Self {
        Self::try_read(std::env::args_os()).unwrap_or_else(|error| error.exit())
    }

    /// The same for given arguments, the program's name first.
    ///
    /// # Errors
    /// Names the setting, the value and what is expected.
    pub fn try_read(
        arguments: impl IntoIterator<Item = impl Into<OsString> + Clone>,
    ) -> Result<Self, clap::Error> {
        let arguments = Arguments::try_parse_from(arguments)?;
        match arguments.command {
            Some(Command::Keys(command)) => Ok(Self::Keys(command)),
            Some(Command::Top { server, key }) => {
                let key = key.filter(|key| !key.is_empty());
                Ok(Self::Top(top::Options { server, key }))
            }
            Some(Command::Mcp { server, key }) => {
                let key = key.filter(|key| !key.is_empty());
                Ok(Self::Mcp(mcp::Options { server, key }))
            }
            Some(Command::Health { server }) => Ok(Self::Health(server)),
            Some(Command::Doctor(settings)) => {
                Ok(Self::Doctor(Box::new(Config::check(*settings)?)))
            }
            Some(Command::DeadLetters { command, settings }) => {
                Ok(Self::DeadLetters(command, Box::new(Config::check(*settings)?)))
            }
            None => Ok(Self::Serve(Box::new(Config::check(arguments.settings)?))),
        }
    }
}

impl Config {
    /// Settings from flags alone, the environment filling in; for tests and embedding.
    ///
    /// # Errors
    /// Names the setting, the value and what is expected.
    pub fn from_flags(flags: &[&str]) -> Result<Self, clap::Error> {
        let arguments = std::iter::once("codesaga-proxy").chain(flags.iter().copied());
        Self::check(Arguments::try_parse_from(arguments)?.settings)
    }

    /// What names stand for.
    #[must_use]
    pub fn names(&self) -> ModelNames {
        ModelNames {
            default: self.model.clone(),
            by_task: self.models_by_task.clone(),
            aliases: self.aliases.clone(),
        }
    }

    fn check(settings: Settings) -> Result<Self, clap::Error> {
        let keys_file = settings.keys_file.filter(|path| !path.as_os_str().is_empty());
        if keys_file.is_none() && !settings.listen.ip().is_loopback() {
            return Err(clap::Error::raw(
                clap::error::ErrorKind::ValueValidation,
                format!(
                    "invalid value '{}' for CODESAGA_LISTEN: without CODESAGA_KEYS_FILE anyone \
                     could use the models, so only a loopback address such as 127.0.0.1:7411 is \
                     allowed; make a key with `codesaga-proxy keys add NAME --file FILE`\n",
                    settings.listen
                ),
            ));
        }
        let mut limits = Limits::new(
            settings.context_length,
            settings.keep_alive,
            settings.parallel,
            Duration::from_secs(settings.drain_seconds),
        );
        limits.resume_time_max = Duration::from_secs(settings.resume_seconds);
        let servers_file = settings.servers_file.filter(|path| !path.as_os_str().is_empty());
        let servers = match &servers_file {
            Some(path) => Servers::read(path).map_err(|error| {
                let message = format!("CODESAGA_SERVERS_FILE '{}': {error}\n", path.display());
                clap::Error::raw(clap::error::ErrorKind::ValueValidation, message)
            })?,
            None => Servers { upstreams: settings.upstream, aliases: settings.aliases.0 },
        };
        let redis_url = settings.redis_url.filter(|url| !url.is_empty());
        if settings.role == Role::Worker && redis_url.is_none() {
            let needed = "CODESAGA_ROLE=worker needs CODESAGA_REDIS_URL, where its jobs are kept\n";
            return Err(clap::Error::raw(clap::error::ErrorKind::ValueValidation, needed));
        }
        Ok(Self {
            tracing: settings
                .otlp_endpoint
                .filter(|endpoint| !endpoint.is_empty())
                .map(|endpoint| Tracing { endpoint, service_name: settings.otel_service_name }),
            fleet: settings.fleet.check(settings.role)?,
            role: settings.role,
            listen: settings.listen,
            upstreams: servers.upstreams,
            model: named(settings.model),
            models_by_task: [
                (Task::Completion, settings.model_completion),
                (Task::Chat, settings.model_chat),
                (Task::Edit, settings.model_edit),
            ]
            .into_iter()
            .filter_map(|(task, name)| Some((task, named(name)?)))
            .collect(),
            aliases: servers.aliases,
            servers_file,
            bus: settings.bus.check(redis_url.is_some())?,
            redis_url,
            redis_ca: settings.redis_ca.filter(|path| !path.as_os_str().is_empty()),
            record_texts: settings
                .record_texts
                .into_iter()
                .map(|tenant| tenant.trim().to_owned())
                .filter(|tenant| !tenant.is_empty())
                .collect(),
            prompts_dir: settings.prompts_dir.filter(|path| !path.as_os_str().is_empty()),
            tls: tls(settings.tls_cert, settings.tls_key)?,
            trusted_proxies: settings.trusted_proxies,
            caller_limits: settings.caller_limits.check(keys_file.is_some()),
            keys_file,
            answer_cache: settings.answer_cache,
            jobs: SagaLimits {
                lease_time: Duration::from_secs(settings.job_lease_seconds),
                ..SagaLimits::STANDARD
            },
            log: settings.log,
            limits,
        })
    }
}

fn tls(
    certificate: Option<PathBuf>,
    key: Option<PathBuf>,
) -> Result<Option<TlsFiles>, clap::Error> {
    let named = |path: Option<PathBuf>| path.filter(|path| !path.as_os_str().is_empty());
    match (named(certificate), named(key)) {
        (Some(certificate), Some(key)) => Ok(Some(TlsFiles { certificate, key })),
        (None, None) => Ok(None),
        _ => Err(clap::Error::raw(
            clap::error::ErrorKind::ValueValidation,
            "CODESAGA_TLS_CERT and CODESAGA_TLS_KEY are needed together\n",
        )),
    }
}

fn address(text: &str) -> Result<SocketAddr, String> {
    if let Some(port) = text.strip_prefix("localhost:").and_then(|port| port.parse().ok()) {
        return Ok(SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), port));
    }
    text.parse().map_err(|_| "expected an IP address and a port, such as 127.0.0.1:7411".to_owned())
}

/// A setting that is there but blank names nothing.
fn named(name: Option<String>) -> Option<String> {
    name.map(|name| name.trim().to_owned()).filter(|name| !name.is_empty())
}

fn collector(text: &str) -> Result<String, String> {
    if text.is_empty() {
        return Ok(String::new());
    }
    let expected = "expected an http:// or https:// address, such as http://127.0.0.1:4318";
    let uri: Uri = text.trim().parse().map_err(|_| expected.to_owned())?;
    match (uri.scheme_str(), uri.host()) {
        (Some("http" | "https"), Some(_)) => Ok(text.trim().to_owned()),
        _ => Err(expected.to_owned()),
    }
}

fn redis_url(text: &str) -> Result<String, String> {
    if !text.is_empty() {
        redis_connection::check(text)?;
    }
    Ok(text.to_owned())
}

fn context_length(text: &str) -> Result<u32, String> {
    match text.parse() {
        Ok(tokens @ 512..=1_048_576) => Ok(tokens),
        _ => Err("expected a number of tokens from 512 to 1048576".to_owned()),
    }
}

fn parallel(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(count @ 1..=256) => Ok(count),
        _ => Err("expected a number of requests from 1 to 256".to_owned()),
    }
}

fn drain_seconds(text: &str) -> Result<u64, String> {
    match text.parse() {
        Ok(seconds @ 0..=3600) => Ok(seconds),
        _ => Err("expected a number of seconds from 0 to 3600".to_owned()),
    }
}

fn resume_seconds(text: &str) -> Result<u64, String> {
    match text.parse() {
        Ok(seconds @ 0..=300) => Ok(seconds),
        _ => Err("expected a number of seconds from 0 to 300".to_owned()),
    }
}

fn job_lease_seconds(text: &str) -> Result<u64, String> {
    match text.parse() {
        Ok(seconds @ 1..=300) => Ok(seconds),
        _ => Err("expected a number of seconds from 1 to 300".to_owned()),
    }
}

fn keep_alive(text: &str) -> Result<KeepAlive, String> {
    let expected = || "expected a time such as 30m, 2h or 90s, or -1 for ever".to_owned();
    if text == "-1" {
        return Ok(KeepAlive::Forever);
    }
    let digits = text.trim_end_matches(|c: char| !c.is_ascii_digit());
    let count: u64 = digits.parse().map_err(|_| expected())?;
    let unit_seconds = match &text[digits.len()..] {
        "" | "s" => 1,
        "m" => 60,
        "h" => 3600,
        _ => return Err(expected()),
    };
    count
        .checked_mul(unit_seconds)
        .filter(|seconds| *seconds <= 31_536_000)
        .map(|seconds| KeepAlive::For(Duration::from_secs(seconds)))
        .ok_or_else(expected)
}
