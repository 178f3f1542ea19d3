//! The scripted Ollama as a program, for tests that are not written in Rust and for trying out.

use std::io::Write;
use std::process::ExitCode;

use clap::{Parser, ValueEnum};
use scripted_ollama::{Kind, Options, ScriptedOllama, Shape, Version};

/// An Ollama that says what a test tells it to say. Scripted at /_script.
#[derive(Parser)]
struct Arguments {
    /// Port on 127.0.0.1; 0 takes a free one.
    #[arg(long, default_value_t = 0)]
    port: u16,
    /// Whose recordings to answer from.
    #[arg(long, value_enum, default_value = "0.33.0-rc2")]
    version: VersionName,
    /// Which server to pose as.
    #[arg(long, value_enum, default_value = "ollama")]
    kind: KindName,
    /// The only model to serve.
    #[arg(long, value_enum)]
    model_shape: Option<ShapeName>,
}

#[derive(Clone, Copy, ValueEnum)]
enum VersionName {
    #[value(name = "0.24.0")]
    Older,
    #[value(name = "0.33.0-rc2")]
    Newer,
}

#[derive(Clone, Copy, ValueEnum)]
enum KindName {
    Ollama,
    Openai,
}

#[derive(Clone, Copy, ValueEnum)]
enum ShapeName {
    #[value(name = "bllossom-shape")]
    Bllossom,
    #[value(name = "smollm2")]
    SmolLm2,
    #[value(name = "fim-shape")]
    Fim,
}

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let started = ScriptedOllama::start_with(Options {
        port: arguments.port,
        version: match arguments.version {
            VersionName::Older => Version::V0_24_0,
            VersionName::Newer => Version::V0_33_0Rc2,
        },
        kind: match arguments.kind {
            KindName::Ollama => Kind::Ollama,
            KindName::Openai => Kind::OpenAi,
        },
        shape: arguments.model_shape.map(|shape| match shape {
            ShapeName::Bllossom => Shape::Bllossom,
            ShapeName::SmolLm2 => Shape::SmolLm2,
            ShapeName::Fim => Shape::Fim,
        }),
    });
    match started.await {
        Ok(ollama) => {
            // A reader that does not care for the line may have closed the pipe.
            let _written = writeln!(std::io::stdout(), "listening on {}", ollama.url());
            tokio::select! {
                () = ollama.run() => {}
                () = ended() => {}
            }
            ExitCode::SUCCESS
        }
        Err(error) => {
            let port = arguments.port;
            let _written = writeln!(std::io::stderr(), "cannot listen on port {port}: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Ctrl+C or SIGTERM.
async fn ended() {
    use tokio::signal::unix::{SignalKind, signal};
    match signal(SignalKind::terminate()) {
        Ok(mut terminate) => {
            tokio::select! {
                _ = tokio::signal::ctrl_c() => {}
                _ = terminate.recv() => {}
            }
        }
        Err(_) => {
            let _interrupted = tokio::signal::ctrl_c().await;
        }
    }
}
