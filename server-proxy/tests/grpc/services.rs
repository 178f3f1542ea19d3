//! Several gateways and several model services: who is asked, and who is asked next.

use codesaga_proxy::config::{Config, Role};
use scripted_ollama::{End, Rule};
use serde_json::{Value, json};

use crate::bench::RunningProxy;
use crate::fleet::{Service, gateway, gateway_of, heard, running, until};
use crate::redis::Redis;

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

#[tokio::test]
async fn what_is_answered_is_recorded_and_charged_once_whatever_settings_a_service_has() {
    let redis = Redis::start().await;
    let with_redis = |config: &mut Config| {
        config.redis_url = Some(redis.url());
        config.caller_limits.tokens_per_day = Some(1_000_000);
    };
    let service = Service::with("one", with_redis).await;
    let mut config = gateway_of([service.url()].into_iter(), None);
    with_redis(&mut config);
    let gateway = running(&config).await;
    heard(&gateway, 1).await;
    for prompt in ["first", "second", "third"] {
        gateway.complete(prompt).await.events().await;
    }
    let rows = loop {
        let told = gateway.get("/v1/requests?record=llama").await.json().await;
        let rows = told["requests"].as_array().expect("records").clone();
        if rows.iter().filter(|row| row["status"] == "completed").count() >= 3 {
            break rows;
        }
    };
    assert_eq!(rows.len(), 3, "each once: {rows:?}");
    let number = |row: &Value, name: &str| row[name].as_i64().expect("counted");
    let tokens = |row: &Value| number(row, "input_tokens") + number(row, "output_tokens");
    let used: i64 = rows.iter().map(tokens).sum();
    let mut charged = redis::cmd("HGET");
    charged.arg("cs:{local:local}:use").arg("dc");
    let charged = loop {
        let charged = redis.number(&charged).await.unwrap_or(0);
        if charged >= used {
            break charged;
        }
    };
    assert_eq!(charged, used);
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
