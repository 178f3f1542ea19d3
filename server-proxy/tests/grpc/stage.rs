//! What a test's proxy is made of: here a gateway in front of a model service.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;

use codesaga_proxy::Proxy;
use codesaga_proxy::config::{Config, Role};
use codesaga_proxy::domain::models::ModelDirectory;
use tokio::sync::oneshot;

/// On this machine, where the system finds room.
pub(crate) const ANY_PORT: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0);

pub(crate) struct Stage {
    /// What clients speak to.
    pub(crate) front: Proxy,
    /// Its model servers, where the test may reach them.
    pub(crate) models: Option<Arc<ModelDirectory>>,
    /// Ends what stands behind it when dropped.
    pub(crate) behind: Option<oneshot::Sender<()>>,
}

impl Stage {
    pub(crate) async fn build(config: &Config) -> Self {
        let mut front = config.clone();
        front.fleet.listen = ANY_PORT;
        let (address, models, stop) = model_service(&front).await;
        front.role = Role::Gateway;
        front.fleet.services = vec![format!("http://{address}").parse().expect("an address")];
        let front = Proxy::bind(&front).await.expect("the gateway starts");
        Self { front, models: Some(models), behind: Some(stop) }
    }
}

/// A model service with these settings, which ends when the sender is dropped.
pub(crate) async fn model_service(
    config: &Config,
) -> (String, Arc<ModelDirectory>, oneshot::Sender<()>) {
    let mut config = config.clone();
    config.role = Role::Model;
    config.keys_file = None;
    let service = Proxy::bind(&config).await.expect("the model service starts");
    let address = service.fleet_address().expect("it listens for gateways").to_string();
    let models = service.models().expect("they are in this process");
    let (stop, stopped) = oneshot::channel::<()>();
    tokio::spawn(service.run(async move {
        let _ = stopped.await;
    }));
    (address, models, stop)
}
