//! Files that a running server reads again: when they change, and when it is told to.

use std::sync::Arc;

use futures_util::future::join4;

use crate::model_servers::KnownServers;
use crate::outbound::known_keys::KnownKeys;
use crate::tls::Certificates;

/// Reads again what may change while the server runs.
#[derive(Clone)]
pub struct Reload {
    pub(crate) keys: Option<Arc<KnownKeys>>,
    pub(crate) certificates: Option<Arc<Certificates>>,
    /// Those that others of the fleet are shown.
    pub(crate) fleet_certificates: Option<Arc<Certificates>>,
    /// Absent where model services are asked.
    pub(crate) servers: Option<KnownServers>,
}

impl Reload {
    /// Reads everything now and writes to the log what came of it. What cannot be used leaves the
    /// old in force.
    pub fn now(&self) {
        if let Some(keys) = &self.keys {
            keys.reload();
        }
        for certificates in self.certificates.iter().chain(&self.fleet_certificates) {
            certificates.reload();
        }
        if let Some(servers) = &self.servers {
            servers.reload();
        }
    }

    /// Reads whatever changes. Runs until dropped.
    pub(crate) async fn watch(&self) {
        let keys = async {
            match &self.keys {
                Some(keys) => keys.watch().await,
                None => std::future::pending().await,
            }
        };
        let watched = async |certificates: &Option<Arc<Certificates>>| match certificates {
            Some(certificates) => certificates.watch().await,
            None => std::future::pending().await,
        };
        let servers = async {
            match &self.servers {
                Some(servers) => servers.watch().await,
                None => std::future::pending().await,
            }
        };
        join4(keys, watched(&self.certificates), watched(&self.fleet_certificates), servers).await;
    }
}
