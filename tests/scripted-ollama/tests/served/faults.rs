//! What a test can make it do wrong, and what it notices of its clients.

use std::time::Duration;

use crate::http::{ask, send};
use scripted_ollama::{End, Ending, Kind, Options, Rule, ScriptedOllama, Shape};
use serde_json::{Value, json};
use tokio::io::AsyncReadExt;

const GENERATE: &str = r#"{"model":"smollm2","prompt":"def f():\n    return ","raw":true}"#;

fn said(body: &str) -> String {
    body.lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok())
        .filter_map(|line| line["response"].as_str().map(str::to_owned))
        .collect()
}

#[tokio::test]
async fn a_cut_answer_ends_inside_its_last_line() {
    let ollama = ScriptedOllama::start().await;
    ollama.script([Rule::any().pieces(["a", "b"]).end(End::Cut)]);
    let answer = ask(&ollama, "POST", "/api/generate", GENERATE).await;
    assert!(!answer.complete);
    assert_eq!(said(&answer.text()), "ab");
    let text = answer.text();
    let last = text.lines().last().expect("a line");
    assert!(last.starts_with("{\"model\":") && serde_json::from_str::<Value>(last).is_err());
    assert_eq!(ollama.wait_for_end("/api/generate", 0).await.ending, Some(Ending::Finished));
}

#[tokio::test]
async fn a_silent_end_has_no_done_line_and_a_garbled_one_is_no_json() {
    let ollama = ScriptedOllama::start().await;
    ollama.script([
        Rule::any().pieces(["a"]).end(End::Silent).times(1),
        Rule::any().pieces(["a"]).end(End::Garbled).times(1),
        Rule::any().pieces(["a"]),
    ]);
    let silent = ask(&ollama, "POST", "/api/generate", GENERATE).await;
    assert!(silent.complete && !silent.text().contains("\"done\":true"));
    let garbled = ask(&ollama, "POST", "/api/generate", GENERATE).await;
    assert!(garbled.complete && String::from_utf8(garbled.body).is_err());
    let whole = ask(&ollama, "POST", "/api/generate", GENERATE).await;
    assert!(whole.text().contains("\"done\":true"));
}

