//! Every recorded request is asked again; the answer must be the recorded one, line by line.
//! Times, counts and ids differ from run to run and are masked.

use scripted_ollama::{End, Options, Rule, ScriptedOllama, Version};
use serde_json::Value;

/// The render call of the template engine is not imitated; the recorded 0.33 had a model loaded
/// when its empty list was asked for.
const LEFT_OUT: &[&str] = &["generate-render-only", "ps-empty"];

async fn check(version: Version) {
    let folder =
        format!("{}/../data/ollama-transcripts/{}", env!("CARGO_MANIFEST_DIR"), version.name());
    let options = Options { version, ..Options::default() };
    let ollama = ScriptedOllama::start_with(options).await.expect("a free port");
    let mut checked = 0;
    let mut files: Vec<_> = std::fs::read_dir(folder).expect("the recordings").collect();
    files.sort_by_key(|file| file.as_ref().map(std::fs::DirEntry::path).ok());
    for file in files {
        let path = file.expect("a file").path();
        let text = std::fs::read_to_string(&path).expect("text");
        let recorded: Value = serde_json::from_str(&text).expect("JSON");
        let name = recorded["name"].as_str().expect("a name");
        if LEFT_OUT.contains(&name) {
            continue;
        }
        checked += 1;
        let (request, response) = (&recorded["request"], &recorded["response"]);
        let lines: Vec<&str> = response["body_lines"]
            .as_array()
            .expect("lines")
            .iter()
            .filter_map(Value::as_str)
            .collect();
        ollama.script([rule(name, request["path"].as_str().expect("a path"), &lines)]);
        let body = match &request["body"] {
            Value::Null => String::new(),
            Value::String(text) => text.clone(),
            body => body.to_string(),
        };
        let method = request["method"].as_str().expect("a method");
        let path = request["path"].as_str().expect("a path");
        let answer = crate::http::ask(&ollama, method, path, &body).await;
        assert_eq!(response["status"], answer.status, "status of {name}");
        assert_eq!(response["headers"]["Content-Type"], answer.content_type, "type of {name}");
        let answered = answer.text();
        let answered: Vec<String> = answered.split('\n').map(masked).collect();
        let expected: Vec<String> = lines.iter().copied().map(masked).collect();
        assert_eq!(answered, expected, "lines of {name}");
    }
    assert!(checked > 40, "only {checked} recordings were found");
}

#[tokio::test]
async fn the_older_version_is_answered_as_recorded() {
    check(Version::V0_24_0).await;
}

#[tokio::test]
async fn the_newer_version_is_answered_as_recorded() {
    check(Version::V0_33_0Rc2).await;
}

/// Says what was said in the recording.
fn rule(name: &str, path: &str, lines: &[&str]) -> Rule {
    if name == "generate-busy" {
        return Rule::busy();
    }
    let mut pieces = Vec::new();
    let mut rule = Rule::on(path);
    for line in lines {
        let json = line.strip_prefix("data: ").unwrap_or(line);
        let Ok(json) = serde_json::from_str::<Value>(json) else {
            continue;
        };
        let choice = &json["choices"][0];
        let said = [
            &json["response"],
            &json["message"]["content"],
            &choice["text"],
            &choice["delta"]["content"],
        ];
        pieces.extend(said.into_iter().filter_map(Value::as_str).map(str::to_owned));
        let reason = json["done_reason"].as_str().or_else(|| choice["finish_reason"].as_str());
        rule.done_reason = rule.done_reason.or_else(|| reason.map(str::to_owned));
    }
    pieces.retain(|piece| !piece.is_empty());
    if name.ends_with("runner-killed") {
        rule = rule.end(End::runner_killed());
    }
    rule.pieces(pieces)
}

fn masked(line: &str) -> String {
    let (prefix, json) = match line.strip_prefix("data: ") {
        Some(json) => ("data: ", json),
        None => ("", line),
    };
    match serde_json::from_str::<Value>(json) {
        Ok(mut value) => {
            mask(&mut value, "");
            format!("{prefix}{value}")
        }
        Err(_) => line.to_owned(),
    }
}

fn mask(value: &mut Value, key: &str) {
    match value {
        Value::Number(number) => *number = 0.into(),
        Value::Array(items) if items.iter().all(Value::is_number) => items.clear(),
        Value::Array(items) => items.iter_mut().for_each(|item| mask(item, "")),
        Value::Object(fields) => {
            for (key, field) in fields.iter_mut() {
                mask(field, key);
            }
        }
        Value::String(text) => match key {
            "created_at" | "expires_at" => "then".clone_into(text),
            "id" | "error" => text.retain(|c| !c.is_ascii_digit()),
            _ => {}
        },
        Value::Null | Value::Bool(_) => {}
    }
}
