//! TLS with a provider of its own for each client: nothing global is installed, so nothing global
//! can be missing.

use std::sync::Arc;

use rustls::crypto::CryptoProvider;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};
use rustls_platform_verifier::Verifier;
use saga_domain::{Failure, FailureCode};

/// What is spoken inside of TLS, what is wanted most first.
const PROTOCOLS: [&[u8]; 2] = [b"h2", b"http/1.1"];

/// The TLS settings of a client. The system's certificates are read only when `needed`, since that
/// takes a while and fails on a machine that has none.
pub(crate) fn config(needed: bool, ca_pem: Option<&str>) -> Result<ClientConfig, Failure> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .map_err(|error| wrong(format!("TLS cannot be set up: {error}.")))?;
    let own = own_certificates(ca_pem)?;
    if !needed {
        return Ok(builder.with_root_certificates(RootCertStore::empty()).with_no_client_auth());
    }
    let verifier = verifier(own, provider)?;
    let mut config = builder
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier))
        .with_no_client_auth();
    config.alpn_protocols = PROTOCOLS.map(<[u8]>::to_vec).to_vec();
    Ok(config)
}

#[cfg(not(target_os = "android"))]
fn verifier(
    own: Vec<CertificateDer<'static>>,
    provider: Arc<CryptoProvider>,
) -> Result<Verifier, Failure> {
    Verifier::new_with_extra_roots(own, provider)
        .map_err(|error| wrong(format!("The system's certificates cannot be used: {error}.")))
}

fn own_certificates(ca_pem: Option<&str>) -> Result<Vec<CertificateDer<'static>>, Failure> {
    let Some(pem) = ca_pem.filter(|pem| !pem.trim().is_empty()) else { return Ok(Vec::new()) };
    let certificates: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem.as_bytes()).collect();
    match certificates {
        Ok(certificates) if !certificates.is_empty() => Ok(certificates),
        _ => Err(wrong("`caPem` holds no certificate in PEM form.".to_owned())),
    }
}

fn wrong(message: String) -> Failure {
    Failure::new(FailureCode::InvalidSetting, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_that_is_no_certificate_is_refused() {
        let failure = config(false, Some("-----BEGIN NOTHING-----")).expect_err("refused");
        assert_eq!(failure.message, "`caPem` holds no certificate in PEM form.");
    }

    #[test]
    fn plain_http_needs_no_certificates() {
        assert!(config(false, None).is_ok());
    }
}
