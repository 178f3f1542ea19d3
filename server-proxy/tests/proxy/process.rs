//! The program itself: its settings, its exit codes, its log.

use std::process::Stdio;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::process::{Child, ChildStderr, Command};

/// A running `codesaga-proxy`; ended with the test.
pub(crate) struct ProxyProcess {
    pub(crate) child: Child,
    pub(crate) address: String,
    log: BufReader<ChildStderr>,
}

impl ProxyProcess {
    pub(crate) async fn start(flags: &[&str]) -> Self {
        Self::start_with(flags, &[]).await
    }

    /// Returns when it listens.
    pub(crate) async fn start_with(flags: &[&str], environment: &[(&str, &str)]) -> Self {
        let mut child = command(environment)
            .args(["--listen", "127.0.0.1:0", "--log", "json"])
            .args(flags)
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .expect("the program starts");
        let mut log = BufReader::new(child.stderr.take().expect("its log"));
        let address = loop {
            let mut line = String::new();
            let read = log.read_line(&mut line).await.expect("its log is text");
            assert!(read > 0, "it ended before it listened");
            let entry: serde_json::Value = serde_json::from_str(&line).expect("JSON lines");
            if entry["fields"]["message"] == "listening" {
                break entry["fields"]["address"].as_str().expect("an address").to_owned();
            }
        };
        Self { child, address, log }
    }

    /// Returns when a line of its log says so.
    pub(crate) async fn wait_for_log(&mut self, message: &str) {
        let mut line = String::new();
        while !line.contains(message) {
            line.clear();
            let read = self.log.read_line(&mut line).await.expect("its log is text");
            assert!(read > 0, "it ended without saying: {message}");
        }
    }

    pub(crate) async fn rest_of_log(&mut self) -> String {
        let mut text = String::new();
        self.log.read_to_string(&mut text).await.expect("its log is text");
        text
    }
}

/// The program with nothing from this process's own settings.
pub(crate) fn command(environment: &[(&str, &str)]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_codesaga-proxy"));
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("CODESAGA_")) {
        command.env_remove(name);
    }
    command.env_remove("RUST_LOG").envs(environment.iter().copied());
    command
}

/// A request on a connection of its own; the answer as it came.
pub(crate) async fn post(address: &str, path: &str, headers: &str, body: &str) -> String {
    let mut tcp = TcpStream::connect(address).await.expect("it listens");
    let request = format!(
        "POST {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n{headers}content-length: {}\r\n\r\n{body}",
        body.len()
    );
    tcp.write_all(request.as_bytes()).await.expect("it reads");
    let mut answer = String::new();
    tcp.read_to_string(&mut answer).await.expect("it answers");
    answer
}

/// Its exit code, and the first line it wrote to stderr.
async fn check(environment: &[(&str, &str)], flags: &[&str], code: i32, expected: &str) {
    let output = command(environment).args(flags).output().await.expect("the program runs");
    let words = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(code), "{words}");
    assert_eq!(words.lines().next().unwrap_or_default(), expected);
}

