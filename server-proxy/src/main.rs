//! `codesaga-proxy`: configuration, adapters, service, server, drain; each lives in the library.

use std::io::{self, IsTerminal as _, Write as _};
use std::process::ExitCode;

use codesaga_proxy::config::{Config, Invocation, Language, LogFormat, ServiceManager};
use codesaga_proxy::ops::systemd::Notifier;
use codesaga_proxy::ops::{dead_letters, doctor, health, top};
use codesaga_proxy::{Proxy, Reload, keys, mcp};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

fn main() -> ExitCode {
    let outcome = match Invocation::read() {
        Invocation::Serve(config) => run(&config).map(|()| ExitCode::SUCCESS),
        Invocation::Doctor(config) => look(&config),
        Invocation::Top(options) => {
            top::run(options, Language::of_this_process(), &mut io::stdout())
                .map(|()| ExitCode::SUCCESS)
        }
        Invocation::Mcp(options) => serve_mcp(options).map(|()| ExitCode::SUCCESS),
        Invocation::Health(server) => health::run(server, &mut io::stdout()).map(exit_code),
        Invocation::Keys(command) => {
            keys::run(command, &mut io::stdout()).map(|()| ExitCode::SUCCESS)
        }
        Invocation::DeadLetters(command, config) => {
            dead_letters::run(command, &config, &mut io::stdout()).map(|()| ExitCode::SUCCESS)
        }
    };
    match outcome {
        Ok(code) => code,
        Err(error) => {
            let _ = writeln!(io::stderr(), "codesaga-proxy: {error}");
            ExitCode::from(2)
        }
    }
}

#[tokio::main]
async fn run(config: &Config) -> io::Result<()> {
    write_log(config.log);
    // Listened for before anything is served, so that no signal ends the process half-way.
    let told_to_stop = told_to_stop()?;
    let notifier = Notifier::new(&ServiceManager::of_this_process())?;
    let proxy = Proxy::bind(config).await?.telling(notifier);
    tokio::spawn(read_again_when_told(proxy.reload())?);
    proxy.run(told_to_stop).await
}

#[tokio::main(flavor = "current_thread")]
async fn serve_mcp(options: mcp::Options) -> io::Result<()> {
    mcp::run(options).await
}

/// Exit code 1 says that something has to be mended.
#[tokio::main(flavor = "current_thread")]
async fn look(config: &Config) -> io::Result<ExitCode> {
    doctor::run(config, Language::of_this_process(), &mut io::stdout()).await.map(exit_code)
}

fn exit_code(is_well: bool) -> ExitCode {
    if is_well { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Log lines go to stderr, so that stdout stays for answers of commands.
fn write_log(format: LogFormat) {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(io::stderr().is_terminal())
        .with_writer(io::stderr);
    // At any level it writes whole messages down, and texts are in them.
    let no_texts = filter_fn(|of| !of.target().starts_with("rmcp"));
    match format {
        LogFormat::Human => log.with_target(false).finish().with(no_texts).init(),
        LogFormat::Json => log.json().finish().with(no_texts).init(),
    }
}

/// On SIGHUP reads again what may change while the server runs. Without a handler the signal would
/// end the process.
#[cfg(unix)]
fn read_again_when_told(reload: Reload) -> io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};

    let mut hangup = signal(SignalKind::hangup())?;
    Ok(async move {
        while hangup.recv().await.is_some() {
            reload.now();
            tracing::info!(
                "settings of the environment and of flags, limits among them, stay as they were at \
                 the start; they need a restart"
            );
        }
    })
}

/// There is no such signal here.
#[cfg(windows)]
fn read_again_when_told(_reload: Reload) -> io::Result<impl Future<Output = ()>> {
    Ok(std::future::ready(()))
}

/// Resolves on SIGINT and SIGTERM.
#[cfg(unix)]
fn told_to_stop() -> io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};

    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

/// Resolves on Ctrl+C.
#[cfg(windows)]
fn told_to_stop() -> io::Result<impl Future<Output = ()>> {
    let mut interrupt = tokio::signal::windows::ctrl_c()?;
    Ok(async move {
        interrupt.recv().await;
    })
}
