//! What a test's proxy is made of: here one process that is everything.

use std::sync::Arc;

use codesaga_proxy::Proxy;
use codesaga_proxy::config::Config;
use codesaga_proxy::domain::models::ModelDirectory;
use tokio::sync::oneshot;

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
        let front = Proxy::bind(config).await.expect("the proxy starts");
        let models = front.models();
        Self { front, models, behind: None }
    }
}