#[tokio::test]
async fn a_wrong_setting_is_named_with_its_value_and_what_is_expected() {
    check(
        &[("CODESAGA_LISTEN", "nowhere")],
        &[],
        2,
        "error: invalid value 'nowhere' for '--listen <CODESAGA_LISTEN>': expected an IP address \
         and a port, such as 127.0.0.1:7411",
    )
    .await;
    check(
        &[],
        &["--upstream", "http://ok,ftp://no"],
        2,
        "error: invalid value 'ftp://no' for '--upstream <CODESAGA_UPSTREAM>': expected http:// or \
         https:// addresses separated by commas, such as http://127.0.0.1:11434",
    )
    .await;
    check(
        &[("CODESAGA_CONTEXT_LENGTH", "12")],
        &[],
        2,
        "error: invalid value '12' for '--context-length <CODESAGA_CONTEXT_LENGTH>': expected a \
         number of tokens from 512 to 1048576",
    )
    .await;
    check(
        &[("CODESAGA_KEEP_ALIVE", "soon")],
        &[],
        2,
        "error: invalid value 'soon' for '--keep-alive <CODESAGA_KEEP_ALIVE>': expected a time \
         such as 30m, 2h or 90s, or -1 for ever",
    )
    .await;
    check(
        &[("CODESAGA_LOG", "loud")],
        &[],
        2,
        "error: invalid value 'loud' for '--log <CODESAGA_LOG>'",
    )
    .await;
    check(
        &[("CODESAGA_REDIS_URL", "http://x")],
        &[],
        2,
        "error: invalid value 'http://x' for '--redis-url <CODESAGA_REDIS_URL>': expected redis://HOST:PORT, \
         rediss:// for TLS, unix://PATH, or redis-cluster://HOST:PORT,HOST:PORT (rediss-cluster:// for TLS)",
    )
    .await;
    check(
        &[("CODESAGA_REQUESTS_PER_MINUTE", "0")],
        &[],
        2,
        "error: invalid value '0' for '--requests-per-minute <CODESAGA_REQUESTS_PER_MINUTE>': \
         expected a number from 1 to 1000000000000, or none",
    )
    .await;
    check(
        &[("CODESAGA_TRUSTED_PROXIES", "10.0.0.0/8,lb")],
        &[],
        2,
        "error: invalid value 'lb' for '--trusted-proxies <CODESAGA_TRUSTED_PROXIES>': expected \
         addresses or networks separated by commas, such as 10.0.0.0/8",
    )
    .await;
    check(
        &[("CODESAGA_TLS_CERT", "/some/file")],
        &[],
        2,
        "error: CODESAGA_TLS_CERT and CODESAGA_TLS_KEY are needed together",
    )
    .await;
}

#[tokio::test]
async fn it_refuses_to_listen_beyond_loopback_without_keys() {
    check(
        &[("CODESAGA_LISTEN", "0.0.0.0:7411")],
        &[],
        2,
        "error: invalid value '0.0.0.0:7411' for CODESAGA_LISTEN: without CODESAGA_KEYS_FILE \
         anyone could use the models, so only a loopback address such as 127.0.0.1:7411 is \
         allowed; make a key with `codesaga-proxy keys add NAME --file FILE`",
    )
    .await;
}

#[tokio::test]
async fn an_address_or_a_keys_file_that_cannot_be_used_is_named() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = taken.local_addr().expect("its address").to_string();
    let words = format!(
        "codesaga-proxy: CODESAGA_LISTEN '{address}': Address already in use (os error 98)"
    );
    if cfg!(target_os = "linux") {
        check(&[], &["--listen", &address], 2, &words).await;
    }
    let missing = "codesaga-proxy: CODESAGA_KEYS_FILE '/no/such/keys': No such file or directory \
                   (os error 2)";
    check(&[("CODESAGA_KEYS_FILE", "/no/such/keys")], &[], 2, missing).await;
}

#[tokio::test]
async fn keys_add_prints_a_key_once_and_keeps_its_hash() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("keys.json");
    let file = file.to_str().expect("a path");
    let add = async |name: &str| {
        let output = command(&[]).args(["keys", "add", name, "--file", file]).output().await;
        let output = output.expect("the program runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).expect("UTF-8").trim().to_owned()
    };
    let (minji, jun) = (add("민지").await, add("jun").await);
    let parts: Vec<&str> = minji.split('_').collect();
    assert!(
        matches!(parts[..], ["cs", id, secret] if id.len() == 8 && secret.len() == 64),
        "{minji}"
    );
    assert_ne!(minji, jun);
    let kept = std::fs::read_to_string(file).expect("the file");
    assert!(!kept.contains(parts[2]) && kept.contains("민지"), "{kept}");

    let flags = ["--keys-file", file, "--upstream", "http://127.0.0.1:1"];
    let proxy = ProxyProcess::start(&flags).await;
    let with = |key: &str| format!("authorization: Bearer {key}\r\n");
    let asked = |headers: String| async {
        let answer = post(&proxy.address, "/v1/completions", &{ headers }, "{}").await;
        answer.split(' ').nth(1).unwrap_or_default().to_owned()
    };
    assert_eq!(asked(with(&jun)).await, "400", "known, and its request is looked at");
    assert_eq!(asked(with("cs_wrong")).await, "401");
    assert_eq!(asked(String::new()).await, "401");
}
