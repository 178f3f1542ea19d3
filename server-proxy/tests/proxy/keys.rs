//! The keys file: made, shown and changed on the command line, and noticed by a running server.

use std::path::Path;
use std::process::Stdio;

use codesaga_proxy::config::Config;
use codesaga_proxy::outbound::keys_file;
use http::{HeaderValue, Method, Request};
use scripted_ollama::{Options, Rule};
use serde_json::{Value, json};
use tokio::process::Command;

use crate::bench::Bench;
use crate::socket::Socket;

/// Exit code and output of `codesaga-proxy keys …`.
async fn keys(file: &Path, arguments: &[&str]) -> (i32, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_codesaga-proxy"))
        .arg("keys")
        .args(arguments)
        .arg("--file")
        .arg(file)
        .stdin(Stdio::null())
        .output()
        .await
        .expect("the program runs");
    let text = [output.stdout, output.stderr].concat();
    (output.status.code().unwrap_or(-1), String::from_utf8(text).expect("UTF-8"))
}

/// The status of a request with this key.
async fn status(bench: &Bench, key: &str, method: Method, path: &str) -> u16 {
    let mut request = bench.proxy.request(method, path, "{}".to_owned());
    let value = HeaderValue::from_str(&format!("Bearer {key}")).expect("a header");
    request.headers_mut().insert("authorization", value);
    bench.proxy.send(request).await.status().as_u16()
}

async fn with_keys(file: &Path) -> Bench {
    let file = file.to_owned();
    Bench::with(Options::default(), |config: &mut Config| config.keys_file = Some(file)).await
}

/// Asks until the key is known or not; a test that never sees it ends by the harness's own limit.
async fn until(bench: &Bench, key: &str, known: bool) {
    while (status(bench, key, Method::GET, "/v1/models").await == 200) != known {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn keys_are_listed_and_taken_away_by_id_or_name() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("keys.json");
    let (_, minji) = keys(&file, &["add", "민지", "--in-flight", "4", "--note", "노트북"]).await;
    let (_, admin) = keys(&file, &["add", "jun", "--tenant", "ops", "--scopes", "admin"]).await;
    keys(&file, &["add", "jun"]).await;
    let ids: Vec<String> =
        keys_file::list(&file).expect("read").iter().map(|key| key.id().to_owned()).collect();
    assert_eq!(minji.split('_').nth(1), Some(ids[0].as_str()));

    let (code, list) = keys(&file, &["list"]).await;
    let columns: Vec<Vec<&str>> =
        list.lines().map(|line| line.split_whitespace().collect()).collect();
    let day = columns[1][4];
    assert_eq!(code, 0);
    assert_eq!(columns[0], ["ID", "TENANT", "NAME", "SCOPES", "CREATED", "LIMITS", "NOTE"]);
    assert_eq!(
        columns[1],
        [&ids[0], "team", "민지", "complete,chat", day, "in_flight=4", "노트북"]
    );
    assert_eq!(columns[2], [&ids[1], "ops", "jun", "admin", day]);
    let secret = admin.trim().rsplit('_').next().expect("a secret");
    assert!(!list.contains(secret), "a key is shown once");

    let several = "codesaga-proxy: 'jun' has keys in several teams; name one with --tenant\n";
    assert_eq!(keys(&file, &["revoke", "jun"]).await, (2, several.to_owned()));
    let revoked = format!("revoked {} of jun in ops\n", ids[1]);
    assert_eq!(keys(&file, &["revoke", "jun", "--tenant", "ops"]).await, (0, revoked));
    let revoked = format!("revoked {} of 민지 in team\n", ids[0]);
    assert_eq!(keys(&file, &["revoke", &ids[0]]).await, (0, revoked));
    let gone = format!("codesaga-proxy: there is no key '{}'\n", ids[0]);
    assert_eq!(keys(&file, &["revoke", &ids[0]]).await, (2, gone));
    assert_eq!(keys_file::list(&file).expect("read").len(), 1);
}

#[cfg(unix)]
#[tokio::test]
async fn only_its_owner_may_read_the_file_also_after_changes() {
    use std::os::unix::fs::PermissionsExt as _;

    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("keys.json");
    for name in ["minji", "jun"] {
        keys_file::add(&file, "team", name).expect("written");
        let mode = std::fs::metadata(&file).expect("there").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        let open = std::fs::Permissions::from_mode(0o644);
        std::fs::set_permissions(&file, open).expect("its owner may");
    }
}

#[test]
fn changes_at_the_same_time_all_count() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("keys.json");
    std::thread::scope(|scope| {
        for number in 0..16 {
            let file = &file;
            scope.spawn(move || keys_file::add(file, "team", &format!("user{number}")));
        }
    });
    assert_eq!(keys_file::list(&file).expect("whole").len(), 16);
}

