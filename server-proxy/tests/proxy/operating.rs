//! What the person who runs the server sees: metrics, the state, the page, the doctor, systemd.

use std::process::Stdio;

use codesaga_proxy::domain::scope::Scope;
use codesaga_proxy::outbound::keys_file::{self, NewKey};
use http::header::AUTHORIZATION;
use http::{HeaderValue, Method};
use scripted_ollama::{Options, Rule, ScriptedOllama};
use serde_json::Value;
use tokio::process::Command;

use codesaga_proxy::config::Role;

use crate::bench::{Bench, Reply, RunningProxy};
use crate::process::{self, ProxyProcess};

async fn get(proxy: &RunningProxy, path: &str, key: Option<&str>) -> Reply {
    let mut request = proxy.request(Method::GET, path, String::new());
    if let Some(key) = key {
        let value = HeaderValue::from_str(&format!("Bearer {key}")).expect("a header");
        request.headers_mut().insert(AUTHORIZATION, value);
    }
    proxy.send(request).await
}

/// A proxy with keys: one of an editor, one of who runs it.
async fn with_keys() -> (Bench, String, String) {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("keys.json");
    let key = |user: &str, scopes: &[Scope]| {
        let scopes = scopes.iter().copied().collect();
        let (tenant, user) = ("team".to_owned(), user.to_owned());
        keys_file::add_new(
            &file,
            NewKey { tenant, user, scopes, limits: Default::default(), note: None },
        )
        .expect("a key")
    };
    let minji = key("minji", &[Scope::Complete, Scope::Chat]);
    let operator = key("operator", &[Scope::Admin, Scope::Complete]);
    let bench =
        Bench::with(Options::default(), |config| config.keys_file = Some(file.clone())).await;
    (bench, minji, operator)
}

#[tokio::test]
async fn metrics_count_answers_and_name_nobody() {
    let (bench, minji, operator) = with_keys().await;
    bench.ollama.script([Rule::any().pieces(["a", "b"])]);
    let mut request = bench.proxy.request(
        Method::POST,
        "/v1/completions",
        crate::bench::completion("a secret prompt").to_string(),
    );
    let value = HeaderValue::from_str(&format!("Bearer {minji}")).expect("a header");
    request.headers_mut().insert(AUTHORIZATION, value);
    bench.proxy.send(request).await.events().await;

    let reply = get(&bench.proxy, "/metrics", Some(&operator)).await;
    assert_eq!(reply.header("content-type"), Some("text/plain; version=0.0.4; charset=utf-8"));
    let text = reply.text().await;
    let lane = r#"task="completion",class="invoke""#;
    for line in [
        format!("codesaga_answers_total{{{lane},outcome=\"done\"}} 1"),
        format!("codesaga_answer_bytes_total{{{lane}}} 2"),
        format!("codesaga_in_flight{{{lane}}} 0"),
        format!("codesaga_queue_length{{{lane}}} 0"),
        "codesaga_ready{state=\"ready\"} 1".to_owned(),
        "codesaga_memory{state=\"in_process\"} 1".to_owned(),
    ] {
        assert!(text.lines().any(|known| known == line), "{line}\n{text}");
    }
    for private in ["minji", "operator", "secret", "team"] {
        assert!(!text.contains(private), "{private}");
    }
}

#[tokio::test]
async fn who_sees_how_much() {
    let (bench, minji, operator) = with_keys().await;
    let status =
        async |path: &str, key: Option<&str>| get(&bench.proxy, path, key).await.status().as_u16();
    for path in ["/metrics", "/v1/admin/state"] {
        assert_eq!(status(path, None).await, 401, "{path}");
        assert_eq!(status(path, Some(&minji)).await, 403, "{path}");
        assert_eq!(status(path, Some(&operator)).await, 200, "{path}");
    }
    assert_eq!(status("/v1/status", Some("cs_wrong")).await, 401);
    let sees = async |key: Option<&str>| {
        let state = get(&bench.proxy, "/v1/status", key).await.json().await;
        let parts = ["acceptance", "instances", "users"].map(|part| state.get(part).is_some());
        (state["view"].as_str().expect("a view").to_owned(), parts)
    };
    assert_eq!(sees(None).await, ("totals".to_owned(), [false, false, false]));
    let (view, [_, instances, users]) = sees(Some(&minji)).await;
    assert_eq!((view.as_str(), instances, users), ("instances", true, false));
    let (view, [_, instances, users]) = sees(Some(&operator)).await;
    assert_eq!((view.as_str(), instances, users), ("users", true, true));
}

