//! Whether each model service can be heard and lets this process in. What its models do, its own doctor
//! says.

use http::Uri;

use super::Finding;
use crate::config::Config;
use crate::domain::model_peer::ModelPeer as _;
use crate::fleet::fleet_certificates;
use crate::outbound::fleet_channel;
use crate::outbound::remote_models::RemoteModels;

pub(super) async fn look(config: &Config, address: &Uri) -> Finding {
    let found = models_at(config, address).await;
    let address = address.to_string().trim_end_matches('/').to_owned();
    match found {
        Ok(models) => Finding::Service { address, models },
        Err(why) => Finding::ServiceSilent { address, why },
    }
}

/// How many models it has, or why it cannot be asked.
async fn models_at(config: &Config, address: &Uri) -> Result<usize, String> {
    let channel = fleet_certificates(config)
        .and_then(|own| fleet_channel::open(own.as_ref(), config.limits.connect_time_max))
        .map_err(|error| error.to_string())?;
    let service = RemoteModels::new(address, channel, &config.limits);
    let models = service.listed().await.map_err(|failure| failure.message)?;
    Ok(models.len())
}
