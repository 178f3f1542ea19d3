//! The model servers of the settings, and of a file that is read again while they are in use.

use std::io;
use std::path::Path;
use std::sync::Arc;

use crate::config::{Config, Servers};
use crate::domain::models::ModelDirectory;
use crate::domain::ports::ModelServer;
use crate::outbound::file_watch::FileWatch;
use crate::outbound::{FoundServer, HttpClient};

/// The model servers of the settings, in the order of preference; nothing is asked of them yet.
///
/// # Errors
/// When one is asked by `https` and this machine's certificates cannot be read.
pub fn model_servers(config: &Config) -> io::Result<Vec<Arc<dyn ModelServer>>> {
    let client = HttpClient::new(&config.upstreams, &config.limits).map_err(|error| {
        io::Error::new(error.kind(), format!("CODESAGA_UPSTREAM with https: {error}"))
    })?;
    let server = |base: &http::Uri| {
        Arc::new(FoundServer::new(base.clone(), client.clone(), config.limits))
            as Arc<dyn ModelServer>
    };
    Ok(config.upstreams.iter().map(server).collect())
}

/// Keeps the servers in use in step with their file.
#[derive(Clone)]
pub(crate) struct KnownServers {
    config: Arc<Config>,
    models: Arc<ModelDirectory>,
    watch: Option<FileWatch>,
}

impl KnownServers {
    pub(crate) fn new(config: &Config, models: Arc<ModelDirectory>) -> Self {
        let watch = config.servers_file.as_deref().map(|path| FileWatch::new(&[path]));
        Self { config: Arc::new(config.clone()), models, watch }
    }

    /// Reads the file again, if there is one, and writes to the log what came of it. When it cannot
    /// be used everything stays as it is.
    pub(crate) fn reload(&self) {
        let Some(path) = &self.config.servers_file else { return };
        match self.replace(path) {
            Ok(count) => tracing::info!(count, "the file of model servers was read"),
            Err(error) => {
                tracing::error!(%error, "the file of model servers cannot be used; they stay");
            }
        }
    }

    fn replace(&self, path: &Path) -> io::Result<usize> {
        let Servers { upstreams, aliases } = Servers::read(path)?;
        let config = Config { upstreams, aliases, ..(*self.config).clone() };
        let servers = model_servers(&config)?;
        let count = servers.len();
        self.models.replace(servers);
        self.models.rename(config.names());
        Ok(count)
    }

    /// Reads the file whenever it changes. Runs until dropped.
    pub(crate) async fn watch(&self) {
        let Some(mut watch) = self.watch.clone() else { return std::future::pending().await };
        loop {
            watch.changed().await;
            let known = self.clone();
            // It fails only while the runtime stops.
            let _read = tokio::task::spawn_blocking(move || known.reload()).await;
        }
    }
}
