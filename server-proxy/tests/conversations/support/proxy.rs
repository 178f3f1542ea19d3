//! The proxy in this process, on a free port, with a scripted model server.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use codesaga_proxy::Proxy;
use codesaga_proxy::config::Config;
use codesaga_proxy::outbound::keys_file;
use scripted_ollama::ScriptedOllama;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::support::Client;

pub(crate) struct TestProxy {
    address: SocketAddr,
    shutdown: Option<oneshot::Sender<()>>,
    running: JoinHandle<std::io::Result<()>>,
    keys: Option<(tempfile::TempDir, PathBuf)>,
}

impl TestProxy {
    pub(crate) async fn start(ollama: &ScriptedOllama) -> Self {
        Self::start_with(ollama, &[]).await
    }

    pub(crate) async fn start_with(ollama: &ScriptedOllama, flags: &[&str]) -> Self {
        Self::run(ollama, flags, None).await
    }

    /// With a key for each of these users of one tenant.
    pub(crate) async fn start_for(ollama: &ScriptedOllama, users: &[&str]) -> (Self, Vec<Client>) {
        let users: Vec<_> = users.iter().map(|user| ("team", *user)).collect();
        Self::start_for_tenants(ollama, &users).await
    }

    /// With a key for each of these tenants and users.
    pub(crate) async fn start_for_tenants(
        ollama: &ScriptedOllama,
        users: &[(&str, &str)],
    ) -> (Self, Vec<Client>) {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("keys");
        let add =
            |(tenant, user): &(&str, &str)| keys_file::add(&file, tenant, user).expect("a key");
        let keys: Vec<_> = users.iter().map(add).collect();
        let path = file.to_str().expect("a path").to_owned();
        let proxy = Self::run(ollama, &["--keys-file", &path], Some((folder, file))).await;
        let clients = keys.iter().map(|key| Client::new(proxy.address, Some(key))).collect();
        (proxy, clients)
    }

    async fn run(
        ollama: &ScriptedOllama,
        flags: &[&str],
        keys: Option<(tempfile::TempDir, PathBuf)>,
    ) -> Self {
        let url = ollama.url();
        let mut all = vec!["--listen", "127.0.0.1:0", "--upstream", &url, "--model", "smollm2"];
        all.extend_from_slice(flags);
        let mut config = Config::from_flags(&all).expect("settings");
        // On a busy machine a store that is well takes longer than a user should wait for it.
        config.limits.store_time_max = Duration::from_millis(500);
        let proxy = Proxy::bind(&config).await.expect("a free port");
        let address = proxy.address();
        let (shutdown, told) = oneshot::channel();
        let running = tokio::spawn(proxy.run(async {
            // Dropped without a word, the test is over.
            let _told = told.await;
        }));
        Self { address, shutdown: Some(shutdown), running, keys }
    }

    pub(crate) fn client(&self) -> Client {
        assert!(self.keys.is_none(), "with keys, `start_for` gives the clients");
        Client::new(self.address, None)
    }

    /// The holder of a key.
    pub(crate) fn client_of(&self, key: &str) -> Client {
        Client::new(self.address, Some(key))
    }

    /// Somebody without a key.
    pub(crate) fn stranger(&self) -> Client {
        Client::new(self.address, None)
    }

    pub(crate) async fn stop(mut self) {
        drop(self.shutdown.take());
        let running = std::mem::replace(&mut self.running, tokio::spawn(async { Ok(()) }));
        running.await.expect("no panic").expect("a clean end");
    }
}

impl Drop for TestProxy {
    fn drop(&mut self) {
        self.running.abort();
    }
}
