//! TLS of the server's own: certificates from files, read again when they change.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use parking_lot::RwLock;
use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::pki_types::pem::{self, PemObject as _};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use tokio_rustls::TlsAcceptor;

use crate::outbound::file_watch::FileWatch;

/// Certificates that a file may hold: the server's own and those that vouch for it.
const CERTIFICATES_MAX: usize = 16;

/// Where the certificate and its key are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TlsFiles {
    /// The certificate, followed by those that vouch for it; PEM.
    pub certificate: PathBuf,
    /// Its private key; PEM.
    pub key: PathBuf,
}

/// The certificate in force.
#[derive(Debug)]
pub struct Certificates {
    files: TlsFiles,
    current: RwLock<Arc<CertifiedKey>>,
    watch: FileWatch,
}

impl Certificates {
    /// Reads the files for the first time.
    ///
    /// # Errors
    /// Names the setting whose file cannot be used.
    pub fn read(files: TlsFiles) -> io::Result<Arc<Self>> {
        let watch = FileWatch::new(&[&files.certificate, &files.key]);
        let current = RwLock::new(Arc::new(load(&files)?));
        Ok(Arc::new(Self { files, current, watch }))
    }

    /// Reads the files again and writes to the log what came of it. When they cannot be used the
    /// certificate in force stays. Connections that stand keep theirs.
    pub fn reload(&self) {
        match load(&self.files) {
            Ok(read) => {
                *self.current.write() = Arc::new(read);
                tracing::info!("the certificate was read");
            }
            Err(error) => {
                tracing::error!(%error, "the certificate cannot be used; the one in force stays");
            }
        }
    }

    /// Reads the files whenever they change. Runs until dropped.
    pub(crate) async fn watch(self: &Arc<Self>) {
        let mut watch = self.watch.clone();
        loop {
            watch.changed().await;
            let certificates = Arc::clone(self);
            // It fails only while the runtime stops.
            let _read = tokio::task::spawn_blocking(move || certificates.reload()).await;
        }
    }

    /// Speaks TLS 1.2 and 1.3 with the certificate in force, and offers HTTP/2 first.
    ///
    /// # Errors
    /// When the protocol's parts do not fit together, which no file can cause.
    pub(crate) fn acceptor(self: &Arc<Self>) -> io::Result<TlsAcceptor> {
        let versions = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(io::Error::other)?;
        let mut config =
            versions.with_no_client_auth().with_cert_resolver(Arc::new(InForce(Arc::clone(self))));
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        Ok(TlsAcceptor::from(Arc::new(config)))
    }
}

/// When a certificate may be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Validity {
    /// Unix milliseconds of its begin.
    pub from_ms: u64,
    /// Unix milliseconds of its end.
    pub until_ms: u64,
}

/// When the certificate in these files may be used.
///
/// # Errors
/// Names the setting whose file cannot be used.
pub fn validity(files: &TlsFiles) -> io::Result<Validity> {
    let read = load(files)?;
    let own =
        read.end_entity_cert().ok().and_then(|own| x509_parser::parse_x509_certificate(own).ok());
    let Some((_, own)) = own else {
        let what = "it is no certificate".to_owned();
        return Err(unusable("CODESAGA_TLS_CERT", &files.certificate, what));
    };
    let millis = |seconds: i64| u64::try_from(seconds).unwrap_or_default().saturating_mul(1000);
    Ok(Validity {
        from_ms: millis(own.validity().not_before.timestamp()),
        until_ms: millis(own.validity().not_after.timestamp()),
    })
}

#[derive(Debug)]
struct InForce(Arc<Certificates>);

impl ResolvesServerCert for InForce {
    fn resolve(&self, _hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(&self.0.current.read()))
    }
}

fn load(files: &TlsFiles) -> io::Result<CertifiedKey> {
    let certificates = CertificateDer::pem_file_iter(&files.certificate)
        .and_then(|found| found.take(CERTIFICATES_MAX).collect::<Result<Vec<_>, _>>())
        .map_err(|error| unusable("CODESAGA_TLS_CERT", &files.certificate, words(&error)))?;
    if certificates.is_empty() {
        let what = "it holds no certificate in PEM form".to_owned();
        return Err(unusable("CODESAGA_TLS_CERT", &files.certificate, what));
    }
    let key = PrivateKeyDer::from_pem_file(&files.key)
        .map_err(|error| unusable("CODESAGA_TLS_KEY", &files.key, words(&error)))?;
    CertifiedKey::from_der(certificates, key, &ring::default_provider())
        .map_err(|error| unusable("CODESAGA_TLS_KEY", &files.key, words_of_pair(&error)))
}

/// The library's own words could repeat what a file holds.
fn words(error: &pem::Error) -> String {
    match error {
        pem::Error::Io(error) => error.to_string(),
        pem::Error::NoItemsFound => "it holds nothing of the kind in PEM form".to_owned(),
        _ => "it is not in PEM form".to_owned(),
    }
}

fn words_of_pair(error: &rustls::Error) -> String {
    match error {
        rustls::Error::InconsistentKeys(_) => {
            "the key does not belong to the certificate of CODESAGA_TLS_CERT".to_owned()
        }
        _ => "the key and the certificate cannot be used together".to_owned(),
    }
}

fn unusable(setting: &str, path: &Path, what: String) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, format!("{setting} '{}': {what}", path.display()))
}
