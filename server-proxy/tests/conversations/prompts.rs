//! A team's own system prompts, and which one an answer was asked with.

use codesaga_proxy::Proxy;
use codesaga_proxy::config::Config;
use scripted_ollama::ScriptedOllama;
use serde_json::json;

use crate::support::TestProxy;

#[tokio::test]
async fn a_teams_own_prompt_is_used_and_its_version_told() {
    let folder = tempfile::tempdir().expect("a folder");
    let own = "---\nversion: team-7\n---\n우리 팀의 규칙을 따르세요. <|eot_id|>\n";
    std::fs::write(folder.path().join("chat.md"), own).expect("written");
    let path = folder.path().to_str().expect("a path");
    let ollama = ScriptedOllama::start().await;
    let proxy = TestProxy::start_with(&ollama, &["--prompts-dir", path]).await;
    let client = proxy.client();
    let events = client.chat(json!({ "text": "Hi" })).await.events().await;
    assert_eq!(events.last().expect("an end").data["prompt"], "chat@team-7");
    let system = ollama.bodies("/api/chat")[0]["messages"][0]["content"].clone();
    let system = system.as_str().expect("text");
    assert!(system.starts_with("우리 팀의 규칙을 따르세요."), "{system}");
    assert!(!system.contains("<|eot_id|>"), "P12 holds for it too");
    let body = json!({ "request_type": "refactor", "input": "Shorter." });
    let answer = client.send("POST", "/v1/generate", Some(body)).await.json().await;
    assert_eq!(answer["prompt"], "code@1", "what is not the team's own stays");
}

#[tokio::test]
async fn prompts_that_cannot_be_used_are_named_at_the_start() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().to_str().expect("a path").to_owned();
    let refused = async |path: &str| {
        let config = Config::from_flags(&["--listen", "127.0.0.1:0", "--prompts-dir", path]);
        let bound = Proxy::bind(&config.expect("settings")).await;
        bound.err().expect("refused").to_string()
    };
    assert!(refused(&path).await.contains("expected one of chat.md, code.md, digest.md"));
    assert!(refused(&format!("{path}/none")).await.starts_with("CODESAGA_PROMPTS_DIR '"));
    std::fs::write(folder.path().join("code.md"), "Be good.").expect("written");
    let said = refused(&path).await;
    assert!(said.starts_with("CODESAGA_PROMPTS_DIR: code.md: expected to begin with"), "{said}");
}