#[tokio::test]
async fn a_running_server_learns_of_new_keys_and_of_those_taken_away() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("keys.json");
    let minji = keys_file::add(&file, "team", "minji").expect("written");
    let bench = with_keys(&file).await;
    until(&bench, &minji, true).await;
    let jun = keys_file::add(&file, "team", "jun").expect("written");
    until(&bench, &jun, true).await;
    keys_file::revoke(&file, "minji", None).expect("written");
    until(&bench, &minji, false).await;
    until(&bench, &jun, true).await;
    keys_file::revoke(&file, "jun", None).expect("written");
    until(&bench, &jun, false).await;
}

#[tokio::test]
async fn a_file_that_cannot_be_used_leaves_the_known_keys() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("keys.json");
    let minji = keys_file::add(&file, "team", "minji").expect("written");
    let whole = std::fs::read(&file).expect("there");
    let bench = with_keys(&file).await;
    std::fs::write(&file, "{ half").expect("written");
    bench.proxy.reload.now();
    assert_eq!(status(&bench, &minji, Method::GET, "/v1/models").await, 200);
    // What is wrong in one entry is no reason to lock out everybody else.
    let mistyped = json!({ "keys": [{ "tenant": "team", "user": "x", "scope": [], "hash": "" }] });
    std::fs::write(&file, mistyped.to_string()).expect("written");
    bench.proxy.reload.now();
    assert_eq!(status(&bench, &minji, Method::GET, "/v1/models").await, 200);
    let jun = {
        std::fs::write(&file, whole).expect("written");
        keys_file::add(&file, "team", "jun").expect("written")
    };
    bench.proxy.reload.now();
    assert_eq!(status(&bench, &jun, Method::GET, "/v1/models").await, 200);
}

#[tokio::test]
async fn keys_made_by_older_versions_stay_valid() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("keys.json");
    let old = format!("cs_{}", "a5".repeat(32));
    let hash = blake3::hash(old.as_bytes()).to_hex().to_string();
    let kept = json!({ "keys": [{ "tenant": "team", "user": "minji", "hash": hash }] });
    std::fs::write(&file, kept.to_string()).expect("written");
    let jun = keys_file::add(&file, "team", "jun").expect("written");
    let bench = with_keys(&file).await;
    for key in [&old, &jun] {
        assert_eq!(status(&bench, key, Method::GET, "/v1/models").await, 200);
    }
    let shown = keys_file::list(&file).expect("read")[0].id().to_owned();
    assert_eq!(shown, hash[..8], "it can be named, and so taken away");
    keys_file::revoke(&file, &shown, None).expect("written");
    bench.proxy.reload.now();
    assert_eq!(status(&bench, &old, Method::GET, "/v1/models").await, 401);
}

#[tokio::test]
async fn a_key_opens_what_its_scopes_say() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("keys.json");
    let make = async |scopes: &str| {
        let (code, key) = keys(&file, &["add", "minji", "--scopes", scopes]).await;
        assert_eq!(code, 0, "{key}");
        key.trim().to_owned()
    };
    let made = [make("complete").await, make("chat").await, make("admin").await];
    let bench = with_keys(&file).await;
    // Whether each of the three keys gets past the door.
    let table = [
        (Method::POST, "/v1/completions", [true, false, false]),
        (Method::POST, "/v1/generate", [true, false, false]),
        (Method::POST, "/v1/feedback", [true, true, false]),
        (Method::POST, "/v1/chat", [false, true, false]),
        (Method::POST, "/v1/chat/completions", [false, true, false]),
        (Method::DELETE, "/v1/chat/x", [false, true, false]),
        (Method::POST, "/v1/embeddings", [true, false, false]),
        (Method::GET, "/metrics", [false, false, true]),
        (Method::GET, "/v1/sessions", [false, true, false]),
        (Method::DELETE, "/v1/sessions/x", [false, true, false]),
        (Method::PATCH, "/v1/sessions/x", [false, true, false]),
        (Method::POST, "/v1/sessions/x/fork", [false, true, false]),
        (Method::DELETE, "/v1/sessions/x/turns/y", [false, true, false]),
        (Method::POST, "/mcp", [true, true, false]),
        (Method::GET, "/v1/models", [true, true, true]),
        (Method::GET, "/v1/instances", [true, true, true]),
    ];
    for (method, path, expected) in table {
        for (key, opens) in made.iter().zip(expected) {
            let status = status(&bench, key, method.clone(), path).await;
            assert_eq!(status != 403, opens, "{method} {path}: {status}");
        }
    }
    // A frame of a WebSocket needs what the call needs that it stands for.
    bench.ollama.script([Rule::any().pieces(["a"])]);
    for (key, opens) in made.iter().zip([[true, false], [false, true], [false, false]]) {
        let opened = Socket::try_open(bench.proxy.address(), Some(key)).await;
        let mut socket = opened.expect("any key opens one");
        socket.complete("complete", "x").await;
        let chat = json!({ "type": "chat", "id": "chat", "body": { "text": "x" } });
        let completed = socket.until_the_end_of("complete").await;
        socket.say(&chat).await;
        let talked = socket.until_the_end_of("chat").await;
        for (said, opens) in [&completed["complete"], &talked["chat"]].into_iter().zip(opens) {
            assert_eq!(said != "[error forbidden]", opens, "{said}");
        }
    }
}

