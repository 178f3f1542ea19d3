//! TLS of the proxy's own: both protocols, certificates that are replaced, clients that say nothing.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use codesaga_proxy::tls::TlsFiles;
use http::{Request, Version};
use http_body_util::{BodyExt, Empty};
use hyper_util::rt::{TokioExecutor, TokioIo};
use rcgen::{CertificateParams, KeyPair};
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use scripted_ollama::Options;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use crate::bench::Bench;

/// Writes a certificate for `localhost` and its key into the folder.
fn certify(folder: &Path) -> (TlsFiles, CertificateDer<'static>) {
    let key = KeyPair::generate().expect("a key");
    let names = vec!["localhost".to_owned()];
    let certificate = CertificateParams::new(names).expect("a name").self_signed(&key);
    let certificate = certificate.expect("a certificate");
    let files = TlsFiles { certificate: folder.join("cert.pem"), key: folder.join("key.pem") };
    std::fs::write(&files.certificate, certificate.pem()).expect("written");
    std::fs::write(&files.key, key.serialize_pem()).expect("written");
    (files, certificate.der().clone())
}

async fn with_tls(files: TlsFiles) -> Bench {
    Bench::with(Options::default(), |config| {
        config.tls = Some(files);
        config.limits.handshake_time_max = Duration::from_millis(200);
    })
    .await
}

/// A connection that trusts this certificate alone and offers this protocol.
async fn connect(
    bench: &Bench,
    trusted: &CertificateDer<'static>,
    protocol: &[u8],
) -> std::io::Result<TlsStream<TcpStream>> {
    let mut roots = RootCertStore::empty();
    roots.add(trusted.clone()).expect("a certificate");
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![protocol.to_vec()];
    let tcp = TcpStream::connect(bench.proxy.address()).await?;
    let name = ServerName::try_from("localhost").expect("a name");
    TlsConnector::from(Arc::new(config)).connect(name, tcp).await
}

#[tokio::test]
async fn http2_and_http1_are_spoken_over_tls() {
    let folder = tempfile::tempdir().expect("a folder");
    let (files, certificate) = certify(folder.path());
    let bench = with_tls(files).await;

    let tls = connect(&bench, &certificate, b"h2").await.expect("a handshake");
    assert_eq!(tls.get_ref().1.alpn_protocol(), Some(b"h2".as_slice()));
    let handshake =
        hyper::client::conn::http2::handshake(TokioExecutor::new(), TokioIo::new(tls)).await;
    let (mut client, connection) = handshake.expect("HTTP/2");
    tokio::spawn(connection);
    let request = Request::get("https://localhost/healthz").body(Empty::<Bytes>::new());
    let response = client.send_request(request.expect("a request")).await.expect("an answer");
    assert_eq!((response.status().as_u16(), response.version()), (200, Version::HTTP_2));
    response.into_body().collect().await.expect("whole");

    let mut tls = connect(&bench, &certificate, b"http/1.1").await.expect("a handshake");
    let request = b"GET /healthz HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";
    tls.write_all(request).await.expect("it reads");
    let mut answer = String::new();
    tls.read_to_string(&mut answer).await.expect("it answers and says that it is all");
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
}

#[tokio::test]
async fn a_certificate_that_is_replaced_is_shown_to_new_connections() {
    let folder = tempfile::tempdir().expect("a folder");
    let (files, old) = certify(folder.path());
    let bench = with_tls(files.clone()).await;
    connect(&bench, &old, b"h2").await.expect("the old one");
    let (_, new) = certify(folder.path());
    while connect(&bench, &new, b"h2").await.is_err() {
        tokio::task::yield_now().await;
    }
    std::fs::write(&files.key, "no key").expect("written");
    bench.proxy.reload.now();
    connect(&bench, &new, b"h2").await.expect("the one in force stays");
}

#[tokio::test]
async fn whoever_does_not_speak_tls_is_let_go() {
    let folder = tempfile::tempdir().expect("a folder");
    let (files, certificate) = certify(folder.path());
    let bench = with_tls(files).await;
    for said in [b"".as_slice(), b"GET /healthz HTTP/1.1\r\n\r\n", b"\x16\x03\x01\x02\x00"] {
        let mut tcp = TcpStream::connect(bench.proxy.address()).await.expect("it listens");
        tcp.write_all(said).await.expect("it reads");
        let mut answer = Vec::new();
        // It ends: with an alert, with a reset, or without a word.
        let _end = tcp.read_to_end(&mut answer).await;
        assert!(!answer.starts_with(b"HTTP/"), "nothing is said without TLS");
    }
    connect(&bench, &certificate, b"h2").await.expect("others are served");
}

#[test]
fn files_that_cannot_be_used_are_named_without_a_word_of_what_they_hold() {
    let folder = tempfile::tempdir().expect("a folder");
    let (files, _) = certify(folder.path());
    let other = tempfile::tempdir().expect("a folder");
    let (others, _) = certify(other.path());
    let secret = folder.path().join("secret");
    std::fs::write(&secret, "-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n").expect("written");
    let missing = folder.path().join("missing");
    let check = |certificate: &Path, key: &Path, expected: &str| {
        let files = TlsFiles { certificate: certificate.into(), key: key.into() };
        let error = codesaga_proxy::tls::Certificates::read(files).expect_err("unusable");
        let words = error.to_string().replace(&folder.path().display().to_string(), "DIR");
        let words = words.replace(&other.path().display().to_string(), "OTHER");
        assert_eq!(words, expected);
    };
    check(
        &missing,
        &files.key,
        "CODESAGA_TLS_CERT 'DIR/missing': No such file or directory (os error 2)",
    );
    check(
        &files.key,
        &files.key,
        "CODESAGA_TLS_CERT 'DIR/key.pem': it holds no certificate in PEM form",
    );
    check(&files.certificate, &secret, "CODESAGA_TLS_KEY 'DIR/secret': it is not in PEM form");
    check(
        &files.certificate,
        &others.key,
        "CODESAGA_TLS_KEY 'OTHER/key.pem': the key does not belong to the certificate of \
         CODESAGA_TLS_CERT",
    );
}
