//! Whether each model service can be heard and lets this process in, and how long its certificate lasts.
//! What its models do, its own doctor says.

use std::io;
use std::sync::Arc;

use http::Uri;
use rustls::pki_types::ServerName;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

use super::Finding;
use super::certificate::{SOON_DAYS, days_left};
use crate::clock;
use crate::config::Config;
use crate::domain::model_peer::ModelPeer as _;
use crate::fleet::fleet_certificates;
use crate::outbound::fleet_channel;
use crate::outbound::remote_models::RemoteModels;
use crate::tls::{Certificates, Validity};

pub(super) async fn look(config: &Config, service: &Uri) -> Vec<Finding> {
    let address = service.to_string().trim_end_matches('/').to_owned();
    let own = match fleet_certificates(config) {
        Ok(own) => own,
        Err(error) => return vec![Finding::ServiceSilent { address, why: error.to_string() }],
    };
    let models = match models_at(config, service, own.as_ref()).await {
        Ok(models) => models,
        Err(why) => return vec![Finding::ServiceSilent { address, why }],
    };
    let until_ms = match own.filter(|_| service.scheme_str() == Some("https")) {
        // It has just answered; of what it does not show nothing is said.
        Some(own) => timeout(config.limits.handshake_time_max, shown(service, &own)).await,
        None => Ok(Ok(None)),
    };
    let until_ms = until_ms.ok().and_then(Result::ok).flatten().map(|shown| shown.until_ms);
    let until = until_ms.map(clock::day);
    let answers = Finding::Service { address: address.clone(), models, until };
    let days = until_ms.map(|until| days_left(until, clock::unix_millis()));
    let ends = days.filter(|days| *days < SOON_DAYS);
    let ends = ends.map(|days| Finding::ServiceEnds { address, days });
    [answers].into_iter().chain(ends).collect()
}

/// How many models it has, or why it cannot be asked.
async fn models_at(
    config: &Config,
    service: &Uri,
    own: Option<&Arc<Certificates>>,
) -> Result<usize, String> {
    let channel = fleet_channel::open(own, config.limits.connect_time_max)
        .map_err(|error| error.to_string())?;
    let service = RemoteModels::new(service, channel, &config.limits);
    let models = service.listed().await.map_err(|failure| failure.message)?;
    Ok(models.len())
}

/// How long the certificate lasts that it shows.
async fn shown(service: &Uri, own: &Arc<Certificates>) -> io::Result<Option<Validity>> {
    let host = service.host().unwrap_or_default().trim_matches(['[', ']']);
    let name = ServerName::try_from(host.to_owned()).map_err(io::Error::other)?;
    let mut tls = own.client()?;
    tls.alpn_protocols = vec![b"h2".to_vec()];
    let tcp = TcpStream::connect((host, service.port_u16().unwrap_or(443))).await?;
    let opened = TlsConnector::from(Arc::new(tls)).connect(name, tcp).await?;
    let shown = opened.get_ref().1.peer_certificates().and_then(<[_]>::first);
    Ok(shown.and_then(Validity::of))
}