#[tokio::test]
async fn p9_identity_is_never_taken_from_what_a_request_says() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("keys.json");
    let jun = keys_file::add(&file, "team", "jun").expect("written");
    let minji = keys_file::add(&file, "team", "minji").expect("written");
    let bench = with_keys(&file).await;
    let generate = json!({
        "request_type": "refactor", "input": "x", "code_context": "y", "language": "rust",
        "user": "minji", "user_id": "minji", "tenant": "team", "caller": { "user": "minji" },
    });
    let ask = async |key: &str, path: &str, body: &Value| {
        let method = if body.is_null() { Method::GET } else { Method::POST };
        let mut request: Request<_> = bench.proxy.request(method, path, body.to_string());
        let headers = request.headers_mut();
        let value = HeaderValue::from_str(&format!("Bearer {key}")).expect("a header");
        headers.insert("authorization", value);
        for name in ["x-user", "x-forwarded-user", "x-tenant", "openai-organization", "from"] {
            headers.insert(name, HeaderValue::from_static("minji"));
        }
        bench.proxy.send(request).await
    };
    let record = ask(&jun, "/v1/generate?user=minji", &generate).await.json().await;
    let path = format!("/v1/requests/{}", record["id"].as_str().expect("an id"));
    assert_eq!(ask(&jun, &path, &Value::Null).await.status(), 200);
    assert_eq!(ask(&minji, &path, &Value::Null).await.status(), 404);
}

/// The statuses of requests with these keys, from these addresses as a load balancer tells them.
async fn statuses(bench: &Bench, asked: &[(&str, &str)]) -> Vec<u16> {
    let mut statuses = Vec::new();
    for (key, address) in asked {
        let mut request = bench.proxy.request(Method::GET, "/v1/models", String::new());
        let headers = request.headers_mut();
        let value = HeaderValue::from_str(&format!("Bearer {key}")).expect("a header");
        headers.insert("authorization", value);
        headers.insert("x-forwarded-for", HeaderValue::from_str(address).expect("a header"));
        statuses.push(bench.proxy.send(request).await.status().as_u16());
    }
    statuses
}

#[tokio::test]
async fn whoever_tries_many_keys_has_to_wait_and_nobody_else() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("keys.json");
    let minji = keys_file::add(&file, "team", "minji").expect("written");
    let jun = keys_file::add(&file, "team", "jun").expect("written");
    let bench = Bench::with(Options::default(), |config: &mut Config| {
        config.keys_file = Some(file.clone());
        config.trusted_proxies = vec!["127.0.0.0/8".parse().expect("a network")];
    })
    .await;
    let (all_but_one, last) = minji.split_at(minji.len() - 1);
    let near_minji = format!("{all_but_one}{}", if last == "0" { "1" } else { "0" });
    let guesses = vec![(near_minji.as_str(), "1.1.1.1"); 12];
    let mut expected = vec![401; 10];
    expected.extend([429, 429]);
    assert_eq!(statuses(&bench, &guesses).await, expected);
    // The right one from there waits as well, or each guess would still be answered.
    let (minji, jun) = (minji.as_str(), jun.as_str());
    let asked = [(minji, "1.1.1.1"), (minji, "2.2.2.2"), (jun, "1.1.1.1")];
    assert_eq!(statuses(&bench, &asked).await, [429, 200, 200]);
    // An editor with a key that was taken away locks out nobody behind the same address.
    let gone = vec![("cs_00000000_gone", "3.3.3.3"); 11];
    assert_eq!(statuses(&bench, &gone).await.last(), Some(&429));
    assert_eq!(statuses(&bench, &[(jun, "3.3.3.3")]).await, [200]);
}

#[tokio::test]
async fn an_address_is_believed_from_a_trusted_proxy_alone() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("keys.json");
    keys_file::add(&file, "team", "minji").expect("written");
    let bench = with_keys(&file).await;
    let addresses: Vec<String> = (0..11).map(|number| format!("1.1.1.{number}")).collect();
    let guesses: Vec<_> = addresses.iter().map(|address| ("cs_wrong", address.as_str())).collect();
    assert_eq!(statuses(&bench, &guesses).await.last(), Some(&429), "all came from one peer");
}

#[tokio::test]
async fn readyz_says_how_the_keys_stand() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("keys.json");
    keys_file::add(&file, "team", "minji").expect("written");
    let bench = with_keys(&file).await;
    let state = async |bench: &Bench| bench.proxy.get("/readyz").await.json().await["keys"].clone();
    assert_eq!(state(&bench).await, "ok");
    let whole = std::fs::read(&file).expect("read");
    for (content, expected) in [(&b"{"[..], "stale"), (&whole, "ok")] {
        std::fs::write(&file, content).expect("written");
        bench.proxy.reload.now();
        assert_eq!(state(&bench).await, expected);
    }
    assert_eq!(state(&Bench::start().await).await, "none");
}
