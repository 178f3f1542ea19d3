//! Whether each model server answers, has the model, and generates one token: a server that takes
//! connections may still be hung.

use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::StreamExt as _;
use http::Uri;
use saga_domain::Failure;
use tokio::time::timeout;

use super::Finding;
use crate::config::Config;
use crate::domain::ports::{ModelCall, ModelInput, ModelServer, Piece, ServedModel, Wishes};
use crate::outbound::{FoundServer, HttpClient};

/// Time until a token, which is long enough for a model that has to be loaded first.
const TOKEN_TIME_MAX: Duration = Duration::from_secs(120);

pub(super) async fn look(config: &Config, base: &Uri) -> Vec<Finding> {
    let address = base.to_string().trim_end_matches('/').to_owned();
    let client = match HttpClient::new(&config.upstreams, &config.limits) {
        Ok(client) => client,
        Err(error) => {
            return vec![Finding::UpstreamSilent { address, why: error.to_string() }];
        }
    };
    let server = Arc::new(FoundServer::new(base.clone(), client, config.limits));
    let models = match server.models().await {
        Ok(models) => models,
        Err(failure) => return vec![Finding::UpstreamSilent { address, why: failure.message }],
    };
    let Some(kind) = models.first().map(|model| model.served_by) else {
        return vec![Finding::UpstreamEmpty { address }];
    };
    let mut findings =
        vec![Finding::Upstream { address: address.clone(), kind, models: models.len() }];
    findings.push(match asked_for(config, &models) {
        Ok(model) => one_token(&*server, &model, address).await,
        Err(model) => Finding::ModelMissing { address, model },
    });
    findings
}

/// The model for requests that name none, or the name of what is missing.
fn asked_for(config: &Config, models: &[ServedModel]) -> Result<String, String> {
    let Some(name) = &config.model else {
        return models.first().map(|model| model.name.clone()).ok_or_else(String::new);
    };
    let plain = |name: &str| name.strip_suffix(":latest").unwrap_or(name).to_ascii_lowercase();
    let found = models.iter().find(|model| plain(&model.name) == plain(name));
    found.map(|model| model.name.clone()).ok_or_else(|| name.clone())
}

async fn one_token(server: &dyn ModelServer, model: &str, address: String) -> Finding {
    let since = Instant::now();
    let outcome = timeout(TOKEN_TIME_MAX, generate(server, model)).await;
    let model = model.to_owned();
    match outcome {
        Ok(Ok(())) => Finding::Token { address, model, millis: since.elapsed().as_millis() },
        Ok(Err(failure)) => Finding::NoToken { address, model, why: failure.message },
        Err(_) => Finding::NoToken { address, model, why: "no answer in time".to_owned() },
    }
}

async fn generate(server: &dyn ModelServer, model: &str) -> Result<(), Failure> {
    server.load(model).await?;
    let call = ModelCall {
        model: model.to_owned(),
        input: ModelInput::Raw("1 2 3".to_owned()),
        max_tokens: 1,
        temperature: Some(0.0),
        top_p: None,
        seed: None,
        stop: Vec::new(),
        wishes: Wishes::default(),
    };
    let mut answer = server.answer(&call).await?;
    while let Some(piece) = answer.next().await {
        if let Piece::Text(_) | Piece::Done { .. } = piece? {
            break;
        }
    }
    Ok(())
}
