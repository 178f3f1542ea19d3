//! TLS of the server's own: certificates from files, read again when they change.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use parking_lot::RwLock;
use rustls::client::ResolvesClientCert;
use rustls::crypto::ring;
use rustls::pki_types::pem::{self, PemObject as _};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{ClientHello, ResolvesServerCert, WebPkiClientVerifier};
use rustls::sign::CertifiedKey;
use rustls::{
    ClientConfig, ConfigBuilder, RootCertStore, ServerConfig, SignatureScheme, WantsVerifier,
};
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

/// Settings that name a certificate and its key.
type Names = [&'static str; 2];

/// The settings of the server's own certificate.
pub const SERVERS: Names = ["CODESAGA_TLS_CERT", "CODESAGA_TLS_KEY"];
/// Those of the certificate that others of the fleet are shown.
pub const FLEETS: Names = ["CODESAGA_GRPC_CERT", "CODESAGA_GRPC_KEY"];
const FLEETS_AUTHORITY: &str = "CODESAGA_GRPC_CA";

/// What processes of a fleet show one another and know one another by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MutualTls {
    /// This process's own certificate and key.
    pub own: TlsFiles,
    /// The authority that the others have theirs from; PEM.
    pub authority: PathBuf,
}

/// The certificate in force.
#[derive(Debug)]
pub struct Certificates {
    files: TlsFiles,
    names: Names,
    /// Only who has a certificate from it is spoken to, and only HTTP/2.
    authority: Option<PathBuf>,
    current: RwLock<Arc<CertifiedKey>>,
    watch: FileWatch,
}

impl Certificates {
    /// Reads the files for the first time.
    ///
    /// # Errors
    /// Names the setting whose file cannot be used.
    pub fn read(files: TlsFiles) -> io::Result<Arc<Self>> {
        Self::named(files, SERVERS, None)
    }

    /// Those that the processes of a fleet show one another, and know one another by.
    ///
    /// # Errors
    /// Names the setting whose file cannot be used.
    pub fn of_fleet(tls: MutualTls) -> io::Result<Arc<Self>> {
        Self::named(tls.own, FLEETS, Some(tls.authority))
    }

    fn named(files: TlsFiles, names: Names, authority: Option<PathBuf>) -> io::Result<Arc<Self>> {
        let watch = FileWatch::new(&[&files.certificate, &files.key]);
        let current = RwLock::new(Arc::new(load(&files, names)?));
        Ok(Arc::new(Self { files, names, authority, current, watch }))
    }

