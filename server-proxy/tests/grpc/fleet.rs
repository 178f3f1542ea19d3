//! A fleet for tests: model services, each with a scripted model server of its own, and gateways.

use std::path::Path;
use std::time::Duration;

use codesaga_proxy::Proxy;
use codesaga_proxy::config::Config;
use codesaga_proxy::tls::{MutualTls, TlsFiles};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use scripted_ollama::{Rule, ScriptedOllama};
use serde_json::Value;
use tokio::sync::oneshot;
use tokio::time::timeout;

use crate::bench::{MODEL, RunningProxy};
use crate::stage::{ANY_PORT, Stage, model_service};

/// Longer than anything takes that is waited for.
const PATIENCE: Duration = Duration::from_secs(30);

/// A model service in front of a scripted model server of its own.
pub(crate) struct Service {
    pub(crate) ollama: ScriptedOllama,
    pub(crate) address: String,
    pub(crate) stop: oneshot::Sender<()>,
}

impl Service {
    pub(crate) async fn start(answer: &str) -> Self {
        Self::with(answer, |_| {}).await
    }

    pub(crate) async fn with(answer: &str, change: impl FnOnce(&mut Config)) -> Self {
        let ollama = ScriptedOllama::start().await;
        ollama.script([Rule::any().pieces([answer])]);
        let url = ollama.url();
        let flags = ["--listen", "127.0.0.1:0", "--upstream", &url, "--model", MODEL];
        let mut config = Config::from_flags(&flags).expect("settings");
        config.fleet.listen = ANY_PORT;
        change(&mut config);
        let (address, _models, stop) = model_service(&config).await;
        Self { ollama, address, stop }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }
}

/// A gateway that asks these services, once it hears them all.
pub(crate) async fn gateway(services: &[&Service]) -> RunningProxy {
    let gateway = asking(services.iter().map(|service| service.url()), None).await;
    heard(&gateway, services.len()).await;
    gateway
}

/// A gateway that asks the services at these addresses.
pub(crate) async fn asking(
    urls: impl Iterator<Item = String>,
    tls: Option<MutualTls>,
) -> RunningProxy {
    running(&gateway_of(urls, tls)).await
}

/// Its settings.
pub(crate) fn gateway_of(urls: impl Iterator<Item = String>, tls: Option<MutualTls>) -> Config {
    let flags = ["--role", "gateway", "--listen", "127.0.0.1:0"];
    let mut config = Config::from_flags(&flags).expect("settings");
    config.fleet.services = urls.map(|url| url.parse().expect("an address")).collect();
    config.fleet.tls = tls;
    config
}

pub(crate) async fn running(gateway: &Config) -> RunningProxy {
    let front = Proxy::bind(gateway).await.expect("the gateway starts");
    RunningProxy::of(Stage { front, models: None, behind: None })
}

/// Returns when the gateway knows the servers of so many services, all well.
pub(crate) async fn heard(gateway: &RunningProxy, count: usize) {
    let is_well = |server: &&Value| server["health"] == "healthy";
    let count_of =
        |ready: &Value| ready["servers"].as_array().map(|all| all.iter().filter(is_well).count());
    until(gateway, |ready| count_of(ready) == Some(count)).await;
}

/// Returns when the gateway says of itself what is waited for.
pub(crate) async fn until(gateway: &RunningProxy, is_so: impl Fn(&Value) -> bool) {
    let looking = async {
        while !is_so(&gateway.get("/readyz").await.json().await) {
            tokio::task::yield_now().await;
        }
    };
    timeout(PATIENCE, looking).await.expect("it is so in time");
}

/// Certificates of one authority, in files.
pub(crate) fn certify(folder: &Path, name: &str) -> MutualTls {
    let file = |what: &str| folder.join(format!("{name}-{what}.pem"));
    let mut authority = CertificateParams::new(vec![]).expect("no names");
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let key = KeyPair::generate().expect("a key");
    let signed = authority.self_signed(&key).expect("a certificate");
    std::fs::write(file("ca"), signed.pem()).expect("written");
    let issuer = Issuer::new(authority, key);
    let own_key = KeyPair::generate().expect("a key");
    let own = CertificateParams::new(vec!["localhost".to_owned()]).expect("a name");
    let own = own.signed_by(&own_key, &issuer).expect("a certificate");
    std::fs::write(file("cert"), own.pem()).expect("written");
    std::fs::write(file("key"), own_key.serialize_pem()).expect("written");
    let own = TlsFiles { certificate: file("cert"), key: file("key") };
    MutualTls { own, authority: file("ca") }
}