#[tokio::test]
async fn the_state_tells_who_waits_and_who_is_answered() {
    let bench = Bench::with(Options::default(), |config| {
        config.limits.parallel_requests_max = 1;
    })
    .await;
    bench.ollama.script([Rule::any().pieces(["a", "b"]).hold_after(1)]);
    let mut running = bench.proxy.complete("running").await;
    running.more().await.expect("it began");
    let waiting = bench.proxy.complete("waiting");
    let looking = async {
        loop {
            let state = bench.proxy.get("/v1/admin/state").await.json().await;
            if state["users"][0]["waiting"] == 1 {
                break state;
            }
            tokio::task::yield_now().await;
        }
    };
    let state: Value = tokio::select! {
        _ = waiting => panic!("it has to wait"),
        state = looking => state,
    };
    assert_eq!(state["users"][0]["user"], "local");
    assert_eq!(state["users"][0]["in_flight"], 1);
    let lane = &state["queue"][0];
    assert_eq!((&lane["task"], &lane["class"]), (&"completion".into(), &"invoke".into()));
    assert_eq!((&lane["waiting"], &lane["in_flight"]), (&1.into(), &1.into()));
}

#[tokio::test]
async fn the_page_needs_nothing_from_elsewhere_and_runs_nothing_but_its_own_scripts() {
    let bench = Bench::start().await;
    let page = bench.proxy.get("/").await;
    let policy = page.header("content-security-policy").expect("a policy").to_owned();
    assert!(policy.starts_with("default-src 'none'; script-src 'self'; "), "{policy}");
    assert!(!policy.contains("unsafe"), "{policy}");
    let text = page.text().await;
    let mut parts = vec!["/page/page.js".to_owned()];
    for attribute in ["src=\"", "href=\""] {
        parts.extend(
            text.split(attribute)
                .skip(1)
                .filter_map(|rest| rest.split('"').next())
                .map(str::to_owned),
        );
    }
    for part in parts {
        assert!(part.starts_with('/'), "{part} is from elsewhere");
        let reply = bench.proxy.get(&part).await;
        assert_eq!(reply.status(), 200, "{part}");
        let text = reply.text().await.replace("http://www.w3.org/2000/svg", "");
        assert!(!text.contains("http://") && !text.contains("https://"), "{part}");
    }
    assert!(!text.contains("<style") && !text.contains(" style=") && !text.contains(" onclick"));
}

/// Exit code and words of `doctor`.
async fn doctor(environment: &[(&str, &str)], flags: &[&str]) -> (i32, String) {
    let output = process::command(environment)
        .arg("doctor")
        .args(["--listen", "127.0.0.1:0"])
        .args(flags)
        .stdin(Stdio::null())
        .output()
        .await
        .expect("the program runs");
    let words = String::from_utf8(output.stdout).expect("UTF-8");
    (output.status.code().expect("it ended by itself"), words)
}

#[tokio::test]
async fn doctor_asks_the_model_server_for_a_token() {
    let ollama = ScriptedOllama::start().await;
    let url = ollama.url();
    let (code, words) =
        doctor(&[("LANG", "C")], &["--upstream", &url, "--model", crate::bench::MODEL]).await;
    assert_eq!(code, 0, "{words}");
    assert!(
        words.contains(&format!(
            "✓ Model {}:latest at {url} answered one token",
            crate::bench::MODEL
        )),
        "{words}"
    );
    let generated = ollama.requests().into_iter().any(|request| request.body["prompt"] == "1 2 3");
    assert!(generated, "a token was asked for");
}

