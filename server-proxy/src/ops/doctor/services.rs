//! Whether each model service can be heard and lets this process in. What its models do, its own doctor
//! says.

use http::Uri;

use super::Finding;
use crate::config::Config;
use crate::domain::model_peer::ModelPeer as _;
use crate::outbound::remote_models::RemoteModels;

pub(super) async fn look(config: &Config, address: &Uri) -> Finding {
    let (tls, limits) = (config.fleet.tls.as_ref(), &config.limits);
    let service = RemoteModels::new(address, tls, limits);
    let address = address.to_string().trim_end_matches('/').to_owned();
    let service = match service {
        Ok(service) => service,
        Err(error) => return Finding::ServiceSilent { address, why: error.to_string() },
    };
    match service.listed().await {
        Ok(models) => Finding::Service { address, models: models.len() },
        Err(failure) => Finding::ServiceSilent { address, why: failure.message },
    }
}