    /// Reads the files again and writes to the log what came of it. When they cannot be used the
    /// certificate in force stays. Connections that stand keep theirs.
    pub fn reload(&self) {
        match load(&self.files, self.names) {
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
    /// When the authority cannot be used.
    pub(crate) fn acceptor(self: &Arc<Self>) -> io::Result<TlsAcceptor> {
        let provider = Arc::new(ring::default_provider());
        let versions = ServerConfig::builder_with_provider(provider.clone())
            .with_safe_default_protocol_versions()
            .map_err(io::Error::other)?;
        let (checked, protocols) = match self.roots()? {
            None => (versions.with_no_client_auth(), vec![b"h2".to_vec(), b"http/1.1".to_vec()]),
            Some(roots) => {
                let checks = WebPkiClientVerifier::builder_with_provider(roots.into(), provider)
                    .build()
                    .map_err(io::Error::other)?;
                (versions.with_client_cert_verifier(checks), vec![b"h2".to_vec()])
            }
        };
        let mut config = checked.with_cert_resolver(Arc::new(InForce(Arc::clone(self))));
        config.alpn_protocols = protocols;
        Ok(TlsAcceptor::from(Arc::new(config)))
    }

    /// Shows the certificate in force, and believes whom the authority vouches for; nobody when
    /// there is none.
    ///
    /// # Errors
    /// When the authority cannot be used.
    pub(crate) fn client(self: &Arc<Self>) -> io::Result<ClientConfig> {
        let config = client_builder()?
            .with_root_certificates(self.roots()?.unwrap_or_else(RootCertStore::empty))
            .with_client_cert_resolver(Arc::new(InForce(Arc::clone(self))));
        Ok(config)
    }

    /// The authority's certificates, as its file holds them now.
    fn roots(&self) -> io::Result<Option<RootCertStore>> {
        let Some(authority) = &self.authority else { return Ok(None) };
        let mut roots = RootCertStore::empty();
        for certificate in certificates(authority, FLEETS_AUTHORITY)? {
            roots.add(certificate).map_err(|_| {
                let what = "it is no certificate of an authority".to_owned();
                unusable(FLEETS_AUTHORITY, authority, what)
            })?;
        }
        Ok(Some(roots))
    }
}

/// What every client of this process begins with.
///
/// # Errors
/// When the library knows no version of TLS that is safe.
pub(crate) fn client_builder() -> io::Result<ConfigBuilder<ClientConfig, WantsVerifier>> {
    ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(io::Error::other)
}

/// When a certificate may be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Validity {
    /// Unix milliseconds of its begin.
    pub from_ms: u64,
    /// Unix milliseconds of its end.
    pub until_ms: u64,
}

/// When the certificate in these files, which the settings of these names tell, may be used.
///
/// # Errors
/// Names the setting whose file cannot be used.
pub fn validity(files: &TlsFiles, names: [&'static str; 2]) -> io::Result<Validity> {
    let read = load(files, names)?;
    let own = read.end_entity_cert().ok().and_then(Validity::of);
    own.ok_or_else(|| unusable(names[0], &files.certificate, "it is no certificate".to_owned()))
}

impl Validity {
    /// When a certificate may be used; `None` for what is none.
    #[must_use]
    pub fn of(certificate: &CertificateDer<'_>) -> Option<Self> {
        let (_, read) = x509_parser::parse_x509_certificate(certificate).ok()?;
        let millis = |seconds: i64| u64::try_from(seconds).unwrap_or_default().saturating_mul(1000);
        Some(Self {
            from_ms: millis(read.validity().not_before.timestamp()),
            until_ms: millis(read.validity().not_after.timestamp()),
        })
    }
}

#[derive(Debug)]
struct InForce(Arc<Certificates>);

impl ResolvesServerCert for InForce {
    fn resolve(&self, _hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(&self.0.current.read()))
    }
}

impl ResolvesClientCert for InForce {
    fn resolve(&self, _hints: &[&[u8]], _schemes: &[SignatureScheme]) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(&self.0.current.read()))
    }

    fn has_certs(&self) -> bool {
        true
    }
}

fn load(files: &TlsFiles, [certificate, key_name]: Names) -> io::Result<CertifiedKey> {
    let certificates = certificates(&files.certificate, certificate)?;
    let key = PrivateKeyDer::from_pem_file(&files.key)
        .map_err(|error| unusable(key_name, &files.key, words(&error)))?;
    CertifiedKey::from_der(certificates, key, &ring::default_provider())
        .map_err(|error| unusable(key_name, &files.key, words_of_pair(&error, certificate)))
}

fn certificates(path: &Path, setting: &str) -> io::Result<Vec<CertificateDer<'static>>> {
    let certificates = CertificateDer::pem_file_iter(path)
        .and_then(|found| found.take(CERTIFICATES_MAX).collect::<Result<Vec<_>, _>>())
        .map_err(|error| unusable(setting, path, words(&error)))?;
    if certificates.is_empty() {
        let what = "it holds no certificate in PEM form".to_owned();
        return Err(unusable(setting, path, what));
    }
    Ok(certificates)
}

/// The library's own words could repeat what a file holds.
fn words(error: &pem::Error) -> String {
    match error {
        pem::Error::Io(error) => error.to_string(),
        pem::Error::NoItemsFound => "it holds nothing of the kind in PEM form".to_owned(),
        _ => "it is not in PEM form".to_owned(),
    }
}

fn words_of_pair(error: &rustls::Error, certificate: &str) -> String {
    match error {
        rustls::Error::InconsistentKeys(_) => {
            format!("the key does not belong to the certificate of {certificate}")
        }
        _ => "the key and the certificate cannot be used together".to_owned(),
    }
}

fn unusable(setting: &str, path: &Path, what: String) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, format!("{setting} '{}': {what}", path.display()))
}
