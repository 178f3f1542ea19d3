//! A Redis of a test's own, on a free port, that can be stopped, started again and paused; one that
//! speaks TLS alone; and a cluster of three.

use std::net::{Ipv4Addr, TcpListener};
use std::path::Path;
use std::process::Stdio;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

pub(crate) struct Redis {
    port: u16,
    process: Child,
}

impl Redis {
    pub(crate) async fn start() -> Self {
        Self::start_on(free_port()).await
    }

    pub(crate) async fn start_on(port: u16) -> Self {
        Self::run(port, &["--port", &port.to_string()]).await
    }

    /// With TLS alone, under this certificate and key.
    pub(crate) async fn start_tls(certificate: &Path, key: &Path) -> Self {
        let (port, certificate, key) = (free_port(), text(certificate), text(key));
        let tls_port = port.to_string();
        let tls = ["--port", "0", "--tls-port", &tls_port, "--tls-auth-clients", "no"];
        let files = ["--tls-cert-file", certificate, "--tls-key-file", key];
        Self::run(
            port,
            &[tls.as_slice(), files.as_slice(), &["--tls-ca-cert-file", certificate]].concat(),
        )
        .await
    }

    async fn run(port: u16, flags: &[&str]) -> Self {
        let mut process = Command::new("redis-server")
            .args(["--bind", "127.0.0.1"])
            .args(["--save", "", "--appendonly", "no", "--daemonize", "no"])
            .args(flags)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .expect("redis-server is needed for this test: apt-get install redis-server");
        let output = process.stdout.take().expect("its output is read");
        let mut lines = BufReader::new(output).lines();
        while let Some(line) = lines.next_line().await.expect("text") {
            if line.contains("Ready to accept connections") {
                // Read on, so that it never waits for somebody to read its log.
                tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
                return Self { port, process };
            }
        }
        panic!("redis-server ended before it was ready on port {port}");
    }

    pub(crate) fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    /// Ends it; gives the port to start another one on.
    pub(crate) async fn stop(mut self) -> u16 {
        self.process.kill().await.expect("it runs");
        self.port
    }

    /// It keeps its connections and answers nothing.
    pub(crate) async fn pause(&self) {
        self.signal("-STOP").await;
    }

    pub(crate) async fn resume(&self) {
        self.signal("-CONT").await;
    }

    async fn signal(&self, signal: &str) {
        let id = self.process.id().expect("it runs").to_string();
        let sent = Command::new("kill").args([signal, &id]).status().await.expect("kill runs");
        assert!(sent.success());
    }
}

/// Three nodes that hold a third of the keys each; they can be stopped and started again.
pub(crate) struct RedisCluster {
    nodes: Vec<Redis>,
    flags: Vec<(u16, Vec<String>)>,
    _files: TempDir,
}

const SLOTS: [(u16, u16); 3] = [(0, 5460), (5461, 10922), (10923, 16383)];

impl RedisCluster {
    pub(crate) async fn start() -> Self {
        let files = tempfile::tempdir().expect("a folder");
        let (mut flags, mut buses) = (Vec::new(), Vec::new());
        for _ in SLOTS {
            let (port, bus) = (free_port(), free_port());
            let known = files.path().join(format!("{port}.conf"));
            let (port_flag, bus_flag) = (port.to_string(), bus.to_string());
            let of_node = [
                ["--port", &port_flag],
                ["--cluster-port", &bus_flag],
                ["--cluster-enabled", "yes"],
                ["--cluster-config-file", text(&known)],
            ];
            flags.push((port, of_node.concat().into_iter().map(str::to_owned).collect()));
            buses.push(bus);
        }
        let mut cluster = Self { nodes: Vec::new(), flags, _files: files };
        cluster.run().await;
        for (number, (node, (first, last))) in cluster.nodes.iter().zip(SLOTS).enumerate() {
            let mut call = redis::cmd("CLUSTER");
            node.ask(call.arg("ADDSLOTSRANGE").arg(first).arg(last)).await;
            let mut call = redis::cmd("CLUSTER");
            node.ask(call.arg("SET-CONFIG-EPOCH").arg(number + 1)).await;
        }
        for (node, bus) in cluster.nodes.iter().zip(&buses).skip(1) {
            let mut call = redis::cmd("CLUSTER");
            call.arg("MEET").arg("127.0.0.1").arg(node.port).arg(bus);
            cluster.nodes[0].ask(&call).await;
        }
        cluster.formed().await;
        cluster
    }

    /// Ends all nodes; what they held is gone, who they are is not.
    pub(crate) async fn stop(&mut self) {
        for node in self.nodes.drain(..) {
            node.stop().await;
        }
    }

    pub(crate) async fn start_again(&mut self) {
        self.run().await;
        self.formed().await;
    }

    async fn run(&mut self) {
        for (port, flags) in &self.flags {
            let flags: Vec<&str> = flags.iter().map(String::as_str).collect();
            self.nodes.push(Redis::run(*port, &flags).await);
        }
    }

    async fn formed(&self) {
        let begun = Instant::now();
        for node in &self.nodes {
            let mut call = redis::cmd("CLUSTER");
            call.arg("INFO");
            while !node.told(&call).await.contains("cluster_state:ok") {
                assert!(begun.elapsed() < Duration::from_secs(60), "the cluster does not form");
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        }
    }

    pub(crate) fn url(&self) -> String {
        let nodes: Vec<_> =
            self.nodes.iter().map(|node| format!("127.0.0.1:{}", node.port)).collect();
        format!("redis-cluster://{}", nodes.join(","))
    }

    pub(crate) fn nodes(&self) -> &[Redis] {
        &self.nodes
    }
}

impl Redis {
    async fn ask(&self, command: &redis::Cmd) {
        assert_eq!(self.told(command).await, "OK");
    }

    /// `None` when it answers with an error, as for a key that is another node's.
    pub(crate) async fn number(&self, command: &redis::Cmd) -> Option<i64> {
        let client = redis::Client::open(self.url()).expect("an address");
        let mut connection = client.get_multiplexed_async_connection().await.expect("a connection");
        command.query_async(&mut connection).await.ok()
    }

    async fn told(&self, command: &redis::Cmd) -> String {
        let client = redis::Client::open(self.url()).expect("an address");
        let mut connection = client.get_multiplexed_async_connection().await.expect("a connection");
        command.query_async(&mut connection).await.expect("an answer")
    }
}

fn text(path: &Path) -> &str {
    path.to_str().expect("a path")
}

/// A port that nobody listens on, below those that systems give to outgoing connections: one of
/// those could be taken before the server has it.
pub(crate) fn free_port() -> u16 {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    const PORTS: std::ops::Range<u32> = 12_000..32_000;
    // Other runs of these tests begin elsewhere.
    let from = std::process::id().wrapping_mul(37);
    for _ in PORTS {
        let step = NEXT.fetch_add(1, Ordering::Relaxed);
        let port = PORTS.start + from.wrapping_add(step) % (PORTS.end - PORTS.start);
        let port = u16::try_from(port).expect("ports have sixteen bits");
        if TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok() {
            return port;
        }
    }
    panic!("no port is free");
}
