//! `codesaga-proxy`: configuration, adapters, service, server, drain; each lives in the library.

use std::io::{self, IsTerminal as _, Write as _};
use std::process::ExitCode;

use codesaga_proxy::config::{Config, Invocation, LogFormat};
use codesaga_proxy::{keys, serve};
use tracing_subscriber::EnvFilter;

fn main() -> ExitCode {
    let outcome = match Invocation::read() {
        Invocation::Serve(config) => run(&config),
        Invocation::Keys(command) => keys::run(command, &mut io::stdout()),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
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
    serve(config, told_to_stop).await
}

/// Log lines go to stderr, so that stdout stays for answers of commands.
fn write_log(format: LogFormat) {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(io::stderr().is_terminal())
        .with_writer(io::stderr);
    match format {
        LogFormat::Human => log.with_target(false).init(),
        LogFormat::Json => log.json().init(),
    }
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