#[tokio::test]
async fn p6_doctor_names_what_to_mend_and_no_secret() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("keys.json");
    let key = keys_file::add(&file, "team", "minji").expect("a key");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let open = std::fs::Permissions::from_mode(0o644);
        std::fs::set_permissions(&file, open).expect("its mode");
    }
    let file = file.to_str().expect("a path");
    let flags = ["--upstream", "http://127.0.0.1:1", "--keys-file", file];
    let redis = ("CODESAGA_REDIS_URL", "redis://:hunter2@127.0.0.1:1");
    let (code, words) = doctor(&[("LC_ALL", "ko_KR.UTF-8"), redis], &flags).await;
    assert_eq!(code, 1, "{words}");
    for line in [
        "127.0.0.1:1의 Redis가 응답하지 않아요",
        "모델 서버 http://127.0.0.1:1에 물을 수 없어요",
        "고쳐야 할 것이 있어요.",
    ] {
        assert!(words.contains(line), "{line}\n{words}");
    }
    if cfg!(unix) {
        assert!(words.contains(&format!("`chmod 600 {file}`을 실행해 주세요.")), "{words}");
    }
    assert!(!words.contains("hunter2") && !words.contains(&key), "{words}");
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn systemd_is_told_and_a_hangup_reads_the_keys_again() {
    use std::os::unix::net::UnixDatagram;

    let folder = tempfile::tempdir().expect("a folder");
    let (socket, keys) = (folder.path().join("notify"), folder.path().join("keys.json"));
    let listening = UnixDatagram::bind(&socket).expect("a socket");
    keys_file::add(&keys, "team", "minji").expect("a key");
    let environment = [("NOTIFY_SOCKET", socket.to_str().expect("a path"))];
    let flags = ["--upstream", "http://127.0.0.1:1", "--keys-file", keys.to_str().expect("a path")];
    let mut proxy = ProxyProcess::start_with(&flags, &environment).await;
    let heard = move || {
        let mut bytes = [0; 256];
        let count = listening.recv(&mut bytes).expect("a message");
        (String::from_utf8_lossy(&bytes[..count]).into_owned(), listening)
    };
    let (ready, listening) = tokio::task::spawn_blocking(heard).await.expect("no panic");
    assert_eq!(ready, "READY=1");

    let pid = proxy.child.id().expect("it runs").to_string();
    let signal = async |name: &str| {
        let sent = Command::new("kill").args([name, &pid]).status().await;
        assert!(sent.expect("kill runs").success());
    };
    signal("-HUP").await;
    proxy.wait_for_log("the keys file was read").await;
    signal("-TERM").await;
    assert_eq!(proxy.child.wait().await.expect("it ends").code(), Some(0));
    let mut bytes = [0; 256];
    let count = listening.recv(&mut bytes).expect("a message");
    assert_eq!(&bytes[..count], b"STOPPING=1");
}

#[tokio::test]
async fn who_serves_no_clients_says_how_it_stands_and_nothing_else() {
    for (role, serves) in
        [(Role::All, true), (Role::Gateway, true), (Role::Model, false), (Role::Worker, false)]
    {
        let bench = Bench::with(Options::default(), |config| config.role = role).await;
        for path in ["/healthz", "/metrics", "/v1/status", "/v1/admin/state"] {
            assert_eq!(get(&bench.proxy, path, None).await.status(), 200, "{role:?} {path}");
        }
        for path in ["/v1/models", "/v1/sessions", "/openapi.json", "/"] {
            let expected = if serves { 200 } else { 404 };
            assert_eq!(get(&bench.proxy, path, None).await.status(), expected, "{role:?} {path}");
        }
        let asked = bench.proxy.complete("x").await.status();
        assert_eq!(asked, if serves { 200 } else { 404 }, "{role:?}");
    }
}

#[tokio::test]
async fn health_tells_whoever_restarts_a_server_whether_it_answers() {
    async fn asked(address: &str) -> (Option<i32>, String) {
        let server = format!("http://{address}");
        let output = process::command(&[("CODESAGA_SERVER", server.as_str())])
            .arg("health")
            .stdin(Stdio::null())
            .output()
            .await
            .expect("the program runs");
        (output.status.code(), String::from_utf8(output.stdout).expect("UTF-8"))
    }
    // No model server is there: a process that waits for one is not to be started anew.
    let mut server = ProxyProcess::start(&["--upstream", "http://127.0.0.1:9"]).await;
    assert_eq!(asked(&server.address).await, (Some(0), String::new()));
    let address = server.address.clone();
    server.child.kill().await.expect("it is there");
    let (code, words) = asked(&address).await;
    assert_eq!(code, Some(1));
    assert!(words.starts_with("the server does not answer"), "{words}");
}
