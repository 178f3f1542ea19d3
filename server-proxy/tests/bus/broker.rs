//! A real Kafka broker.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

/// A broker of a test's own. What it keeps outlives its process.
pub(crate) struct Kafka {
    port: u16,
    controller: u16,
    folder: TempDir,
    process: Child,
}

impl Kafka {
    /// On these ports, which nobody else may use.
    pub(crate) async fn start(port: u16, controller: u16) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let process = run(folder.path(), port, controller).await;
        Self { port, controller, folder, process }
    }

    pub(crate) fn address(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    pub(crate) async fn kill(&mut self) {
        self.process.kill().await.expect("it runs");
    }

    pub(crate) async fn start_again(&mut self) {
        self.process = run(self.folder.path(), self.port, self.controller).await;
    }
}

/// Returns when it takes connections.
async fn run(folder: &Path, port: u16, controller: u16) -> Child {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut process = Command::new(root.join("scripts/lib/kafka-broker.sh"))
        .arg(jars(&root))
        .arg(folder)
        .args([port.to_string(), controller.to_string()])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .expect("bash and java are installed");
    let log = process.stderr.take().expect("its log");
    let mut lines = BufReader::new(log).lines();
    let mut last = Vec::new();
    while let Some(line) = lines.next_line().await.expect("text") {
        if line.contains("Kafka Server started") {
            // Read on, so that it never waits for somebody to read its log.
            tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
            return process;
        }
        last.push(line);
    }
    panic!("Kafka ended before it was ready:\n{}", last.join("\n"));
}

/// Where `npm test` puts them.
fn jars(root: &Path) -> PathBuf {
    let installed = std::fs::read_dir(root.join(".cache/kafka")).into_iter().flatten().flatten();
    let jars = installed.map(|version| version.path().join("libs")).find(|libs| libs.is_dir());
    jars.expect("Kafka is not installed: npm test -- --only parts")
}