#[tokio::test]
async fn a_refusal_has_its_status_and_body() {
    let ollama = ScriptedOllama::start().await;
    ollama.script([
        Rule::on("/api/show").refusing(500, json!("plain")),
        Rule::any().refusing(403, json!({ "error": "no" })),
    ]);
    let refused = ask(&ollama, "POST", "/api/generate", GENERATE).await;
    assert_eq!((refused.status, refused.text()), (403, r#"{"error":"no"}"#.to_owned()));
    let show = ask(&ollama, "POST", "/api/show", r#"{"model":"smollm2"}"#).await;
    assert_eq!((show.status, show.text()), (500, "plain".to_owned()));
    let load = ask(&ollama, "POST", "/api/generate", r#"{"model":"smollm2"}"#).await;
    assert_eq!(load.status, 200, "a rule about answers leaves loading alone");
}

#[tokio::test]
async fn a_client_that_leaves_is_noticed_at_once_before_and_within_an_answer() {
    let ollama = ScriptedOllama::start().await;
    ollama.script([
        Rule::any().end(End::Hang).times(1),
        Rule::any().pieces(["a", "b", "c"]).hold_after(2),
    ]);
    let prefill = send(&ollama, "POST", "/api/generate", GENERATE).await;
    ollama.wait_for_request("/api/generate", 0).await;
    let left_ms = ollama.now_ms();
    drop(prefill);
    let ended = ollama.wait_for_end("/api/generate", 0).await;
    assert_eq!((ended.ending, ended.pieces), (Some(Ending::ClientGone), 0));
    assert!(ended.ended_ms.expect("ended") - left_ms < 500.0, "also on a busy machine");

    let streaming = send(&ollama, "POST", "/api/generate", GENERATE).await;
    ollama.wait_for_pieces("/api/generate", 1, 2).await;
    drop(streaming);
    let ended = ollama.wait_for_end("/api/generate", 1).await;
    assert_eq!((ended.ending, ended.pieces), (Some(Ending::ClientGone), 2));
    ollama.wait_for_connections(0).await;
    assert_eq!(ollama.connections_total(), 2);
}

#[tokio::test]
async fn a_held_answer_goes_on_when_released() {
    let ollama = ScriptedOllama::start().await;
    ollama.script([Rule::any().pieces(["a", "b"]).hold_after(1)]);
    let mut stream = send(&ollama, "POST", "/api/generate", GENERATE).await;
    ollama.wait_for_pieces("/api/generate", 0, 1).await;
    ollama.release();
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).await.expect("an answer");
    assert!(String::from_utf8_lossy(&bytes).contains("\"done\":true"));
}

#[tokio::test]
async fn bytes_are_split_anywhere_and_pieces_come_in_one_burst() {
    let ollama = ScriptedOllama::start().await;
    ollama.script([
        Rule::any().pieces(["한글", "🙂"]).split(1).times(1),
        Rule::any().pieces((0..64).map(|n| n.to_string())).burst(),
    ]);
    let split = ask(&ollama, "POST", "/api/generate", GENERATE).await;
    assert_eq!(said(&split.text()), "한글🙂");
    assert!(split.chunks.iter().all(|&size| size == 1));
    let burst = ask(&ollama, "POST", "/api/generate", GENERATE).await;
    assert_eq!(burst.chunks.len(), 2, "the pieces, and the last line");
    assert_eq!(ollama.wait_for_end("/api/generate", 1).await.pieces, 64);
}

#[tokio::test]
async fn delays_are_kept() {
    let ollama = ScriptedOllama::start().await;
    let delay = Duration::from_millis(40);
    ollama.script([Rule::any().pieces(["a", "b", "c"]).first_delay(delay).between(delay)]);
    ask(&ollama, "POST", "/api/generate", GENERATE).await;
    let ended = ollama.wait_for_end("/api/generate", 0).await;
    assert!(ended.ended_ms.expect("ended") - ended.at_ms >= 120.0);
}

#[tokio::test]
async fn limits_and_stop_texts_are_kept() {
    let ollama = ScriptedOllama::start().await;
    ollama.script([Rule::any().pieces(["a", "b", "\n\n", "c"])]);
    let limited = r#"{"model":"smollm2","prompt":"x","options":{"num_predict":2}}"#;
    let answer = ask(&ollama, "POST", "/api/generate", limited).await;
    assert_eq!(said(&answer.text()), "ab");
    assert!(answer.text().contains("\"done_reason\":\"length\""));
    let stopped = r#"{"model":"smollm2","prompt":"x","options":{"stop":["\n\n"]}}"#;
    let answer = ask(&ollama, "POST", "/api/generate", stopped).await;
    assert_eq!(said(&answer.text()), "ab");
    assert!(answer.text().contains("\"done_reason\":\"stop\""));
}

#[tokio::test]
async fn only_the_chosen_model_is_served_and_loading_shows_in_ps() {
    let options = Options { shape: Some(Shape::Bllossom), ..Options::default() };
    let ollama = ScriptedOllama::start_with(options).await.expect("a free port");
    let tags: Value =
        serde_json::from_str(&ask(&ollama, "GET", "/api/tags", "").await.text()).expect("JSON");
    let names: Vec<_> = tags["models"].as_array().expect("models").iter().collect();
    assert_eq!((names.len(), &names[0]["name"]), (1, &json!("bllossom-shape:latest")));
    assert_eq!(ask(&ollama, "GET", "/api/ps", "").await.text(), r#"{"models":[]}"#);
    let load = r#"{"model":"bllossom-shape","options":{"num_ctx":6000}}"#;
    ask(&ollama, "POST", "/api/generate", load).await;
    let ps = ask(&ollama, "GET", "/api/ps", "").await.text();
    assert!(ps.contains("bllossom-shape:latest") && ps.contains("\"context_length\":6000"));
    let unload = r#"{"model":"bllossom-shape","keep_alive":0}"#;
    ask(&ollama, "POST", "/api/generate", unload).await;
    assert_eq!(ask(&ollama, "GET", "/api/ps", "").await.text(), r#"{"models":[]}"#);
}

#[tokio::test]
async fn the_script_is_reached_over_http() {
    let ollama = ScriptedOllama::start().await;
    let rules = r#"[{"endpoint":"/api/chat","contains":"스택","pieces":["네"],"end":"silent"},
        {"pieces":["x"],"end":{"error_line":"broken"},"times":1}]"#;
    assert_eq!(ask(&ollama, "PUT", "/_script", rules).await.status, 200);
    let wrong = ask(&ollama, "PUT", "/_script", r#"[{"peices":[]}]"#).await;
    assert_eq!(wrong.status, 400);
    assert!(wrong.text().contains("peices"), "{}", wrong.text());
    let chat = r#"{"model":"smollm2","messages":[{"role":"user","content":"스택?"}]}"#;
    assert!(ask(&ollama, "POST", "/api/chat", chat).await.text().contains("\"content\":\"네\""));
    let broken = ask(&ollama, "POST", "/api/generate", GENERATE).await.text();
    assert!(broken.ends_with("{\"error\":\"broken\"}\n"));
    let seen = ask(&ollama, "GET", "/_script/requests?path=/api/chat&wait_ended=1", "").await;
    let seen: Value = serde_json::from_str(&seen.text()).expect("JSON");
    assert_eq!(seen["complete"], true);
    assert_eq!(seen["requests"][0]["body"]["messages"][0]["content"], "스택?");
    assert_eq!(seen["requests"][0]["ending"], "finished");
    let more = ask(&ollama, "GET", "/_script/requests?wait=9&timeout_ms=1", "").await;
    assert!(more.text().contains("\"complete\":false"));
    ask(&ollama, "DELETE", "/_script", "").await;
    assert!(ollama.requests().is_empty());
}

#[tokio::test]
async fn what_was_forgotten_is_not_mistaken_for_what_came_after() {
    let ollama = ScriptedOllama::start().await;
    ollama.script([Rule::any().end(End::Hang)]);
    let old = send(&ollama, "POST", "/api/generate", GENERATE).await;
    ollama.wait_for_request("/api/generate", 0).await;
    ask(&ollama, "DELETE", "/_script", "").await;
    ollama.script([Rule::any().end(End::Hang)]);
    let _new = send(&ollama, "POST", "/api/generate", GENERATE).await;
    ollama.wait_for_request("/api/generate", 0).await;
    drop(old);
    ollama.wait_for_connections(1).await;
    assert_eq!(ollama.requests()[0].ending, None);
}

#[tokio::test]
async fn it_poses_as_llama_cpp() {
    let options = Options { kind: Kind::OpenAi, ..Options::default() };
    let ollama = ScriptedOllama::start_with(options).await.expect("a free port");
    ollama.script([Rule::any().pieces(["한", "글"])]);
    let props = ask(&ollama, "GET", "/props", "").await.text();
    assert!(props.contains("<|im_start|>"));
    assert_eq!(ask(&ollama, "GET", "/api/version", "").await.status, 404);
    let body = r#"{"stream":true,"messages":[{"role":"user","content":"x"}]}"#;
    let chat = ask(&ollama, "POST", "/v1/chat/completions", body).await;
    let text: String = chat
        .text()
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line.strip_prefix("data: ")?).ok())
        .filter_map(|chunk| chunk["choices"][0]["delta"]["content"].as_str().map(str::to_owned))
        .collect();
    assert_eq!(text, "한글");
    assert!(chat.text().ends_with("data: [DONE]\n\n"));
    let whole = ask(&ollama, "POST", "/v1/completions", r#"{"prompt":"x"}"#).await;
    let whole: Value = serde_json::from_str(&whole.text()).expect("JSON");
    assert_eq!(whole["choices"][0]["text"], "한글");
}
