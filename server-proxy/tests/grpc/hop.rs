//! The way from a gateway to a model service: who is believed, and what one connection bears.

use codesaga_proxy::Proxy;
use codesaga_proxy::config::{Config, Language, Role};
use codesaga_proxy::domain::ports::{Caller, EmbedCall, ModelCall, ModelInput, Wishes};
use codesaga_proxy::domain::priority::{Priority, Task};
use codesaga_proxy::ops::doctor;
use codesaga_proxy::tls::MutualTls;
use futures_util::StreamExt;
use saga_domain::FailureCode;
use saga_protocol::class::RequestClass;
use scripted_ollama::{Rule, ScriptedOllama};

use crate::bench::MODEL;
use crate::fleet::{Service, asking, certify, gateway_of, heard};
use crate::stage::ANY_PORT;

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

#[tokio::test]
async fn a_gateway_shows_the_certificate_that_is_in_its_files_now() {
    let folder = tempfile::tempdir().expect("a folder");
    let (ours, strangers) = (certify(folder.path(), "ours"), certify(folder.path(), "strangers"));
    let service = Service::with("one", |config| config.fleet.tls = Some(ours.clone())).await;
    let port = service.address.rsplit(':').next().expect("a port");
    let shown = MutualTls { own: strangers.own.clone(), authority: ours.authority.clone() };
    let urls = [format!("https://localhost:{port}")];
    let gateway = asking(urls.into_iter(), Some(shown)).await;
    let refused = "502 upstream_unreachable: the model service cannot be reached";
    assert_eq!(gateway.complete("as a stranger").await.refusal().await, refused);
    // The key first, as a certificate that has none is left alone.
    std::fs::copy(&ours.own.key, &strangers.own.key).expect("written");
    std::fs::copy(&ours.own.certificate, &strangers.own.certificate).expect("written");
    heard(&gateway, 1).await;
    assert_eq!(gateway.complete("as one of us").await.events().await, "one|[stop]|[DONE]");
    // The doctor says how long both certificates last.
    let url = format!("https://localhost:{port}");
    let config = gateway_of([url.clone()].into_iter(), Some(ours));
    let mut words = Vec::new();
    doctor::run(&config, Language::English, &mut words).await.expect("it is written");
    let words = String::from_utf8(words).expect("text");
    assert!(words.contains("ours-cert.pem is valid for "), "{words}");
    let answers = format!("✓ Model service {url} answers: 3 models, certificate valid until ");
    assert!(words.contains(&answers), "{words}");
}

#[tokio::test]
async fn a_process_that_has_just_come_up_asks_before_it_says_that_nobody_has_a_model() {
    let ollama = ScriptedOllama::start().await;
    ollama.script([Rule::any().pieces(["here"])]);
    let url = ollama.url();
    let flags = ["--listen", "127.0.0.1:0", "--upstream", &url, "--model", MODEL];
    let mut config = Config::from_flags(&flags).expect("settings");
    config.role = Role::Model;
    config.fleet.listen = ANY_PORT;
    // It has its addresses, and looks after nothing before it runs.
    let begun = async || Proxy::bind(&config).await.expect("it starts").models().expect("its own");
    let caller = Caller { tenant: "team".to_owned(), user: "minji".to_owned() };
    let (priority, _places) = Priority::new(caller, Task::Completion, RequestClass::Invoke, None);
    let call = ModelCall {
        model: MODEL.to_owned(),
        input: ModelInput::Raw("first".to_owned()),
        max_tokens: 8,
        temperature: None,
        top_p: None,
        seed: None,
        stop: vec![],
        wishes: Wishes::default(),
    };
    let answer = begun().await.answer(call, &priority).await.expect("it is answered");
    assert!(answer.count().await > 0);
    let call =
        EmbedCall { model: MODEL.to_owned(), inputs: vec!["first".to_owned()], dimensions: None };
    let failure = begun().await.embed(call, &priority).await.expect_err("it embeds nothing");
    assert_eq!(failure.code, FailureCode::Unsupported, "what the model server says");
}
