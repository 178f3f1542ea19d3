//! Files that a running server reads again: when they change, and when it is told to.

use std::sync::Arc;

use futures_util::future::join3;

use crate::model_servers::KnownServers;
use crate::outbound::known_keys::KnownKeys;
use crate::tls::Certificates;

/// Reads again what may change while the server runs.
#[derive(Clone)]
pub struct Reload {
    pub(crate) keys: Option<Arc<KnownKeys>>,
    pub(crate) certificates: Option<Arc<Certificates>>,
    pub(crate) servers: KnownServers,
}

impl Reload {
    /// Reads everything now and writes to the log what came of it. What cannot be used leaves the
    /// old in force.
    pub fn now(&self) {
        if let Some(keys) = &self.keys {
            keys.reload();
        }
        if let Some(certificates) = &self.certificates {
            certificates.reload();
        }
        self.servers.reload();
    }

    /// Reads whatever changes. Runs until dropped.
    pub(crate) async fn watch(&self) {
        let keys = async {
            match &self.keys {
                Some(keys) => keys.watch().await,
                None => std::future::pending().await,
            }
        };
        let certificates = async {
            match &self.certificates {
                Some(certificates) => certificates.watch().await,
                None => std::future::pending().await,
            }
        };
        join3(keys, certificates, self.servers.watch()).await;
    }
}
