//! The two ends of the hop: model services that are asked, and the address where this one is.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::config::{Config, Role};
use crate::domain::limits::Limits;
use crate::domain::model_fleet::ModelFleet;
use crate::domain::model_peer::ModelPeer;
use crate::domain::models::ModelDirectory;
use crate::domain::witness::Witness;
use crate::inbound::AppState;
use crate::inbound::grpc::{Hop, hop_router};
use crate::outbound::fleet_channel::{self, STREAMS_MAX};
use crate::outbound::remote_models::RemoteModels;
use crate::server;
use crate::tls::Certificates;

/// What this process shows to others of the fleet and knows them by.
pub(crate) fn fleet_certificates(config: &Config) -> io::Result<Option<Arc<Certificates>>> {
    config.fleet.tls.clone().map(Certificates::of_fleet).transpose()
}

/// The model services of the settings; nothing is asked of them yet.
pub(crate) fn model_fleet(
    config: &Config,
    certificates: Option<&Arc<Certificates>>,
    witness: Arc<dyn Witness>,
) -> io::Result<ModelFleet> {
    let channel = fleet_channel::open(certificates, config.limits.connect_time_max)?;
    let peer = |address: &http::Uri| {
        let peer = RemoteModels::new(address, channel.clone(), &config.limits);
        Arc::new(peer) as Arc<dyn ModelPeer>
    };
    Ok(ModelFleet::new(config.fleet.services.iter().map(peer).collect(), witness))
}

/// Where a model service listens, and does not serve yet.
pub(crate) struct Door {
    listener: TcpListener,
    address: SocketAddr,
    certificates: Option<Arc<Certificates>>,
}

impl Door {
    /// Takes the address, if this process is a model service.
    pub(crate) async fn bind(
        config: &Config,
        certificates: Option<&Arc<Certificates>>,
    ) -> io::Result<Option<Self>> {
        if config.role != Role::Model {
            return Ok(None);
        }
        let listen = config.fleet.listen;
        let listener = TcpListener::bind(listen).await.map_err(|error| {
            io::Error::new(error.kind(), format!("CODESAGA_GRPC_LISTEN '{listen}': {error}"))
        })?;
        let address = listener.local_addr()?;
        Ok(Some(Self { listener, address, certificates: certificates.cloned() }))
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Serves until `closed`.
    pub(crate) fn serve(
        self,
        state: AppState,
        models: Arc<ModelDirectory>,
        closed: CancellationToken,
    ) -> io::Result<impl Future<Output = ()> + Send + 'static> {
        let Self { listener, address, certificates } = self;
        let tls = certificates.as_ref().map(Certificates::acceptor).transpose()?;
        let limits = Limits { streams_max: STREAMS_MAX, ..state.limits };
        let until = closed.clone().cancelled_owned();
        let router = hop_router(Hop { state, models, closed })?;
        tracing::info!(%address, "listening for gateways");
        Ok(server::serve(listener, tls, router, limits, until))
    }
}
