//! Several gateways and several model services: who is asked, who is asked next, and who is believed.

use std::path::Path;
use std::time::Duration;

use codesaga_proxy::Proxy;
use codesaga_proxy::config::{Config, Role};
use codesaga_proxy::tls::{MutualTls, TlsFiles};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use scripted_ollama::{End, Rule, ScriptedOllama};
use serde_json::{Value, json};
use tokio::sync::oneshot;
use tokio::time::timeout;

use crate::bench::{MODEL, RunningProxy};
use crate::stage::{ANY_PORT, Stage, model_service};

/// Longer than anything takes that is waited for.
const PATIENCE: Duration = Duration::from_secs(30);

/// A model service in front of a scripted model server of its own.
struct Service {
    ollama: ScriptedOllama,
    address: String,
    stop: oneshot::Sender<()>,
}

impl Service {
    async fn start(answer: &str) -> Self {
        Self::with(answer, |_| {}).await
    }

    async fn with(answer: &str, change: impl FnOnce(&mut Config)) -> Self {
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

    fn url(&self) -> String {
        format!("http://{}", self.address)
    }
}

/// A gateway that asks these services, once it hears them all.
async fn gateway(services: &[&Service]) -> RunningProxy {
    let gateway = asking(services.iter().map(|service| service.url()), None).await;
    heard(&gateway, services.len()).await;
    gateway
}

/// A gateway that asks the services at these addresses.
async fn asking(urls: impl Iterator<Item = String>, tls: Option<MutualTls>) -> RunningProxy {
    let flags = ["--role", "gateway", "--listen", "127.0.0.1:0"];
    let mut config = Config::from_flags(&flags).expect("settings");
    config.fleet.services = urls.map(|url| url.parse().expect("an address")).collect();
    config.fleet.tls = tls;
    let front = Proxy::bind(&config).await.expect("the gateway starts");
    RunningProxy::of(Stage { front, models: None, behind: None })
}

/// Returns when the gateway knows the servers of so many services, all well.
async fn heard(gateway: &RunningProxy, count: usize) {
    let is_well = |server: &&Value| server["health"] == "healthy";
    let count_of =
        |ready: &Value| ready["servers"].as_array().map(|all| all.iter().filter(is_well).count());
    until(gateway, |ready| count_of(ready) == Some(count)).await;
}

/// Returns when the gateway says of itself what is waited for.
async fn until(gateway: &RunningProxy, is_so: impl Fn(&Value) -> bool) {
    let looking = async {
        while !is_so(&gateway.get("/readyz").await.json().await) {
            tokio::task::yield_now().await;
        }
    };
    timeout(PATIENCE, looking).await.expect("it is so in time");
}

async fn chat(gateway: &RunningProxy, session: &str) -> String {
    let body = json!({ "text": "where am I", "session": session });
    gateway.post("/v1/chat", &body).await.text().await
}

#[tokio::test]
async fn a_session_has_one_home_whichever_gateway_it_comes_through() {
    let services = [Service::start("one").await, Service::start("two").await];
    let asked = [&services[0], &services[1]];
    let (first, second) = (gateway(&asked).await, gateway(&asked).await);
    let home = |told: &str| if told.contains("\"one\"") { 0 } else { 1 };
    let mut homes = [0, 0];
    for number in 0..16 {
        let session = format!("session-{number}");
        let answered = home(&chat(&first, &session).await);
        assert_eq!(home(&chat(&second, &session).await), answered, "{session}");
        homes[answered] += 1;
    }
    assert!(homes.iter().all(|count| *count > 0), "both have some: {homes:?}");
}

#[tokio::test]
async fn a_service_that_stops_or_is_gone_is_passed_over() {
    let (one, two) = (Service::start("one").await, Service::start("two").await);
    let holding = || Rule::any().containing("running").pieces(["slow", "ly"]).hold_after(1);
    one.ollama.script([holding(), Rule::any().pieces(["one"])]);
    two.ollama.script([holding(), Rule::any().pieces(["two"])]);
    let gateway = gateway(&[&one, &two]).await;
    let mut running = gateway.complete("running").await;
    running.more().await.expect("it began");
    // So that both have as much to do, and the first one would be asked next.
    let mut elsewhere = gateway.complete("running elsewhere").await;
    elsewhere.more().await.expect("it began");
    // It stops once its answer has ended.
    drop(one.stop);
    for number in 0..8 {
        let prompt = format!("while it stops {number}");
        assert_eq!(gateway.complete(&prompt).await.events().await, "two|[stop]|[DONE]");
    }
    one.ollama.release();
    assert_eq!(running.events().await, "ly|[stop]|[DONE]");
    heard(&gateway, 1).await;
    assert_eq!(gateway.complete("after").await.events().await, "two|[stop]|[DONE]");
}

#[tokio::test]
async fn p2_p3_another_service_is_asked_before_the_first_byte_and_nobody_after_it() {
    let (one, two) = (Service::start("one").await, Service::start("two").await);
    one.ollama.script([
        Rule::any().containing("late").pieces(["a"]).end(End::Cut),
        Rule::any().containing("early").refusing(500, json!({ "error": "oh" })),
        Rule::any().pieces(["one"]),
    ]);
    let gateway = gateway(&[&one, &two]).await;
    assert_eq!(gateway.complete("early").await.events().await, "two|[stop]|[DONE]");
    assert_eq!(gateway.complete("late").await.events().await, "a|[upstream_incomplete]");
    let asked = two.ollama.bodies("/api/generate");
    assert!(!asked.iter().any(|body| body["prompt"] == "late"), "nobody else was asked");
}

#[tokio::test]
async fn without_any_service_the_answer_says_so_and_comes_back_with_it() {
    let service = Service::start("one").await;
    let address = service.address.clone();
    let gateway = gateway(&[&service]).await;
    drop(service.stop);
    until(&gateway, |ready| ready["error"]["code"] == "upstream_unreachable").await;
    let refused = gateway.complete("nobody").await.refusal().await;
    assert_eq!(refused, "502 upstream_unreachable: the model service cannot be reached");

    let again = Service::with("again", |config| {
        config.fleet.listen = address.parse().expect("an address");
    })
    .await;
    heard(&gateway, 1).await;
    assert_eq!(gateway.complete("back").await.events().await, "again|[stop]|[DONE]");
    drop(again);
}

#[tokio::test]
async fn what_a_gateway_answers_is_counted_and_recorded_there() {
    let service = Service::start("one").await;
    let gateway = gateway(&[&service]).await;
    gateway.complete("counted").await.events().await;
    let rows = gateway.get("/v1/requests?record=llama").await.json().await;
    let row = &rows["requests"][0];
    assert_eq!((&row["status"], &row["output_bytes"]), (&json!("completed"), &json!(3)));
    let instances = gateway.get("/v1/instances").await.json().await;
    let ids = instances["instances"].as_array().expect("instances").iter();
    assert!(ids.map(|one| &one["id"]).any(|id| *id == row["instance_id"]), "{row}");
    let metrics = gateway.get("/metrics").await.text().await;
    let counted = metrics.lines().find(|line| line.starts_with("codesaga_answers_total{"));
    assert!(counted.is_some_and(|line| line.ends_with(" 1")), "{counted:?}");
}

/// Certificates of one authority, in files.
fn certify(folder: &Path, name: &str) -> MutualTls {
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

#[tokio::test]
async fn only_those_who_know_one_another_speak() {
    let folder = tempfile::tempdir().expect("a folder");
    let (ours, strangers) = (certify(folder.path(), "ours"), certify(folder.path(), "strangers"));
    let service = Service::with("one", |config| config.fleet.tls = Some(ours.clone())).await;
    let port = service.address.rsplit(':').next().expect("a port");
    let ask = async |scheme: &str, tls: Option<MutualTls>| {
        let url = format!("{scheme}://localhost:{port}");
        let gateway = asking([url].into_iter(), tls).await;
        let reply = gateway.complete("who is there").await;
        if reply.status() == 200 { reply.events().await } else { reply.refusal().await }
    };
    let refused = "502 upstream_unreachable: the model service cannot be reached";
    assert_eq!(ask("https", Some(ours.clone())).await, "one|[stop]|[DONE]");
    assert_eq!(ask("https", Some(strangers.clone())).await, refused);
    // One that trusts our authority and has no certificate of it.
    let spy = MutualTls { own: strangers.own, authority: ours.authority.clone() };
    assert_eq!(ask("https", Some(spy)).await, refused);
    assert_eq!(ask("http", None).await, refused);
}

#[test]
fn settings_that_would_let_strangers_in_are_refused() {
    let files =
        ["--grpc-cert", "cert.pem", "--grpc-key", "key.pem", "--grpc-ca", "ca.pem"].as_slice();
    let service = ["--model-service", "https://models:7412"].as_slice();
    let open = ["--role", "model", "--grpc-listen", "0.0.0.0:7412"].as_slice();
    for (flags, allowed) in [
        (open.to_vec(), false),
        ([open, files].concat(), true),
        (service.to_vec(), false),
        ([service, files].concat(), true),
        ([service, &files[..4]].concat(), false),
        ([&open[..2], service, files].concat(), false),
        (vec!["--model-service", ""], true),
        (vec!["--model-service", "models:7412"], false),
    ] {
        assert_eq!(Config::from_flags(&flags).is_ok(), allowed, "{flags:?}");
    }
    let both = Config::from_flags(&["--model-service", "http://a:1,http://b:2"]).expect("settings");
    assert_eq!((both.role, both.fleet.services.len()), (Role::All, 2));
}
