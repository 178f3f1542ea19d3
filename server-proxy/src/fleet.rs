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
use crate::outbound::remote_models::RemoteModels;
use crate::server;
use crate::tls::Certificates;

/// Requests that one gateway may have open at a model service, all on one connection.
const STREAMS_MAX: u32 = 8192;

/// The model services of the settings; nothing is asked of them yet.
pub(crate) fn model_fleet(config: &Config, witness: Arc<dyn Witness>) -> io::Result<ModelFleet> {
    let (fleet, limits) = (&config.fleet, &config.limits);
    let peer = |address: &http::Uri| {
        let peer = RemoteModels::new(address, fleet.tls.as_ref(), limits)?;
        Ok(Arc::new(peer) as Arc<dyn ModelPeer>)
    };
    let peers = fleet.services.iter().map(peer).collect::<io::Result<Vec<_>>>()?;
    Ok(ModelFleet::new(peers, witness))
}

/// Where a model service listens, and does not serve yet.
pub(crate) struct Door {
    listener: TcpListener,
    address: SocketAddr,
    certificates: Option<Arc<Certificates>>,
}

impl Door {
    /// Takes the address, if this process is a model service.
    pub(crate) async fn bind(config: &Config) -> io::Result<Option<Self>> {
        if config.role != Role::Model {
            return Ok(None);
        }
        let certificates = config.fleet.tls.clone().map(Certificates::of_fleet).transpose()?;
        let listen = config.fleet.listen;
        let listener = TcpListener::bind(listen).await.map_err(|error| {
            io::Error::new(error.kind(), format!("CODESAGA_GRPC_LISTEN '{listen}': {error}"))
        })?;
        let address = listener.local_addr()?;
        Ok(Some(Self { listener, address, certificates }))
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// To be read again when their files change.
    pub(crate) fn certificates(&self) -> Option<Arc<Certificates>> {
        self.certificates.clone()
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
